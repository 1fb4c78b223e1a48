"""问价问货: 橙子还有吗，多少钱一斤 → what is left and what it costs, in one line."""

from __future__ import annotations

from dialogs import voice
from dialogs.engine import Data, Dialogue, Done, Slot
from dialogs.hear.reading import Reading
from dialogs.ordering import take
from dialogs.turn import Turn
from dialogs.wants import line_to_json
from dialogs.wishing import wants_a_call, wished
from shop.catalogue import left_of
from shop.goods import Sku
from shop.kit.quantity import Quantity


def parse_product(reading: Reading, old: object, asked: bool) -> object:
    """A product's id, the sku when one was named, or the lines of 有的话要两盒."""
    return reading.slots.get("product") or reading.slots.get("sku")


class AskGoods(Dialogue):
    id = "goods"
    intents = ("price.query", "stock.query")
    examples = ("苹果多少钱", "香蕉还有吗", "草莓怎么卖")
    is_answer = True
    product = Slot(parse_product, optional=True)
    lines = Slot(
        lambda reading, old, asked: [line_to_json(line) for line in reading.lines] if reading.lines else None,
        optional=True,
    )

    call = Slot(lambda reading, old, asked: wants_a_call(reading.text) or None, optional=True)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        if data.get("lines"):  # 还有吗？有的话要两盒: the shop tries, and says so when it is gone
            return await take(turn, data)
        skus = _skus(turn, data.get("product"))
        if not skus:
            return Done((turn.here("问哪一样？回“菜单”看今天有什么"),) if turn.addressed else ())
        left = await left_of(turn.shop, [sku.id for sku in skus])
        gone = [sku for sku in skus if sku.id in left and left[sku.id].milli <= 0]
        if data.get("call") and gone:
            return await wished(turn, gone)
        parts = [_one(turn, sku, left[sku.id], several=len(skus) > 1) for sku in skus if sku.id in left]
        hint = _call(turn, gone[0]) if gone and len(gone) == len(parts) else ""
        return Done((turn.here("；".join(parts) + hint),), facts=_facts(turn, skus, left))


def _facts(turn: Turn, skus: list[Sku], left: dict[str, Quantity]) -> dict[str, str]:
    called = turn.shelf.catalogue.called
    return {called(sku.id): f"剩 {left.get(sku.id, '?')} {sku.unit}" for sku in skus}


def _skus(turn: Turn, said: str | None) -> list[Sku]:
    catalogue = turn.shelf.catalogue
    if said is None:
        return []
    if said in catalogue.sku:
        return [catalogue.sku[said]]
    return list(catalogue.product[said].skus) if said in catalogue.product else []


def _call(turn: Turn, sku: Sku) -> str:
    """A wish is one person's affair."""
    how = "回" if turn.room is None else "私聊我"
    return f"。要到货叫你，{how}“{_name(turn, sku)}到货叫我”"


def _name(turn: Turn, sku: Sku) -> str:
    return turn.shelf.catalogue.product[sku.product].name


def _one(turn: Turn, sku: Sku, left: Quantity, *, several: bool) -> str:
    name = _name(turn, sku)
    offer = turn.shelf.price(sku.id, turn.day)
    spec = f"{sku.spec} " if several and sku.spec and sku.spec != "散称" else ""
    special = f"（{offer.why}）" if offer.why else ""
    if left.milli <= 0:
        return f"{spec}{name}卖完了，{voice.price(offer.price, sku.unit)}"
    return f"{spec}{voice.left(left, sku.unit)}，{voice.price(offer.price, sku.unit)}{special}"
