"""特价计划: once a day at its hour, late but on the same day, never twice; what cannot be sold is left out and told."""

from __future__ import annotations

import asyncio
from datetime import datetime

from shop import catalogue, special_plans, specials
from shop.catalogue import goods
from shop.kit.ids import RoomId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.rules.campaigns import Kind
from shop.special_plans import EVERY_DAY, Line, Plan
from shop.transaction import unit_of_work
from tests.support.world import NOW, TODAY, a_clerk, a_customer, a_product, a_room, after, an_order, happened

TZ = "Asia/Shanghai"  # NOW is ten in the morning there, on a Friday
NOON = 12 * 60


async def a_plan(shop: ShopId, *lines: Line, minute: int = NOON, rooms: tuple[RoomId, ...] = ()) -> Plan:
    return await special_plans.make(shop, minute, lines, by=await a_clerk(), tz=TZ, now=NOW, rooms=rooms)


async def tick(**later: float) -> int:
    return await unit_of_work(lambda: special_plans.post_due(now=after(**later)))


async def price(shop: ShopId, sku: str, moment: datetime) -> Money:
    return (await goods(shop)).price(sku, moment.date()).price


async def test_once_a_day_at_its_hour(shop: ShopId) -> None:
    berries, room = await a_product("草莓", price="28.00"), await a_room()
    await a_plan(shop, Line(EVERY_DAY, berries, Money(2200)))
    assert await tick(hours=1.9) == 0
    assert (await tick(hours=2), await tick(hours=2), await tick(hours=9)) == (1, 0, 0)
    assert await price(shop, berries, NOW) == Money(2200)
    (numbered,) = (await goods(shop)).campaigns
    assert (numbered.kind, numbered.rooms, numbered.items[0].no) == (Kind.DAILY, (room.id,), 1)
    assert await tick(hours=26) == 1
    assert await happened() == ["SpecialsPosted", "SpecialsPosted"]


async def test_a_weekday_goes_before_every_day_and_other_days_have_their_own(shop: ShopId) -> None:
    berries = await a_product("草莓")
    plan = await a_plan(
        shop, Line(5, berries, Money(1)), Line(EVERY_DAY, berries, Money(2)), Line(6, berries, Money(3))
    )
    assert [plan.on(after(days=n).date())[berries].fen for n in range(3)] == [1, 3, 2]


async def test_made_after_its_hour_it_begins_tomorrow(shop: ShopId) -> None:
    berries = await a_product("草莓")
    await a_room()
    await a_plan(shop, Line(EVERY_DAY, berries, Money(1)), minute=8 * 60)
    assert await tick(hours=1) == 0
    assert await tick(hours=22) == 1


async def test_what_was_due_while_nobody_was_there_is_posted_late_the_same_day_only(shop: ShopId) -> None:
    berries = await a_product("草莓")
    await a_room()
    await a_plan(shop, Line(EVERY_DAY, berries, Money(1)))
    assert await tick(hours=13.9) == 1  # two hours before midnight
    assert await tick(days=3) == 0  # ten in the morning: the days between are gone
    assert await happened() == ["SpecialsPosted"]


async def test_two_processes_post_once(shop: ShopId) -> None:
    berries = await a_product("草莓")
    await a_room()
    await a_plan(shop, Line(EVERY_DAY, berries, Money(1)))
    assert sum(await asyncio.gather(*(tick(hours=2) for _ in range(5)))) == 1
    assert await happened() == ["SpecialsPosted"]


async def test_goods_that_are_not_there_are_left_out_and_told(shop: ShopId) -> None:
    berries, gone = await a_product("草莓"), await a_product("西瓜", stock=0)
    withdrawn = await a_product("香蕉")
    await a_room()
    await catalogue.withdraw(shop, (await goods(shop)).everything.sku[withdrawn].product)
    await a_plan(shop, *(Line(EVERY_DAY, sku, Money(1)) for sku in (berries, gone, withdrawn)))
    assert await tick(hours=2) == 1
    assert await happened() == ["SpecialsPosted", "SpecialsLeftOut"]
    assert set((await goods(shop)).campaigns[0].item) == {berries}


async def test_when_nothing_is_there_nothing_is_posted(shop: ShopId) -> None:
    gone = await a_product("西瓜", stock=0)
    await a_room()
    await a_plan(shop, Line(EVERY_DAY, gone, Money(1)))
    assert (await tick(hours=2), await tick(hours=3)) == (1, 0)
    assert await happened() == ["SpecialsLeftOut"]


async def test_only_the_groups_that_were_chosen(shop: ShopId) -> None:
    berries, chosen = await a_product("草莓"), await a_room()
    await a_room("蔬菜群")
    await a_plan(shop, Line(EVERY_DAY, berries, Money(1)), rooms=(chosen.id,))
    await tick(hours=2)
    assert (await goods(shop)).campaigns[0].rooms == (chosen.id,)


async def test_stopped_and_going_on(shop: ShopId) -> None:
    berries = await a_product("草莓")
    await a_room()
    plan = await a_plan(shop, Line(EVERY_DAY, berries, Money(1)))
    assert await special_plans.stop(shop, [plan.id]) == 1
    assert (await tick(hours=2), await special_plans.running(shop)) == (0, ())
    await special_plans.go_on(shop, [plan.id])
    assert await tick(hours=3) == 1


# ── what sells out ──────────────────────────────────────────────────────────────────────────────────────────────


async def look(**later: float) -> int:
    return await unit_of_work(lambda: specials.tell_gone(now=after(**later)))


async def test_sold_out_and_back_are_told_once_each(shop: ShopId) -> None:
    berries, room = await a_product("草莓", stock=2), await a_room()
    await specials.post(
        shop, {berries: Money(2200)}, [room.id], by=await a_clerk(), day=TODAY, tz=TZ, now=NOW
    )
    assert await look() == 0
    await an_order(await a_customer(), (berries, 2))
    assert (await look(seconds=1), await look(seconds=2)) == (1, 0)
    await catalogue.restock(shop, berries, Quantity.of(5), now=after(minutes=1))
    assert (await look(minutes=2), await look(minutes=3)) == (1, 0)
    await catalogue.count(shop, berries, Quantity.of(2), now=after(minutes=4))
    assert await look(minutes=5) == 0  # a day is no ticker
    assert [one for one in await happened() if one == "SpecialGone"] == ["SpecialGone", "SpecialGone"]


async def test_what_sells_out_after_midnight_is_no_special_any_more(shop: ShopId) -> None:
    berries, room = await a_product("草莓", stock=2), await a_room()
    await specials.post(
        shop, {berries: Money(2200)}, [room.id], by=await a_clerk(), day=TODAY, tz=TZ, now=NOW
    )
    await an_order(await a_customer(), (berries, 2))
    assert await look(hours=15) == 0
