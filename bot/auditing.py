"""夜里查账: after three at night one check of the books with every tick, until all are done.

So no tick waits long for it, however large the books are. What is wrong becomes an alarm, once while it lasts.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from bot.payments.port import Provider
from dialogs import books
from shop import alarms, audit
from shop.audit import Audited
from shop.transaction import unit_of_work


async def audit_nightly(now: datetime, _: Provider | None) -> int:
    """The next check of each shop where it is night. Gives how many alarms were raised."""
    raised = 0
    for shop in await audit.shops():
        if not await audit.is_due(shop, now=now):
            continue
        name = await unit_of_work(partial(audit.next_of_tonight, shop, now=now))
        raised += await _look(shop, name, now) if name else 0
    return raised


async def _look(shop: Audited, name: str, now: datetime) -> bool:
    found = await audit.look(shop.id, name, now=now)
    if not found:
        await unit_of_work(partial(alarms.over, shop.id, "books", name, now=now))
        return False
    words = books.breaches(found)
    return await unit_of_work(partial(alarms.raise_alarm, shop.id, "books", name, words, now=now))
