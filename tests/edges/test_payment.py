"""27–34, payment: every fen that comes in is booked once, and only then it is decided what it means."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import pytest

from bot.payments import Go, Sandbox, Visitor
from bot.payments.sandbox import _write
from shop import ledger, listings, orders, payments, refunds, slips
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.payments import Intent
from shop.records.payments import PayFact  # the careless verb writes rows by hand
from shop.refusals import NoSuchOrder
from shop.rules.orders import Status
from shop.rules.refunds import What
from shop.transaction import start_task, transaction
from tests.support.at_once import Meeting, at_once
from tests.support.fake_wechat_pay import FakeWeChatPay, open_fake
from tests.support.stands import wechat
from tests.support.street import PRIVATE, Street, held, orders_by_name
from tests.support.till import SECRET, Clock, Till, open_till
from tests.support.world import (
    NOW,
    a_clerk,
    a_customer,
    a_product,
    after,
    an_order,
    facts,
    happened,
    pay,
    shelf,
)

SOON = after(minutes=30)


async def asked(slip: slips.Slip) -> str:
    return (await payments.ask(slip.token, "gateway", now=NOW)).trade_no


async def in_the_till(shop: ShopId) -> int:
    return await ledger.balance(shop, "cash:gateway")


# ── 27 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_27_the_same_notice_five_times(shop: ShopId) -> None:
    slip = await an_order(await a_customer(), (await a_product("橙子", "29.90"), 2))
    trade = await asked(slip)
    answers = [await pay(slip, event="E1", trade_no=trade, now=after(minutes=n)) for n in range(5)]
    assert answers == ["settled", "seen", "seen", "seen", "seen"]
    assert (await facts(), await happened()) == ([(5980, "settled")], ["OrderPaid"])


async def test_27_the_same_notice_twenty_times_at_once(shop: ShopId) -> None:
    slip = await an_order(await a_customer(), (await a_product("橙子", "29.90"), 2))
    came = await at_once(*[partial(pay, slip, trade_no=await asked(slip), event="E1")] * 20)
    assert came == {"settled": 1, "seen": 19}
    assert (await facts(), await happened()) == ([(5980, "settled")], ["OrderPaid"])
    assert await in_the_till(shop) == 5980


async def test_27_control_looking_before_booking_is_not_enough(careless_shop: ShopId, database: str) -> None:
    """The database refuses the second row; a verb that only looks first answers the provider with a fault."""
    meeting = Meeting(database, 10)
    slip = await an_order(await a_customer(), (await a_product(), 1))

    async def careless() -> str:
        if await PayFact.filter(provider="gateway", event="E1").exists():
            return "seen"
        await meeting.wait()
        await PayFact.create(
            order_id=slip.id, provider="gateway", event="E1", amount_fen=2990, standing="settled", at=NOW
        )
        return "settled"

    came = await at_once(*[careless] * 10)
    assert came == (
        {"settled": 1, "IntegrityError": 9} if database == "postgres" else {"settled": 1, "seen": 9}
    )


# ── 28–30 ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_28_the_second_payment_goes_back_and_the_first_stays(shop: ShopId) -> None:
    slip = await an_order(await a_customer(), (await a_product("苹果", "12.00"), 2))
    trade = await asked(slip)
    assert [await pay(slip, event=e, trade_no=trade) for e in ("E1", "E2")] == ["settled", "surplus"]
    assert await facts() == [(2400, "settled"), (2400, "surplus")]
    assert await happened() == ["OrderPaid", "MoneyCameLate"]
    await the_refund_is_paid(slip, "surplus")
    assert (await in_the_till(shop), (await slips.slip(slip.id)).status) == (2400, Status.PREPARING)


async def test_28_two_payments_at_once(shop: ShopId) -> None:
    slip = await an_order(await a_customer(), (await a_product("苹果", "12.00"), 2))
    trade = await asked(slip)
    came = await at_once(*(partial(pay, slip, event=f"E{n}", trade_no=trade) for n in range(2)))
    assert came == {"settled": 1, "surplus": 1}
    await the_refund_is_paid(slip, "surplus")
    assert (await in_the_till(shop), await ledger.balance(shop, "suspense")) == (2400, 0)


async def test_28_a_second_payment_on_its_way_back_keeps_no_order_open(shop: ShopId) -> None:
    """All of the order's own money is back, so it is over and its goods are free; the surplus is another matter."""
    apples, boss = await a_product("苹果", "12.00"), await a_clerk()
    slip = await an_order(await a_customer(), (apples, 2))
    trade = await asked(slip)
    assert [await pay(slip, event=e, trade_no=trade) for e in ("E1", "E2")] == ["settled", "surplus"]
    case = await refunds.give(slip.id, boss, What(), "不要了", now=NOW)
    await refunds.submit(case.id, now=NOW)
    assert await refunds.paid_back(case.number, now=NOW)
    assert (await slips.slip(slip.id)).status == Status.REFUNDED
    await the_refund_is_paid(slip, "surplus")
    assert (await in_the_till(shop), await shelf(apples)) == (0, ("5", "0"))


