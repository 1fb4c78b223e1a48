"""一个一个: what falls due is done one after another, and a fault of one stops no other."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from shop.engines.faults import is_lost_connection

log = logging.getLogger(__name__)
T = TypeVar("T")
ENOUGH = 100  # done at one tick; other jobs wait for their turn


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


async def past_the_stuck(
    due: Callable[[int], Awaitable[Sequence[T]]], do: Callable[[T], Awaitable[int]], *, what: str
) -> int:
    """As `one_by_one`, until enough is done. `due`: the oldest things, without the first so many: those that cannot be
    done stay the oldest for ever, and what is behind them must not wait for that."""
    done = stuck = 0
    while done < ENOUGH and (things := await due(stuck)):
        managed = await one_by_one(things, do, what=what)
        done, stuck = done + managed, stuck + len(things) - managed
    return done
