"""连接: lends connections of PostgreSQL, each to one at a time, and cuts those on which nobody says anything more.

asyncpg's own pool starts a task and two timers for every connection that comes back, which is a twentieth of what a
message costs. Here a connection comes back in plain code, so no cancellation can reach it half way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import asyncpg

WAIT_SECONDS = 30.0  # for a place, when all are taken
SILENT_SECONDS = 70.0  # without a word in either direction: the server is not there any more
IDLE_SECONDS = 300.0  # unused so long: a firewall may have forgotten it; a new one is opened instead
LOOKS = 7  # at the silent ones, within SILENT_SECONDS

Connect = Callable[[], Awaitable[Any]]


class Line:
    """A connection, and when something was last said on it (or it came back)."""

    __slots__ = ("_loop", "connection", "spoken_at")

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self._loop = asyncio.get_running_loop()
        self.spoken()

    def spoken(self) -> None:
        self.spoken_at = self._loop.time()

    @property
    def silence(self) -> float:
        """In seconds."""
        return self._loop.time() - self.spoken_at

    def cut(self) -> None:
        with suppress(asyncpg.InterfaceError):
            self.connection.terminate()


class Pool:
    """At most `most` connections. The one that came back last goes out first, so that few are kept warm."""

    def __init__(self, connect: Connect, most: int) -> None:
        self._connect = connect
        self._most = most
        self._places = asyncio.Semaphore(most)
        self._free: list[Line] = []
        self._lent: set[Line] = set()
        self._watch: asyncio.TimerHandle | None = None

    async def open(self, least: int) -> None:
        """So many at once. Raises what the driver raises when the server cannot be reached; then none stays open."""
        try:
            for line in [await self.lend() for _ in range(least)]:
                self.take_back(line)
        except BaseException:
            self.terminate()
            raise

    async def lend(self) -> Line:
        """Raises TimeoutError when all places were taken for too long, and the driver's errors."""
        if self._places.locked():
            async with asyncio.timeout(WAIT_SECONDS):
                await self._places.acquire()
        else:
            await self._places.acquire()
        try:
            line = self._kept() or Line(await self._connect())
        except BaseException:
            self._places.release()
            raise
        line.spoken()
        self._lent.add(line)
        if self._watch is None:
            self._look_later()
        return line

    def _kept(self) -> Line | None:
        while self._free:
            line = self._free.pop()
            if line.silence > IDLE_SECONDS:
                line.cut()
            if not line.connection.is_closed():
                return line
        return None

    def take_back(self, line: Line) -> None:
        self._lent.discard(line)
        line.spoken()
        if not line.connection.is_closed():
            self._free.append(line)
        self._places.release()

    def _look_later(self) -> None:
        self._watch = asyncio.get_running_loop().call_later(SILENT_SECONDS / LOOKS, self._look)

    def _look(self) -> None:
        """Whoever waits on a line that is dead hears of it. One timer for all, and none while nothing is lent."""
        self._watch = None
        for line in self._lent:
            if line.silence > SILENT_SECONDS:
                line.cut()
        if self._lent:
            self._look_later()

    async def close(self) -> None:
        """Wait for what is lent, then close all."""
        for _ in range(self._most):
            await self._places.acquire()
        for line in self._free:
            await line.connection.close()
        self.terminate()

    def terminate(self) -> None:
        """Close all at once."""
        if self._watch is not None:
            self._watch.cancel()
        for line in (*self._free, *self._lent):
            line.cut()
        self._free.clear()