async def the_refund_is_paid(slip: slips.Slip, kind: str) -> None:
    """What was not the order's goes back by itself, all of it, by the way it came."""
    (case,) = await refunds.due(now=SOON)
    assert (case.kind, case.amount, case.provider) == (kind, slip.payable, "gateway")
    await refunds.submit(case.id, now=SOON)
    assert await refunds.paid_back(case.number, now=SOON)


@pytest.mark.parametrize("off", [-1, 1])
async def test_29_one_fen_off_is_never_guessed(shop: ShopId, off: int) -> None:
    slip = await an_order(await a_customer(), (await a_product("橙子", "29.90"), 2))
    assert await pay(slip, Money(5980 + off)) == "mismatch"
    assert (await slips.slip(slip.id)).status == Status.UNPAID
    assert (await facts(), await happened()) == ([(5980 + off, "mismatch")], ["AlarmRaised", "MoneyCameLate"])
    assert await pay(slip, now=after(minutes=1)) == "settled"  # a new request, paid to the fen
    assert await facts() == [(5980 + off, "mismatch"), (5980, "settled")]


@pytest.mark.parametrize("late", [{"seconds": 1}, {"days": 1}])
async def test_30_money_for_a_cancelled_order_goes_back_by_itself(
    shop: ShopId, late: dict[str, float]
) -> None:
    oranges, li = await a_product("橙子", "29.90"), await a_customer()
    slip = await an_order(li, (oranges, 2))
    trade = await asked(slip)
    await orders.cancel(shop, li, now=NOW)
    assert await pay(slip, trade_no=trade, now=after(**late)) == "late"
    assert (await facts(), await happened(), await shelf(oranges)) == (
        [(5980, "late")],
        ["MoneyCameLate"],
        ("5", "0"),
    )
    (case,) = await refunds.due(now=after(**late))
    assert (case.kind, case.amount, case.provider) == ("late", Money(5980), "gateway")
    await refunds.submit(case.id, now=after(**late))
    await refunds.paid_back(case.number, now=after(**late))
    assert (await in_the_till(shop), await ledger.balance(shop, "suspense")) == (0, 0)
    assert (await slips.slip(slip.id)).status == Status.CANCELLED


# ── 31 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class Hasty(Sandbox):
    """Has taken the money and told of it before it has answered the shop."""

    tell: Callable[[bytes, dict[str, str]], Awaitable[str]]

    async def begin(self, intent: Intent, visitor: Visitor) -> Go:
        body = _write(self.pay(intent))
        assert await self.tell(body, self.sign(body)) == '{"booked": "settled"}'
        return await super().begin(intent, visitor)


async def test_31_the_money_is_told_of_before_the_provider_has_answered(shop_db: str) -> None:
    """A request is committed before the provider hears of it, so that its number is known whenever it comes back."""
    async with open_till(make_provider=lambda clock: Hasty(secret=SECRET, clock=clock)) as till:

        async def tell(body: bytes, headers: dict[str, str]) -> str:
            answer = await till.client.post("/pay/callback/sandbox", data=body, headers=headers)
            return await answer.text()

        till.provider.tell = tell
        slip = await till.order()
        await till.trade_of(slip)
        assert [(one.standing, one.amount) for one in await listings.money_in(slip.id)] == [
            ("settled", slip.payable)
        ]
        assert (await slips.slip(slip.id)).status == Status.PREPARING


async def test_31_a_notice_of_a_number_that_is_not_committed_is_not_booked_yet(
    shop: ShopId, database: str
) -> None:
    """It is no success to the provider, who tells again; SQLite lets nobody look before the commit."""
    slip = await an_order(await a_customer(), (await a_product("苹果", "12.00"), 2))
    async with transaction():
        trade = await asked(slip)
        notice = start_task(at_once(partial(pay, slip, trade_no=trade, event="E1")), name="notice")
        if database == "postgres":
            assert await notice == {NoSuchOrder.__name__: 1}
            assert await facts() == []
    if database == "postgres":
        assert await pay(slip, trade_no=trade, event="E1") == "settled"
    else:
        assert await notice == {"settled": 1}
    assert (await facts(), await happened()) == ([(2400, "settled")], ["OrderPaid"])


