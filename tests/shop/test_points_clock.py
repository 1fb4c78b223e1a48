"""Points run out at the turn of the year, the oldest first: told a month before, taken once, never below nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

from shop import points, points_clock
from shop.invariants import broken
from shop.kit.ids import PersonId, ShopId
from shop.rules.points import last_year_end, next_year_end, run_out
from shop.settled import settle_rules
from shop.transaction import run_sql, unit_of_work
from tests.support.at_once import at_once
from tests.support.world import a_customer, a_product, an_order, happened

MIDNIGHT = datetime(2027, 12, 31, 16, 0, tzinfo=UTC)  # in Shanghai a new year begins
EARLIER, LATER = datetime(2026, 6, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)
DECEMBER = datetime(2027, 12, 5, tzinfo=UTC)


@pytest.fixture
async def li(shop: ShopId) -> PersonId:
    await settle_rules(shop, {"points": {"per_yuan": 1, "years": 1}})
    return await a_customer("小李")


async def gain(shop: ShopId, person: PersonId, many: int, at: datetime) -> None:
    await points.give(shop, person, many, person, "", at, f"{person} {at} {many}")


async def at(now: datetime) -> tuple[int, int]:
    """What the clock does then: how many are told, how many lose points."""
    told = await unit_of_work(partial(points_clock.remind_due, now=now))
    return told, await unit_of_work(partial(points_clock.expire_due, now=now))


async def has(shop: ShopId, person: PersonId) -> int:
    return (await points.balance(shop, person)).spendable


async def test_the_oldest_go_first_and_each_year_takes_its_own(shop: ShopId, li: PersonId) -> None:
    await gain(shop, li, 100, EARLIER)
    await gain(shop, li, 50, LATER)
    await points.give(shop, li, -30, li, "", LATER, "off")
    assert await points_clock.ending(shop, li, now=LATER) == (70, MIDNIGHT)
    assert await at(DECEMBER) == (1, 0)
    assert await at(DECEMBER) == (0, 0)
    assert await at(MIDNIGHT) == (0, 1)
    assert await at(MIDNIGHT) == (0, 0)
    assert await has(shop, li) == 50
    next_december, next_year = DECEMBER.replace(year=2028), MIDNIGHT.replace(year=2028)
    assert (await at(next_december), await at(next_year)) == ((1, 0), (0, 1))
    assert (await has(shop, li), await broken(shop)) == (0, [])
    assert (await happened()).count("PointsEnding") == 2
    moved = [(one.kind, one.points) for one in await points.history(li, 2)]
    assert moved == [(points.RAN_OUT, -50), (points.RAN_OUT, -70)]


async def test_what_was_spent_has_not_run_out_and_the_level_stays(shop: ShopId, li: PersonId) -> None:
    await gain(shop, li, 100, EARLIER)
    order = await an_order(li, (await a_product("橙子", "29.90"), 1))
    await points.spend(order.id, li, 100, LATER, 1)
    assert await points_clock.ending(shop, li, now=LATER) is None
    assert (await at(DECEMBER), await at(MIDNIGHT)) == ((0, 0), (0, 0))
    await points.give_back_spent(order.id, li, 100, "1", MIDNIGHT)  # a year later it is called off
    assert (await at(MIDNIGHT), await has(shop, li)) == ((0, 0), 100)
    assert (await points.balance(shop, li)).earned == 100


async def test_what_is_owed_does_not_run_out(shop: ShopId, li: PersonId) -> None:
    await gain(shop, li, 20, EARLIER)
    await points.give(shop, li, -50, li, "", LATER, "off")
    assert (await at(DECEMBER), await at(MIDNIGHT), await has(shop, li)) == ((0, 0), (0, 0), -30)


async def test_a_rule_that_is_younger_than_its_day_takes_nothing(shop: ShopId) -> None:
    li = await a_customer("小李")
    await settle_rules(shop, {"points": {"per_yuan": 1}})
    await gain(shop, li, 20, EARLIER)
    assert (await at(DECEMBER), await at(MIDNIGHT)) == ((0, 0), (0, 0))
    await settle_rules(shop, {"points": {"per_yuan": 1, "years": 1}})
    assert (await at(MIDNIGHT), await has(shop, li)) == ((0, 0), 20)


async def test_a_crowd_goes_page_by_page(shop: ShopId, li: PersonId, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points_clock, "PAGE", 2)
    crowd = [li, *[await a_customer(name) for name in ("阿花", "小明", "小红", "大刘")]]
    for person in crowd:
        await gain(shop, person, 10, EARLIER)
    told = [(await at(DECEMBER))[0] for _ in range(4)]
    assert (told, (await happened()).count("PointsEnding")) == ([2, 2, 1, 0], 5)
    lost = [(await at(MIDNIGHT))[1] for _ in range(4)]
    assert (lost, [await has(shop, person) for person in crowd]) == ([2, 2, 1, 0], [0] * 5)


async def test_a_bill_and_the_end_of_the_year_never_take_the_same_points(shop: ShopId, li: PersonId) -> None:
    await gain(shop, li, 100, EARLIER)
    order = await an_order(li, (await a_product("橙子", "29.90"), 1))
    await at(DECEMBER)
    spend = partial(points.spend, order.id, li, 60, MIDNIGHT, 1)
    expire = partial(points_clock.expire_due, now=MIDNIGHT)
    came = await at_once(spend, expire, expire)
    assert came["done"] in (2, 3)
    rows = await run_sql(
        "SELECT amount FROM entry WHERE account = ? AND amount < 0 ORDER BY amount", [f"points:{li}"]
    )
    assert [int(row["amount"]) for row in rows] in ([-100], [-60, -40])
    assert await has(shop, li) == 0


def test_the_turn_of_the_year_is_the_shops_own() -> None:
    before = datetime(2027, 12, 31, 15, 59, tzinfo=UTC)
    assert next_year_end(before, "Asia/Shanghai", years=1).over == MIDNIGHT
    assert last_year_end(MIDNIGHT, "Asia/Shanghai", years=1).over == MIDNIGHT
    assert last_year_end(MIDNIGHT, "Asia/Shanghai", years=1).before == datetime(
        2026, 12, 31, 16, 0, tzinfo=UTC
    )
    assert last_year_end(before, "Asia/Shanghai", years=1).over.year == 2027
    assert (run_out(100, 30), run_out(30, 100)) == (70, 0)
