"""对账单来: each morning the provider's bill of yesterday is laid beside our books.

Money that they have and we do not is booked as if its callback came now; what we have and they do not is asked for by
its number, because it may stand on another day's bill. Only what is still different is told to the owner.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import partial

from bot import refunding
from bot.payments.port import CHINA, Provider, ProviderAway
from dialogs import books
from shop import audit, daybills, payments, refunds
from shop.daybills import Difference, Told
from shop.kit.ids import ShopId
from shop.transaction import unit_of_work

log = logging.getLogger(__name__)

READY = time(10, 30)  # in China: WeChat Pay makes yesterday's bill at ten
MOST_ASKED = 50  # payments of one day that are asked for one by one


async def reconcile(now: datetime, provider: Provider | None) -> int:
    """Every day that is due and was not compared yet. Gives how many days were; a provider that is away, or whose bill
    is not made yet, is asked again in an hour."""
    there = now.astimezone(CHINA)
    if provider is None or there.time() < READY:
        return 0
    yesterday, since = there.date() - timedelta(days=1), datetime.combine(there.date(), READY, CHINA)
    done = 0
    for shop in await audit.shops():
        days = await daybills.to_compare(shop.id, provider.name, yesterday, since=since)
        if days and await _may_ask(shop.id, provider, now):
            done += await _days(shop.id, provider, days, now)
    return done


async def _may_ask(shop: ShopId, provider: Provider, now: datetime) -> bool:
    return await unit_of_work(partial(daybills.try_now, shop, provider.name, now=now))


async def _days(shop: ShopId, provider: Provider, days: Iterable[date], now: datetime) -> int:
    done = 0
    try:
        for day in days:
            await _compare(shop, provider, day, now)
            done += 1
    except ProviderAway as away:
        log.warning("the bill of %s is asked for again in an hour: %s", provider.name, away)
    return done


async def _compare(shop: ShopId, provider: Provider, day: date, now: datetime) -> None:
    bill = await provider.bill(day)
    unheard = await daybills.not_booked(shop, provider.name, bill)
    failed = [line for line in unheard if not await _book(provider, line, now)]
    lines = [line for line in bill if line not in failed]
    found = await daybills.compare(shop, provider.name, day, lines, zone=CHINA)
    elsewhere = [one for one in found.missing_there[:MOST_ASKED] if await _is_there(provider, one)]
    found = found.without(elsewhere)
    wrong = [books.difference(one, provider.name, day) for one in found.differences]
    await unit_of_work(partial(daybills.keep, shop, provider.name, day, found, wrong, now=now))


async def _book(provider: Provider, line: Told, now: datetime) -> bool:
    """The same as when its callback comes, which may still happen: each is booked once. False for a refund that came to
    nothing: some bills list it all the same."""
    if line.kind == "refunded":
        return await _book_refund(provider, line, now)
    settle = partial(payments.settle, provider.name, line.event, line.trade_no, line.amount, now=now)
    standing = await unit_of_work(settle)
    log.warning("the bill of %s tells of a payment that nobody had told us: %s", provider.name, standing)
    return True


async def _book_refund(provider: Provider, line: Told, now: datetime) -> bool:
    """A line does not say whether the buyer has the money: the provider does."""
    case = await refunds.by_number(line.refund_no)
    fact = await provider.query_refund(line.refund_no, trade_no=line.trade_no)
    if fact is not None and fact.state == "settled" and line.amount == case.amount:
        await refunding.take(fact, now)
    return fact is None or fact.state != "failed"


async def _is_there(provider: Provider, one: Difference) -> bool:
    """Ours alone on this day: do they know it, with this amount?"""
    if one.kind == "paid":
        paid = await provider.query(one.number)
        return paid is not None and paid.amount == one.ours
    back = await provider.query_refund(one.number, trade_no=one.trade_no)
    return back is not None and back.state == "settled" and back.amount in (None, one.ours)
