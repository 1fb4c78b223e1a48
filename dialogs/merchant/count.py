"""盘点: 盘点 草莓 37 → the shelf holds 37; a difference of more than 30 % is asked about, promised goods stay."""

from __future__ import annotations

from dialogs import placing, voice
from dialogs.command import PRODUCT, SKU, UNDO_FOR, parse_quantity, sku_name, slot_of
from dialogs.engine import Data, Done, Question, Slot
from dialogs.placing import AtPlace
from dialogs.turn import Turn
from shop import catalogue, shelves
from shop.kit.quantity import NONE, Quantity
from shop.refusals import CannotUndo, StillPromised


class Count(AtPlace):
    id = "count"
    intents = ("admin.count",)
    starts = ("盘点",)
    examples = ("盘点 草莓 37", "盘点 橙子 12", "盘点 东门 草莓 3")
    undo_for = UNDO_FOR
    product = PRODUCT
    unit = Slot(slot_of("unit"), optional=True)
    sku = SKU
    qty = Slot(parse_quantity, "数出来多少？比如“37”")

    async def check(self, turn: Turn, data: Data) -> Question | None:
        found, spot = Quantity.of(data["qty"]), await placing.spot_in(turn, data.get("said", ""))
        here = await shelves.standing(turn.shop, data["sku"], place=spot)
        if found < here.held:
            raise StillPromised(here.name, here.unit, here.on_hand, here.held, here.place)
        if abs((found - here.on_hand).milli) * 100 <= here.on_hand.milli * 30:
            return None
        name = sku_name(turn, data["sku"])
        return self.preview(
            turn,
            f"{placing.at(spot)}{name} 账上 {here.on_hand} {here.unit}，数出来 {found} {here.unit}，差得多，对吗？",
        )

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        found, name = Quantity.of(data["qty"]), sku_name(turn, data["sku"])
        spot = await placing.spot_in(turn, data.get("said", ""))
        was = await catalogue.count(turn.shop, data["sku"], found, place=spot.id, now=turn.now)
        here = await shelves.standing(turn.shop, data["sku"], place=spot)
        if was is None:
            raise StillPromised(here.name, here.unit, here.on_hand, here.held, here.place)
        left = f"{voice.left(here.free, here.unit)}{placing.for_sale(spot)}"
        text = f"{placing.at(spot)}{name} 盘点 {found} {here.unit}，{_difference(was, found, here.unit)}，{left}。（撤销 2 分钟内有效）"
        undo = {"sku": data["sku"], "by": (found - was).milli, "name": name, "place": spot.name}
        return Done((turn.here(text),), undo=undo, before=str(was), after=str(found))

    async def take_back(self, turn: Turn, undo: Data) -> str:
        """What was found or missed is taken back; what was sold since stays sold."""
        spot = await placing.spot_in(turn, undo.get("place", ""))
        here = await shelves.standing(turn.shop, undo["sku"], place=spot)
        back = here.on_hand - Quantity(undo["by"])
        if (
            back < NONE
            or await catalogue.count(turn.shop, undo["sku"], back, place=spot.id, now=turn.now) is None
        ):
            raise CannotUndo(f"{undo['name']}已经有人订了")
        return f"{undo['name']} 改回 {back} {here.unit}"


def _difference(was: Quantity, found: Quantity, unit: str) -> str:
    if found == was:
        return "和账上一样"
    return f"比账上多 {found - was} {unit}" if found > was else f"比账上少 {was - found} {unit}"
