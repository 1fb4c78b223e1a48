"""一个一个: what falls due is done one after another, and a fault of one stops no other."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from shop.engines.faults import is_lost_connection

log = logging.getLogger(__name__)
T = TypeVar("T")


async def one_by_one(things: Iterable[T], do: Callable[[T], Awaitable[int]], *, what: str) -> int:
    """Gives how much was done. Raises only what none of them could be done with: the database is away."""
    done = 0
    for one in things:
        try:
            done += await do(one)
        except Exception as fault:
            if is_lost_connection(fault):
                raise
            log.exception("%s of %s failed; it is tried again at the next tick", what, one)
    return done
