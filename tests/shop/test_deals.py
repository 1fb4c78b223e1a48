"""促销: run, stopped, told once when it begins and once before it ends, over when it is over."""

from __future__ import annotations

import pytest

from shop import deals, orders
from shop.catalogue import goods
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.transaction import run_sql, unit_of_work
from tests.support.world import NOW, a_customer, a_product, a_room, after, an_order, happened

SAVE = {"steps": [["50", "5"]]}


async def tick(**later: float) -> int:
    return await unit_of_work(lambda: deals.tell_due(now=after(**later)))


def timed(begins: float, ends: float) -> dict[str, str]:
    return {"rate": "8", "from": after(hours=begins).isoformat(), "until": after(hours=ends).isoformat()}


async def test_it_counts_from_the_next_basket_on_and_no_more_when_it_is_stopped(shop: ShopId) -> None:
    oranges, li = await a_product(price="30.00", stock=20), await a_customer()
    before = await an_order(li, (oranges, 2))
    made = await deals.run(shop, "spend_save", SAVE, now=NOW)
    during = await an_order(await a_customer("王姐"), (oranges, 2))
    assert await deals.stop(shop, made.id)
    stopped = await an_order(await a_customer("大刘"), (oranges, 2))
    assert [slip.payable for slip in (before, during, stopped)] == [Money(6000), Money(5500), Money(6000)]
    assert not await deals.stop(shop, made.id)
    await deals.go_on(shop, [made.id])
    assert [one.id for one in await deals.running(shop, now=NOW)] == [made.id]


async def test_wrong_terms_leave_no_row(shop: ShopId) -> None:
    with pytest.raises(ValueError, match="never saves more"):
        await deals.run(shop, "spend_save", {"steps": [["50", "60"]]}, now=NOW)
    assert await run_sql("SELECT id FROM promotion") == []


async def test_a_new_one_takes_the_place_of_the_old(shop: ShopId) -> None:
    old = await deals.run(shop, "spend_save", SAVE, now=NOW)
    new = await deals.run(shop, "spend_save", {"steps": [["50", "8"]]}, now=NOW, instead_of=[old.id])
    assert [one.id for one in await deals.running(shop, now=NOW)] == [new.id]
    assert len((await goods(shop)).promotions) == 1
    assert old.promotion != new.promotion


async def test_a_timed_one_is_told_at_its_beginning_and_before_its_end_once_each(shop: ShopId) -> None:
    room = await a_room()
    await deals.run(shop, "timed", timed(2, 4), now=NOW, rooms=[room.id])
    assert (await tick(hours=1.9), await happened()) == (0, [])
    assert (await tick(hours=2), await tick(hours=2.1)) == (1, 0)
    assert await happened() == ["DealBegun"]
    assert (await tick(hours=3.4), await tick(hours=3.5), await tick(hours=3.6)) == (0, 1, 0)
    assert await happened() == ["DealBegun", "DealEnding"]
    assert (await tick(hours=4), await tick(hours=4)) == (1, 0)
    assert await happened() == ["DealBegun", "DealEnding"]
    assert await deals.running(shop, now=after(hours=3)) == ()


async def test_what_was_slept_through_is_over_and_no_end_is_called(shop: ShopId) -> None:
    room = await a_room()
    await deals.run(shop, "timed", timed(1, 2), now=NOW, rooms=[room.id])
    await tick(hours=30)
    assert "DealEnding" not in await happened()
    assert await deals.running(shop, now=after(hours=30)) == ()


async def test_nobody_is_told_of_one_without_groups_or_of_one_that_was_stopped(shop: ShopId) -> None:
    room = await a_room()
    await deals.run(shop, "spend_save", SAVE, now=NOW)
    taken_back = await deals.run(shop, "timed", timed(2, 4), now=NOW, rooms=[room.id])
    await deals.stop(shop, taken_back.id)
    for hours in (2, 3.5, 4):
        await tick(hours=hours)
    assert await happened() == []


async def test_an_order_keeps_the_price_of_the_hour_in_which_it_was_placed(shop: ShopId) -> None:
    oranges, li = await a_product(price="10.00", stock=9), await a_customer()
    hours = {"rate": "8", "hours": "10:00-11:00", "tz": "Asia/Shanghai"}
    await deals.run(shop, "timed", hours, now=NOW)
    placed = await an_order(li, (oranges, 2), now=NOW)
    later = await an_order(await a_customer("王姐"), (oranges, 2), now=after(hours=2))
    tomorrow = await an_order(await a_customer("大刘"), (oranges, 2), now=after(days=1))
    assert [slip.payable for slip in (placed, later, tomorrow)] == [Money(1600), Money(2000), Money(1600)]
    await orders.cancel(placed.id, li, now=after(minutes=1))
