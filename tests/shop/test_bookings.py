"""Appointments: what is free, what a deposit means, what the shop says of who came, and the reminder."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from bot.clock import tick
from shop import bookings, listings, orders, pickups, refunds, resources, slips
from shop.appointments import appointment
from shop.catalogue import goods
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.refusals import (
    CannotUndo,
    DepositStays,
    NoAppointment,
    NoSuchResource,
    NoSuchService,
    NothingOpen,
    NotSold,
    TimeTaken,
    TooManyBookings,
)
from shop.rules.bookings import Appointment, Service, Span, State
from shop.rules.orders import Status
from shop.rules.refunds import What
from shop.slips import Slip
from shop.transaction import unit_of_work
from tests.support.world import (
    FULL50,
    NOW,
    TODAY,
    a_clerk,
    a_customer,
    a_product,
    a_shop,
    after,
    an_order,
    hand_over,
    happened,
    pay,
    want,
)

ZONE = ZoneInfo("Asia/Shanghai")
TOMORROW = TODAY + timedelta(days=1)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime.combine(TOMORROW, time(hour, minute), ZONE)


async def a_barber(shop: ShopId, *, deposit: int = 0, price: int = 3800, minutes: int = 30) -> Service:
    await resources.employ(shop, "阿强", time(10), time(12))
    made, _ = await resources.offer(
        shop, "剪发", minutes, Money(price), Money(deposit), by=await a_clerk(), now=NOW
    )
    return made


async def a_paid_one(shop: ShopId) -> tuple[Appointment, Slip]:
    cut = await a_barber(shop, deposit=1000)
    mine, slip = await bookings.book(shop, await a_customer(), cut.id, at(11), now=NOW)
    assert slip is not None
    await pay(slip)
    return await appointment(mine.id), await slips.slip(slip.id)


async def state_of(one: Appointment) -> State:
    return (await appointment(one.id)).state


async def free(shop: ShopId, service: Service) -> list[str]:
    return [f"{one.at:%H:%M}" for one in await bookings.free_on(shop, service, TOMORROW, now=NOW)]


# ── what is free ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_service_of_45_minutes_takes_an_hour_and_ends_in_time(shop: ShopId) -> None:
    cut = await a_barber(shop, minutes=45)
    assert await free(shop, cut) == ["10:00", "10:30", "11:00"]
    await bookings.book(shop, await a_customer(), cut.id, at(10, 30), now=NOW)
    assert await free(shop, cut) == []


async def test_the_second_of_two_who_serve_takes_who_comes_second(shop: ShopId) -> None:
    cut = await a_barber(shop)
    await resources.employ(shop, "阿珍", time(11), time(13))
    first, _ = await bookings.book(shop, await a_customer(), cut.id, at(11), now=NOW)
    second, _ = await bookings.book(shop, await a_customer("王姐"), cut.id, at(11), now=NOW)
    assert (first.resource, second.resource) == ("阿强", "阿珍")
    with pytest.raises(TimeTaken) as no:
        await bookings.book(shop, await a_customer("阿花"), cut.id, at(11), now=NOW)
    assert [f"{one:%H:%M}" for one in no.value.near] == ["10:00", "10:30", "11:30"]


@pytest.mark.parametrize("when", [at(10, 10), at(9, 30), at(12), at(10) - timedelta(days=2)])
async def test_a_time_off_the_half_hours_outside_the_hours_or_over_is_none(
    shop: ShopId, when: datetime
) -> None:
    cut = await a_barber(shop)
    with pytest.raises(TimeTaken):
        await bookings.book(shop, await a_customer(), cut.id, when, now=NOW)


async def test_nobody_holds_more_than_three_times(shop: ShopId) -> None:
    cut = await a_barber(shop)
    person = await a_customer()
    for hour in (10, 11):
        await bookings.book(shop, person, cut.id, at(hour), now=NOW)
    await bookings.book(shop, person, cut.id, at(10, 30), now=NOW)
    with pytest.raises(TooManyBookings):
        await bookings.book(shop, person, cut.id, at(11, 30), now=NOW)


async def test_what_is_not_offered_cannot_be_booked_and_what_stands_stands(shop: ShopId) -> None:
    cut = await a_barber(shop)
    mine, _ = await bookings.book(shop, await a_customer(), cut.id, at(11), now=NOW)
    await resources.put_back(shop, cut.id, None)
    with pytest.raises(NoSuchService):
        await bookings.book(shop, await a_customer("王姐"), cut.id, at(10), now=NOW)
    _, moved = await bookings.move(shop, mine.person, mine.id, at(10), now=NOW)
    assert (moved.state, moved.starts) == (State.BOOKED, at(10))


async def test_leave_of_nobody_known_is_refused(shop: ShopId) -> None:
    with pytest.raises(NoSuchResource):
        await resources.rest(shop, "阿伟", Span(at(10), at(12)), now=NOW)


async def test_an_appointment_of_somebody_else_is_none_of_ours(shop: ShopId) -> None:
    cut = await a_barber(shop)
    mine, _ = await bookings.book(shop, await a_customer(), cut.id, at(11), now=NOW)
    other = await a_customer("王姐")
    with pytest.raises(NoAppointment):
        await bookings.move(shop, other, mine.id, at(10), now=NOW)
    with pytest.raises(NoAppointment):
        await bookings.cancel(shop, other, mine.id, now=NOW)


# ── the deposit ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_deposit_is_a_bill_of_its_own_without_cuts_and_without_goods(shop_db: str) -> None:
    shop = await a_shop(promotions=[FULL50])
    oranges, person = await a_product(), await a_customer()
    basket = await an_order(person, (oranges, 1))
    cut = await a_barber(shop, deposit=6000, price=9000)
    _, slip = await bookings.book(shop, person, cut.id, at(11), now=NOW)
    assert slip is not None and slip.id != basket.id
    assert (slip.payable, slip.lines[0].cuts) == (Money(6000), ())
    await an_order(person, (oranges, 1))
    assert len((await slips.slip(slip.id)).lines) == 1, "what is ordered joins the other bill"
    with pytest.raises(NotSold):
        await orders.edit(shop, await a_customer(), [want(slip.lines[0].sku, 2, "set")], now=NOW)


async def test_a_new_deposit_is_asked_of_who_books_next(shop: ShopId) -> None:
    cut = await a_barber(shop, deposit=1000)
    _, first = await bookings.book(shop, await a_customer(), cut.id, at(11), now=NOW)
    await a_barber(shop, deposit=2000)
    _, second = await bookings.book(shop, await a_customer("王姐"), cut.id, at(10), now=NOW)
    assert first is not None and second is not None
    assert ((await slips.slip(first.id)).payable, second.payable) == (Money(1000), Money(2000))


async def test_the_deposits_campaign_is_nobodys_to_join(shop: ShopId) -> None:
    await a_barber(shop, deposit=1000)
    assert (await goods(shop)).running(None, NOW) == ()
    assert (await listings.campaigns(shop)).items == ()


async def test_a_cancelled_order_frees_the_time_whoever_cancels_it(shop: ShopId) -> None:
    cut = await a_barber(shop, deposit=1000)
    mine, slip = await bookings.book(shop, await a_customer(), cut.id, at(11), now=NOW)
    assert slip is not None
    await orders.cancel(shop, mine.person, now=NOW)
    assert (await state_of(mine), "11:00" in await free(shop, cut)) == (State.CANCELLED, True)
    with pytest.raises(NothingOpen):
        await orders.cancel(shop, mine.person, now=NOW)


async def test_a_refunded_deposit_frees_the_time(shop: ShopId) -> None:
    mine, slip = await a_paid_one(shop)
    case = await refunds.give(slip.id, mine.person, What(), "来不了", now=NOW)
    await refunds.submit(case.id, now=NOW)
    await refunds.paid_back(case.number, now=NOW)
    assert ((await slips.slip(slip.id)).status, await state_of(mine)) == (Status.REFUNDED, State.CANCELLED)
    assert "11:00" in await free(shop, mine.service)


async def test_the_code_of_a_deposit_means_that_he_came_and_may_be_taken_back(shop: ShopId) -> None:
    mine, slip = await a_paid_one(shop)
    await hand_over(slip, await a_clerk())
    assert await state_of(mine) == State.DONE
    await pickups.take_back(slip.id, now=NOW)
    assert await state_of(mine) == State.BOOKED
    assert "OrderTakenBack" not in await happened()  # he heard of no goods, and hears of none


async def test_two_hours_before_the_deposit_stays_and_he_must_say_so(shop: ShopId) -> None:
    mine, slip = await a_paid_one(shop)
    late = at(9, 1)
    with pytest.raises(DepositStays):
        await bookings.cancel(shop, mine.person, mine.id, now=late)
    assert await state_of(mine) == State.BOOKED
    await bookings.cancel(shop, mine.person, mine.id, leaves_deposit=True, now=late)
    assert (await state_of(mine), (await slips.slip(slip.id)).status) == (State.CANCELLED, Status.FULFILLED)
    assert await refunds.of_order(slip.id) == ()
    assert "11:00" in await free(shop, mine.service)


async def test_to_the_minute_two_hours_before_it_still_goes_back(shop: ShopId) -> None:
    mine, slip = await a_paid_one(shop)
    await bookings.cancel(shop, mine.person, mine.id, now=at(9))
    assert [case.amount for case in await refunds.of_order(slip.id)] == [Money(1000)]


# ── who came ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_who_came_and_who_did_not_leave_their_deposit(shop: ShopId) -> None:
    mine, slip = await a_paid_one(shop)
    boss = await a_clerk()
    with pytest.raises(NoAppointment):
        await bookings.missed(shop, mine.id, boss, now=at(10))
    await bookings.missed(shop, mine.id, boss, now=at(11, 30))
    assert (await state_of(mine), (await slips.slip(slip.id)).status) == (State.NO_SHOW, Status.FULFILLED)
    with pytest.raises(NoAppointment):
        await bookings.came(shop, mine.id, boss, now=at(11, 30))


@pytest.mark.parametrize("deposit", [0, 1000])
async def test_what_was_said_about_who_came_is_taken_back_once(shop: ShopId, deposit: int) -> None:
    cut, boss = await a_barber(shop, deposit=deposit), await a_clerk()
    mine, slip = await bookings.book(shop, await a_customer(), cut.id, at(11), now=NOW)
    if slip is not None:
        await pay(slip)
    for said in (bookings.came, bookings.missed):
        await said(shop, mine.id, boss, now=at(11, 30))
        assert (await bookings.not_said(shop, mine.id, now=at(11, 31))).state == State.BOOKED
        with pytest.raises(CannotUndo):
            await unit_of_work(partial(bookings.not_said, shop, mine.id, now=at(11, 31)))
    if slip is not None:
        assert (await slips.slip(slip.id)).status == Status.PREPARING
    assert "11:00" not in await free(shop, cut)
    await bookings.missed(shop, mine.id, boss, now=at(11, 32))
    assert await state_of(mine) == State.NO_SHOW


async def test_silence_for_a_day_means_that_he_came(shop: ShopId) -> None:
    mine, slip = await a_paid_one(shop)
    await tick(at(11, 29) + timedelta(days=1))
    assert await state_of(mine) == State.BOOKED
    await tick(at(11, 30) + timedelta(days=1))
    assert (await state_of(mine), (await slips.slip(slip.id)).status) == (State.DONE, Status.FULFILLED)


# ── the reminder ────────────────────────────────────────────────────────────────────────────────────────────────


async def reminded(now: datetime) -> int:
    return await unit_of_work(partial(bookings.remind_due, now=now))


async def test_a_reminder_comes_the_day_before_and_once(shop: ShopId) -> None:
    cut = await a_barber(shop)
    await bookings.book(shop, await a_customer(), cut.id, at(11), now=NOW)
    assert [await reminded(at(11) - timedelta(hours=24, minutes=1)), await reminded(after(hours=1))] == [0, 1]
    assert await reminded(after(hours=2)) == 0
    assert (await happened())[-1] == "AppointmentSoon"


async def test_who_books_for_today_is_reminded_two_hours_before(shop: ShopId) -> None:
    cut = await a_barber(shop)
    early = at(0)
    await bookings.book(shop, await a_customer(), cut.id, at(11), now=early)
    assert [await reminded(at(8, 59)), await reminded(at(9))] == [0, 1]


async def test_who_books_for_the_next_hour_needs_no_reminder_and_who_moves_gets_a_new_one(
    shop: ShopId,
) -> None:
    cut = await a_barber(shop)
    mine, _ = await bookings.book(shop, await a_customer(), cut.id, at(10), now=at(9))
    assert await reminded(at(9, 59)) == 0
    await bookings.move(shop, mine.person, mine.id, at(10) + timedelta(days=2), now=at(9))
    assert await reminded(at(10) + timedelta(days=1)) == 1
