"""SQLite for several tasks and several processes: tortoise's client with transactions that cannot be lost or torn.

Against the stock engine: BEGIN IMMEDIATE (a deferred BEGIN fails at once with "database is locked" when two processes
read and then write), a statement that is cancelled is waited for (its thread goes on in any case), no statement runs
outside the transaction that it was meant for, and a script inside a transaction does not commit it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiosqlite
from tortoise.backends.base.client import TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionWrapper, translate_exceptions
from tortoise.exceptions import OperationalError, TransactionManagementError

from shop.engines.careful import WAIT_SECONDS, OpenTransaction, Outermost, Savepoint, to_the_end


def _in_utc(moment: datetime) -> str:
    """SQLite keeps moments as text and compares them as such: all of them must be in one zone."""
    return moment.astimezone(UTC).isoformat(" ") if moment.tzinfo else moment.isoformat(" ")


sqlite3.register_adapter(datetime, _in_utc)  # after tortoise's own, which keeps the zone it is given

# busy_timeout first: the other pragmas may already have to wait for another process.
PRAGMAS = {"busy_timeout": 10_000, "journal_mode": "WAL", "synchronous": "FULL", "foreign_keys": "ON"}


class ShopSqliteClient(SqliteClient):
    """One connection to one file; statements outside a transaction wait for the transaction that is open."""

    def __init__(self, file_path: str, **kwargs: Any) -> None:
        super().__init__(file_path, **kwargs)
        self.pragmas = PRAGMAS | {key: value for key, value in self.pragmas.items() if key not in PRAGMAS}

    async def create_connection(self, with_db: bool) -> None:
        if self._connection is None:
            await to_the_end(self._connect())

    async def _connect(self) -> None:
        """All or nothing: a connection on which only half of the pragmas were set must never be used."""
        connection = await aiosqlite.connect(self.filename, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            for pragma, value in self.pragmas.items():
                await (await connection.execute(f"PRAGMA {pragma}={value}")).close()
        except BaseException:
            await connection.close()
            raise
        self._connection = connection
        await self._post_connect()

    def acquire_connection(self) -> AbstractAsyncContextManager[aiosqlite.Connection]:  # type: ignore[override]  # tortoise names its own class here; only `async with` is used
        return self._turn()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[aiosqlite.Connection]:
        await self._wait_for_turn()
        try:
            connection = await self._ready()
            async with _settled(connection):
                yield connection
        finally:
            self._lock.release()

    async def _wait_for_turn(self) -> None:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._lock.acquire()
        except TimeoutError as exc:
            raise OperationalError(f"a transaction has been open for {WAIT_SECONDS:.0f} s") from exc

    async def _ready(self) -> aiosqlite.Connection:
        if self._connection is None:
            await self.create_connection(with_db=True)
        assert self._connection is not None
        return self._connection

    @translate_exceptions
    async def fetch(self, statement: str, values: Sequence[Any]) -> Sequence[Any]:
        async with self._turn() as connection:
            return [*await connection.execute_fetchall(statement, values)]

    @translate_exceptions
    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)

    def _in_transaction(self) -> TransactionContext:
        return Outermost(SqliteTransaction(self))


class SqliteTransaction(SqliteTransactionWrapper, OpenTransaction):
    """The one connection, lent to one transaction until its end."""

    _parent: ShopSqliteClient

    async def seize(self) -> None:
        await self._parent._wait_for_turn()
        try:
            self._connection = await self._parent._ready()
        except BaseException:
            self._parent._lock.release()
            raise

    def give_back(self) -> None:
        self._parent._lock.release()

    async def begin(self) -> None:
        await self.say("BEGIN IMMEDIATE")

    async def commit(self) -> None:
        # Never connection.commit(): it is silent when SQLite has already rolled everything back (disk full).
        await self.say("COMMIT")

    async def rollback(self) -> None:
        if self._connection.in_transaction:
            await self.say("ROLLBACK")

    async def say(self, statement: str) -> None:
        try:
            async with _settled(self._connection):
                await self._connection.execute_fetchall(statement)
        except sqlite3.Error as exc:
            raise OperationalError(exc) from exc

    def _in_transaction(self) -> TransactionContext:
        return Savepoint(self)

    def acquire_connection(self) -> AbstractAsyncContextManager[aiosqlite.Connection]:  # type: ignore[override]  # as above
        return self._turn()

    @asynccontextmanager
    async def _turn(self, statement: str = "") -> AsyncIterator[aiosqlite.Connection]:
        async with self._lock:
            self.check_open()
            if not self._connection.in_transaction:
                raise TransactionManagementError("SQLite has rolled this transaction back")
            await self.make_ready(statement)
            async with _settled(self._connection):
                yield self._connection

    @translate_exceptions
    async def fetch(self, statement: str, values: Sequence[Any]) -> Sequence[Any]:
        async with self._turn(statement) as connection:
            return [*await connection.execute_fetchall(statement, values)]

    @translate_exceptions
    async def execute_script(self, query: str) -> None:
        # One by one: executescript() would commit the open transaction before it starts.
        async with self.acquire_connection() as connection:
            for statement in _statements(query):
                await (await connection.execute(statement)).close()


@asynccontextmanager
async def _settled(connection: aiosqlite.Connection) -> AsyncIterator[None]:
    """Let a cancelled statement end in its thread before the next one looks at the connection.

    Otherwise the next UPDATE would count the changes of the cancelled one as its own (rows changed are a difference
    of two totals) and a conditional UPDATE that met nothing would look like a success.
    """
    try:
        yield
    except asyncio.CancelledError:
        await to_the_end(_last_in_line(connection))
        raise


async def _last_in_line(connection: aiosqlite.Connection) -> None:
    await (await connection.execute("SELECT 1")).close()


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; SQLite itself says where one ends (semicolons in texts and triggers are not ends)."""
    statement = ""
    for piece in script.split(";"):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            if statement.strip(" \t\r\n;"):
                yield statement
            statement = ""
    if statement.strip(" \t\r\n;"):
        yield statement


client_class = ShopSqliteClient
