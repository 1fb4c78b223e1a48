"""补货: 补货 草莓 +50 → more on the shelf at once, so much more than there was after a yes; undo only while it has not been
promised."""

from __future__ import annotations

import re

from dialogs import placing, voice
from dialogs.command import PRODUCT, SKU, UNDO_FOR, parse_quantity, sku_name, slot_of
from dialogs.engine import Data, Done, Question, Slot
from dialogs.placing import AtPlace
from dialogs.turn import Turn
from shop import catalogue, shelves, wishes
from shop.kit.quantity import Quantity
from shop.refusals import CannotUndo

MOST = Quantity.of(100_000)
MUCH, TIMES = Quantity.of(500), 20  # 2000 for 20 would be sold before anybody counts
LESS = re.compile(r"(?<!\d)[-减少]\s*\d")
SURE = ("补", "到", "进", "入", "加", "+", "库存", "来了")  # 来1箱 may also be the owner buying for himself


class Restock(AtPlace):
    id = "restock"
    intents = ("admin.restock",)
    starts = ("补货", "到货")
    examples = ("补货 草莓30盒", "补货 草莓 +50")
    undo_for = UNDO_FOR
    product = PRODUCT
    unit = Slot(slot_of("unit"), optional=True)
    sku = SKU
    qty = Slot(parse_quantity, "补多少？比如“50”")
    less = Slot(lambda reading, old, asked: True if LESS.search(reading.text) else None, optional=True)
    sure = Slot(lambda reading, old, asked: any(word in reading.text for word in SURE) or None, optional=True)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        if data.get("less"):
            name = turn.shelf.catalogue.called(data["sku"])
            kept = {key: value for key, value in data.items() if key not in ("qty", "less")}
            says = turn.here(f"补货只加不减。少了就数一数，说“盘点 {name} 37”；要补就说个数，比如“50”")
            return Question((says,), asked="qty", data=kept)
        qty = _quantity(data)
        if qty is None:
            kept = {key: value for key, value in data.items() if key != "qty"}
            return Question((turn.here("补多少没看懂，说个数，比如“50”"),), asked="qty", data=kept)
        if not data.get("sure"):
            unit = turn.shelf.catalogue.sku[data["sku"]].unit
            return self.preview(turn, f"{sku_name(turn, data['sku'])} 补货 +{qty}{unit}？自己要买请在群里说")
        here = await shelves.standing(
            turn.shop, data["sku"], place=await placing.spot_in(turn, data.get("said", ""))
        )
        if qty >= MUCH and qty.milli > here.on_hand.milli * TIMES:
            return self.preview(
                turn, f"{here.name} 现在 {here.on_hand}{here.unit}，补 +{qty}{here.unit}，多了不少，对吗？"
            )
        return None

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        qty = _quantity(data) or Quantity(0)
        name, unit = sku_name(turn, data["sku"]), turn.shelf.catalogue.sku[data["sku"]].unit
        spot = await placing.spot_in(turn, data.get("said", ""))
        left = await catalogue.restock(turn.shop, data["sku"], qty, place=spot.id, now=turn.now)
        if spot.id is not None:
            left = (await shelves.standing(turn.shop, data["sku"], place=spot)).free
            text = f"{spot.name} {name} +{qty}{unit}，{voice.left(left, unit)}{placing.for_sale(spot)}。（撤销 2 分钟内有效）"
            undo = {"sku": data["sku"], "qty": str(qty), "name": name, "place": spot.name}
            return Done((turn.here(text),), undo=undo, after=str(left))
        many = await wishes.waiting(turn.shop, data["sku"])
        wait = f"有 {many} 位在等，这就按先后告诉他们。" if many else ""
        text = f"{name} +{qty}{unit}，{voice.left(left, unit)}可卖。{wait}（快捷：补货 {name} +{qty} · 撤销 2 分钟内有效）"
        return Done(
            (turn.here(text),), undo={"sku": data["sku"], "qty": str(qty), "name": name}, after=str(left)
        )

    async def take_back(self, turn: Turn, undo: Data) -> str:
        qty, spot = Quantity.of(undo["qty"]), await placing.spot_in(turn, undo.get("place", ""))
        if not await catalogue.take_out(turn.shop, undo["sku"], qty, place=spot.id, now=turn.now):
            raise CannotUndo(f"{undo['name']}已经有人订了")
        return f"{undo['name']} 补的 {qty} 拿回来了"


def _quantity(data: Data) -> Quantity | None:
    try:
        qty = Quantity.of(data["qty"])
    except ValueError:
        return None
    return qty if Quantity(0) < qty <= MOST else None
