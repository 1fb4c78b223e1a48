"""PostgreSQL whose pool heals: tortoise's asyncpg client with transactions that survive a restart of the server.

Against the stock engine: the lent connection goes back and the task forgets it however the transaction ends, a COMMIT
that PostgreSQL answers with ROLLBACK is an error, a COMMIT that got no answer is `CommitUnknown`, and waiting (for a
lock, for a connection) has an end.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import lru_cache, partial
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionContext
from tortoise.exceptions import (
    DBConnectionError,
    IntegrityError,
    OperationalError,
    TransactionManagementError,
)

from shop.engines.careful import CommitUnknown, OpenTransaction, Outermost, Savepoint, only_reads
from shop.engines.pool import Line, Pool

log = logging.getLogger(__name__)

CONNECT_SECONDS = 10.0  # for one new connection
SETTINGS = {
    "lock_timeout": "5s",  # 55P03 instead of waiting for ever; the unit of work tries again
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",  # a transaction that nobody will ever end
    "timezone": "UTC",
    "default_transaction_isolation": "read committed",
}
GONE = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError, OSError)


class ShopPostgresClient(AsyncpgDBClient):
    """A pool of connections; each transaction borrows one."""

    _pool: Pool | None  # ours instead of asyncpg's: see shop/engines/pool.py

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.server_settings = SETTINGS | self.server_settings
        self.extra = {"timeout": CONNECT_SECONDS} | self.extra

    async def create_pool(self, *, min_size: int, max_size: int, **place: Any) -> Pool:  # type: ignore[override]  # as above
        pool = Pool(partial(asyncpg.connect, **place), max_size)
        await pool.open(min_size)
        return pool

    def _in_transaction(self) -> TransactionContext:
        return Outermost(PostgresTransaction(self))

    async def lend(self) -> Line:
        if self._pool is None:
            async with self._pool_init_lock:
                if self._pool is None:
                    await self.create_connection(with_db=True)
        assert self._pool is not None
        try:
            return await self._pool.lend()
        except GONE as exc:
            raise DBConnectionError(f"no connection to the database: {exc}") from exc

    def take_back(self, line: Line) -> None:
        if self._pool is not None:
            self._pool.take_back(line)

    def acquire_connection(self) -> AbstractAsyncContextManager[Any]:  # type: ignore[override]  # tortoise names its own class here; only `async with` is used
        return self._lent()

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator[Any]:
        line = await self.lend()
        try:
            yield line.connection
        finally:
            self.take_back(line)

    async def execute_many(self, query: str, values: list[Any]) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)

    async def fetch(self, statement: str, values: Sequence[Any]) -> Sequence[Any]:
        line = await self.lend()
        try:
            return await asked(line, statement, values)
        finally:
            self.take_back(line)


async def asked(line: Line, statement: str, values: Sequence[Any]) -> Sequence[Any]:
    """The rows. Raises as tortoise does; written out, because every statement of the shop goes through here."""
    line.spoken()
    try:
        rows: Sequence[Any] = await line.connection.fetch(numbered(statement), *values)
        return rows
    except (asyncpg.SyntaxOrAccessError, asyncpg.DataError) as exc:
        raise OperationalError(exc) from exc
    except asyncpg.IntegrityConstraintViolationError as exc:
        raise IntegrityError(exc) from exc
    except asyncpg.InvalidTransactionStateError as exc:
        raise TransactionManagementError(exc) from exc


@lru_cache(maxsize=1024)
def numbered(statement: str) -> str:
    """? ? → $1 $2."""
    first, *others = statement.split("?")
    return first + "".join(f"${n}{text}" for n, text in enumerate(others, start=1))


class PostgresTransaction(TransactionWrapper, OpenTransaction):
    """A borrowed connection between BEGIN and COMMIT.

    BEGIN is said before the first statement that writes or locks. Questions before that see what they would see after
    it (each sees what is committed when it begins, inside a transaction and outside), and whoever only asks, or is
    refused at the first look, needs neither BEGIN nor COMMIT.

    The statements are spoken plainly instead of through asyncpg's Transaction object, whose commit() does not look at
    the answer: after a swallowed error PostgreSQL answers COMMIT with ROLLBACK and the shop would believe it had sold.
    """

    _parent: ShopPostgresClient
    _has_begun = False

    async def seize(self) -> None:
        self._line = await self._parent.lend()
        self._connection = self._line.connection

    def give_back(self) -> None:
        self._parent.take_back(self._line)

    async def begin(self) -> None:
        """Not yet: see `make_ready`."""

    async def make_ready(self, statement: str = "") -> None:
        self.check_open()
        if not self._has_begun:
            if only_reads(statement):
                return
            if self.part is None:
                await self._begin("BEGIN")
        await super().make_ready(statement)

    async def commit(self) -> None:
        if not self._has_begun:
            return
        try:
            answer = await self._said("COMMIT")
        except GONE as exc:
            raise CommitUnknown(f"no answer to COMMIT: {exc}") from exc
        if answer != "COMMIT":
            raise TransactionManagementError(
                "a statement had failed unnoticed, so PostgreSQL rolled everything back"
            )

    async def rollback(self) -> None:
        if not self._has_begun:
            return
        try:
            await self._said("ROLLBACK")
        except GONE as exc:  # without its connection the transaction is rolled back by the server
            self._line.cut()
            log.debug("no answer to ROLLBACK", exc_info=exc)

    async def say(self, statement: str) -> None:
        """The first savepoint takes BEGIN with it."""
        if self._has_begun:
            await self._said(statement)
        else:
            await self._begin(f"BEGIN; {statement}")

    async def _begin(self, statement: str) -> None:
        self._has_begun = True  # also when it is cancelled: then nobody knows
        await self._said(statement)

    async def _said(self, statement: str) -> str:
        self._line.spoken()
        return str(await self._connection.execute(statement))

    def _in_transaction(self) -> TransactionContext:
        return Savepoint(self)

    def acquire_connection(self) -> AbstractAsyncContextManager[Any]:  # type: ignore[override]  # tortoise names its own class here; only `async with` is used
        return self._turn()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[Any]:
        async with self._lock:
            await self.make_ready()
            self._line.spoken()
            yield self._connection

    async def fetch(self, statement: str, values: Sequence[Any]) -> Sequence[Any]:
        async with self._lock:
            await self.make_ready(statement)
            return await asked(self._line, statement, values)


client_class = ShopPostgresClient
