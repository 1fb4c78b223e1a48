"""对账单来: the next morning the sandbox's bill is laid beside the books; what was lost is found, what is wrong is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot import clock, refunding
from bot.billing import reconcile
from bot.payments import BillLine, ProviderAway, RefundFact, Sandbox
from shop import daybooks, ledger, mail, orders, payments, refunds, slips
from shop.events import AlarmRaised
from shop.invariants import broken
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.rules.orders import Status
from shop.rules.refunds import State, What
from shop.transaction import run_sql
from tests.support.fake_wechat_pay import open_fake
from tests.support.stands import wechat
from tests.support.till import Clock as TillClock
from tests.support.till import open_till
from tests.support.world import NOW, TODAY, a_clerk, a_customer, a_product, a_shop, after, an_order, happened

pytestmark = pytest.mark.usefixtures("shop_db")

MORNING = NOW + timedelta(days=1, minutes=30)  # half past ten in China, the day after


class Forger(Sandbox):
    """A sandbox whose bill is not made yet, or says something else than what happened."""

    def __init__(self, now: datetime) -> None:
        super().__init__(secret="s", clock=lambda: self.at)
        self.at = now
        self.is_early = False
        self.said: dict[date, Sequence[BillLine]] = {}
        self.asked: list[date] = []

    async def bill(self, day: date) -> Sequence[BillLine]:
        self.asked.append(day)
        if self.is_early:
            raise ProviderAway("not made yet")
        return self.said[day] if day in self.said else await super().bill(day)


class Street:
    def __init__(self, shop: ShopId, goods: str) -> None:
        self.shop, self.goods, self.sandbox = shop, goods, Forger(NOW)

    async def pays(self, *, told: bool) -> slips.Slip:
        """Two boxes; the money is at the sandbox, and the news of it has come or was lost."""
        placed = await an_order(await a_customer(), (self.goods, 2), now=self.sandbox.at)
        asked = await payments.ask(placed.token, "sandbox", now=self.sandbox.at)
        fact = self.sandbox.pay(asked)
        if told:
            await payments.settle("sandbox", fact.event, fact.trade_no, fact.amount, now=self.sandbox.at)
        return await slips.slip(placed.id)

    async def morning(self, **later: float) -> int:
        self.sandbox.at = MORNING + timedelta(**later)
        return await reconcile(self.sandbox.at, self.sandbox)

    async def in_the_till(self) -> int:
        return await ledger.balance(self.shop, "cash:sandbox")

    async def says(self, day: date = TODAY) -> tuple[str, ...] | None:
        """What the owner sees of that day's bill: None before it came."""
        bills = (await daybooks.of_day(self.shop, day, "Asia/Shanghai")).bills
        return bills[0].wrong if bills else None


@pytest.fixture
async def street() -> Street:
    shop = await a_shop()
    await a_clerk()
    return Street(shop, await a_product(stock=50))


async def kept() -> list[tuple[int, int]]:
    rows = await run_sql("SELECT ours_fen, theirs_fen FROM day_bill ORDER BY day")
    return [(int(row["ours_fen"]), int(row["theirs_fen"])) for row in rows]


async def everything() -> dict[str, list[Any]]:
    tables = ("pay_fact", "refund", "transfer", "entry", "alarm", "day_bill", "event", "order", "counter")
    return {
        name: [dict(row) for row in await run_sql(f'SELECT * FROM "{name}" ORDER BY id')] for name in tables
    }


async def test_a_quiet_day_agrees_and_nobody_hears_of_it(street: Street) -> None:
    await street.pays(told=True)
    assert await street.morning() == 1
    assert (await street.says(), await kept()) == ((), [(5980, 5980)])
    assert "AlarmRaised" not in await happened()


