"""上架: 上架 红颜草莓 25/盒 库存80 → a preview, then on the menu; undo takes it off again."""

from __future__ import annotations

from dialogs import voice
from dialogs.command import UNDO_FOR, Command, as_money, bare_number, parse_amount, slot_of
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.turn import Turn
from shop import catalogue
from shop.catalogue import NewGoods
from shop.kit.money import Money
from shop.kit.quantity import Quantity


def parse_name(reading: Reading, old: object, asked: bool) -> object:
    """A new name; when it was asked for, the whole answer is the name."""
    if name := reading.slots.get("name"):
        return str(name)[:20]
    return reading.text.strip()[:20] if asked and not bare_number(reading.text) else None


def parse_unit(reading: Reading, old: object, asked: bool) -> object:
    if unit := reading.slots.get("unit"):
        return unit
    return reading.text.strip()[:4] if asked and reading.text.strip() else None


class Add(Command):
    id = "add"
    intents = ("admin.product_add",)
    starts = ("上架",)
    examples = ("上架 猕猴桃 12.8一斤 先放50斤", "上架 红颜草莓 25/盒 库存80")
    undo_for = UNDO_FOR
    name = Slot(parse_name, "上架什么？说名字就行")
    price = Slot(parse_amount, "卖多少钱？比如“25”")
    unit = Slot(parse_unit, "按什么卖？比如“盒”“斤”“箱”")
    stock = Slot(slot_of("stock", "qty"), optional=True)
    spec = Slot(slot_of("spec"), optional=True)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        price = as_money(data["price"])
        if price is None:
            return Question(
                (turn.here("价格没看懂，卖多少钱？比如“25.5”"),), asked="price", data=_without(data, "price")
            )
        stock = f"，库存 {data['stock']} {data['unit']}" if data.get("stock") else "，库存 0（到货说“补货”）"
        spec = f"（{data['spec']}）" if data.get("spec") else ""
        return self.preview(turn, f"上架 {data['name']}{spec} {voice.price(price, data['unit'])}{stock}")

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        new = NewGoods(
            data["name"],
            data["unit"],
            as_money(data["price"]) or Money(0),
            Quantity.of(data.get("stock") or 0),
            data.get("spec") or "",
        )
        sku = await catalogue.put_on_sale(turn.shop, new, now=turn.now)
        product = sku.rsplit("-", 1)[0]
        text = f"{new.name} 上架了，{voice.price(new.price, new.unit)}。（快捷：上架 {new.name} {new.price.yuan}/{new.unit} 库存{new.stock} · 撤销 2 分钟内有效）"
        return Done((turn.here(text),), undo={"product": product, "name": new.name}, after={"sku": sku})

    async def take_back(self, turn: Turn, undo: Data) -> str:
        await catalogue.withdraw(turn.shop, undo["product"])
        return f"{undo['name']} 又下架了"


def _without(data: Data, slot: str) -> Data:
    return {key: value for key, value in data.items() if key != slot}
