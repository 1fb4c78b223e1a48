"""改价: 草莓改成25块5. A change of more than 30 % is asked about; orders already placed keep their price."""

from __future__ import annotations

from dialogs.command import PRODUCT, SKU, UNDO_FOR, Command, as_money, parse_amount, sku_name, slot_of
from dialogs.engine import Data, Done, Question, Slot
from dialogs.turn import Turn
from shop import catalogue, slips
from shop.kit.money import Money
from shop.kit.quantity import Quantity


class SetGoods(Command):
    """改价, and 库存改成15 in the same words."""

    id = "price"
    intents = ("admin.product_set",)
    starts = ("改价",)
    examples = ("改价 草莓 25.5", "香蕉改3块2", "车厘子改价89，库存20箱")
    undo_for = UNDO_FOR
    product = PRODUCT
    unit = Slot(slot_of("unit"), optional=True)
    sku = SKU
    stock = Slot(slot_of("stock"), optional=True)
    price = Slot(parse_amount, "改成多少钱？比如“25.5”", optional=True)

    def missing(self, data: Data) -> str | None:
        if slot := super().missing(data):
            return slot
        return None if data.get("price") or data.get("stock") else "price"

    async def check(self, turn: Turn, data: Data) -> Question | None:
        new = as_money(data["price"]) if data.get("price") else None
        if data.get("price") and new is None:
            return Question((turn.here("价格没看懂，改成多少钱？比如“25.5”"),), asked="price")
        old = turn.shelf.catalogue.sku[data["sku"]].price
        if new is not None and abs(new.fen - old.fen) * 100 > old.fen * 30:
            text = f"{sku_name(turn, data['sku'])} {old.yuan} → {new.yuan}，变了不少，对吗？"
            return self.preview(turn, text)
        return None

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        name, sku = sku_name(turn, data["sku"]), data["sku"]
        parts, undo = [], {"sku": sku, "name": name}
        if data.get("price"):
            new = as_money(data["price"]) or Money(0)
            old = await catalogue.change_price(turn.shop, sku, new)
            undo["fen"] = old.fen
            parts.append(
                f"{name} {old.yuan} → {new.yuan}，改好了。{await _still(turn, sku)}（快捷：改价 {name} {new.yuan}"
            )
        if data.get("stock"):
            qty = Quantity.of(data["stock"])
            was = await catalogue.count(turn.shop, sku, qty, now=turn.now)
            if was is None:
                parts.append(f"{name}的库存不能改成 {qty}，已经有人订了更多")
            else:
                undo["stock"] = str(was)
                parts.append(f"{name}库存 {was} → {qty}，改好了（快捷：盘点 {name} {qty}")
        text = "\n".join(f"{part} · 撤销 2 分钟内有效）" if "快捷" in part else part for part in parts)
        return Done((turn.here(text),), undo=undo, before={"fen": undo.get("fen")}, after=data)

    async def take_back(self, turn: Turn, undo: Data) -> str:
        said = []
        if "fen" in undo:
            await catalogue.change_price(turn.shop, undo["sku"], Money(undo["fen"]))
            said.append(f"{undo['name']} 改回 {Money(undo['fen']).yuan}")
        if "stock" in undo:
            qty = Quantity.of(undo["stock"])
            back = await catalogue.count(turn.shop, undo["sku"], qty, now=turn.now)
            said.append(
                f"{undo['name']} 库存改回 {qty}"
                if back is not None
                else f"{undo['name']} 的库存改不回去了，有人订了"
            )
        return "，".join(said)


async def _still(turn: Turn, sku: str) -> str:
    placing = await slips.placing_now(turn.shop, sku)
    return f"{placing} 位正在下单的按原价算。" if placing else ""
