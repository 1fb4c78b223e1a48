"""What goes now of an order, in any words: each amount exactly, and nothing that is not on it."""

from __future__ import annotations

import pytest

from bot.run import demo_goods
from dialogs.parting import Units, quantity, units_said
from shop.kit.quantity import Quantity
from shop.rules.parcels import Inside

GOODS = demo_goods()
APPLES = next(
    sku for product in GOODS.products for sku in product.skus if "苹果" in product.name and sku.unit == "箱"
)
BANANAS = next(sku for product in GOODS.products for sku in product.skus if product.name == "香蕉")
INSIDE = (
    Inside(1, APPLES.id, GOODS.called(APPLES.id), "箱", Quantity.of(3)),
    Inside(2, BANANAS.id, "香蕉", BANANAS.unit, Quantity.of(2)),
    Inside(3, BANANAS.id, "香蕉", BANANAS.unit, Quantity.of("1.5")),
)


def units(**milli: int) -> Units:
    known = {"apples": APPLES.id, "bananas": BANANAS.id}
    return tuple((known[name], Quantity(qty)) for name, qty in milli.items())


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("苹果2箱", units(apples=2000)),
        ("先给他两箱苹果", "给他"),
        ("两箱苹果", units(apples=2000)),
        ("2箱的苹果、香蕉", units(apples=2000, bananas=3500)),
        ("香蕉1.5斤", units(bananas=1500)),
        ("苹果", units(apples=3000)),
        ("谢谢", ()),
        ("梨2斤", "梨2斤"),
        ("苹果1.23456箱", "1.23456"),
        ("苹果999999999999箱", "999999999999"),
        ("苹果2箱 梨1斤", "梨1斤"),
    ],
)
def test_words_are_units_or_what_is_not_there(said: str, meant: Units | str) -> None:
    found = units_said(said, INSIDE, GOODS)
    assert found == meant or (isinstance(found, tuple) and sorted(found) == sorted(meant))


def test_nobody_has_so_much_or_so_finely() -> None:
    assert [quantity(said) for said in ("半", "1e5", "0.0001", "100001", "")] == [None] * 5
    assert quantity("100000") == Quantity.of(100_000)
