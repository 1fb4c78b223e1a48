"""PostgreSQL whose pool heals: tortoise's asyncpg client with transactions that survive a restart of the server.

Against the stock engine: the lent connection goes back and the task forgets it however the transaction ends, a COMMIT
that PostgreSQL answers with ROLLBACK is an error, a COMMIT that got no answer is `CommitUnknown`, and waiting (for a
lock, for a connection) has an end.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionContext
from tortoise.exceptions import DBConnectionError, TransactionManagementError

from shop.engines.careful import WAIT_SECONDS, CommitUnknown, OpenTransaction, Outermost, Savepoint

log = logging.getLogger(__name__)

CONNECT_SECONDS = 10.0  # for one new connection
SETTINGS = {
    "lock_timeout": "5s",  # 55P03 instead of waiting for ever; the unit of work tries again
    "idle_in_transaction_session_timeout": "60s",  # a transaction that nobody will ever end
    "timezone": "UTC",
}
GONE = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError, OSError)


class ShopPostgresClient(AsyncpgDBClient):
    """A pool of connections; each transaction borrows one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.server_settings = SETTINGS | self.server_settings
        self.extra = {"timeout": CONNECT_SECONDS, "command_timeout": 60.0, "reset": as_it_is} | self.extra

    def _in_transaction(self) -> TransactionContext:
        return Outermost(PostgresTransaction(self))


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
        if self._parent._pool is None:
            async with self._parent._pool_init_lock:
                if self._parent._pool is None:
                    await self._parent.create_connection(with_db=True)
        assert self._parent._pool is not None
        try:
            self._connection = await self._parent._pool.acquire(timeout=WAIT_SECONDS)
        except GONE as exc:
            raise DBConnectionError(f"no connection to the database: {exc}") from exc

    async def give_back(self) -> None:
        pool = self._parent._pool
        try:
            if pool is not None:
                await pool.release(self._connection)
        except Exception as exc:  # a dead connection; the pool has already dropped it
            log.debug("a connection was lost, not returned", exc_info=exc)

    async def begin(self) -> None:
        await self.say("BEGIN")

    async def commit(self) -> None:
        try:
            answer = await self._connection.execute("COMMIT")
        except GONE as exc:
            raise CommitUnknown(f"no answer to COMMIT: {exc}") from exc
        if answer != "COMMIT":
            raise TransactionManagementError(
                "a statement had failed unnoticed, so PostgreSQL rolled everything back"
            )

    async def rollback(self) -> None:
        try:
            await self._connection.execute("ROLLBACK")
        except GONE as exc:  # without its connection the transaction is rolled back by the server
            log.debug("no answer to ROLLBACK", exc_info=exc)

    async def say(self, statement: str) -> None:
        await self._connection.execute(statement)

    def _in_transaction(self) -> TransactionContext:
        return Savepoint(self)

    def acquire_connection(self) -> AbstractAsyncContextManager[Any]:  # type: ignore[override]  # tortoise names its own class here; only `async with` is used
        return self._turn()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[Any]:
        async with self._lock:
            self.check_open()
            yield self._connection


client_class = ShopPostgresClient
