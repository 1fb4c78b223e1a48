"""What the shop does to its shelves by hand never touches what is promised."""

from __future__ import annotations

import pytest

from shop import shelves
from shop.kit.ids import ShopId
from shop.kit.quantity import Quantity
from shop.refusals import NoSuchGoods
from shop.transaction import run_sql
from tests.support.world import NOW, a_customer, a_product, an_order, shelf


async def moves() -> list[tuple[int, str]]:
    rows = await run_sql("SELECT change, reason FROM stock_move ORDER BY id")
    return [(int(row["change"]), str(row["reason"])) for row in rows]


async def test_what_was_sold_here_leaves_the_shelf_with_its_reason(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    await an_order(await a_customer(), (oranges, 2))
    assert await shelves.sold_here(shop, oranges, Quantity.of(1), now=NOW) == Quantity.of(2)
    assert await shelf(oranges) == ("4", "2")
    assert await moves() == [(5000, "received"), (-1000, "offline")]


async def test_all_that_is_free_can_be_sold_here_and_taken_back(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    assert await shelves.sold_here(shop, oranges, Quantity.of(5), now=NOW) == Quantity.of(0)
    await shelves.not_sold(shop, oranges, Quantity.of(5), now=NOW)
    assert await shelf(oranges) == ("5", "0")
    assert await moves() == [(5000, "received"), (-5000, "offline"), (5000, "undone")]


async def test_goods_that_are_not_ours_are_not_sold_here(shop: ShopId) -> None:
    with pytest.raises(NoSuchGoods):
        await shelves.sold_here(shop, "X", Quantity.of(1), now=NOW)
