"""Many verbs together as the house runs them, and the place where careless ones meet."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from tortoise.exceptions import IntegrityError

from shop.kit.refusal import Refusal
from shop.transaction import unit_of_work

Verb = Callable[[], Awaitable[Any]]


async def at_once(*verbs: Verb) -> Counter[str]:
    """Run all of them together, each on a connection of its own; how many came out how: a value, or the name of a
    refusal."""

    async def one(verb: Verb) -> str:
        try:
            done = await unit_of_work(verb)
        except (Refusal, IntegrityError) as no:
            return type(no).__name__
        return done if isinstance(done, str) else "done"

    return Counter(await asyncio.gather(*(one(verb) for verb in verbs)))


def whether(verb: Verb) -> Verb:
    """One whose value says whether there was anything to do: "done" or "nothing"."""

    async def asked() -> str:
        return "nothing" if await verb() in (None, False) else "done"

    return asked


class Meeting:
    """Where careless verbs wait for each other between reading and saving. SQLite has one writer: nobody would come."""

    def __init__(self, database: str, parties: int) -> None:
        self._barrier = asyncio.Barrier(parties) if database == "postgres" else None

    async def wait(self) -> None:
        if self._barrier is not None:
            await self._barrier.wait()
