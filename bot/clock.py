"""钟: the only place that looks at a clock, and what falls due by it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

from bot.auditing import audit_nightly
from bot.billing import reconcile
from bot.duty import Duty
from bot.one_by_one import one_by_one, past_the_stuck
from bot.payments import Provider, ProviderAway
from bot.refunding import refund_due
from shop import (
    addresses,
    bargains,
    bookings,
    campaigns,
    commission,
    coupon_drops,
    coupons,
    day_wishes,
    deals,
    desk_clock,
    flash,
    orders,
    parcels,
    payments,
    pickups,
    pictures,
    points_clock,
    seats,
    signups,
    special_plans,
    specials,
    teams,
    votes,
    waitlist,
    wishes,
)
from shop.kit.ids import OrderId
from shop.transaction import unit_of_work

log = logging.getLogger(__name__)
T = TypeVar("T")
TICK = 1.0  # seconds between two looks


class Clock(Protocol):
    def now(self) -> datetime:
        """This moment, aware, in UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the clock


class MovableClock:
    """The demo's clock: starts when it is told to, runs on unless frozen, and can be moved forward."""

    def __init__(self, start: datetime | None = None, *, frozen: bool = False) -> None:
        self._begin, self._frozen = start, frozen
        self.begin_again()

    def begin_again(self) -> None:
        """As it was when it was made; only for a shop in which nothing has been lived yet."""
        system = datetime.now(UTC)  # noqa: TID251 - this is the clock
        self._start = self._begin.astimezone(UTC) if self._begin else system
        self._ahead = self._start - system

    def now(self) -> datetime:
        if self._frozen:
            return self._start
        return datetime.now(UTC) + self._ahead  # noqa: TID251 - this is the clock

    def move(self, by: timedelta) -> None:
        """Forward only: time that was lived cannot be taken back."""
        if by < timedelta(0):
            raise ValueError("the clock goes forward only")
        self._start += by
        self._ahead += by


async def expire_unpaid(now: datetime, provider: Provider | None) -> int:
    """Orders whose time to pay is over, one by one. The provider is asked and told to take no more before the order
    ends. One that gives no answer is left alone until the next tick, and orders that may have been paid with it wait."""
    is_away = False

    async def expire(order: OrderId) -> int:
        nonlocal is_away
        asked = await payments.asked_for(order, provider.name) if provider else ()
        if provider is not None and asked:
            is_away = is_away or not await _closed_there(asked, provider, now)
            if is_away:
                return 0
        return await unit_of_work(partial(orders.expire, order, now=now))

    return await past_the_stuck(lambda skip: orders.due_unpaid(now=now, skip=skip), expire, what="expire")


async def _closed_there(asked: Sequence[payments.Intent], provider: Provider, now: datetime) -> bool:
    """Nothing can come in on these any more, and what had come in is booked; False when the provider does not answer."""
    try:
        for intent in asked:
            await provider.close(intent.trade_no)
            if fact := await provider.query(intent.trade_no):
                settle = partial(
                    payments.settle, provider.name, fact.event, fact.trade_no, fact.amount, now=now
                )
                await unit_of_work(settle)
    except ProviderAway as away:
        log.warning("%s gives no answer, unpaid orders wait for it: %s", provider.name, away)
        return False
    return True


Job = Callable[[datetime, Provider | None], Awaitable[int]]


async def each(things: Iterable[T], verb: Callable[..., Awaitable[int]], *, now: datetime) -> int:
    """Do this with each of them, in a transaction of its own."""
    return await one_by_one(things, lambda one: unit_of_work(partial(verb, one, now=now)), what=verb.__name__)


async def each_past_the_stuck(
    due: Callable[..., Awaitable[Sequence[T]]], verb: Callable[..., Awaitable[int]], *, now: datetime
) -> int:
    """As `each`, and nobody waits behind those with whom it cannot be done. `due` takes how many to skip."""
    return await past_the_stuck(
        lambda skip: due(skip=skip),
        lambda one: unit_of_work(partial(verb, one, now=now)),
        what=verb.__name__,
    )


async def complete_orders(now: datetime, _: Provider | None) -> int:
    """The time to complain about these is over."""
    return await each_past_the_stuck(partial(orders.due_after_sale, now=now), orders.complete, now=now)