async def test_a_callback_that_was_lost_is_found_by_the_bill(street: Street) -> None:
    """Its time to pay has not ended either: nobody has asked the sandbox yet."""
    placed = await street.pays(told=False)
    assert await street.morning() == 1
    assert (await slips.slip(placed.id)).status == Status.PREPARING
    assert (await street.in_the_till(), await street.says(), await kept()) == (5980, (), [(5980, 5980)])
    (line,) = await street.sandbox.bill(TODAY)
    again = await payments.settle("sandbox", line.event, line.trade_no, line.amount, now=MORNING)
    assert (again, await street.in_the_till()) == ("seen", 5980)  # the callback comes after all
    assert (
        await street.morning(days=1) == 1
    )  # we booked it on the second of May, their bill has it on the first
    assert await street.says(TODAY + timedelta(days=1)) == ()
    assert await broken(street.shop) == []


async def test_money_that_was_lost_and_came_too_late_goes_back(street: Street) -> None:
    placed = await street.pays(told=False)
    await orders.expire(placed.id, now=after(hours=1))
    await street.morning()
    (case,) = await refunds.of_order(placed.id)
    assert (case.kind, case.state, case.amount) == ("late", State.APPROVED, Money(5980))
    assert await street.says() == ()
    assert await broken(street.shop) == []


async def test_a_refund_that_was_settled_and_not_told_is_found(street: Street) -> None:
    paid = await street.pays(told=True)
    case = await refunds.give(paid.id, await a_clerk(), What(), "没到货", now=NOW)
    await refunds.submit(case.id, now=NOW)
    await street.sandbox.refund(
        case.number, trade_no=case.trade, total=case.paid, amount=case.amount, reason=""
    )
    assert await street.morning() == 1
    assert (await refunds.case(case.id)).state == State.REFUNDED
    assert (await street.in_the_till(), await street.says(), await kept()) == (0, (), [(0, 0)])
    assert await broken(street.shop) == []


async def test_a_line_that_nobody_knows_is_told_to_the_owner(street: Street) -> None:
    strange = BillLine("paid", "0" * 32, "", "e1", Money(8800), NOW)
    by_hand = BillLine("refunded", "0" * 32, "console-1", "e1", Money(300), NOW)
    street.sandbox.said[TODAY] = [strange, by_hand]
    assert await street.morning() == 1
    assert await street.says() == (
        f"5月1日演示付款账单：商户单号 {'0' * 32} 收款 ¥88.00，我们账上没有",
        "5月1日演示付款账单：商户单号 console-1 退款 ¥3.00，我们账上没有",
    )
    assert await kept() == [(0, 8500)]
    assert (await happened()).count("AlarmRaised") == 2
    assert await street.in_the_till() == 0


async def test_amounts_that_differ_are_told_with_both(street: Street) -> None:
    paid = await street.pays(told=True)
    (line,) = await street.sandbox.bill(TODAY)
    street.sandbox.said[TODAY] = [replace(line, amount=Money(5880))]
    assert await street.morning() == 1
    words = f"5月1日演示付款账单：{paid.code} 收款他们 ¥58.80，我们 ¥59.80"
    assert (await street.says(), await kept()) == ((words,), [(5980, 5880)])
    told = [one.event for one in await mail.untold() if isinstance(one.event, AlarmRaised)]
    assert told == [AlarmRaised("bill", words)]
    assert await street.in_the_till() == 5980  # nothing is booked on a guess


async def test_a_refund_of_another_amount_is_not_booked_as_ours(street: Street) -> None:
    paid = await street.pays(told=True)
    case = await refunds.give(paid.id, await a_clerk(), What(), "没到货", now=NOW)
    await refunds.submit(case.id, now=NOW)
    (line,) = await street.sandbox.bill(TODAY)
    wrong = replace(line, kind="refunded", refund_no=case.number, amount=Money(1))
    street.sandbox.said[TODAY] = [line, wrong]
    await street.morning()
    assert (await refunds.case(case.id)).state == State.PROCESSING
    assert await street.says() == (f"5月1日演示付款账单：{paid.code} 退款他们 ¥0.01，我们 ¥59.80",)


