"""A ticket without a customer: nobody is woken for it, one is enough, who has it has a day, and nothing leaves the shop."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from shop import agents, amends, desk, desk_clock, desk_figures, matters, people, tickets
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.refusals import NoCustomer, TicketOver, TicketTaken
from shop.rules.baskets import Want
from shop.rules.refunds import What
from shop.rules.tickets import State
from shop.transaction import run_sql
from tests.support.at_once import at_once, whether
from tests.support.world import NOW, a_clerk, a_customer, a_product, after, books, happened

WRONG = "橙子的库存和进出记录差 1"
NIGHT = after(hours=17)  # three, in Shanghai; NOW is ten
MORNING = after(hours=22)


@pytest.fixture
async def mei(shop: ShopId) -> PersonId:
    return await a_clerk("小美", people.AGENT)


@pytest.fixture
async def qiang(shop: ShopId, mei: PersonId) -> PersonId:
    return await a_clerk("小强", people.AGENT)


async def a_matter(shop: ShopId, words: str = WRONG, *, now: datetime = NOW) -> int:
    assert await matters.found(shop, "books", "stock", words, now=now)
    return (await tickets.living(shop))[-1].id


async def row(ticket: int) -> dict[str, Any]:
    (found,) = await run_sql("SELECT * FROM ticket WHERE id = ?", [ticket])
    return dict(found)


async def looks(ticket: int, since: datetime, minutes: int) -> None:
    """As the clock would, a minute after the other."""
    for minute in range(minutes):
        await desk_clock.look_at(ticket, now=since + timedelta(minutes=minute))


# ── by night ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_found_by_night_is_asked_about_in_the_morning(
    shop: ShopId, mei: PersonId, qiang: PersonId
) -> None:
    ticket = await a_matter(shop, now=NIGHT)
    assert (await tickets.request(ticket)).offered == mei
    await looks(ticket, NIGHT, 5 * 60)
    assert await happened() == ["MatterRaised"]
    assert await desk_clock.due(now=MORNING) == ()
    await looks(ticket, MORNING, 3)
    assert (await tickets.request(ticket)).offered == qiang
    assert (await happened()).count("TicketPassedOn") == 1
    await looks(ticket, MORNING, 11)
    assert (await row(ticket))["stage"] == 3  # and the owner hears that nobody took it


async def test_in_a_shop_with_hours_the_morning_is_when_it_opens(shop: ShopId, mei: PersonId) -> None:
    await agents.set_hours(shop, ["1-7 09:30-21:00"], [])
    ticket = await a_matter(shop, now=NIGHT)
    opens = MORNING + timedelta(minutes=90)
    assert await desk_clock.due(now=opens) == ()
    assert await desk_clock.due(now=opens + timedelta(minutes=1)) == (ticket,)


async def test_one_that_nobody_takes_is_asked_about_anew_every_day_and_never_ends_by_itself(
    shop: ShopId, mei: PersonId, qiang: PersonId
) -> None:
    ticket = await a_matter(shop)
    for day in range(1, 4):
        await looks(ticket, after(hours=24 * (day - 1)), 12)
        told = (await happened()).count("TicketPassedOn")
        await looks(ticket, after(hours=24 * day), 1)
        assert (await happened()).count("TicketPassedOn") == told + 1
        assert ((await tickets.request(ticket)).state, (await row(ticket))["stage"]) == (State.OPEN, 0)


# ── one is enough ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_two_processes_that_find_it_in_the_same_moment_open_one(shop: ShopId, mei: PersonId) -> None:
    find = partial(matters.found, shop, "books", "stock", WRONG, now=NOW)
    assert await at_once(*[whether(find)] * 10) == {"done": 1, "nothing": 9}
    (matter,) = await tickets.living(shop)
    assert (matter.customer, matter.why) == (None, WRONG)
    assert await happened() == ["MatterRaised"]
    assert [line.text for line in await tickets.lines(matter.id)] == [WRONG]


async def test_worse_news_go_under_it_once_and_the_end_is_the_check_s(shop: ShopId, mei: PersonId) -> None:
    ticket = await a_matter(shop)
    assert not await matters.found(shop, "books", "stock", WRONG, now=after(hours=1))
    worse = WRONG.replace("1", "2")
    assert not await matters.found(shop, "books", "stock", worse, now=after(hours=2))
    assert (await tickets.request(ticket)).why == worse
    assert [line.text for line in await tickets.lines(ticket)] == [WRONG, worse]
    assert await matters.in_order(shop, "books", "stock", now=after(hours=3))
    assert not await matters.in_order(shop, "books", "stock", now=after(hours=4))
    assert (await row(ticket))["ended"] == "solved"
    again = await a_matter(shop, now=after(hours=5))
    assert again != ticket
    assert await happened() == ["MatterRaised", "MatterRaised", "TicketEnded", "MatterRaised"]


# ── who has it ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_note_gives_another_day_and_silence_gives_it_to_somebody_else(
    shop: ShopId, mei: PersonId, qiang: PersonId
) -> None:
    ticket = await a_matter(shop)
    await desk.claim(shop, ticket, mei, now=after(hours=1))
    assert await desk_clock.due(now=after(hours=24, minutes=59)) == ()
    await desk.note(shop, ticket, mei, "在点货", now=after(hours=20))
    assert await desk_clock.look_at(ticket, now=after(hours=25)) == 0
    await desk.note(shop, ticket, qiang, "我看见少了一箱", now=after(hours=30))  # not his
    assert await desk_clock.due(now=after(hours=43, minutes=59)) == ()
    assert await desk_clock.look_at(ticket, now=after(hours=44)) == 1
    passed = await tickets.request(ticket)
    assert (passed.state, passed.owner, passed.offered) == (State.OPEN, None, qiang)
    assert "AgentReminded" not in await happened()  # nobody waits for words


async def test_it_is_handed_on_like_a_customer_and_the_next_one_is_not_woken(
    shop: ShopId, mei: PersonId, qiang: PersonId
) -> None:
    ticket = await a_matter(shop)
    await desk.claim(shop, ticket, mei, now=NOW)
    with pytest.raises(TicketTaken):
        await desk.transfer(shop, ticket, qiang, to=qiang, now=NIGHT)
    await desk.transfer(shop, ticket, mei, to=qiang, now=NIGHT)
    handed = await tickets.request(ticket)
    assert (handed.state, handed.owner, handed.offered) == (State.OPEN, None, qiang)
    assert await desk_clock.due(now=MORNING) == ()
    await desk.claim(shop, ticket, qiang, now=MORNING)
    await desk.end(shop, ticket, qiang, now=MORNING)
    with pytest.raises(TicketOver):
        await desk.claim(shop, ticket, mei, now=MORNING)


async def test_nothing_that_would_reach_a_customer_is_done(shop: ShopId, mei: PersonId) -> None:
    ticket, oranges = await a_matter(shop), await a_product()
    await desk.claim(shop, ticket, mei, now=NOW)
    before = await books()
    with pytest.raises(NoCustomer):
        await desk.answer(shop, ticket, mei, "马上补", now=NOW)
    with pytest.raises(NoCustomer):
        await amends.look_at_refund(shop, ticket, mei, What(amount=Money(100)))
    with pytest.raises(NoCustomer):
        await amends.refund(shop, ticket, mei, What(amount=Money(100)), "", seal="x", now=NOW)
    with pytest.raises(NoCustomer):
        await amends.send_goods(shop, ticket, mei, [Want(oranges, Quantity.of(1))], now=NOW)
    assert await books() == before
    assert [line.kind for line in await tickets.lines(ticket)] == ["event", "event"]


async def test_it_counts_in_no_load_no_queue_and_no_figure(
    shop: ShopId, mei: PersonId, qiang: PersonId
) -> None:
    for n in range(3):
        await matters.found(shop, "books", f"check {n}", WRONG, now=NOW)
    for matter in await tickets.living(shop):
        await desk.claim(shop, matter.id, mei, now=NOW)
    assert await tickets.owned_by(mei) == ()
    asked = await desk.want_person(shop, await a_customer(), "坏了", room=None, now=after(minutes=1))
    assert await agents.queue_place(asked.id) == 0
    for matter in await tickets.living(shop):
        if matter.customer is None:
            await desk.end(shop, matter.id, mei, now=after(minutes=2))
    assert await desk_figures.figures(shop, since=NOW - timedelta(days=1)) == ()