async def release_commission(now: datetime, _: Provider | None) -> int:
    """Shares of orders that have long been over can be drawn."""
    return await past_the_stuck(
        lambda skip: commission.due(now=now, skip=skip),
        lambda one: unit_of_work(partial(commission.release, one, now=now)),
        what="release",
    )


async def settle_campaigns(now: datetime, _: Provider | None) -> int:
    """Campaigns that have ended, order by order."""
    done = 0
    for id in await campaigns.closing():
        done += await each_past_the_stuck(partial(campaigns.unsettled, id), campaigns.settle_order, now=now)
        done += await each([id], campaigns.settled, now=now)
    return done


async def pass_on(now: datetime, _: Provider | None) -> int:
    """What came back to a flash sale goes to those who wait for it, an item at a time."""
    return await each(await waitlist.items_with_a_line(), waitlist.pass_on, now=now)


async def look_at_tickets(now: datetime, _: Provider | None) -> int:
    """What falls due at the desk, a ticket at a time; and somebody to ask where nobody was there before."""
    done = await each(await desk_clock.due(now=now), desk_clock.look_at, now=now)
    return done + await each(await desk_clock.unoffered(), desk_clock.offer_waiting, now=now)


async def end_teams(now: datetime, _: Provider | None) -> int:
    """Teams whose time is over, then the orders of every team that has ended, each by itself."""
    done = await each(await teams.due(now=now), teams.end, now=now)
    return done + await each_past_the_stuck(partial(teams.unsettled, now=now), teams.settle, now=now)


async def finish_bookings(now: datetime, _: Provider | None) -> int:
    """Appointments of yesterday of which nobody said that the customer did not come."""
    return await each(await bookings.due_to_finish(now=now), bookings.finish, now=now)


def alone(verb: Callable[..., Awaitable[int]]) -> Job:
    """A verb that does what is due by itself, in one transaction."""

    async def job(now: datetime, _: Provider | None) -> int:
        return await unit_of_work(partial(verb, now=now))

    return job


JOBS: dict[str, Job] = {
    "start_campaigns": alone(campaigns.start_due),
    "warm_up": alone(flash.warm_due),
    "call_campaigns": alone(campaigns.call_due),
    "close_campaigns": alone(campaigns.close_due),
    "settle_campaigns": settle_campaigns,
    "expire_unpaid": expire_unpaid,
    "pass_on": pass_on,
    "tell_freed": alone(flash.tell_freed),
    "expire_seats": alone(seats.expire_due),
    "end_teams": end_teams,
    "refund_due": refund_due,
    "give_bargains_back": alone(bargains.give_back_due),
    "remind_of_events": alone(signups.remind_due),
    "remind_of_bookings": alone(bookings.remind_due),
    "finish_bookings": finish_bookings,
    "expire_bargains": alone(bargains.expire_due),
    "complete_orders": complete_orders,
    "release_commission": release_commission,
    "tell_deals": alone(deals.tell_due),
    "post_special_plans": alone(special_plans.post_due),
    "tell_gone_specials": alone(specials.tell_gone),
    "expire_coupons": alone(coupons.expire_due),
    "remind_of_coupons": alone(coupons.remind_due),
    "expire_points": alone(points_clock.expire_due),
    "remind_of_points": alone(points_clock.remind_due),
    "close_drops": alone(coupon_drops.close_due),
    "close_votes": alone(votes.close_due),
    "look_at_tickets": look_at_tickets,
    "tell_tomorrow": alone(day_wishes.tell_due),
    "tell_wishes": alone(wishes.tell_wishes),
    "arrive_parcels": alone(parcels.arrive_due),
    "look_for_uncollected": alone(pickups.look_for_uncollected),
    "forget_pictures": alone(pictures.forget_old),
    "forget_addresses": alone(addresses.forget_old),
    "audit_nightly": audit_nightly,
    "reconcile": reconcile,
}


async def tick(now: datetime, provider: Provider | None = None) -> int:
    """Everything that is due by now; safe to run twice and late. Gives how much was done."""
    done = 0
    for name, job in JOBS.items():
        try:
            done += await job(now, provider)
        except Exception:
            log.exception("the job %s failed; it is tried again at the next tick", name)
    return done


async def run(clock: Clock, provider: Provider | None, duty: Duty, wake: Callable[[], None]) -> None:
    """Tick for ever while this process is the one on duty; `wake` tells the outbox that there may be news."""
    while True:
        if await duty.is_mine() and await tick(clock.now(), provider):
            wake()
        await asyncio.sleep(TICK)
