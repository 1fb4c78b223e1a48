"""Histories of a barber's by chance: people book, move, cancel, pay in time and too late, those who serve take leave and come
back, services change, and the clock ticks in between. After every step the books are right."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from shop import appointments, bookings, orders, payments, refunds, resources
from shop.invariants import Breach, broken
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.kit.refusal import Refusal
from shop.refusals import NoAppointment
from shop.rules.bookings import Appointment, Span, State
from shop.rules.refunds import What
from shop.slips import Slip
from shop.transaction import unit_of_work
from tests.support.world import NOW, TODAY, a_clerk, a_customer

ZONE = ZoneInfo("Asia/Shanghai")
STEPS = 30
SERVICES = (("剪发", 30, 0), ("烫发", 60, 2000), ("染发", 45, 1000))


@dataclass
class History:
    shop: ShopId
    boss: PersonId
    people: list[PersonId]
    chance: Random
    today: date
    now: datetime
    services: list[int] = field(default_factory=list)
    made: list[int] = field(default_factory=list)
    deposits: list[tuple[Slip, str]] = field(default_factory=list)
    absences: list[tuple[tuple[int, ...], tuple[int, ...]]] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)
    refused: int = 0

    async def run(self) -> list[Breach]:
        """Gives what is wrong with the books after the first step that spoils them."""
        for name in ("阿强", "阿珍"):
            await resources.employ(self.shop, name, time(10), time(14), capacity=self.chance.randint(1, 2))
        for name, minutes, deposit in SERVICES:
            await self._offer(name, minutes, deposit)
        for _ in range(STEPS):
            step = self.chance.choice(self._steps())
            try:
                await unit_of_work(step)
                self.done[step.__name__] = self.done.get(step.__name__, 0) + 1
            except Refusal:
                self.refused += 1
            if wrong := await broken(self.shop):
                return wrong
        return []

    def _steps(self) -> list[Callable[[], Awaitable[None]]]:
        return [
            *[self.book] * 6,
            *[self.move] * 3,
            *[self.pay] * 4,
            self.cancel,
            self.cancel,
            self.rest,
            self.work,
            *[self.tick] * 3,
            self.give_back,
            self.came,
            self.missed,
            self.missed,
            *[self.not_said] * 3,
            self.change,
        ]

    async def _offer(self, name: str, minutes: int, deposit: int) -> None:
        made, _ = await resources.offer(
            self.shop, name, minutes, Money(9000), Money(deposit), by=self.boss, now=self.now
        )
        self.services = sorted({*self.services, made.id})

    def _at(self) -> datetime:
        day = self.today + timedelta(days=self.chance.randint(0, 1))
        return datetime.combine(day, time(10), ZONE) + timedelta(minutes=30 * self.chance.randint(0, 8))

    async def book(self) -> None:
        who, what = self.chance.choice(self.people), self.chance.choice(self.services)
        made, slip = await bookings.book(self.shop, who, what, self._at(), now=self.now)
        self.made.append(made.id)
        if slip is not None:
            trade = (await payments.ask(slip.token, "gateway", now=self.now)).trade_no
            self.deposits.append((slip, trade))

    async def move(self) -> None:
        one = await self._any()
        await bookings.move(self.shop, one.person, one.id, self._at(), now=self.now)

    async def cancel(self) -> None:
        one = await self._any()
        leaves = self.chance.random() < 0.5
        await bookings.cancel(self.shop, one.person, one.id, leaves_deposit=leaves, now=self.now)

    async def _any(self, *states: State) -> Appointment:
        """One that stands so, where there is one."""
        if not self.made:
            raise NoAppointment
        made = [await appointments.appointment(id) for id in self.made]
        return self.chance.choice([one for one in made if one.state in states] or made)

    async def pay(self) -> None:
        """In time, too late, or once more."""
        if self.deposits:
            slip, trade = self.chance.choice(self.deposits)
            event = f"{trade} {self.chance.randint(0, 2)}"
            await payments.settle("gateway", event, trade, slip.payable, now=self.now)

    async def give_back(self) -> None:
        if not self.deposits:
            return
        slip, _ = self.chance.choice(self.deposits)
        case = await refunds.give(slip.id, self.boss, What(), "", now=self.now)
        await refunds.submit(case.id, now=self.now)
        await refunds.paid_back(case.number, now=self.now)

    async def came(self) -> None:
        await bookings.came(self.shop, (await self._any(State.BOOKED)).id, self.boss, now=self.now)

    async def missed(self) -> None:
        begun = [id for id in self.made if (await appointments.appointment(id)).starts <= self.now]
        for id in begun[-1:]:
            await bookings.missed(self.shop, id, self.boss, now=self.now)

    async def not_said(self) -> None:
        over = await self._any(State.DONE, State.NO_SHOW, State.CANCELLED)
        await bookings.not_said(self.shop, over.id, now=self.now)

    async def rest(self) -> None:
        start = self._at()
        who = self.chance.choice(("阿强", "阿珍", None))
        span = Span(start, start + timedelta(hours=self.chance.randint(1, 4)))
        self.absences.append(await resources.rest(self.shop, who, span, now=self.now))

    async def work(self) -> None:
        if self.absences:
            absences, hit = self.absences.pop()
            await resources.work_after_all(self.shop, absences, hit, now=self.now)

    async def change(self) -> None:
        name, minutes, deposit = self.chance.choice(SERVICES)
        await self._offer(name, self.chance.choice((minutes, 90)), self.chance.choice((deposit, 0, 3000)))
        await resources.employ(self.shop, "阿强", time(10), time(14), capacity=self.chance.randint(1, 2))

    async def tick(self) -> None:
        self.now += timedelta(minutes=self.chance.choice((1, 5, 15, 30, 60, 120, 900)))
        for order in await orders.due_unpaid(now=self.now):
            await orders.expire(order, now=self.now)
        await bookings.remind_due(now=self.now)
        for id in await bookings.due_to_finish(now=self.now):
            await bookings.finish(id, now=self.now)


async def history(shop: ShopId, seed: int) -> tuple[History, list[Breach]]:
    people = [await a_customer(f"客{n} {seed}") for n in range(4)]
    away = timedelta(days=3 * seed)  # no history finds the days of another full
    one = History(shop, await a_clerk(), people, Random(seed), TODAY + away, NOW + away)
    return one, await one.run()
