"""夜里查账: after three at night one check of the books with every tick, until all are done.

So no tick waits long for it, however large the books are. What is wrong becomes a ticket, one while it lasts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from bot.payments.port import Provider
from dialogs import books
from shop import audit, matters
from shop.audit import Audited
from shop.catalogue import goods
from shop.daybooks import BOOKS
from shop.invariants import Breach
from shop.kit.ids import ShopId
from shop.transaction import unit_of_work


async def audit_nightly(now: datetime, _: Provider | None) -> int:
    """The next check of each shop where it is night. Gives how many tickets were opened."""
    raised = 0
    for shop in await audit.shops():
        if not await audit.is_due(shop, now=now):
            continue
        name = await unit_of_work(partial(audit.next_of_tonight, shop, now=now))
        raised += await _look(shop, name, now) if name else 0
    return raised


async def _look(shop: Audited, name: str, now: datetime) -> bool:
    return await report(shop.id, name, await audit.look(shop.id, name, now=now), now=now)


async def report(shop: ShopId, name: str, found: Sequence[Breach], *, now: datetime) -> bool:
    """What this check found goes to the desk; where it found nothing, its ticket is over. Gives whether one was
    opened."""
    if not found:
        await unit_of_work(partial(matters.in_order, shop, BOOKS, name, now=now))
        return False
    words = books.breaches(found, books.names(await goods(shop)))
    return await unit_of_work(partial(matters.found, shop, BOOKS, name, words, now=now))
