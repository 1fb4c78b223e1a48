"""Which faults of a database pass by themselves, so that the same work may simply be tried again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import asyncpg
from tortoise.exceptions import DBConnectionError

CONFLICTS = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock not available
BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
LOST = {
    "57P01",  # admin shutdown
    "57P02",  # crash shutdown
    "57P03",  # cannot connect now: starting up, shutting down
    "57P05",  # idle session ended by the server
    "25P03",  # idle in transaction, ended by the server
    "53300",  # too many connections
}


def is_conflict(fault: BaseException) -> bool:
    """Two units of work met; the other one goes first."""
    return any(
        getattr(exc, "sqlstate", None) in CONFLICTS
        or (getattr(exc, "sqlite_errorcode", 0) or 0) & 0xFF in BUSY
        for exc in _behind(fault)
    )


def is_lost_connection(fault: BaseException) -> bool:
    """The server is away or has cut the line. Includes CommitUnknown."""
    return any(
        isinstance(exc, DBConnectionError | asyncpg.PostgresConnectionError | ConnectionError)
        or (isinstance(exc, asyncpg.InterfaceError) and "clos" in str(exc))
        or getattr(exc, "sqlstate", None) in LOST
        for exc in _behind(fault)
    )


def _behind(fault: BaseException) -> Iterator[BaseException]:
    """The fault and what it was raised from (tortoise wraps the driver's exceptions)."""
    seen: set[int] = set()
    todo: list[BaseException] = [fault]
    while todo:
        exc = todo.pop()
        if id(exc) in seen:
            continue
        seen.add(id(exc))
        yield exc
        todo += [e for e in (exc.__cause__, exc.__context__, *exc.args) if isinstance(e, BaseException)]
