"""Every statement of a run, as the driver got it, and the same statements sent again by the bare driver."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiosqlite
import asyncpg
from tortoise.connection import get_connection

from shop.engines.sqlite import PRAGMAS

Statement = tuple[str, tuple[Any, ...]]


@dataclass
class Recording:
    """The statements in order; those of one transaction together, on whichever connection it ran."""

    warm: list[list[Statement]] = field(default_factory=list)  # those of the first while, which nobody counts
    units: list[list[Statement]] = field(default_factory=list)
    _open: dict[int, list[Statement]] = field(default_factory=dict)

    def add(self, connection: int, sql: str, values: tuple[Any, ...]) -> None:
        word = sql.split(maxsplit=1)[0].upper() if sql else ""
        if word == "BEGIN":
            self._open[connection] = [(sql, values)]
            self.units.append(self._open[connection])
        elif connection in self._open:
            self._open[connection].append((sql, values))
            if word == "COMMIT" or sql == "ROLLBACK":
                del self._open[connection]
        else:
            self.units.append([(sql, values)])

    def is_warm(self) -> None:
        self.warm, self.units = self.units, []

    @property
    def statements(self) -> int:
        return sum(len(unit) for unit in self.units)


@contextmanager
def recording() -> Iterator[Recording]:
    """Of the open database."""
    client = get_connection("default")
    dialect = client.capabilities.dialect
    with _of_sqlite() if dialect == "sqlite" else _of_postgres(client) as made:
        yield made


@contextmanager
def _of_sqlite() -> Iterator[Recording]:
    made = Recording()
    names = ("execute", "executemany", "execute_insert", "execute_fetchall")
    before = {name: getattr(aiosqlite.Connection, name) for name in names}

    def recorded(original: Any) -> Any:
        def call(self: Any, sql: str, parameters: Any = None) -> Any:
            many = original is before["executemany"]
            for values in parameters if many else [parameters]:
                made.add(id(self), sql, tuple(values or ()))
            return original(self, sql, parameters)

        return call

    for name, original in before.items():
        setattr(aiosqlite.Connection, name, recorded(original))
    try:
        yield made
    finally:
        for name, original in before.items():
            setattr(aiosqlite.Connection, name, original)


@contextmanager
def _of_postgres(client: Any) -> Iterator[Recording]:
    made = Recording()
    loggers = []
    for line in client._pool._free:  # all of them: the URL says minsize is maxsize, and nothing is under way
        connection = line.connection

        def log(query: Any, connection: Any = connection) -> None:
            args = tuple(query.args or ())
            many = bool(args) and isinstance(args[0], tuple | list)  # executemany
            for values in args if many else [args]:
                made.add(id(connection), query.query, tuple(values))

        connection.add_query_logger(log)
        loggers.append((connection, log))
    try:
        yield made
    finally:
        for connection, log in loggers:
            connection.remove_query_logger(log)


@dataclass(frozen=True, slots=True)
class Cost:
    seconds: float
    cpu: float  # seconds of this process


class _Watch:
    def __init__(self) -> None:
        self._began, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> Cost:
        return Cost(time.perf_counter() - self._began, time.process_time() - self._cpu)


# ── again, without us ───────────────────────────────────────────────────────────────────────────────────────────


def replay_sqlite(file: Path, made: Recording) -> Cost:
    """sqlite3 of the standard library, in this thread: nothing in Python is nearer to the database."""
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {pragma}={value}")

    def work(units: list[list[Statement]]) -> None:
        for unit in units:
            for sql, values in unit:
                connection.execute(sql, values).fetchall()

    work(made.warm)
    watch = _Watch()
    work(made.units)
    cost = watch.read()
    connection.close()
    return cost


async def replay_aiosqlite(file: Path, made: Recording) -> Cost:
    """The same through aiosqlite's thread, as we must."""
    connection = await aiosqlite.connect(file, isolation_level=None)
    for pragma, value in PRAGMAS.items():
        await connection.execute(f"PRAGMA {pragma}={value}")

    async def work(units: list[list[Statement]]) -> None:
        for unit in units:
            for sql, values in unit:
                await connection.execute_fetchall(sql, values)

    await work(made.warm)
    watch = _Watch()
    await work(made.units)
    cost = watch.read()
    await connection.close()
    return cost


async def replay_postgres(place: dict[str, Any], made: Recording, connections: int) -> Cost:
    """asyncpg with as many connections; each takes the next transaction. Rows get other numbers when two overtake
    each other, so foreign keys are not looked at, and two transactions that wait for each other's wrong rows are told
    so at once and one of them is left out. Both make the bare driver a little faster than it could be."""
    settings = {"session_replication_role": "replica", "deadlock_timeout": "2ms"}
    pool = [await asyncpg.connect(**place, server_settings=settings) for _ in range(connections)]

    async def work(connection: Any, todo: Iterator[list[Statement]]) -> None:
        for unit in todo:
            try:
                for sql, values in unit:
                    if values:
                        await connection.fetch(sql, *values)
                    else:  # BEGIN, SAVEPOINT, COMMIT
                        await connection.execute(sql)
            except asyncpg.DeadlockDetectedError:
                await connection.execute("ROLLBACK")

    async def all_at_once(units: list[list[Statement]]) -> None:
        todo = iter(units)
        await asyncio.gather(*(work(connection, todo) for connection in pool))

    await all_at_once(made.warm)
    watch = _Watch()
    await all_at_once(made.units)
    cost = watch.read()
    for connection in pool:
        await connection.close()
    return cost
