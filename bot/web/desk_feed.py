"""柜台直播: what is said in the whole shop, looked up once and shown to every open desk.

The database is asked a few times a second while a desk is open, so that it does not matter which process heard it; and
at once when this one has (`look`).
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Protocol

from bot.web.desk_drawn import drawn_line, drawn_row
from bot.web.onlooker import PING, Event
from shop import deskviews, people
from shop.kit.ids import PersonId, ShopId
from shop.transaction import start_task

log = logging.getLogger(__name__)

LOOK_EVERY = 0.1  # seconds, where nobody says that there is news
BREATH = 0.005  # seconds between two looks: what comes together is looked at together
ROWS_EVERY = 0.5  # the list is longer than a line, and may be a little later
ROUND_EVERY = 15.0  # to see who is still an agent; and proxies cut what is silent for a minute


class Desk(Protocol):
    """An open page of the desk (bot/web/onlooker.py)."""

    def show(self, event: Event) -> None: ...

    def end(self) -> None: ...


class Feed:
    def __init__(self, shop: ShopId) -> None:
        self._shop = shop
        self._desks: dict[Desk, PersonId] = {}  # and who sits there
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._seen: dict[str, None] = {}  # the marks of the last lines, in their order
        self._rows: dict[str, Mapping[str, Any]] | None = None  # by person; None: not looked at yet
        self._rows_due, self._are_stale = 0.0, False
        self._round_due = 0.0  # by the clock of the loop

    @contextmanager
    def watch(self, desk: Desk, agent: PersonId) -> Iterator[None]:
        """Shown what happens from now on. It is ended when he is no agent any more, or when the house closes."""
        self._desks[desk] = agent
        if self._task is None or self._task.done():
            self._task = start_task(self._look(), name="desk feed")
        elif self._rows is not None:
            desk.show(_whole(self._rows))
        try:
            yield
        finally:
            self._desks.pop(desk, None)

    def look(self) -> None:
        """There may be something new: do not wait for the next look."""
        self._news.set()

    def close(self) -> None:
        for desk in tuple(self._desks):
            self._end(desk)
        if self._task is not None:
            self._task.cancel()

    async def _look(self) -> None:
        """Until the last desk is closed."""
        after: deskviews.Newest | None = None
        self._rows, self._round_due = None, asyncio.get_running_loop().time() + ROUND_EVERY
        while self._desks:
            try:
                after = await (self._begin() if after is None else self._look_once(after))
                await self._go_round_in_time()
                await self._rest()
            except Exception:
                log.exception("the desk could not be read; tried again in a moment")
                await asyncio.sleep(1)

    async def _rest(self) -> None:
        """Until there is news here, or may be some from another process."""
        await asyncio.sleep(BREATH)
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY):
                await self._news.wait()

    async def _begin(self) -> deskviews.Newest:
        after = await deskviews.newest()
        _, lines = await deskviews.said_since(self._shop, after, known=())
        self._seen = {line.key: None for line in lines}
        self._rows = await self._read_rows()
        self._tell(_whole(self._rows))
        return after

    async def _look_once(self, after: deskviews.Newest) -> deskviews.Newest:
        is_news = self._news.is_set()
        self._news.clear()
        if not is_news and await deskviews.newest() == after:
            await self._tell_rows_in_time()
            return after
        now, fresh = await deskviews.said_since(self._shop, after, known=self._seen)
        self._are_stale |= now != after
        if fresh:
            self._seen |= {line.key: None for line in fresh}
            self._tell(Event.of(*(_event("line", {"path": one.path, **drawn_line(one)}) for one in fresh)))
        for old in list(self._seen)[: max(0, len(self._seen) - 10 * deskviews.BACK)]:
            del self._seen[old]
        await self._tell_rows_in_time()
        return now

    async def _go_round_in_time(self) -> None:
        """Who is of the staff no more has no desk, and the others hear that the line stands. Asked once for all: at
        hundreds of desks, a question and a timer for each would be most of what a line costs."""
        clock = asyncio.get_running_loop().time()
        if clock < self._round_due:
            return
        self._round_due = clock + ROUND_EVERY
        staff = set(await people.staff(self._shop))
        for desk in [desk for desk, agent in self._desks.items() if agent not in staff]:
            self._end(desk)
        self._tell(PING)

    async def _tell_rows_in_time(self) -> None:
        clock = asyncio.get_running_loop().time()
        if self._are_stale and clock >= self._rows_due:
            self._are_stale, self._rows_due = False, clock + ROWS_EVERY
            await self._tell_rows()

    async def _tell_rows(self) -> None:
        """Only what has changed: a long list for every word that is said would be most of what goes out."""
        before, self._rows = self._rows or {}, await self._read_rows()
        changed = [row for path, row in self._rows.items() if row != before.get(path)]
        gone = [path for path in before if path not in self._rows]
        if changed or gone:
            self._tell(Event.of(_event("rows", {"rows": changed, "gone": gone})))

    async def _read_rows(self) -> dict[str, Mapping[str, Any]]:
        return {row.path: drawn_row(row) for row in await deskviews.rows(self._shop)}

    def _tell(self, event: Event) -> None:
        for desk in tuple(self._desks):
            desk.show(event)

    def _end(self, desk: Desk) -> None:
        self._desks.pop(desk, None)
        desk.end()


def _event(name: str, body: Mapping[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n".encode()


def _whole(rows: Mapping[str, Mapping[str, Any]]) -> Event:
    return Event.of(_event("rows", {"rows": list(rows.values()), "whole": True}))