# ── 32 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def at_wechat_pay() -> AsyncIterator[tuple[Till, FakeWeChatPay]]:
    async with open_fake(Clock()) as fake:

        def provider(clock: Clock) -> object:
            fake.clock = clock
            return wechat(fake, clock)

        async with open_till(make_provider=provider) as till:
            yield till, fake
            await till.provider.shut_down()


async def test_32_failed_and_then_paid(shop_db: str) -> None:
    """A card that is refused ends nothing: the goods stay promised, and the next try of the same number pays."""
    async with at_wechat_pay() as (till, fake):
        slip = await till.order()
        page = await (await till.client.get(f"/pay/{slip.token}")).text()
        trade = re.findall(r'data-trade="([0-9a-f]{32})"', page)[0]
        callback = str(till.client.make_url("/pay/callback/wechat"))
        fake.trades[trade].state = "PAYERROR"
        assert await fake.paid_callback(trade).send(callback) == 400
        assert await (await till.client.get(f"/paid/{trade}/state")).json() == {"state": "waiting"}
        assert (await slips.slip(slip.id)).status == Status.UNPAID
        assert (await shelf("P1-1"))[1] == "2"
        fake.trades[trade].state = "NOTPAY"
        fake.pay(trade)
        for _ in range(2):
            assert await fake.paid_callback(trade).send(callback) == 200
        assert [(one.standing, one.amount) for one in await listings.money_in(slip.id)] == [
            ("settled", slip.payable)
        ]
        assert (await slips.slip(slip.id)).status == Status.PREPARING


# ── 33, 34 ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def private(street: Street, who: str, text: str) -> list[tuple[str | None, str]]:
    return [(one.to, one.text) for one in await street.say(who, text, PRIVATE)]


async def test_33_a_cash_order_that_nobody_fetches(street: Street) -> None:
    """The goods stand there for three days, then the owner hears of it, once; what the shop calls off is free again."""
    await street.say("小李", "来2箱橙子", PRIVATE)
    await street.say("小李", "到店付", PRIVATE)
    assert await street.shop.pass_time(timedelta(hours=71)) == ()
    told = await street.shop.pass_time(timedelta(hours=2))
    assert [(one.to, one.text) for one in told if one.to == "店主"] == [
        (
            "店主",
            "⚠️ 0501-001 到店付 ¥54.80，三天没来取，货还占着。还留着就不用管，不留了回“退单”加单号",
        )
    ]
    assert (await street.shop.pass_time(timedelta(days=4)), await held("F01-1")) == ((), 2)
    await private(street, "店主", "退单 0501-001 没来取")
    assert [to for to, _ in await private(street, "店主", "确认")] == ["店主", "小李"]
    assert (await orders_by_name(), await held("F01-1")) == ({"小李": "cancelled 2箱橙子"}, 0)
    assert await facts() == []


async def test_34_one_transfer_said_to_be_for_two_orders(street: Street) -> None:
    """The shop sees one sum on its account and confirms one order by its number; the other one gets nothing by that."""
    for text in ("来1箱橙子", "已付", "来2盒草莓"):
        await street.say("大刘", text, PRIVATE)
    assert ("店主", "大刘 说 0501-002 转了 ¥51.00（草莓2盒）。看到钱回“收款 0501-002”") in await private(
        street, "大刘", "已付"
    )
    assert "哪一单" in "".join(await street.texts("店主", "收款", PRIVATE))
    assert await facts() == []
    await street.say("店主", "收款 0501-001", PRIVATE)
    assert await facts() == [(2990, "settled")]
    assert "已经收过款了" in "".join(await street.texts("店主", "收款 0501-001", PRIVATE))
    ((_, mine),) = await private(street, "大刘", "我的订单")
    assert mine.startswith("0501-002 等店里确认收款：草莓2盒 ¥51.00")
    assert mine.count("取货码") == 1
    await street.say("店主", "退单 0501-002 没收到", PRIVATE)
    await street.say("店主", "确认", PRIVATE)
    assert (await facts(), await held("F04-1")) == ([(2990, "settled")], 0)