async def test_money_that_only_we_have_is_asked_for_before_anybody_is_alarmed(street: Street) -> None:
    """It may stand on another day's bill. What they do not know at all is told."""
    paid = await street.pays(told=True)
    street.sandbox.said[TODAY] = []
    assert await street.morning() == 1
    assert (await street.says(), await kept()) == ((), [(0, 0)])
    forgetful = Forger(MORNING + timedelta(days=1))
    placed = await an_order(await a_customer("阿花"), (street.goods, 1), now=MORNING)
    asked = await payments.ask(placed.token, "sandbox", now=MORNING)
    await payments.settle("sandbox", "e9", asked.trade_no, Money(2990), now=MORNING)
    assert await reconcile(forgetful.at, forgetful) == 1
    assert await street.says(TODAY + timedelta(days=1)) == (
        "5月2日演示付款账单：0502-001 收款 ¥29.90，他们账单上没有",
    )
    assert paid.money_in


async def test_a_refund_that_only_we_have_is_asked_for_as_well(street: Street) -> None:
    paid = await street.pays(told=True)
    case = await refunds.give(paid.id, await a_clerk(), What(), "没到货", now=NOW)
    await refunds.submit(case.id, now=NOW)
    assert await refunds.paid_back(case.number, now=NOW)
    assert await street.morning() == 1
    assert await street.says() == (f"5月1日演示付款账单：{paid.code} 退款 ¥59.80，他们账单上没有",)
    street.sandbox._refunds.clear()
    await street.sandbox.refund(
        case.number, trade_no=case.trade, total=case.paid, amount=case.amount, reason=""
    )
    assert (
        await street.morning(days=1) == 2
    )  # the bad day is looked at again: by now they have it, on another day
    assert await street.says() == ()
    assert (await daybooks.of_day(street.shop, TODAY, "Asia/Shanghai")).alarms == ()


# ── when, and how often ─────────────────────────────────────────────────────────────────────────────────────────


async def test_run_twice_is_run_once(street: Street) -> None:
    await street.pays(told=False)
    await street.morning()
    before = await everything()
    assert [await street.morning(seconds=n) for n in (0, 1, 3600, 7200)] == [0] * 4
    assert await everything() == before
    assert street.sandbox.asked == [TODAY]


async def test_not_before_half_past_ten_and_not_without_a_provider(street: Street) -> None:
    assert await street.morning(minutes=-1) == 0
    assert await reconcile(MORNING, None) == 0
    assert street.sandbox.asked == []


async def test_a_bill_that_is_not_made_yet_is_asked_for_every_hour(street: Street) -> None:
    await street.pays(told=True)
    street.sandbox.is_early = True
    for minutes in range(0, 180, 10):
        assert await street.morning(minutes=minutes) == 0
    assert street.sandbox.asked == [TODAY] * 3
    assert await street.says() is None
    street.sandbox.is_early = False
    assert await street.morning(minutes=180) == 1
    assert await street.says() == ()


async def test_days_that_were_missed_are_made_up_for_the_newest_first(street: Street) -> None:
    await street.pays(told=True)
    assert await street.morning(days=2) == 3
    assert street.sandbox.asked == [TODAY + timedelta(days=n) for n in (2, 1, 0)]
    assert await kept() == [(5980, 5980), (0, 0), (0, 0)]


async def test_the_clock_does_it_and_a_fault_of_the_provider_stops_nothing_else(street: Street) -> None:
    paid = await street.pays(told=True)
    street.sandbox.is_early = True
    unpaid = await an_order(await a_customer("阿花"), (street.goods, 1), now=NOW)
    street.sandbox.at = MORNING
    await clock.tick(MORNING, street.sandbox)
    assert (await slips.slip(unpaid.id)).status == Status.CANCELLED
    street.sandbox.is_early = False
    street.sandbox.at += timedelta(hours=1)
    await clock.tick(street.sandbox.at, street.sandbox)
    assert await street.says() == ()
    assert paid.money_in


async def test_a_sandbox_that_was_started_anew_has_no_bill_of_what_it_forgot(street: Street) -> None:
    await street.pays(told=True)
    anew = Sandbox(secret="s", clock=lambda: MORNING, since=NOW + timedelta(hours=3))
    assert await reconcile(MORNING, anew) == 0
    assert await street.says() is None
    next_day = Sandbox(secret="s", clock=lambda: MORNING, since=NOW - timedelta(days=1))
    assert await next_day.bill(TODAY) == []


