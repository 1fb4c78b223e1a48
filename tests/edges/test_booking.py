"""75–80, booking: a time is one customer's, stays his until he has another, and is said in the shop's own time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from bot.clock import MovableClock
from shop import appointments, bookings, orders, payments, refunds, resources, slips
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.refusals import DepositFirst, TimeTaken
from shop.rules.bookings import Appointment, Service, Span, State
from shop.rules.orders import Status
from shop.slips import Slip
from shop.transaction import run_sql, unit_of_work
from tests.support.at_once import at_once, whether
from tests.support.street import PRIVATE, Street
from tests.support.world import NOW, TODAY, a_clerk, a_customer, after, facts, happened, pay

ZONE = ZoneInfo("Asia/Shanghai")
TOMORROW = TODAY + timedelta(days=1)
DEPOSIT, NO_DEPOSIT = Money(1000), Money(0)


def at(hour: int, minute: int = 0, *, day: date = TOMORROW) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE)


async def a_barber(shop: ShopId, name: str = "阿强", *, capacity: int = 1) -> None:
    await resources.employ(shop, name, time(10), time(19), capacity=capacity)


async def a_service(
    shop: ShopId, name: str = "剪发", *, minutes: int = 30, deposit: Money = NO_DEPOSIT
) -> Service:
    boss = await a_clerk()
    made, _ = await resources.offer(shop, name, minutes, Money(3800), deposit, by=boss, now=NOW)
    return made


async def booked(
    shop: ShopId, service: Service, when: datetime, name: str = "小李", *, now: datetime = NOW
) -> tuple[Appointment, Slip | None]:
    return await bookings.book(shop, await a_customer(name), service.id, when, now=now)


async def counts() -> dict[str, int]:
    """How many have each time that somebody ever took, by the clock of the shop."""
    rows = await run_sql("SELECT starts_at, booked FROM slot ORDER BY starts_at, id")
    moment = (lambda v: datetime.fromisoformat(v)) if rows and isinstance(rows[0]["starts_at"], str) else None
    return {
        f"{(moment(r['starts_at']) if moment else r['starts_at']).astimezone(ZONE):%H:%M}": int(r["booked"])
        for r in rows
    }


# ── 75 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_75_ten_people_and_the_last_time(shop: ShopId) -> None:
    await a_barber(shop)
    cut = await a_service(shop)
    people = [await a_customer(f"客{n}") for n in range(10)]
    came = await at_once(*(partial(bookings.book, shop, p, cut.id, at(15), now=NOW) for p in people))
    assert came == {"done": 1, "TimeTaken": 9}
    assert await counts() == {"15:00": 1}


async def test_75_two_chairs_and_a_deposit_take_two_of_ten(shop: ShopId) -> None:
    await a_barber(shop, capacity=2)
    cut = await a_service(shop, deposit=DEPOSIT)
    people = [await a_customer(f"客{n}") for n in range(10)]
    came = await at_once(*(partial(bookings.book, shop, p, cut.id, at(15), now=NOW) for p in people))
    assert came == {"done": 2, "TimeTaken": 8}
    assert (await counts(), len(await slips.of_day(shop, TODAY))) == ({"15:00": 2}, 2)


# ── 76 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_76_a_service_of_two_slots_takes_both_or_none(shop: ShopId) -> None:
    await a_barber(shop)
    cut, perm = await a_service(shop), await a_service(shop, "烫发", minutes=60)
    await booked(shop, cut, at(15, 30))
    with pytest.raises(TimeTaken) as no:
        await booked(shop, perm, at(15), "王姐")
    assert [f"{one:%H:%M}" for one in no.value.near] == ["14:00", "14:30", "16:00"]
    assert await counts() == {"15:30": 1}
    await booked(shop, perm, at(14, 30), "王姐")
    assert await counts() == {"14:30": 1, "15:00": 1, "15:30": 1}


async def test_76_two_that_overlap_at_once(shop: ShopId) -> None:
    await a_barber(shop)
    cut, perm = await a_service(shop), await a_service(shop, "烫发", minutes=60)
    one, two = await a_customer("小李"), await a_customer("王姐")
    came = await at_once(
        partial(bookings.book, shop, one, cut.id, at(15, 30), now=NOW),
        partial(bookings.book, shop, two, perm.id, at(15), now=NOW),
    )
    assert came == {"done": 1, "TimeTaken": 1}


async def test_76_who_moves_by_half_of_his_own_time_is_not_in_his_own_way(shop: ShopId) -> None:
    await a_barber(shop)
    perm = await a_service(shop, "烫发", minutes=60)
    mine, _ = await booked(shop, perm, at(15))
    await bookings.move(shop, mine.person, mine.id, at(15, 30), now=NOW)
    assert await counts() == {"15:00": 0, "15:30": 1, "16:00": 1}


# ── 77 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_77_moving_into_a_full_time_keeps_the_old_one(shop: ShopId) -> None:
    await a_barber(shop)
    cut = await a_service(shop)
    mine, _ = await booked(shop, cut, at(15))
    await booked(shop, cut, at(16), "王姐")
    with pytest.raises(TimeTaken):
        await bookings.move(shop, mine.person, mine.id, at(16), now=NOW)
    assert await appointments.coming(shop, mine.person, now=NOW) == (mine,)
    assert await counts() == {"15:00": 1, "16:00": 1}


async def test_77_two_want_each_others_time_at_once(shop: ShopId) -> None:
    """Neither is free while the other has it, and nobody loses his own."""
    await a_barber(shop)
    cut = await a_service(shop)
    one, _ = await booked(shop, cut, at(15))
    two, _ = await booked(shop, cut, at(16), "王姐")
    came = await at_once(
        partial(bookings.move, shop, one.person, one.id, at(16), now=NOW),
        partial(bookings.move, shop, two.person, two.id, at(15), now=NOW),
    )
    assert came == {"TimeTaken": 2}
    assert await counts() == {"15:00": 1, "16:00": 1}


# ── 78 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_78_leave_after_booking_drops_nobody_silently(shop: ShopId) -> None:
    await a_barber(shop)
    cut = await a_service(shop, deposit=DEPOSIT)
    mine, slip = await booked(shop, cut, at(15))
    assert slip is not None
    await pay(slip)
    _, hit = await resources.rest(shop, "阿强", Span(at(0), at(23, 59)), now=NOW)
    assert hit == (mine.id,)
    assert (await happened())[-1] == "AppointmentHit"
    (stands,) = await appointments.coming(shop, mine.person, now=NOW)
    assert (stands.state, stands.hit, stands.starts) == (State.BOOKED, True, at(15))
    with pytest.raises(TimeTaken):
        await booked(shop, cut, at(11), "王姐")
    late = at(14, 30)  # half an hour before it: not his fault, so his deposit goes back all the same
    assert not stands.costs_deposit(late)
    await bookings.cancel(shop, mine.person, mine.id, now=late)
    assert [case.amount for case in await refunds.of_order(slip.id)] == [DEPOSIT]


async def test_78_who_moves_out_of_the_leave_has_a_time_that_stands(shop: ShopId) -> None:
    await a_barber(shop)
    cut = await a_service(shop)
    mine, _ = await booked(shop, cut, at(15))
    absences, hit = await resources.rest(shop, None, Span(at(0), at(23, 59)), now=NOW)
    later = TODAY + timedelta(days=2)
    _, moved = await bookings.move(shop, mine.person, mine.id, at(15, day=later), now=NOW)
    assert (moved.hit, moved.starts) == (False, at(15, day=later))
    told = len(await happened())
    await resources.work_after_all(shop, absences, hit, now=NOW)
    assert len(await happened()) == told, "what was moved concerns him no more"
    assert await booked(shop, cut, at(15), "王姐")


async def test_78_the_shop_is_closed_that_day(shop: ShopId) -> None:
    await resources.employ(shop, "阿强", time(10), time(19), off=(TOMORROW.isoweekday(),))
    cut = await a_service(shop)
    with pytest.raises(TimeTaken) as no:
        await booked(shop, cut, at(15))
    assert {one.date() for one in no.value.near} == {TODAY + timedelta(days=2)}


async def test_78_leave_and_a_booking_at_once(shop: ShopId) -> None:
    """Either the booking is told of, or it was refused."""
    await a_barber(shop)
    cut = await a_service(shop)
    person = await a_customer()
    came = await at_once(
        whether(partial(resources.rest, shop, "阿强", Span(at(0), at(23, 59)), now=NOW)),
        partial(bookings.book, shop, person, cut.id, at(15), now=NOW),
    )
    told = (await happened()).count("AppointmentHit")
    assert (came["TimeTaken"], told) in ((1, 0), (0, 1))


# ── 79 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def held(shop: ShopId) -> tuple[PersonId, Appointment, Slip]:
    await a_barber(shop)
    cut = await a_service(shop, deposit=DEPOSIT)
    mine, slip = await booked(shop, cut, at(15))
    assert slip is not None and mine.state == State.HELD
    return mine.person, mine, slip


async def test_79_the_money_and_then_the_end_of_the_time(shop: ShopId) -> None:
    _, mine, slip = await held(shop)
    trade = (await payments.ask(slip.token, "gateway", now=NOW)).trade_no
    assert await pay(slip, now=after(minutes=15), trade_no=trade) == "settled"
    assert not await unit_of_work(partial(orders.expire, slip.id, now=after(minutes=15)))
    assert (await appointments.appointment(mine.id)).state == State.BOOKED
    assert await counts() == {"15:00": 1}


async def test_79_the_end_of_the_time_and_then_the_money(shop: ShopId) -> None:
    _, mine, slip = await held(shop)
    trade = (await payments.ask(slip.token, "gateway", now=NOW)).trade_no
    assert await unit_of_work(partial(orders.expire, slip.id, now=after(minutes=15)))
    assert await pay(slip, now=after(minutes=15), trade_no=trade) == "late"
    assert (await appointments.appointment(mine.id)).state == State.CANCELLED
    assert await counts() == {"15:00": 0}
    assert [(c.kind, c.amount) for c in await refunds.of_order(slip.id)] == [("late", DEPOSIT)]
    assert await booked(shop, mine.service, at(15), "王姐", now=after(minutes=15))


async def test_79_both_at_once(shop: ShopId) -> None:
    _, mine, slip = await held(shop)
    trade = (await payments.ask(slip.token, "gateway", now=NOW)).trade_no
    late = after(minutes=15)
    await at_once(
        whether(partial(orders.expire, slip.id, now=late)),
        partial(payments.settle, "gateway", "notice", trade, DEPOSIT, now=late),
    )
    state, (fact,) = (await appointments.appointment(mine.id)).state, await facts()
    assert (state, fact[1]) in ((State.BOOKED, "settled"), (State.CANCELLED, "late"))
    assert await counts() == {"15:00": int(state == State.BOOKED)}


async def test_79_a_deposit_is_not_paid_at_the_counter_nor_held_twice(shop: ShopId) -> None:
    person, mine, _ = await held(shop)
    with pytest.raises(DepositFirst):
        await orders.choose_cash(shop, person, now=NOW)
    with pytest.raises(DepositFirst):
        await bookings.book(shop, person, mine.service.id, at(16), now=NOW)
    assert await counts() == {"15:00": 1}


async def test_79_a_deposit_given_back_frees_the_time(shop: ShopId) -> None:
    person, mine, slip = await held(shop)
    await pay(slip)
    await bookings.cancel(shop, person, mine.id, now=NOW)
    assert (await slips.slip(slip.id)).status == Status.CANCELLED
    assert await counts() == {"15:00": 0}


# ── 80 ──────────────────────────────────────────────────────────────────────────────────────────────────────────

SATURDAY = date(2026, 5, 2)


async def a_barbershop(street: Street) -> None:
    """Open day and night, so that only the words decide."""
    for said in ("师傅 阿强 0-24", "预约 剪发 30分钟 38元"):
        await street.say("店主", said, PRIVATE)
        await street.say("店主", "确认", PRIVATE)


async def starts() -> list[datetime]:
    rows = await run_sql("SELECT starts_at FROM appointment ORDER BY id")
    return [
        (datetime.fromisoformat(v) if isinstance(v := row["starts_at"], str) else v).astimezone(ZONE)
        for row in rows
    ]


@pytest.mark.parametrize(
    ("now", "said", "expected"),
    [
        (at(20, day=SATURDAY), "预约 剪发 周六下午3点", at(15, day=SATURDAY + timedelta(days=7))),
        (at(14, day=SATURDAY), "预约 剪发 周六下午3点", at(15, day=SATURDAY)),
        (at(23, 59, day=SATURDAY), "预约 剪发 明天10点", at(10, day=SATURDAY + timedelta(days=1))),
        (at(0, 1, day=SATURDAY), "预约 剪发 明天10点", at(10, day=SATURDAY + timedelta(days=1))),
        (at(0, 1, day=SATURDAY), "预约 剪发 今天10点", at(10, day=SATURDAY)),
    ],
)
async def test_80_what_is_said_late_is_meant_in_the_shops_own_time(
    street: Street, now: datetime, said: str, expected: datetime
) -> None:
    await a_barbershop(street)
    clock = street.shop.clock
    assert isinstance(clock, MovableClock)
    clock.move(now.astimezone(UTC) - clock.now())
    await street.say("小李", said, PRIVATE)
    assert await starts() == [expected]
