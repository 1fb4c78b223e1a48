"""What the shop does to its shelves by hand never touches what is promised."""

from __future__ import annotations

from functools import partial

import pytest

from shop import catalogue, orders, shelves
from shop.kit.ids import ShopId
from shop.kit.quantity import Quantity
from shop.refusals import NoSuchGoods, SoldOut, StillPromised
from shop.transaction import run_sql
from tests.support.at_once import at_once
from tests.support.world import NOW, a_customer, a_product, an_order, shelf, want


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


async def gate(shop: ShopId) -> shelves.Spot:
    return await shelves.new_spot(shop, "东门")


async def lies(shop: ShopId, sku: str) -> list[tuple[str, str, str]]:
    return [(one.place, str(one.on_hand), str(one.held)) for one in await shelves.everywhere(shop, sku)]


async def test_goods_in_another_place_are_nobodys_and_what_is_promised_stays(shop: ShopId) -> None:
    oranges, east = await a_product(stock=5), await gate(shop)
    await an_order(await a_customer(), (oranges, 2))
    await shelves.move(shop, oranges, Quantity.of(3), shelves.SHOP, east, now=NOW)
    assert await lies(shop, oranges) == [("店里", "2", "2"), ("东门", "3", "0")]
    assert await catalogue.left_of(shop, [oranges]) == {oranges: Quantity(0)}
    with pytest.raises(SoldOut):
        await orders.place(shop, await a_customer("阿花"), [want(oranges, 1)], now=NOW)
    with pytest.raises(StillPromised) as no:
        await shelves.move(shop, oranges, Quantity.of(1), shelves.SHOP, east, now=NOW)
    assert (no.value.on_hand, no.value.held, no.value.place) == (Quantity.of(2), Quantity.of(2), "店里")
    await shelves.move(shop, oranges, Quantity.of(1), east, shelves.SHOP, now=NOW)
    await orders.place(shop, await a_customer("阿花"), [want(oranges, 1)], now=NOW)
    assert await lies(shop, oranges) == [("店里", "3", "3"), ("东门", "2", "0")]
    assert await moves() == [
        (5000, "received"),
        (-3000, "moved"),
        (3000, "moved"),
        (-1000, "moved"),
        (1000, "moved"),
    ]


async def test_the_last_box_is_moved_once_and_a_place_is_made_once(shop: ShopId) -> None:
    oranges, east = await a_product(stock=3), await gate(shop)
    one = partial(shelves.move, shop, oranges, Quantity.of(1), shelves.SHOP, east, now=NOW)
    assert await at_once(*(one for _ in range(6))) == {"done": 3, "StillPromised": 3}
    back = partial(shelves.move, shop, oranges, Quantity.of(1), east, shelves.SHOP, now=NOW)
    came = await at_once(back, back, one, one)  # both ways at once: nobody waits in a circle, nothing is lost
    assert came.keys() <= {"done", "StillPromised"}
    assert sum(int(on_hand) for _, on_hand, _ in await lies(shop, oranges)) == 3
    await at_once(*(partial(shelves.new_spot, shop, "西门") for _ in range(4)))
    assert [spot.name for spot in await shelves.spots(shop)] == ["店里", "东门", "西门"]


async def test_each_place_is_counted_and_sold_from_alone(shop: ShopId) -> None:
    oranges, east = await a_product(stock=5), await gate(shop)
    assert await catalogue.count(shop, oranges, Quantity.of(4), place=east.id, now=NOW) == Quantity(0)
    assert await shelves.sold_here(shop, oranges, Quantity.of(1), place=east, now=NOW) == Quantity.of(3)
    with pytest.raises(StillPromised):
        await shelves.sold_here(shop, oranges, Quantity.of(4), place=east, now=NOW)
    await shelves.not_sold(shop, oranges, Quantity.of(1), place=east, now=NOW)
    assert await catalogue.count(shop, oranges, Quantity.of(2), place=east.id, now=NOW) == Quantity.of(4)
    assert await lies(shop, oranges) == [("店里", "5", "0"), ("东门", "2", "0")]
