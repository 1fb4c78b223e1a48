"""What the shop does to its shelves by hand never touches what is promised."""

from __future__ import annotations

import asyncio

import pytest

from shop import catalogue, orders, shelves
from shop.kit.ids import ShopId
from shop.kit.quantity import Quantity
from shop.refusals import NoSuchGoods, SoldOut, StillPromised
from shop.transaction import run_sql, unit_of_work
from tests.support.world import NOW, a_customer, a_product, an_order, books, shelf, want


async def moves() -> list[tuple[int, str]]:
    rows = await run_sql("SELECT change, reason FROM stock_move ORDER BY id")
    return [(int(row["change"]), str(row["reason"])) for row in rows]


async def test_what_was_sold_here_leaves_the_shelf_with_its_reason(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    await an_order(await a_customer(), (oranges, 2))
    assert await shelves.sold_here(shop, oranges, Quantity.of(1), now=NOW) == Quantity.of(2)
    assert await shelf(oranges) == ("4", "2")
    assert await moves() == [(5000, "received"), (-1000, "offline")]


async def test_edge_24_what_is_promised_is_not_sold_at_the_counter(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    await an_order(await a_customer(), (oranges, 2))
    before = await books()
    with pytest.raises(StillPromised) as no:
        await shelves.sold_here(shop, oranges, Quantity.of("3.001"), now=NOW)
    assert (no.value.on_hand, no.value.held) == (Quantity.of(5), Quantity.of(2))
    assert await books() == before


async def test_all_that_is_free_can_be_sold_here_and_taken_back(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    assert await shelves.sold_here(shop, oranges, Quantity.of(5), now=NOW) == Quantity.of(0)
    await shelves.not_sold(shop, oranges, Quantity.of(5), now=NOW)
    assert await shelf(oranges) == ("5", "0")
    assert await moves() == [(5000, "received"), (-5000, "offline"), (5000, "undone")]


async def test_goods_that_are_not_ours_are_not_sold_here(shop: ShopId) -> None:
    with pytest.raises(NoSuchGoods):
        await shelves.sold_here(shop, "X", Quantity.of(1), now=NOW)


async def test_the_counter_and_the_chat_never_sell_the_same_box(shop: ShopId) -> None:
    """Five boxes, five buyers and five sales at the counter at once: five of the ten get one."""
    oranges = await a_product(stock=5)
    buyers = [await a_customer(f"顾客{n}") for n in range(5)]

    async def at_the_counter() -> bool:
        try:
            await unit_of_work(lambda: shelves.sold_here(shop, oranges, Quantity.of(1), now=NOW))
        except StillPromised:
            return False
        return True

    async def by_chat(buyer: int) -> bool:
        try:
            await unit_of_work(lambda: orders.place(shop, buyers[buyer], [want(oranges, 1)], now=NOW))
        except SoldOut:
            return False
        return True

    sold = await asyncio.gather(*(one for n in range(5) for one in (at_the_counter(), by_chat(n))))
    assert sum(sold) == 5
    on_hand, held = await shelf(oranges)
    assert on_hand == held


async def test_edge_23_a_count_below_what_is_promised_moves_nothing(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    await an_order(await a_customer(), (oranges, 2))
    before = await books()
    assert await catalogue.count(shop, oranges, Quantity.of(1), now=NOW) is None
    assert await books() == before
    assert await catalogue.count(shop, oranges, Quantity.of(2), now=NOW) == Quantity.of(5)
    assert (await shelves.standing(shop, oranges)).free == Quantity.of(0)
