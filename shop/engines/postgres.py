"""PostgreSQL whose pool heals: tortoise's asyncpg client with transactions that survive a restart of the server.

Against the stock engine: the lent connection goes back and the task forgets it however the transaction ends, a COMMIT
that PostgreSQL answers with ROLLBACK is an error, a COMMIT that got no answer is `CommitUnknown`, and waiting (for a
lock, for a connection) has an end.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import lru_cache
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionContext
from tortoise.backends.base_postgres.client import translate_exceptions
from tortoise.exceptions import DBConnectionError, TransactionManagementError

from shop.engines.careful import WAIT_SECONDS, CommitUnknown, OpenTransaction, Outermost, Savepoint

log = logging.getLogger(__name__)

CONNECT_SECONDS = 10.0  # for one new connection
SILENT_SECONDS = 70.0  # without a word in either direction: the server is not there any more
SETTINGS = {
    "lock_timeout": "5s",  # 55P03 instead of waiting for ever; the unit of work tries again
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",  # a transaction that nobody will ever end
    "timezone": "UTC",
}
GONE = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError, OSError)


class ShopPostgresClient(AsyncpgDBClient):
    """A pool of connections; each transaction borrows one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.server_settings = SETTINGS | self.server_settings
        self.extra = {"timeout": CONNECT_SECONDS, "reset": as_it_is} | self.extra

    def _in_transaction(self) -> TransactionContext:
        return Outermost(PostgresTransaction(self))

    async def lend(self) -> Any:
        if self._pool is None:
            async with self._pool_init_lock:
                if self._pool is None:
                    await self.create_connection(with_db=True)
        assert self._pool is not None
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                return await self._pool.acquire()
        except GONE as exc:
            raise DBConnectionError(f"no connection to the database: {exc}") from exc

    async def take_back(self, connection: Any) -> None:
        """Goes on to its end when it is cancelled (asyncpg sees to it)."""
        try:
            if self._pool is not None:
                await self._pool.release(connection)
        except Exception as exc:  # a dead connection; the pool has already dropped it
            log.debug("a connection was lost, not returned", exc_info=exc)

    def acquire_connection(self) -> AbstractAsyncContextManager[Any]:  # type: ignore[override]  # tortoise names its own class here; only `async with` is used
        return self._lent()

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator[Any]:
        connection = await self.lend()
        silence = Silence(connection)
        try:
            yield connection
        finally:
            silence.end()
            await self.take_back(connection)

    @translate_exceptions
    async def fetch(self, statement: str, values: Sequence[Any]) -> Sequence[Any]:
        async with self._lent() as connection:
            return [*await connection.fetch(numbered(statement), *values)]


class Silence:
    """Cuts a connection on which nothing has been said for long, so that whoever waits for an answer hears of it.

    One timer a transaction: asyncpg's own limit sets one for every statement, which costs as much as a tenth of it.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self.spoken_at = self._loop.time()
        self._timer = self._loop.call_later(SILENT_SECONDS, self._look)

    def spoken(self) -> None:
        self.spoken_at = self._loop.time()

    def end(self) -> None:
        self._timer.cancel()

    def _look(self) -> None:
        left = self.spoken_at + SILENT_SECONDS - self._loop.time()
        if left > 0:
            self._timer = self._loop.call_later(left, self._look)
        else:
            _cut(self._connection)


def _cut(connection: Any) -> None:
    with suppress(asyncpg.InterfaceError):  # the pool has taken it away already
        connection.terminate()


@lru_cache(maxsize=1024)
def numbered(statement: str) -> str:
    """? ? → $1 $2."""
    first, *others = statement.split("?")
    return first + "".join(f"${n}{text}" for n, text in enumerate(others, start=1))


async def as_it_is(_: Any) -> None:
    """A connection goes back to the pool without RESET ALL and the rest: the shop changes nothing that outlives a
    transaction, and each message would pay one more question for it."""


class PostgresTransaction(TransactionWrapper, OpenTransaction):
    """A borrowed connection between BEGIN and COMMIT.

    The statements are spoken plainly instead of through asyncpg's Transaction object, whose commit() does not look at
    the answer: after a swallowed error PostgreSQL answers COMMIT with ROLLBACK and the shop would believe it had sold.
    """

    _parent: ShopPostgresClient

    async def seize(self) -> None:
        self._connection = await self._parent.lend()
        self._silence = Silence(self._connection)

    async def give_back(self) -> None:
        self._silence.end()
        await self._parent.take_back(self._connection)

    async def begin(self) -> None:
        await self.say("BEGIN")

    async def commit(self) -> None:
        try:
            answer = await self._said("COMMIT")
        except GONE as exc:
            raise CommitUnknown(f"no answer to COMMIT: {exc}") from exc
        if answer != "COMMIT":
            raise TransactionManagementError(
                "a statement had failed unnoticed, so PostgreSQL rolled everything back"
            )

    async def rollback(self) -> None:
        try:
            await self._said("ROLLBACK")
        except GONE as exc:  # without its connection the transaction is rolled back by the server
            _cut(self._connection)
            log.debug("no answer to ROLLBACK", exc_info=exc)

    async def say(self, statement: str) -> None:
        await self._said(statement)

    async def _said(self, statement: str) -> str:
        self._silence.spoken()
        return str(await self._connection.execute(statement))

    def _in_transaction(self) -> TransactionContext:
        return Savepoint(self)

    def acquire_connection(self) -> AbstractAsyncContextManager[Any]:  # type: ignore[override]  # tortoise names its own class here; only `async with` is used
        return self._turn()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[Any]:
        async with self._lock:
            await self.make_ready()
            self._silence.spoken()
            yield self._connection

    @translate_exceptions
    async def fetch(self, statement: str, values: Sequence[Any]) -> Sequence[Any]:
        async with self._lock:
            await self.make_ready(statement)
            self._silence.spoken()
            return [*await self._connection.fetch(numbered(statement), *values)]


client_class = ShopPostgresClient
