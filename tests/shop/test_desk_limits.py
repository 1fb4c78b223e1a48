"""What a shop settles for its desk is what its desk keeps to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shop import agents, desk, desk_clock, people, tickets
from shop.desk_limits import limits_of, set_limits
from shop.kit.ids import PersonId, ShopId
from shop.rules.tickets import Limits, State
from tests.support.world import NOW, a_clerk, a_customer, after, happened

TIGHT = Limits(
    most=1,
    unclaimed=timedelta(seconds=30),
    waits=(timedelta(minutes=2),),
    first_answer=timedelta(minutes=1),
    next_answer=timedelta(minutes=3),
    solved=timedelta(hours=2),
    silent=timedelta(minutes=4),
    idle=timedelta(hours=1),
    same_agent=timedelta(hours=3),
    rate_within=timedelta(hours=1),
)


@pytest.fixture
async def mei(shop: ShopId) -> PersonId:
    await set_limits(shop, TIGHT)
    return await a_clerk("小美", people.AGENT)


@pytest.fixture
async def qiang(shop: ShopId, mei: PersonId) -> PersonId:
    return await a_clerk("小强", people.AGENT)


async def wanted(shop: ShopId, who: str = "小李", minutes: float = 0) -> int:
    who_id = await a_customer(who)
    return (await desk.want_person(shop, who_id, "坏了", room=None, now=after(minutes=minutes))).id


async def test_they_are_kept_as_they_were_said_beside_the_hours(shop: ShopId) -> None:
    assert await limits_of(shop) == Limits()
    await set_limits(shop, TIGHT)
    await agents.set_hours(shop, ["1-7 09:00-21:00"], [])
    assert await limits_of(shop) == TIGHT
    assert not await agents.are_open(shop, now=after(hours=12))
    await set_limits(shop, Limits())
    assert await limits_of(shop) == Limits()


async def test_nobody_gets_more_than_the_shop_allows_unless_he_may_have_more(
    shop: ShopId, mei: PersonId
) -> None:
    offered = [(await tickets.request(await wanted(shop, name))).offered for name in ("小李", "阿花")]
    assert offered == [mei, None]
    await agents.set_most(shop, mei, 2)
    assert await desk_clock.offer_waiting(shop, now=NOW) == 1


async def test_the_next_one_is_asked_and_the_customer_told_when_the_shop_says(
    shop: ShopId, mei: PersonId, qiang: PersonId
) -> None:
    ticket = await wanted(shop)
    assert await desk_clock.look_at(ticket, now=after(seconds=29)) == 0
    await desk_clock.look_at(ticket, now=after(seconds=30))
    assert (await tickets.request(ticket)).offered == qiang
    await desk_clock.look_at(ticket, now=after(minutes=2))
    await desk_clock.look_at(ticket, now=after(minutes=30))
    assert (await happened()).count("CustomerWaits") == 1
    await desk_clock.look_at(ticket, now=after(hours=1))
    assert (await tickets.request(ticket)).closed


async def test_goals_remind_and_silence_passes_on(shop: ShopId, mei: PersonId, qiang: PersonId) -> None:
    ticket = await wanted(shop)
    await desk.answer(shop, ticket, mei, "在的", now=after(seconds=10))
    await desk.customer_wrote(ticket, "坏了三个", now=after(minutes=1))
    assert await desk_clock.look_at(ticket, now=after(minutes=3)) == 0
    await desk_clock.look_at(ticket, now=after(minutes=4))
    assert (await happened())[-1] == "AgentReminded"
    await desk_clock.look_at(ticket, now=after(minutes=5))
    passed = await tickets.request(ticket)
    assert (passed.state, passed.offered, passed.passed) == (State.OPEN, qiang, 1)


async def test_who_knows_him_is_asked_and_a_rating_counts_for_as_long_as_the_shop_says(
    shop: ShopId, mei: PersonId, qiang: PersonId
) -> None:
    for stars_at, counts in ((59, True), (61, False)):
        ticket = await wanted(shop)
        await desk.answer(shop, ticket, qiang, "好了", now=NOW)
        await desk.end(shop, ticket, qiang, now=NOW)
        assert await desk.rate(await a_customer(), 5, "很快", now=after(minutes=stars_at)) is counts
        assert [line.text for line in await tickets.lines(ticket)].count("很快") == counts
    again = await wanted(shop, minutes=179)
    assert (await tickets.request(again)).offered == qiang
    await desk.solved(again, now=after(minutes=180))
    assert (await tickets.request(await wanted(shop, minutes=361))).offered == mei


async def test_the_wait_of_who_wrote_at_night_begins_when_somebody_comes(shop: ShopId, mei: PersonId) -> None:
    await agents.set_duty(shop, mei, at_work=False)
    ticket = await wanted(shop)
    assert await desk_clock.look_at(ticket, now=after(minutes=10)) == 0  # he was told at once
    await agents.set_duty(shop, mei, at_work=True)
    await desk_clock.offer_waiting(shop, now=after(minutes=30))
    await desk_clock.look_at(ticket, now=after(minutes=32))
    assert (await happened())[-1] == "CustomerWaits"
