"""The desk's verbs: who has a customer, what falls due, what is kept for the figures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from shop import agents, amends, desk, desk_clock, desk_figures, deskviews, mail, people, tickets, transcripts
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.refusals import (
    AboveLimit,
    NoSuchTicket,
    NothingPaid,
    QuoteChanged,
    TicketOver,
    TicketTaken,
    UnpaidFirst,
)
from shop.rules.baskets import Want
from shop.rules.refunds import What
from shop.rules.tickets import State
from shop.transaction import run_sql
from tests.support.world import (
    NOW,
    a_clerk,
    a_customer,
    a_paid_order,
    a_product,
    a_shop,
    after,
    an_order,
    books,
    happened,
    shelf,
)


@pytest.fixture
async def mei(shop: ShopId) -> PersonId:
    return await a_clerk("小美", people.AGENT)


@pytest.fixture
async def qiang(shop: ShopId, mei: PersonId) -> PersonId:
    return await a_clerk("小强", people.AGENT)


async def wanted(shop: ShopId, who: str = "小李", why: str = "坏了") -> int:
    return (await desk.want_person(shop, await a_customer(who), why, room=None, now=NOW)).id


async def row(ticket: int) -> dict[str, Any]:
    (found,) = await run_sql("SELECT * FROM ticket WHERE id = ?", [ticket])
    return dict(found)


# ── one has it ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_from_the_first_word_to_the_stars(shop: ShopId, mei: PersonId) -> None:
    ticket = await wanted(shop)
    await desk.claim(shop, ticket, mei, now=after(minutes=1))
    await desk.answer(shop, ticket, mei, "马上补发", now=after(minutes=3))
    await desk.customer_wrote(ticket, "好的", now=after(minutes=4))
    assert (await tickets.request(ticket)).state is State.ACTIVE
    await desk.answer(shop, ticket, mei, "发了", now=after(minutes=5))
    assert (await tickets.request(ticket)).state is State.WAITING
    await desk.end(shop, ticket, mei, now=after(minutes=6))
    assert await desk.rate(await a_customer(), 5, now=after(minutes=7))
    assert not await desk.rate(await a_customer(), 1, now=after(minutes=8))
    assert [line.kind for line in await tickets.lines(ticket)] == [
        "customer",
        "event",
        "agent",
        "customer",
        "agent",
        "event",
    ]
    (figures,) = await desk_figures.figures(shop, since=NOW - timedelta(days=1))
    minutes = (figures.first_answer, figures.next_answer)
    assert minutes == (timedelta(minutes=3), timedelta(minutes=1))
    assert (figures.name, figures.tickets, figures.answers, figures.late_answers) == ("小美", 1, 2, 1)
    assert (figures.ended, figures.solved, figures.stars) == (1, 1, 5.0)


async def test_figures_count_for_whoever_answered_and_only_while_somebody_was_there(
    shop: ShopId, mei: PersonId, qiang: PersonId
) -> None:
    for agent in (mei, qiang):
        await agents.set_duty(shop, agent, at_work=False)
    ticket = await wanted(shop)
    await agents.set_duty(shop, mei, at_work=True)
    await desk_clock.offer_waiting(shop, now=after(hours=9))
    await desk.answer(shop, ticket, mei, "在的", now=after(hours=9, minutes=1))
    await desk.customer_wrote(ticket, "坏了", now=after(hours=10))
    await desk.customer_wrote(ticket, "三个", now=after(hours=10, minutes=1))
    await desk.transfer(shop, ticket, mei, to=qiang, now=after(hours=10, minutes=2))
    await desk.answer(shop, ticket, qiang, "补你", now=after(hours=10, minutes=4))
    await desk.end(shop, ticket, qiang, now=after(hours=25))
    (his,) = await desk_figures.figures(shop, since=NOW - timedelta(days=1))
    assert (his.name, his.first_answer) == ("小强", timedelta(minutes=1))
    assert (his.next_answer, his.late_answers) == (timedelta(minutes=4), 0)
    assert (his.ended, his.solved) == (1, 0)  # a day and an hour


async def test_what_somebody_else_has_is_left_alone(shop: ShopId, mei: PersonId, qiang: PersonId) -> None:
    ticket = await wanted(shop)
    await desk.claim(shop, ticket, mei, now=NOW)
    before = await books()
    for verb in (desk.claim, desk.end):
        with pytest.raises(TicketTaken) as taken:
            await verb(shop, ticket, qiang, now=NOW)
        assert taken.value.owner == "小美"
    with pytest.raises(TicketTaken):
        await desk.answer(shop, ticket, qiang, "我来", now=NOW)
    with pytest.raises(TicketTaken):
        await desk.transfer(shop, ticket, qiang, now=NOW)
    assert await books() == before
    assert (await desk.claim(shop, ticket, mei, now=NOW)).owner == mei  # his own again is no fault
    assert await books() == before


async def test_nothing_comes_back_from_its_end_but_a_note(shop: ShopId, mei: PersonId) -> None:
    ticket = await wanted(shop)
    await desk.end(shop, ticket, mei, now=NOW)
    before = await books()
    for verb in (desk.claim, desk.end, desk.transfer):
        with pytest.raises(TicketOver):
            await verb(shop, ticket, mei, now=NOW)
    with pytest.raises(TicketOver):
        await desk.answer(shop, ticket, mei, "在吗", now=NOW)
    assert await desk.customer_wrote(ticket, "在吗", now=NOW) is None
    assert await desk.solved(ticket, now=NOW) is None
    assert await books() == before
    await desk.note(shop, ticket, mei, "老顾客", now=NOW)
    assert (await tickets.lines(ticket))[-1].text == "老顾客"
    with pytest.raises(NoSuchTicket):
        await desk.note(shop, 99, mei, "老顾客", now=NOW)


async def test_a_ticket_of_another_shop_is_none(shop: ShopId, mei: PersonId) -> None:
    ticket = await wanted(shop)
    other = await a_shop("S2", "隔壁")
    stranger = await a_clerk("阿三", people.AGENT, shop=other)
    with pytest.raises(NoSuchTicket):
        await desk.claim(other, ticket, stranger, now=NOW)
    assert await tickets.find(other, ticket) is None
    assert (await deskviews.rows(other), await tickets.living(other)) == ((), ())
    with pytest.raises(KeyError):
        await deskviews.glance(other, await a_customer(shop=shop))


async def test_an_interrupted_question_comes_back_and_one_that_has_begun_meanwhile_stays(
    shop: ShopId, mei: PersonId
) -> None:
    li = await a_customer()
    await mail.keep_talk(0, li, {"dialogue": "order", "prompt": "要几斤？"}, after(minutes=10))
    await mail.keep_talk(7, li, {"dialogue": "repair", "prompt": ""}, after(minutes=10))
    ticket = await wanted(shop)
    await desk.claim(shop, ticket, mei, now=NOW)
    assert await mail.talk(0, li, now=NOW) is None
    await desk.end(shop, ticket, mei, now=after(hours=1))
    assert await mail.talk(0, li, now=after(hours=1)) == {"dialogue": "order", "prompt": "要几斤？"}
    assert await mail.talk(7, li, now=NOW) is None  # it had asked nothing
    again = await wanted(shop)
    await desk.claim(shop, again, mei, now=NOW)
    await mail.keep_talk(0, li, {"dialogue": "menu", "prompt": "看哪个？"}, after(hours=9))
    await desk.end(shop, again, mei, now=after(hours=2))
    assert await mail.talk(0, li, now=after(hours=2)) == {"dialogue": "menu", "prompt": "看哪个？"}


# ── what falls due ──────────────────────────────────────────────────────────────────────────────────────────────


async def look(ticket: int, minutes: float) -> int:
    return await desk_clock.look_at(ticket, now=after(minutes=minutes))


async def test_nobody_takes_it(shop: ShopId, mei: PersonId, qiang: PersonId) -> None:
    ticket = await wanted(shop)
    assert (await tickets.request(ticket)).offered == mei
    assert await look(ticket, 0.5) == 0
    assert await look(ticket, 1) == 1
    assert await desk_clock.due(now=after(minutes=1)) == ()
    await look(ticket, 2)
    assert (await tickets.request(ticket)).offered == qiang
    await look(ticket, 3)
    await look(ticket, 4)
    assert ((await tickets.request(ticket)).offered, (await row(ticket))["passed"]) == (mei, 2)
    await look(ticket, 10)
    await desk_clock.look_at(ticket, now=after(hours=24))
    assert (await row(ticket))["ended"] == "idle"
    waits = [kind for kind in await happened() if kind == "CustomerWaits"]
    assert len(waits) == 3


async def passed_on(shop: ShopId, ticket: int, minutes: Iterable[float]) -> list[PersonId | None]:
    """Whom it was offered to after each of these looks."""
    return [(await look(ticket, at), (await tickets.request(ticket)).offered)[1] for at in minutes]


async def test_each_agent_is_asked_twice_a_day_then_it_waits_in_the_list_until_the_morning(
    shop: ShopId, mei: PersonId, qiang: PersonId
) -> None:
    ticket = await wanted(shop)
    assert await passed_on(shop, ticket, range(1, 12)) == [
        mei, qiang, qiang, mei, mei, qiang, qiang, qiang, qiang, qiang, qiang,
    ]  # fmt: skip
    told = await happened()
    assert told.count("TicketPassedOn") == 3  # with the first card that is twice for each of them
    assert [line.person for line in await tickets.lines(ticket) if line.text == "没接"] == [
        mei,
        qiang,
        mei,
        qiang,
    ]
    assert (await row(ticket))["stage"] == 3  # and the owner has heard of it
    await desk.customer_wrote(ticket, "还在吗", now=after(hours=12))
    assert await look(ticket, 22 * 60 - 1) == 0
    assert await passed_on(shop, ticket, [22 * 60]) == [mei]  # eight in the morning
    assert (await happened()).count("TicketPassedOn") == 4
    assert await passed_on(shop, ticket, [22 * 60 + 2]) == [qiang]
    assert (await happened()).count("CustomerWaits") == told.count("CustomerWaits") + 1


async def test_the_only_agent_is_asked_once_and_again_in_the_morning(shop: ShopId, mei: PersonId) -> None:
    ticket = await wanted(shop)
    await passed_on(shop, ticket, range(1, 30))
    assert (await happened()).count("TicketPassedOn") == 0
    assert await desk_clock.due(now=after(hours=21, minutes=59)) == ()
    assert await passed_on(shop, ticket, [22 * 60]) == [mei]
    assert (await happened()).count("TicketPassedOn") == 1


async def test_whoever_comes_to_work_is_asked_for_one_that_nobody_there_took(
    shop: ShopId, mei: PersonId, qiang: PersonId
) -> None:
    await agents.set_duty(shop, qiang, at_work=False)
    ticket = await wanted(shop)
    await passed_on(shop, ticket, range(1, 12))
    assert await desk_clock.offer_waiting(shop, now=after(minutes=12)) == 0
    await agents.set_duty(shop, qiang, at_work=True)
    assert await desk_clock.offer_waiting(shop, now=after(minutes=13)) == 1
    assert (await tickets.request(ticket)).offered == qiang
    assert await passed_on(shop, ticket, range(14, 30)) == [qiang] * 16


async def test_at_night_it_waits_for_the_morning_of_this_night(shop: ShopId, mei: PersonId) -> None:
    two = after(hours=16)  # in the night, in Shanghai
    assert await agents.next_morning(shop, after=two) == after(hours=22)
    assert await agents.next_morning(shop, after=after(hours=22)) == after(hours=46)
    await agents.set_hours(shop, ["1-7 09:30-21:00"], [])
    assert await agents.next_morning(shop, after=NOW) == after(hours=23, minutes=30)


async def test_a_clock_that_comes_late_says_only_the_last_word(shop: ShopId, mei: PersonId) -> None:
    ticket = await wanted(shop)
    await look(ticket, 30)
    assert [kind for kind in await happened() if kind == "CustomerWaits"] == ["CustomerWaits"]
    assert (await row(ticket))["stage"] == 3


async def test_an_agent_who_falls_silent_loses_the_customer_to_the_next(
    shop: ShopId, mei: PersonId, qiang: PersonId
) -> None:
    ticket = await wanted(shop)
    await desk.claim(shop, ticket, mei, now=NOW)
    assert await look(ticket, 1.9) == 0
    await look(ticket, 2)  # the first answer should be there by now
    assert (await happened())[-1] == "AgentReminded"
    await look(ticket, 10)
    passed = await tickets.request(ticket)
    assert (passed.state, passed.owner, passed.offered) == (State.OPEN, None, qiang)
    await desk.answer(shop, ticket, qiang, "我来", now=after(minutes=11))
    assert (await row(ticket))["late_answers"] == 0  # measured from when he was asked
    await desk.customer_wrote(ticket, "在吗", now=after(minutes=12))
    assert await look(ticket, 16.9) == 0
    await look(ticket, 17)  # the next answer may take longer
    assert (await happened())[-1] == "AgentReminded"


async def test_a_customer_who_says_nothing_for_a_day_is_the_bots_again(shop: ShopId, mei: PersonId) -> None:
    ticket = await wanted(shop)
    await desk.answer(shop, ticket, mei, "在的", now=NOW)
    assert await desk_clock.look_at(ticket, now=after(hours=23)) == 0
    await desk_clock.look_at(ticket, now=after(hours=24))
    assert ((await row(ticket))["ended"], (await tickets.of_customer(await a_customer()))) == ("idle", None)


async def test_whoever_comes_to_work_is_asked_for_those_who_wait(shop: ShopId, mei: PersonId) -> None:
    await agents.set_duty(shop, mei, at_work=False)
    both = [await wanted(shop, name) for name in ("小李", "阿花")]
    assert [(await tickets.request(one)).offered for one in both] == [None, None]
    assert [(await row(one))["stage"] for one in both] == [
        3,
        3,
    ]  # he was told at once that nobody is there
    assert await desk_clock.offer_waiting(shop, now=after(minutes=5)) == 0
    await agents.set_duty(shop, mei, at_work=True)
    assert await desk_clock.unoffered() == (shop,)
    assert await desk_clock.offer_waiting(shop, now=after(minutes=6)) == 2


async def test_a_shop_that_closes_early_is_back_in_the_morning(shop: ShopId, mei: PersonId) -> None:
    await agents.set_hours(shop, ["1-7 09:00-21:00"], [])
    assert await agents.are_there(shop, now=NOW)
    await agents.close_early(shop, until=after(hours=14))  # midnight
    assert not await agents.are_there(shop, now=after(hours=1))
    assert await agents.back_at(shop, now=after(hours=1)) == after(hours=23)
    assert await agents.back_at(shop, now=after(hours=24)) is None


# ── amends ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_money_goes_back_once_seen_and_within_the_limit(shop: ShopId, mei: PersonId) -> None:
    oranges, li = await a_product(price="60.00"), await a_customer()
    paid = await a_paid_order(li, (oranges, 2))
    ticket = await wanted(shop)
    with pytest.raises(TicketTaken):
        await amends.look_at_refund(shop, ticket, mei, What(amount=Money(100)))
    await desk.claim(shop, ticket, mei, now=NOW)
    with pytest.raises(AboveLimit):
        await amends.look_at_refund(shop, ticket, mei, What())
    before = await books()
    with pytest.raises(QuoteChanged):
        await amends.refund(shop, ticket, mei, What(amount=Money(100)), "", seal="0501-001 99", now=NOW)
    assert await books() == before
    _, slip, money = await amends.look_at_refund(shop, ticket, mei, What(amount=Money(2000)))
    case = await amends.refund(
        shop, ticket, mei, What(amount=Money(2000)), "", seal=amends.seal_of(slip, money), now=NOW
    )
    assert (case.amount, case.order) == (Money(2000), paid.id)
    assert [line.text for line in await tickets.lines(ticket) if line.kind == "note"] == [
        "退款 ¥20.00（0501-001）"
    ]


async def test_goods_go_out_once_more_for_nothing(shop: ShopId, mei: PersonId) -> None:
    oranges, li = await a_product(stock=9), await a_customer()
    ticket = await wanted(shop)
    await desk.claim(shop, ticket, mei, now=NOW)
    box = [Want(oranges, Quantity.of(1))]
    with pytest.raises(NothingPaid):
        await amends.send_goods(shop, ticket, mei, box, now=NOW)
    await a_paid_order(li, (oranges, 2))
    sent = await amends.send_goods(shop, ticket, mei, box, now=NOW)
    assert (sent.payable, sent.pickup_code is not None, await shelf(oranges)) == (Money(0), True, ("9", "3"))
    await an_order(li, (oranges, 1))
    with pytest.raises(UnpaidFirst):
        await amends.send_goods(shop, ticket, mei, box, now=NOW)
    with pytest.raises(AboveLimit):
        await amends.send_goods(shop, ticket, mei, [Want(oranges, Quantity.of(2))], now=NOW)


# ── what the desk sees ──────────────────────────────────────────────────────────────────────────────────────────


async def test_the_list_shows_who_waits_first_and_is_searched_by_name_or_order(
    shop: ShopId, mei: PersonId
) -> None:
    for n, who in enumerate(("阿花", "小李", "小明")):
        await a_customer(who)
        heard = mail.Incoming("street", f"m{n}", None, f"account of {who}", who, "在吗", NOW)
        await mail.keep(heard, now=NOW)
    placed = await an_order(await a_customer("小明"), (await a_product(), 1))
    await wanted(shop, "小李")
    assert [(one.name, one.state) for one in await deskviews.rows(shop)] == [
        ("小李", "open"), ("小明", "bot"), ("阿花", "bot"),
    ]  # fmt: skip
    assert [one.name for one in await deskviews.rows(shop, "阿")] == ["阿花"]
    assert [one.name for one in await deskviews.rows(shop, placed.code)] == ["小明"]
    assert await deskviews.rows(shop, "%") == await deskviews.rows(shop, "")
    glance = await deskviews.glance(shop, await a_customer("小明"))
    assert (glance.name, [slip.code for slip in glance.orders], glance.tickets) == ("小明", [placed.code], ())


async def test_a_transcript_is_this_customers_and_shows_what_was_held_back(
    shop: ShopId, mei: PersonId
) -> None:
    li, flower = await a_customer(), await a_customer("阿花")
    for n, (who, account) in enumerate((("小李", "account of 小李"), ("阿花", "account of 阿花"))):
        id, _ = await mail.keep(
            mail.Incoming("street", f"m{n}", None, account, who, f"{who}的话", NOW), now=NOW
        )
        letter = mail.NewLetter(f"m{n}/0", "street", None, account, "reply", {"text": f"给{who}"}, NOW)
        await mail.finish(id, [letter], {}, now=NOW)
    ticket = await wanted(shop)
    await desk.claim(shop, ticket, mei, now=NOW)
    assert len(await mail.claim([letter.id for letter in await mail.due(now=NOW)])) == 1  # 阿花's
    said = await transcripts.said(li, limit=10)
    assert {(one.kind, one.text, one.held_back) for one in said} == {
        ("customer", "小李的话", False), ("bot", "给小李", True), ("event", "接了", False),
    }  # fmt: skip
    assert {one.text for one in await transcripts.said(flower, limit=10)} == {"阿花的话", "给阿花"}


async def test_what_was_said_since_is_seen_once_whoever_said_it(shop: ShopId, mei: PersonId) -> None:
    li, other = await a_customer(), await a_shop("S2", "隔壁")
    before = await deskviews.newest()
    heard = mail.Incoming("street", "m1", "g1", "account of 小李", "小李", "坏了", NOW)
    id, _ = await mail.keep(heard, now=NOW)
    letters = [
        mail.NewLetter("m1/0", "street", "g1", None, "reply", {"text": "小李，店里私聊回你"}, NOW),
        mail.NewLetter("m1/1", "street", None, "account of 小李", "reply", {"text": "抱歉"}, NOW),
        mail.NewLetter("m1/2", "street", None, "account of 小美", "reply", {"text": "#1 小李 找人"}, NOW),
    ]
    await mail.finish(id, letters, {}, now=NOW)
    ticket = await wanted(shop)
    await desk.note(shop, ticket, mei, "老顾客", now=after(minutes=1))
    now, lines = await deskviews.said_since(shop, before, known=())
    assert now == await deskviews.newest() != before
    said = {(line.path, line.kind, line.text, line.room) for line in lines}
    his = f"customer/{li}"
    assert said == {
        (his, "customer", "坏了", "g1"),
        (his, "bot", "小李，店里私聊回你", "g1"),
        (his, "bot", "抱歉", None),
        (f"customer/{mei}", "bot", "#1 小李 找人", None),
        (his, "note", "老顾客", None),
    }
    assert len(lines) == len(said)
    known = {line.key for line in lines if line.kind != "note"}
    assert [line.kind for line in (await deskviews.said_since(shop, now, known=known))[1]] == ["note"]
    assert await deskviews.said_since(other, before, known=()) == (now, ())
