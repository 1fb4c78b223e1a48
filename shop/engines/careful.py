"""One transaction, entered and left with care: whatever is cancelled or breaks, nothing stays locked, lent or half open.

tortoise-orm 1.1.9 loses the connection when a task is cancelled at the wrong moment or when the database dies
under it (docs/decisions/0003). Both engines therefore share these two contexts and say only what differs.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any, TypeVar

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.connection import ConnectionHandler, ConnectionToken, get_connections
from tortoise.exceptions import DBConnectionError, TransactionManagementError

T = TypeVar("T")
log = logging.getLogger(__name__)
WAIT_SECONDS = 30.0  # for the connection, or for a place in the pool


class CommitUnknown(DBConnectionError):
    """The connection broke while COMMIT was on its way: the work may be there or not. Only its key can tell."""


async def to_the_end(step: Awaitable[T]) -> T:
    """Await `step` without ever leaving it half done: a cancellation is kept until it has ended, then raised."""
    task = asyncio.ensure_future(step)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as exc:
            if not task.cancelled():
                cancelled = exc
        except BaseException:  # it is the task's own; told below, or dropped in favour of the cancellation
            break
    if cancelled is None:
        return task.result()
    if not task.cancelled() and task.exception() is not None:
        log.debug("ended badly under a cancellation", exc_info=task.exception())
    raise cancelled


class OpenTransaction(TransactionalDBClient):
    """What an engine's transaction client must say; `spoiled` closes it for everything but the way out."""

    _finalized: bool
    _lock: asyncio.Lock
    spoiled: str | None = None

    async def seize(self) -> None:
        """Get the connection for this transaction alone. Cancelled or failed, it holds nothing."""
        raise NotImplementedError

    async def give_back(self) -> None:
        """Return the connection; never raises."""
        raise NotImplementedError

    async def say(self, statement: str) -> None:
        """Run one statement of the transaction's own (SAVEPOINT, ROLLBACK TO …)."""
        raise NotImplementedError

    def check_open(self) -> None:
        """Refuse a statement that would land outside this transaction.

        The usual way to get here is a task that was started inside and lives on after the end; the stock SQLite
        engine lets it write into whichever transaction comes next.
        """
        if self._finalized:
            raise TransactionManagementError("this transaction is over; was the task started inside it?")
        if self.spoiled:
            raise TransactionManagementError(self.spoiled)

    async def end(self, *, well: bool) -> None:
        """Commit or roll back, and give the connection back in any case."""
        try:
            async with self._lock:  # a gathered statement may still be on its way
                if well and not self.spoiled:
                    await self.commit()
                    return
                await self.rollback()
                if well:
                    raise TransactionManagementError(self.spoiled)
        finally:
            self._finalized = True
            await self.give_back()


class Outermost(TransactionContext):
    """BEGIN … COMMIT around a block, on a connection that nobody else uses meanwhile."""

    client: OpenTransaction

    def __init__(self, client: OpenTransaction) -> None:
        self.client = client
        self._connections: ConnectionHandler = get_connections()
        self._token: ConnectionToken | None = None

    async def __aenter__(self) -> TransactionalDBClient:
        await self.client.seize()
        try:
            await to_the_end(self.client.begin())
        except BaseException:
            await to_the_end(self.client.end(well=False))
            raise
        self._token = self._connections.set(self.client.connection_name, self.client)
        return self.client

    async def __aexit__(self, kind: Any, fault: Any, trace: Any) -> None:
        try:
            self._connections.reset(self._token)
        finally:
            await to_the_end(self.client.end(well=kind is None))


class Savepoint(TransactionContext):
    """A part of a transaction that can be undone alone. All have one name: the newest of that name is meant."""

    client: OpenTransaction

    def __init__(self, client: OpenTransaction) -> None:
        self.client = client

    async def __aenter__(self) -> TransactionalDBClient:
        self.client.check_open()
        try:
            await to_the_end(self._say("SAVEPOINT"))
        except asyncio.CancelledError:
            await to_the_end(self._undo())
            raise
        return self.client

    async def __aexit__(self, kind: Any, fault: Any, trace: Any) -> None:
        if kind is not None:
            await to_the_end(self._undo())
            return
        self.client.check_open()
        try:
            await to_the_end(self._say("RELEASE SAVEPOINT"))
        except BaseException:
            await to_the_end(self._undo())
            raise

    async def _undo(self) -> None:
        """Roll this part back. When that fails the whole transaction is lost, and says so to whoever goes on."""
        try:
            await self._say("ROLLBACK TO SAVEPOINT")
            await self._say("RELEASE SAVEPOINT")
        except Exception as exc:
            self.client.spoiled = f"a part of this transaction could not be undone: {exc}"
            log.debug("savepoint not undone", exc_info=exc)

    async def _say(self, verb: str) -> None:
        async with self.client._lock:
            await self.client.say(f"{verb} part")
