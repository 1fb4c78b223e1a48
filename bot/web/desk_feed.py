"""柜台直播: what is said in the whole shop, looked up once and shown to every open desk.

The database is asked a few times a second while a desk is open, so that it does not matter which process heard it.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bot.web.desk_drawn import drawn_line, drawn_row
from shop import deskviews, people
from shop.kit.ids import PersonId, ShopId
from shop.transaction import start_task

log = logging.getLogger(__name__)

LOOK_EVERY = 0.05  # seconds
ROWS_EVERY = 0.5  # the list is longer than a line, and may be a little later
ROUND_EVERY = 15.0  # to see who is still an agent; and proxies cut what is silent for a minute
FULL = 200  # events that a slow desk may be behind; then it begins anew

Event = bytes  # as it goes over the wire: written once, however many desks are open
PING: Event = b": ping\n\n"


class Feed:
    def __init__(self, shop: ShopId) -> None:
        self._shop = shop
        self._desks: dict[asyncio.Queue[Event | None], PersonId] = {}  # and who sits there
        self._task: asyncio.Task[None] | None = None
        self._seen: dict[str, None] = {}  # the marks of the last lines, in their order
        self._rows: dict[str, Mapping[str, Any]] | None = None  # by person; None: not looked at yet
        self._rows_due, self._are_stale = 0.0, False
        self._round_due = 0.0  # by the clock of the loop

    @contextmanager
    def watch(self, agent: PersonId) -> Iterator[asyncio.Queue[Event | None]]:
        """Events for one desk; None means that it was too slow, that he is no agent any more, or that the house closes."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue(FULL)
        self._desks[queue] = agent
        if self._task is None or self._task.done():
            self._task = start_task(self._look(), name="desk feed")
        elif self._rows is not None:
            queue.put_nowait(_whole(self._rows))
        try:
            yield queue
        finally:
            self._desks.pop(queue, None)

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
                await asyncio.sleep(LOOK_EVERY)
            except Exception:
                log.exception("the desk could not be read; tried again in a moment")
                await asyncio.sleep(1)

    async def _begin(self) -> deskviews.Newest:
        after = await deskviews.newest()
        self._seen = {line.key: None for line in await deskviews.lines_after(self._shop, after)}
        self._rows = await self._read_rows()
        self._tell(_whole(self._rows))
        return after

    async def _look_once(self, after: deskviews.Newest) -> deskviews.Newest:
        now = await deskviews.newest()
        if now == after:
            await self._tell_rows_in_time()
            return now
        self._are_stale = True
        fresh = [one for one in await deskviews.lines_after(self._shop, after) if one.key not in self._seen]
        for line in fresh:
            self._seen[line.key] = None
            self._tell(_event("line", {"path": line.path, **drawn_line(line)}))
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
            self._tell(_event("rows", {"rows": changed, "gone": gone}))

    async def _read_rows(self) -> dict[str, Mapping[str, Any]]:
        return {row.path: drawn_row(row) for row in await deskviews.rows(self._shop)}

    def _tell(self, event: Event) -> None:
        for desk in tuple(self._desks):
            try:
                desk.put_nowait(event)
            except asyncio.QueueFull:
                self._end(desk)

    def _end(self, desk: asyncio.Queue[Event | None]) -> None:
        self._desks.pop(desk, None)
        while not desk.empty():
            desk.get_nowait()
        desk.put_nowait(None)


def _event(name: str, body: Mapping[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n".encode()


def _whole(rows: Mapping[str, Mapping[str, Any]]) -> Event:
    return _event("rows", {"rows": list(rows.values()), "whole": True})


async def next_of(desk: asyncio.Queue[Event | None]) -> bytes | None:
    """All that lies ready, in one piece; None at the end."""
    first = await desk.get()
    events: list[bytes] = []
    for event in (first, *(desk.get_nowait() for _ in range(desk.qsize()))):
        if event is None:
            return None
        events.append(event)
    return b"".join(events)