async def test_what_a_refund_callback_says_and_what_the_bill_says_is_booked_once(street: Street) -> None:
    paid = await street.pays(told=True)
    case = await refunds.give(paid.id, await a_clerk(), What(), "没到货", now=NOW)
    await refunds.submit(case.id, now=NOW)
    await street.sandbox.refund(
        case.number, trade_no=case.trade, total=case.paid, amount=case.amount, reason=""
    )
    await street.morning()
    assert await refunding.take(RefundFact(case.number, "settled", case.amount), MORNING)
    assert (await happened()).count("RefundPaid") == 1
    assert await street.in_the_till() == 0


# ── by the form of a real bill ──────────────────────────────────────────────────────────────────────────────────


async def test_money_that_wechat_pay_never_told_of_is_found_by_its_bill(shop_db: str) -> None:
    """Two buyers pay and nobody hears of it; one order has ended meanwhile, and that money goes back."""
    async with open_fake(TillClock()) as fake, open_till(make_provider=lambda c: wechat(fake, c)) as till:
        fake.clock = till.clock
        in_time, too_late = [await till.order(buyer=await a_customer(name)) for name in ("小李", "阿花")]
        for order in (in_time, too_late):
            await till.client.get(f"/pay/{order.token}")
        for trade in fake.trades:
            fake.pay(trade)
        await orders.expire(too_late.id, now=too_late.pay_due_at or till.clock())
        till.clock.at = MORNING
        assert await reconcile(till.clock(), till.provider) == 1
        assert await kept() == [(2 * 6920, 2 * 6920)]
        assert (await slips.slip(in_time.id)).status == Status.PREPARING
        (case,) = await refunds.of_order(too_late.id)
        await refunding.refund_due(till.clock(), till.provider)
        fake.settle_refund(case.number)
        till.clock.pass_time(days=1)
        assert await reconcile(till.clock(), till.provider) == 1
        assert (await refunds.case(case.id)).state == State.REFUNDED
        assert await kept() == [(2 * 6920, 2 * 6920), (-6920, -6920)]
        assert "AlarmRaised" not in await happened()
        assert await broken(till.shop) == []
        await till.provider.shut_down()


async def test_a_refund_that_wechat_pay_lists_and_has_not_paid_is_not_paid(shop_db: str) -> None:
    """Its bill has a refund from the moment that it is asked for."""
    async with open_fake(TillClock()) as fake, open_till(make_provider=lambda c: wechat(fake, c)) as till:
        fake.clock = till.clock
        order = await till.order()
        await till.client.get(f"/pay/{order.token}")
        (trade,) = fake.trades
        fake.pay(trade)
        till.clock.at = MORNING
        await reconcile(till.clock(), till.provider)
        whole = await refunds.give(order.id, await a_clerk(), What(), "没到货", now=till.clock())
        await refunding.refund_due(till.clock(), till.provider)
        till.clock.pass_time(days=1)
        assert await reconcile(till.clock(), till.provider) == 1
        assert (await refunds.case(whole.id)).state == State.PROCESSING
        assert await kept() == [(6920, 6920), (-6920, -6920)]
        fake.settle_refund(whole.number, "CLOSED")
        await run_sql("DELETE FROM day_bill")
        till.clock.pass_time(hours=1)
        assert await reconcile(till.clock(), till.provider) == 2
        assert (await refunds.case(whole.id)).state == State.PROCESSING  # the next try hears of it
        assert "AlarmRaised" not in await happened()
        await till.provider.shut_down()


async def test_a_bill_that_wechat_pay_does_not_give_is_asked_for_an_hour_later(shop_db: str) -> None:
    async with open_fake(TillClock()) as fake, open_till(make_provider=lambda c: wechat(fake, c)) as till:
        fake.clock = till.clock
        fake.next("bill", "busy")
        till.clock.at = MORNING
        assert await reconcile(till.clock(), till.provider) == 0
        till.clock.pass_time(hours=1)
        assert await reconcile(till.clock(), till.provider) == 1
        assert await kept() == [(0, 0)]
        await till.provider.shut_down()
