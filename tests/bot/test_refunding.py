"""退款去: each number is paid once, whatever the provider answers; what it never pays is left to a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from bot import clock, refunding
from bot.payments import RefundFact, Sandbox
from bot.refunding import refund_due
from shop import ledger, orders, payments, refunds, slips
from shop.invariants import broken
from shop.kit.ids import OrderId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.rules.baskets import Want
from shop.rules.orders import Status
from shop.rules.refunds import MOST_TRIES, State, What
from tests.support.world import NOW, a_clerk, a_customer, a_product, a_shop, happened

pytestmark = pytest.mark.usefixtures("shop_db")


class Street:
    """A shop with a sandbox for its provider, and a clock for both."""

    def __init__(self) -> None:
        self.now = NOW
        self.sandbox = Sandbox(secret="s", clock=self.clock)

    def clock(self) -> datetime:
        return self.now

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    async def open(self) -> ShopId:
        self.shop = await a_shop()
        self.apples = await a_product("苹果", "12.00", stock=50)
        return self.shop

    async def paid(self) -> slips.Slip:
        placed = await orders.place(
            self.shop, await a_customer(), [Want(self.apples, Quantity.of(2))], now=self.now
        )
        asked = await payments.ask(placed.token, "sandbox", now=self.now)
        fact = self.sandbox.pay(asked)
        await payments.settle("sandbox", fact.event, fact.trade_no, fact.amount, now=self.now)
        return await slips.slip(placed.id)

    async def refund(self) -> refunds.Case:
        paid = await self.paid()
        what = What(units=((self.apples, Quantity.of(1)),))
        return await refunds.give(paid.id, await a_clerk(), what, "烂了", now=self.now)

    async def tick(self) -> int:
        return await refund_due(self.now, self.sandbox)

    async def in_the_till(self) -> int:
        return await ledger.balance(self.shop, "cash:sandbox")


@pytest.fixture
async def street() -> Street:
    opened = Street()
    await opened.open()
    return opened


async def state(case: refunds.Case) -> State:
    return (await refunds.case(case.id)).state


async def test_accepted_is_not_there_yet(street: Street) -> None:
    case = await street.refund()
    assert await street.tick() == 1
    assert (await state(case), await street.in_the_till()) == (State.PROCESSING, 2400)
    assert await street.tick() == 0  # not asked every second
    street.later(minutes=5)
    assert await street.tick() == 1
    assert (await state(case), await street.in_the_till()) == (State.REFUNDED, 1200)
    assert await broken(street.shop) == []


async def test_the_provider_tells_by_itself_and_tells_again(street: Street) -> None:
    case = await street.refund()
    await street.tick()
    fact = RefundFact(case.number, "settled", case.amount)
    assert [await refunding.take(fact, street.now) for _ in range(3)] == [True] * 3
    assert (await state(case), await street.in_the_till()) == (State.REFUNDED, 1200)
    assert not await refunding.take(RefundFact("nobody-1", "settled"), street.now)
    assert not await refunding.take(RefundFact("nobody-1", "failed", why="x"), street.now)


async def test_72_an_answer_that_is_lost_is_asked_for_under_the_same_number(street: Street) -> None:
    case = await street.refund()
    street.sandbox.trouble = "lost"
    await street.tick()
    assert await state(case) == State.PROCESSING
    street.sandbox.trouble = ""
    street.later(minutes=5)
    await street.tick()
    assert await state(case) == State.REFUNDED
    back = [line for line in await street.sandbox.bill((NOW + timedelta(hours=8)).date()) if line.refund_no]
    assert [(line.refund_no, line.amount) for line in back] == [(case.number, Money(1200))]


async def test_nothing_goes_twice_when_the_shop_dies_behind_the_provider(street: Street) -> None:
    """The try is written before the call: after a crash the number is asked for, not sent as another one."""
    case = await street.refund()
    sent = await refunds.submit(case.id, now=street.now)
    assert sent is not None
    await street.sandbox.refund(
        case.number, trade_no=case.trade, total=case.paid, amount=case.amount, reason=""
    )  # and then the lights went out
    street.later(minutes=5)
    await street.tick()
    assert (await state(case), await street.in_the_till()) == (State.REFUNDED, 1200)
    lines = [line for line in await street.sandbox.bill((NOW + timedelta(hours=8)).date()) if line.refund_no]
    assert len(lines) == 1


async def test_a_provider_that_is_away_is_asked_less_often_and_then_the_owner_hears(street: Street) -> None:
    case = await street.refund()
    street.sandbox.trouble = "away"
    for _ in range(MOST_TRIES + 2):
        await street.tick()
        street.later(days=1)
    assert await state(case) == State.PROCESSING
    assert (await happened()).count("AlarmRaised") == 1
    street.sandbox.trouble = ""
    await street.tick()
    street.later(days=1)
    await street.tick()
    assert await state(case) == State.REFUNDED


async def test_no_for_good_is_left_to_a_person(street: Street) -> None:
    case = await street.refund()
    street.sandbox.trouble = "refused"
    await street.tick()
    assert (await state(case), await street.in_the_till()) == (State.MANUAL, 2400)
    street.later(days=1)
    await street.tick()
    assert (await happened()).count("RefundByHand") == 2  # and again the next day
    assert await refunds.paid_back(case.number, now=street.now, by=await a_clerk())
    assert await street.in_the_till() == 1200


async def test_late_money_finds_its_way_back_alone(street: Street) -> None:
    placed = await orders.place(
        street.shop, await a_customer(), [Want(street.apples, Quantity.of(2))], now=street.now
    )
    asked = await payments.ask(placed.token, "sandbox", now=street.now)
    await orders.cancel(street.shop, placed.buyer, now=street.now)
    fact = street.sandbox.pay(asked)
    await payments.settle("sandbox", fact.event, fact.trade_no, fact.amount, now=street.now)
    await clock.tick(street.now, street.sandbox)
    street.later(minutes=5)
    await clock.tick(street.now, street.sandbox)
    (case,) = await refunds.of_order(placed.id)
    assert (case.state, await street.in_the_till()) == (State.REFUNDED, 0)
    assert (await slips.slip(placed.id)).status == Status.CANCELLED
    assert await broken(street.shop) == []


async def test_a_refund_on_which_the_provider_fails_stops_no_other(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await street.refund(), await street.refund()
    refund = street.sandbox.refund

    async def fails_once(number: str, **more: Any) -> RefundFact:
        if number == first.number:
            raise ValueError("an answer that nobody can read")
        return await refund(number, **more)

    monkeypatch.setattr(street.sandbox, "refund", fails_once)
    assert await street.tick() == 1
    monkeypatch.undo()
    for _ in range(3):
        street.later(hours=1)
        await street.tick()
    assert [await state(case) for case in (first, second)] == [State.REFUNDED] * 2


async def test_an_order_on_which_the_provider_fails_keeps_no_other_from_ending(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = list[slips.Slip]()
    for who in ("小李", "阿花"):
        buyer = await a_customer(who)
        placed.append(
            await orders.place(street.shop, buyer, [Want(street.apples, Quantity.of(2))], now=street.now)
        )
    bad = await payments.ask(placed[0].token, "sandbox", now=street.now)
    close = street.sandbox.close

    async def fails(trade_no: str) -> None:
        if trade_no == bad.trade_no:
            raise ValueError("an answer that nobody can read")
        await close(trade_no)

    monkeypatch.setattr(street.sandbox, "close", fails)
    street.later(hours=1)
    assert await clock.expire_unpaid(street.now, street.sandbox) == 1
    assert [(await slips.slip(one.id)).status for one in placed] == [Status.UNPAID, Status.CANCELLED]
    monkeypatch.undo()
    assert await clock.expire_unpaid(street.now, street.sandbox) == 1


async def test_however_many_unpaid_orders_cannot_be_ended_those_behind_them_are(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = []
    for n in range(5):
        buyer = await a_customer(f"客{n}")
        street.later(seconds=1)
        placed.append(
            await orders.place(street.shop, buyer, [Want(street.apples, Quantity.of(1))], now=street.now)
        )
    stuck = {one.id for one in placed[:4]}
    page, expire = orders.due_unpaid, orders.expire

    async def fails(id: OrderId, *, now: datetime) -> bool:
        if id in stuck:
            raise ValueError("a row that nobody can read")
        return await expire(id, now=now)

    monkeypatch.setattr(orders, "due_unpaid", partial(page, limit=2))
    monkeypatch.setattr(orders, "expire", fails)
    street.later(hours=1)
    assert await clock.expire_unpaid(street.now, None) == 1
    states = [(await slips.slip(one.id)).status for one in placed]
    assert states == [Status.UNPAID] * 4 + [Status.CANCELLED]


async def test_a_shop_without_the_provider_keeps_the_refund(street: Street) -> None:
    case = await street.refund()
    assert await refund_due(street.now, None) == 0
    assert await state(case) == State.APPROVED
