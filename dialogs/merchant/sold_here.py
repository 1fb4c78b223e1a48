"""门店卖了: 门店卖了 苹果2斤: goods sold over the counter leave the shelf, never what is promised."""

from __future__ import annotations

from dialogs import placing, voice
from dialogs.command import PRODUCT, SKU, UNDO_FOR, parse_quantity, sku_name, slot_of
from dialogs.engine import Data, Done, Question, Slot
from dialogs.placing import AtPlace
from dialogs.turn import Turn
from shop import shelves
from shop.kit.quantity import NONE, Quantity


class SoldHere(AtPlace):
    id = "sold_here"
    intents = ("admin.sold_here",)
    starts = ("门店卖了",)
    examples = ("门店卖了 橙子2箱", "门店卖了 东门 橙子2箱", "门店卖了 香蕉 3")
    undo_for = UNDO_FOR
    product = PRODUCT
    unit = Slot(slot_of("unit"), optional=True)
    sku = SKU
    qty = Slot(parse_quantity, "门店卖了多少？比如“2”")

    async def check(self, turn: Turn, data: Data) -> Question | None:
        if Quantity.of(data["qty"]) > NONE:
            return None
        kept = {key: value for key, value in data.items() if key != "qty"}
        return Question((turn.here("卖了多少没看懂，说个数，比如“2”"),), asked="qty", data=kept)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        qty = Quantity.of(data["qty"])
        name, unit = sku_name(turn, data["sku"]), turn.shelf.catalogue.sku[data["sku"]].unit
        spot = await placing.spot_in(turn, data.get("said", ""))
        left = await shelves.sold_here(turn.shop, data["sku"], qty, place=spot, now=turn.now)
        sold = f"{name} {'门店' if spot.id is None else spot.name}卖了 {qty} {unit}"
        text = f"{sold}，{voice.left(left, unit)}{placing.for_sale(spot)}。（撤销 2 分钟内有效）"
        undo = {"sku": data["sku"], "qty": str(qty), "name": name, "place": spot.name}
        return Done((turn.here(text),), undo=undo, after=str(left))

    async def take_back(self, turn: Turn, undo: Data) -> str:
        spot = await placing.spot_in(turn, undo.get("place", ""))
        await shelves.not_sold(turn.shop, undo["sku"], Quantity.of(undo["qty"]), place=spot, now=turn.now)
        return f"{undo['name']} 卖掉的 {undo['qty']} 加回来了"
