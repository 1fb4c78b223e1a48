"""预约的一生: an appointment's life as a table, and which times of a day are free."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.rules.hours import Hours
from shop.rules.life import Life, Step

SLOT = timedelta(minutes=30)
LONGEST = 240  # minutes of one service
MOST = 3  # appointments of one person that are still to come
LOOK_AHEAD = 60  # days
FREE_UNTIL = timedelta(hours=2)  # before it begins: who cancels later leaves his deposit
DAY_BEFORE, SHORTLY = timedelta(days=1), timedelta(hours=2)
SILENCE = timedelta(days=1)  # after its end: nobody said that he did not come


class State(StrEnum):
    HELD = "held"  # the time is his while he pays the deposit
    BOOKED = "booked"
    DONE = "done"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


S = State
LIVE = (S.HELD, S.BOOKED)
LIFE: Life[State] = Life(
    of="an appointment",
    first=S.HELD,
    last=frozenset({S.DONE, S.CANCELLED, S.NO_SHOW}),
    steps=(
        Step(S.HELD, "deposit_paid", S.BOOKED),
        Step(S.HELD, "no_deposit", S.BOOKED),
        Step(S.HELD, "order_ended", S.CANCELLED),
        Step(S.BOOKED, "moved", S.BOOKED),
        Step(S.HELD, "moved", S.HELD),
        Step(S.BOOKED, "cancelled", S.CANCELLED),
        Step(S.BOOKED, "order_ended", S.CANCELLED),
        Step(S.BOOKED, "came", S.DONE),
        Step(S.BOOKED, "did_not_come", S.NO_SHOW),
        Step(S.DONE, "taken_back", S.BOOKED),
        Step(S.NO_SHOW, "taken_back", S.BOOKED),
    ),
    waits={S.HELD: "its order's `pay_due_at`", S.BOOKED: "who comes, or a day after `ends_at`"},
    shown={
        S.HELD: "等定金",
        S.BOOKED: "约好了",
        S.DONE: "来过了",
        S.CANCELLED: "取消了",
        S.NO_SHOW: "没来",
    },
    returns=frozenset({"taken_back"}),
)


@dataclass(frozen=True, slots=True)
class Service:
    """What can be booked. `minutes` are whole numbers; a deposit of 0 is none."""

    id: int
    name: str
    minutes: int
    price: Money
    deposit: Money
    campaign: int | None = None

    @property
    def slots(self) -> int:
        """How many half hours it takes."""
        return -(-self.minutes * 60 // int(SLOT.total_seconds()))


@dataclass(frozen=True, slots=True)
class Resource:
    """Somebody who serves."""

    id: int
    name: str
    capacity: int
    hours: Hours


@dataclass(frozen=True, slots=True)
class Appointment:
    """Times are in the shop's zone. `order` is the code of the deposit's order, `hit` that the shop cannot keep it."""

    id: int
    shop: ShopId
    person: PersonId
    who: str
    service: Service
    resource: str
    state: State
    starts: datetime
    ends: datetime
    order: str | None = None
    hit: bool = False

    def costs_deposit(self, now: datetime) -> bool:
        """Does who cancels it now leave his deposit?"""
        return (
            self.state == S.BOOKED
            and self.order is not None
            and not self.hit
            and now > self.starts - FREE_UNTIL
        )


@dataclass(frozen=True, slots=True)
class Span:
    start: datetime
    end: datetime

    def meets(self, start: datetime, end: datetime) -> bool:
        return self.start < end and start < self.end


def needed(start: datetime, service: Service) -> tuple[datetime, ...]:
    """The half hours that it takes from then on."""
    return tuple(start + n * SLOT for n in range(service.slots))


def starts_of(
    of: Resource,
    service: Service,
    day: date,
    absent: Sequence[Span],
    full: Collection[datetime],
    *,
    now: datetime,
) -> tuple[datetime, ...]:
    """When it may begin with him on this day: on the half hour, within his hours, all of its half hours free; local."""
    zone = ZoneInfo(of.hours.tz)
    found: list[datetime] = []
    for shift in of.hours.shifts if day not in of.hours.holidays else ():
        if day.isoweekday() not in shift.days:
            continue
        at = datetime.combine(day, shift.start, zone)
        end = datetime.combine(day, shift.end, zone)
        while at + timedelta(minutes=service.minutes) <= end:
            over = at + service.slots * SLOT
            away = any(span.meets(at, over) for span in absent)
            if at > now and not away and not any(slot in full for slot in needed(at, service)):
                found.append(at)
            at += SLOT
    return tuple(found)


def remind_at(starts: datetime, now: datetime) -> datetime | None:
    """The day before, or two hours before where it was booked later than that; None when it is nearly time."""
    return next((at for at in (starts - DAY_BEFORE, starts - SHORTLY) if at > now), None)
