"""对账单: which differences are found, which days are due, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from shop import alarms, daybills, daybooks, orders, payments, refunds
from shop.daybills import Comparison, Difference
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.slips import Slip
from shop.transaction import run_sql
from tests.support.world import (
    NOW,
    TODAY,
    a_cash_order,
    a_clerk,
    a_customer,
    a_paid_order,
    a_product,
    a_refund,
    a_shop,
    after,
    an_order,
    hand_over,
    happened,
    pay,
)

CHINA = ZoneInfo("Asia/Shanghai")
GATEWAY = "gateway"


@dataclass(frozen=True)
class Line:
    kind: Literal["paid", "refunded"]
    trade_no: str
    refund_no: str
    event: str
    amount: Money


async def bill() -> list[Line]:
    """What a provider would say whose day went exactly like ours."""
    paid = await run_sql(
        "SELECT trade_no, event, amount_fen FROM pay_fact WHERE provider = 'gateway' ORDER BY id"
    )
    back = await run_sql(
        "SELECT f.trade_no, f.event, r.number, r.amount_fen FROM refund AS r JOIN pay_fact AS f ON f.id = r.fact_id "
        "WHERE r.state = 'refunded' ORDER BY r.id"
    )
    return [Line("paid", row["trade_no"], "", row["event"], Money(row["amount_fen"])) for row in paid] + [
        Line("refunded", row["trade_no"], row["number"], row["event"], Money(row["amount_fen"]))
        for row in back
    ]


async def compare(shop: ShopId, lines: list[Line], day: date = TODAY) -> Comparison:
    return await daybills.compare(shop, GATEWAY, day, lines, zone=CHINA)


async def a_day(shop: ShopId) -> Slip:
    """Two boxes of oranges are paid for by gateway and one comes back; another order is paid in cash."""
    oranges = await a_product()
    paid = await a_paid_order(await a_customer(), (oranges, 2))
    await a_refund(paid, oranges)
    await hand_over(await a_cash_order(await a_customer("阿花"), (oranges, 1)), await a_clerk())
    return paid


async def trade_of(order: Slip) -> str:
    rows = await run_sql("SELECT trade_no FROM pay_fact WHERE order_id = ?", [order.id])
    return str(rows[0]["trade_no"])


async def test_a_day_on_which_both_sides_agree(shop: ShopId) -> None:
    await a_day(shop)
    assert await compare(shop, await bill()) == Comparison(Money(2990), Money(2990), ())
    assert await daybills.not_booked(shop, GATEWAY, await bill()) == ()


async def test_what_both_have_and_call_differently(shop: ShopId) -> None:
    paid = await a_day(shop)
    came, back = await bill()
    trade = await trade_of(paid)
    found = await compare(shop, [replace(came, amount=Money(5981)), replace(back, amount=Money(1))])
    assert found == Comparison(
        Money(2990),
        Money(5980),
        (
            Difference("paid", trade, trade, "0501-001", Money(5980), Money(5981)),
            Difference("refunded", back.refund_no, trade, "0501-001", Money(2990), Money(1)),
        ),
    )


async def test_what_only_we_have(shop: ShopId) -> None:
    paid = await a_day(shop)
    trade, back = await trade_of(paid), (await bill())[1]
    found = await compare(shop, [])
    assert found.differences == found.missing_there
    assert [(one.kind, one.number, one.ours) for one in found.differences] == [
        ("paid", trade, Money(5980)),
        ("refunded", back.refund_no, Money(2990)),
    ]
    assert found.without(found.missing_there) == Comparison(Money(0), Money(0), ())
    assert found.without(found.missing_there[:1]) == Comparison(
        Money(-2990), Money(0), found.missing_there[1:]
    )


async def test_what_only_they_have(shop: ShopId) -> None:
    """News that never came can be booked; what nobody of ours asked for cannot."""
    placed = await an_order(await a_customer(), (await a_product(), 2))
    asked = await payments.ask(placed.token, GATEWAY, now=NOW)
    lost = Line("paid", asked.trade_no, "", "e1", Money(5980))
    strange = Line("paid", "f" * 32, "", "e2", Money(100))
    strange_back = Line("refunded", "f" * 32, "by-hand-1", "e2", Money(7))
    lines = [lost, strange, strange_back]
    assert await daybills.not_booked(shop, GATEWAY, lines) == (lost,)
    assert await compare(shop, lines) == Comparison(
        Money(0),
        Money(6073),
        (
            Difference("paid", asked.trade_no, asked.trade_no, "0501-001", Money(0), Money(5980)),
            Difference("paid", "f" * 32, "f" * 32, "", Money(0), Money(100)),
            Difference("refunded", "by-hand-1", "f" * 32, "", Money(0), Money(7)),
        ),
    )


async def test_a_refund_that_is_on_its_way_here_and_done_there(shop: ShopId) -> None:
    oranges = await a_product()
    paid = await a_paid_order(await a_customer(), (oranges, 2))
    await orders.shop_cancel(paid.id, await a_clerk(), "没到货", now=NOW)
    (case,) = await refunds.of_order(paid.id)
    (came,), line = await bill(), Line("refunded", await trade_of(paid), case.number, "e1", Money(5980))
    assert await daybills.not_booked(shop, GATEWAY, [line]) == (line,)
    assert len((await compare(shop, [came, line])).differences) == 1  # nobody has sent it
    await refunds.submit(case.id, now=NOW)
    assert await daybills.not_booked(shop, GATEWAY, [line]) == (line,)
    assert await compare(shop, [came, line]) == Comparison(Money(0), Money(0), ())


async def test_yesterdays_bill_may_hold_what_we_heard_of_today(shop: ShopId) -> None:
    """A line is known by its number, whatever day we booked it on."""
    oranges = await a_product()
    await a_paid_order(
        await a_customer(), (oranges, 1), now=after(hours=15)
    )  # past midnight: the second of May
    lines = await bill()
    assert await compare(shop, lines) == Comparison(Money(2990), Money(2990), ())
    tomorrow = TODAY + timedelta(days=1)
    assert [one.code for one in (await compare(shop, [], tomorrow)).differences] == ["0502-001"]
    assert (await compare(shop, [])).differences == ()


async def test_what_somebody_paid_back_by_hand_is_on_no_bill(shop: ShopId) -> None:
    paid = await a_paid_order(await a_customer(), (await a_product(), 1))
    await orders.shop_cancel(paid.id, await a_clerk(), "没到货", now=NOW)
    (case,) = await refunds.of_order(paid.id)
    await refunds.submit(case.id, now=NOW)
    await refunds.leave_to_a_person(case.id, "余额不足", now=NOW)
    await refunds.paid_back(case.number, now=NOW, by=await a_clerk(), proof="微信转的")
    came = [line for line in await bill() if line.kind == "paid"]
    assert await compare(shop, came) == Comparison(Money(2990), Money(2990), ())


async def test_the_money_of_another_shop_of_ours_is_not_ours(shop: ShopId) -> None:
    other = await a_shop("S2", "隔壁")
    await a_paid_order(await a_customer(shop=other), (await a_product(shop=other), 1), shop=other)
    lines = await bill()
    assert await compare(shop, lines) == Comparison(Money(0), Money(0), ())
    assert await compare(other, lines) == Comparison(Money(2990), Money(2990), ())
    unheard = [replace(line, trade_no="0" * 32) for line in lines]
    assert await daybills.not_booked(shop, GATEWAY, unheard) == ()


async def test_more_lines_than_one_statement_takes(shop: ShopId) -> None:
    paid = await a_paid_order(await a_customer(), (await a_product(), 1))
    many = [Line("paid", f"{n:032x}", "", f"e{n}", Money(1)) for n in range(daybills.AT_ONCE * 2)]
    found = await compare(shop, [*many, *await bill()])
    assert len(found.differences) == len(many)
    assert (found.ours, found.theirs) == (paid.payable, paid.payable + Money(len(many)))


# ── which days, and how often ───────────────────────────────────────────────────────────────────────────────────


async def keep(shop: ShopId, day: date, *wrong: str, now_after_days: float = 1) -> None:
    found = Comparison(Money(5980), Money(5981), ())
    await daybills.keep(shop, GATEWAY, day, found, wrong, now=after(days=now_after_days))


async def test_days_that_were_missed_and_days_that_were_bad_are_due(shop: ShopId) -> None:
    last = TODAY + timedelta(days=8)
    since = after(days=9, minutes=30)
    week = [last - timedelta(days=n) for n in range(7)]
    assert await daybills.to_compare(shop, GATEWAY, last, since=since) == tuple(week)
    first = await daybills.to_compare(shop, GATEWAY, TODAY, since=since)
    assert first == (TODAY,)  # there was no shop before
    assert await daybills.to_compare(shop, GATEWAY, TODAY - timedelta(days=1), since=since) == ()
    await keep(shop, week[0], now_after_days=9)
    await keep(shop, week[1], "差 1 分", now_after_days=8)
    await keep(shop, week[2], "差 1 分", now_after_days=9.1)  # looked at again today
    assert await daybills.to_compare(shop, GATEWAY, last, since=since) == (week[1], *week[3:])


async def test_a_provider_is_asked_once_an_hour(shop: ShopId) -> None:
    half_past = after(minutes=30)
    asked = [
        await daybills.try_now(shop, GATEWAY, now=half_past + timedelta(minutes=minutes))
        for minutes in (0, 1, 59, 60, 61, 45)
    ]
    assert asked == [True, False, False, True, False, False]
    assert await daybills.try_now(shop, "other", now=half_past)


async def test_a_day_is_kept_once_and_the_newest_look_counts(shop: ShopId) -> None:
    await a_clerk()
    await keep(shop, TODAY, "差 1 分", "多 1 笔")
    assert (await happened()).count("AlarmRaised") == 2
    await keep(shop, TODAY, "差 1 分")
    assert (await happened()).count("AlarmRaised") == 2
    assert (await daybooks.of_day(shop, TODAY, "Asia/Shanghai")).alarms == ("差 1 分",)
    rows = await run_sql("SELECT ours_fen, theirs_fen FROM day_bill")
    assert [(row["ours_fen"], row["theirs_fen"]) for row in rows] == [(5980, 5981)]
    await keep(shop, TODAY)
    assert (await daybooks.of_day(shop, TODAY, "Asia/Shanghai")).alarms == ()


async def test_an_alarm_lasts_while_its_day_may_still_be_mended(shop: ShopId) -> None:
    await keep(shop, TODAY, "差 1 分")
    await alarms.raise_alarm(shop, "refund_stuck", "1", "退不了", now=NOW)
    await keep(shop, TODAY + timedelta(days=daybills.LOOK_BACK - 1))
    assert (await daybooks.of_day(shop, TODAY, "UTC")).alarms == ("差 1 分", "退不了")
    await keep(shop, TODAY + timedelta(days=daybills.LOOK_BACK))
    assert (await daybooks.of_day(shop, TODAY, "UTC")).alarms == ("退不了",)


async def test_a_bad_day_is_not_a_hundred_messages(shop: ShopId) -> None:
    await keep(shop, TODAY, *(f"差 {n} 分" for n in range(100)))
    told = (await daybooks.of_day(shop, TODAY, "UTC")).alarms
    assert told == ("差 0 分", "差 1 分", "差 2 分", "差 3 分", "差 4 分，这天一共 100 处对不上")
    (bill,) = (await daybooks.of_day(shop, TODAY, "UTC")).bills
    assert bill.wrong is not None and len(bill.wrong) == 100


# ── the day as the merchant sees it ─────────────────────────────────────────────────────────────────────────────


async def test_the_day_in_figures(shop: ShopId) -> None:
    await a_day(shop)
    late = await an_order(await a_customer("小红"), ("N001-1", 1))
    asked = await payments.ask(late.token, GATEWAY, now=NOW)
    await orders.cancel(shop, late.buyer, now=NOW)
    await pay(late, trade_no=asked.trade_no)
    short = await an_order(await a_customer("小明"), ("N001-1", 1))
    await pay(short, Money(100))
    seen = await daybooks.of_day(shop, TODAY, "Asia/Shanghai")
    assert (seen.orders, seen.ordered) == (3, Money(11960))
    assert seen.came == {"cash": Money(2990), GATEWAY: Money(5980 + 2990 + 100)}
    assert seen.back == {GATEWAY: Money(2990)}
    assert seen.tills == {"cash": Money(2990), GATEWAY: Money(6080)}
    assert (seen.refunds, seen.unclaimed) == ((1, Money(2990)), Money(100))
    assert seen.bills == (daybooks.Bill(GATEWAY, None),)
    assert len(seen.alarms) == 1
    before = await daybooks.of_day(shop, TODAY - timedelta(days=1), "Asia/Shanghai")
    assert (before.orders, before.came, before.back, before.tills, before.bills) == (0, {}, {}, {}, ())


async def test_a_day_begins_at_midnight_where_the_shop_is(shop: ShopId) -> None:
    await a_paid_order(
        await a_customer(), (await a_product(), 1), now=after(hours=14)
    )  # midnight in Shanghai
    assert (await daybooks.of_day(shop, TODAY, "Asia/Shanghai")).came == {}
    assert (await daybooks.of_day(shop, TODAY, "UTC")).came == {GATEWAY: Money(2990)}
    assert (await daybooks.of_day(shop, TODAY + timedelta(days=1), "Asia/Shanghai")).came == {
        GATEWAY: Money(2990)
    }


async def test_numbers_are_compared_as_they_are(shop: ShopId) -> None:
    """A payment and a refund of the same number are two things."""
    lines = [Line("paid", "a", "", "e", Money(5)), Line("refunded", "x", "a", "e", Money(5))]
    found = await compare(shop, lines)
    assert [(one.kind, one.number, one.theirs) for one in found.differences] == [
        ("paid", "a", Money(5)),
        ("refunded", "a", Money(5)),
    ]
    assert found.theirs == Money(0)
