"""One transaction, entered and left with care: whatever is cancelled or breaks, nothing stays locked, lent or half open.

tortoise-orm 1.1.9 loses the connection when a task is cancelled at the wrong moment or when the database dies
under it (docs/decisions/0003). Both engines therefore share these two contexts and say only what differs.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
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
    part: Savepoint | None = None  # the innermost one that is open
    marks = 0  # savepoints that stand
    is_clean = False  # nothing was written or locked since the newest of them
    is_untouched = False  # nothing at all was said since

    async def seize(self) -> None:
        """Get the connection for this transaction alone. Cancelled or failed, it holds nothing."""
        raise NotImplementedError

    def give_back(self) -> None:
        """Return the connection. Plain code: no cancellation can reach it half way."""
        raise NotImplementedError

    async def say(self, statement: str) -> None:
        """Run one statement of the transaction's own (SAVEPOINT, ROLLBACK TO …), under the lock."""
        raise NotImplementedError

    @property
    def is_over(self) -> bool:
        return self._finalized

    def check_open(self) -> None:
        """Refuse a statement that would land outside this transaction.

        The usual way to get here is a task that was started inside and lives on after the end; the stock SQLite
        engine lets it write into whichever transaction comes next.
        """
        if self._finalized:
            raise TransactionManagementError("this transaction is over; was the task started inside it?")
        if self.spoiled:
            raise TransactionManagementError(self.spoiled)

    async def make_ready(self, statement: str = "") -> None:
        """Before every statement, under the lock: the part that it belongs to can be undone alone."""
        self.check_open()
        if self.part is not None and not self.part.is_set:
            await self.part.set()
        self.is_untouched = False
        if self.is_clean and not only_reads(statement):
            self.is_clean = False

    async def keep(self) -> None:
        """COMMIT, and the connection goes back. When this fails or is cancelled, `abandon` must follow."""
        async with self._lock:  # a gathered statement may still be on its way
            if self.spoiled:
                raise TransactionManagementError(self.spoiled)
            await self.commit()
            self._finalized = True
        self.give_back()

    async def give_up(self) -> None:
        """ROLLBACK, and the connection goes back. When this fails or is cancelled, `abandon` must follow."""
        async with self._lock:
            await self.rollback()
            self._finalized = True
        self.give_back()

    async def abandon(self) -> None:
        """ROLLBACK, perhaps once more, and the connection goes back in any case."""
        try:
            async with self._lock:
                await self.rollback()
        finally:
            self._finalized = True
            self.give_back()


def only_reads(statement: str) -> bool:
    """And takes no lock: a SELECT that calls something or says FOR UPDATE may do both."""
    return statement.startswith("SELECT ") and " FROM " in statement and " FOR " not in statement


class Outermost(TransactionContext):
    """BEGIN … COMMIT around a block, on a connection that nobody else uses meanwhile.

    BEGIN, COMMIT and ROLLBACK are awaited as they are; only the way out after one that failed, or a cancellation, is
    one that no further cancellation reaches. Whatever became of a cancelled COMMIT, the ROLLBACK after it leaves
    nothing open.
    """

    client: OpenTransaction

    def __init__(self, client: OpenTransaction) -> None:
        self.client = client
        self._connections: ConnectionHandler = get_connections()
        self._token: ConnectionToken | None = None

    async def __aenter__(self) -> TransactionalDBClient:
        await self.client.seize()
        try:
            await self.client.begin()
        except BaseException:
            await to_the_end(self.client.abandon())
            raise
        self._token = self._connections.set(self.client.connection_name, self.client)
        return self.client

    async def __aexit__(self, kind: Any, fault: Any, trace: Any) -> None:
        try:
            self._connections.reset(self._token)
            if kind is None:
                await self.client.keep()
            elif issubclass(kind, Exception):
                await self.client.give_up()
        finally:
            if not self.client.is_over:
                await to_the_end(self.client.abandon())


class Savepoint(TransactionContext):
    """A part of a transaction that can be undone alone.

    Its SAVEPOINT is said before its first statement, and not at all where one stands since which nothing was written:
    going back to that one is the same. So a verb that begins where its caller's part begins costs nothing. One that
    was left behind does no harm, so the first of a transaction is never released: most have no second.
    """

    client: OpenTransaction

    def __init__(self, client: OpenTransaction) -> None:
        self.client = client
        self._around: Savepoint | None = None
        self._mark = 0  # the savepoint to go back to; none before the first statement
        self._is_own = False

    async def __aenter__(self) -> TransactionalDBClient:
        self.client.check_open()
        self._around, self.client.part = self.client.part, self
        return self.client

    async def __aexit__(self, kind: Any, fault: Any, trace: Any) -> None:
        self.client.part = self._around
        if kind is not None:
            if self._is_to_undo:
                await to_the_end(self._undo())
            return
        self.client.check_open()
        is_unused = self.client.is_clean and self.client.marks == self._mark  # the next part may have it
        if self._is_own and not is_unused and self._mark > 1:  # the first one may stand until COMMIT
            await self._release()

    @property
    def is_set(self) -> bool:
        """There is a savepoint to go back to."""
        return self._mark > 0

    @property
    def _is_to_undo(self) -> bool:
        """Not what said nothing, and what leaves a part within a part has just been undone."""
        return self.is_set and not (self.client.is_untouched and self.client.marks == self._mark)

    async def set(self) -> None:
        if self._around is not None and not self._around.is_set:
            await self._around.set()
        if not self.client.is_clean:
            with self._or_spoiled():
                await self.client.say(f"SAVEPOINT part{self.client.marks + 1}")
            self.client.marks += 1
            self.client.is_clean = self.client.is_untouched = True
        self._mark = self.client.marks
        self._is_own = self._mark > (self._around._mark if self._around else 0)

    async def _release(self) -> None:
        try:
            with self._or_spoiled():
                async with self.client._lock:
                    await self.client.say(f"RELEASE SAVEPOINT part{self._mark}")
            self.client.marks, self.client.is_clean = self._mark - 1, False
            self.client.is_untouched = False
        except Exception:
            await to_the_end(self._undo())
            raise

    async def _undo(self) -> None:
        """Roll this part back. When that fails the whole transaction is lost, and says so to whoever goes on."""
        try:
            async with self.client._lock:
                await self.client.say(f"ROLLBACK TO SAVEPOINT part{self._mark}")
            self.client.marks, self.client.is_clean = self._mark, True
            self.client.is_untouched = True
        except Exception as exc:
            self.client.spoiled = f"a part of this transaction could not be undone: {exc}"
            log.debug("savepoint not undone", exc_info=exc)

    @contextmanager
    def _or_spoiled(self) -> Iterator[None]:
        """Cancelled on its way, nobody knows whether a savepoint was set or released."""
        try:
            yield
        except asyncio.CancelledError:
            self.client.spoiled = "cancelled while a part of this transaction began or ended"
            raise
