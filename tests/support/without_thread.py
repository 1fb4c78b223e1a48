"""SQLite in the thread of the event loop, for walks of a hundred thousand statements.

Handing each statement to a thread and back costs more than the statement. The loop still turns between any two of them,
so tasks meet as they do in a shop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import aiosqlite


class _AtOnce:
    """What aiosqlite's thread would take from its queue, done now."""

    def put_nowait(self, job: tuple[asyncio.Future[Any] | None, Callable[[], Any]]) -> None:
        future, do = job
        try:
            result = do()
        except BaseException as wrong:
            if future is not None:
                future.get_loop().call_soon(_settle, future, wrong, None)
            return
        if future is not None:
            future.get_loop().call_soon(_settle, future, None, result)


def _settle(future: asyncio.Future[Any], wrong: BaseException | None, result: object) -> None:
    if future.done():
        return
    if wrong is not None:
        future.set_exception(wrong)
    else:
        future.set_result(result)


class _NoThread:
    def start(self) -> None:
        """There is none."""


def sqlite_without_thread() -> None:
    """From now on in this process."""
    begin = aiosqlite.Connection.__init__

    def begin_here(connection: aiosqlite.Connection, *args: Any, **kwargs: Any) -> None:
        begin(connection, *args, **kwargs)
        connection._tx = _AtOnce()  # type: ignore[assignment]  # it has the one method that is called
        connection._thread = _NoThread()  # type: ignore[assignment]  # as above

    aiosqlite.Connection.__init__ = begin_here  # type: ignore[method-assign]  # a process of walks has nothing else
