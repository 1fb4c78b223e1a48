"""库: opens and closes the one database of this process, brings its tables up to date, says what is wrong with it.

    sqlite:///data/shop.db                    a path relative to the working directory
    sqlite:////srv/qundian/shop.db            an absolute path (four slashes)
    postgres://user:password@host:5432/shop   percent-encode what is special in user and password
    postgres:///shop?host=/run/postgresql&user=qundian    through a unix socket's folder

Nothing is looked up in the environment: what the URL does not say has the default written here.
"""

from __future__ import annotations

import asyncio
import os
import pkgutil
import socket
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import asyncpg
from tortoise.apps import Apps
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext, require_context
from tortoise.exceptions import IntegrityError
from tortoise.models import Model

import shop.records
from shop.engines.history import Detector, Executor
from shop.transaction import CONNECTION, forget_root, remember_root, run_sql, transaction

APP = "shop"
MIGRATIONS = "shop.migrations"
POSTGRES_OPTIONS = {
    "host": str,
    "port": int,
    "user": str,
    "password": str,
    "sslmode": str,
    "minsize": int,
    "maxsize": int,
}
PATIENCE = 5.0  # seconds that `reachable` waits for a server

_APPS: dict[str, dict[str, Any]] = {
    APP: {"models": [], "default_connection": CONNECTION, "migrations": MIGRATIONS}
}

_context: TortoiseContext | None = None


class BadUrl(ValueError):
    """The database URL cannot be used; the message says why and never shows the password."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the database is: tortoise's engine module and the arguments of its client."""

    engine: str
    credentials: dict[str, Any]


async def open_database(url: str, *, models: Sequence[str | ModuleType]) -> None:
    """Connect and make `models` usable everywhere in this process, also in tasks that are running already.

    `models` are modules of tables, usually `record_modules()`. Raises BadUrl, or the driver's error when the
    database cannot be reached; ask `reachable` for a sentence. Tables are not made here: see `migrate`.
    """
    global _context
    if _context is not None:
        raise RuntimeError("a database is open already")
    EXECUTOR_CACHE.clear()  # it keeps SQL by the connection's name, also when the next database speaks another dialect
    context = TortoiseContext()
    with context:  # only while it is built; afterwards tortoise finds it as the process-wide one
        try:
            await context.init(
                config=configuration(url, models), use_tz=True, timezone="UTC", _enable_global_fallback=True
            )
            await context.db().create_connection(with_db=True)
        except BaseException:
            await context.close_connections()
            raise
    _context = context
    remember_root()


async def close_database() -> None:
    """Close all connections. Nothing happens when none is open. Call transaction.drain first."""
    global _context
    context, _context = _context, None
    forget_root()
    if context is not None:
        await context.close_connections()


def record_modules() -> list[str]:
    """The modules in shop/records, found by walking the folder, sorted by name."""
    return [module.name for module in pkgutil.iter_modules(shop.records.__path__, "shop.records.")]


def configuration(url: str, models: Sequence[str | ModuleType]) -> dict[str, Any]:
    """tortoise's configuration for `url`. Raises BadUrl."""
    place = parse(url)
    return {
        "connections": {CONNECTION: {"engine": place.engine, "credentials": place.credentials}},
        "apps": {APP: _APPS[APP] | {"models": list(models)}},
    }


def parse(url: str) -> Place:
    """What a database URL means. Raises BadUrl."""
    if url.startswith("sqlite:///") and (path := unquote(url.removeprefix("sqlite:///"))):
        return Place("shop.engines.sqlite", {"file_path": path})
    if url.startswith("sqlite:"):
        raise BadUrl("a SQLite URL is sqlite:///relative/shop.db or sqlite:////absolute/shop.db")
    if url.startswith(("postgres://", "postgresql://")):
        return Place("shop.engines.postgres", _postgres(url))
    raise BadUrl("the database URL must begin with sqlite:/// or postgres://")


def file_of(url: str) -> Path | None:
    """The file of a SQLite URL; None for another database. Raises BadUrl."""
    path = parse(url).credentials.get("file_path")
    return Path(path) if path else None


def _postgres(url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise BadUrl(
            "the database URL cannot be read; percent-encode what is special in user and password"
        ) from exc
    found: dict[str, Any] = {"host": "localhost", "port": 5432, "password": "", "maxsize": 10}
    for name, text in parse_qsl(parts.query):
        if name not in POSTGRES_OPTIONS:
            raise BadUrl(
                f"the database URL has an unknown option {name!r}; known are {', '.join(POSTGRES_OPTIONS)}"
            )
        try:
            found[name] = POSTGRES_OPTIONS[name](text)
        except ValueError as exc:
            raise BadUrl(f"the option {name} of the database URL must be a number") from exc
    given = {"host": parts.hostname, "port": port, "user": parts.username, "password": parts.password}
    found |= {
        name: unquote(value) if isinstance(value, str) else value for name, value in given.items() if value
    }
    found["database"] = unquote(parts.path.removeprefix("/"))
    for name in ("user", "database"):
        if not found.get(name):
            raise BadUrl(f"the database URL names no {name}: postgres://user:password@host:5432/database")
    found["ssl"] = found.pop("sslmode", "prefer")  # always said: asyncpg would look it up in the environment
    return found


async def pending_migrations() -> list[str]:
    """The migrations that the open database does not have yet, oldest first."""
    steps = await _executor().plan()
    return [step.migration.name for step in steps]


async def migrate() -> list[str]:
    """Bring the tables of the open database up to date, all or nothing. Returns the migrations that were applied.

    For the start of the shop: nobody else may be writing. Raises RuntimeError when rows would be left that point
    to nothing.
    """
    if not await pending_migrations():
        return []
    executor = _executor()
    # Before the transaction: tortoise asks for the table first, and on PostgreSQL a failed question ends everything.
    try:
        await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
    except IntegrityError:  # PostgreSQL, when another process made it at this very moment
        await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
    is_sqlite = executor.connection.capabilities.dialect == "sqlite"
    if is_sqlite:
        # SQLite changes a table by making it anew. With foreign keys on, dropping the old one would delete the rows
        # that point to it (CASCADE) or be refused (RESTRICT). The switch does nothing inside a transaction.
        await run_sql("PRAGMA foreign_keys=OFF")
    try:
        async with transaction():
            if not is_sqlite:
                # Of two processes that start together one waits here, for as long as the other needs; SQLite lets in
                # only one anyway.
                await run_sql("SET LOCAL lock_timeout = '2min'")
                await run_sql(f"LOCK TABLE {executor.recorder.table_name} IN EXCLUSIVE MODE")
            pending = await pending_migrations()
            if not await run_sql(f"SELECT 1 FROM {executor.recorder.table_name} LIMIT 1"):
                await _furnish(pending)
            else:
                await _executor().migrate(direction="forward")
            if is_sqlite and (lost := await run_sql("PRAGMA foreign_key_check")):
                raise RuntimeError(
                    f"{len(lost)} rows would point to nothing, the first in {lost[0]['table']}"
                )
    finally:
        if is_sqlite:
            await run_sql("PRAGMA foreign_keys=ON")
    return pending


async def _furnish(steps: Sequence[str]) -> None:
    """A database without a single table gets them as they are today, at once: to walk there through every step takes a
    new shop seconds. A test compares the two ways."""
    executor = _executor()
    editor = executor._schema_editor(atomic=False)
    for model in reversed(_children_first()):
        await editor.create_model(model)
    for name in steps:
        await executor.recorder.record_applied(APP, name)


async def out_of_step() -> list[str]:
    """What the open models say and no migration does; empty when shop/migrations is complete."""
    return [
        f"{operation.__class__.__name__} {getattr(operation, 'model_name', None) or getattr(operation, 'name', '')}"
        for writer in await Detector(_apps(), _APPS).changes()
        for operation in writer.operations
    ]


async def empty() -> None:
    """Delete every row of every table and count ids from one again, in the transaction of the caller. For the demo
    and for tests."""
    tables = [f'"{model._meta.db_table}"' for model in _children_first()]
    if get_connection(CONNECTION).capabilities.dialect == "postgres":
        await run_sql(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY")
        return
    for table in tables:
        await run_sql(f"DELETE FROM {table}")
    await run_sql("DELETE FROM sqlite_sequence")


def _children_first() -> list[type[Model]]:
    """The open models, each before those that its rows point to."""
    models = _apps()[APP].values()
    order: TopologicalSorter[type[Model]] = TopologicalSorter(dict.fromkeys(models, ()))
    for model in models:
        for name in model._meta.fk_fields | model._meta.o2o_fields:
            if (parent := model._meta.fields_map[name].related_model) is not model:  # type: ignore[attr-defined]  # relational fields have it
                order.add(parent, model)
    return list(order.static_order())


def _apps() -> Apps:
    apps = require_context().apps
    assert apps is not None, "a database is open"
    return apps


def _executor() -> Executor:
    return Executor(get_connection(CONNECTION), _APPS)


async def reachable(url: str) -> str | None:
    """None when the database can be used, else one sentence for the person who set it up. Never shows a password."""
    try:
        place = parse(url)
    except BadUrl as exc:
        return str(exc)
    if place.engine == "shop.engines.sqlite":
        return await asyncio.to_thread(_file_fault, Path(place.credentials["file_path"]))
    return await _server_fault(place.credentials)


def _file_fault(path: Path) -> str | None:
    folder = path.parent
    if not folder.is_dir():
        hint = "" if path.is_absolute() else " (an absolute path has four slashes: sqlite:////folder/shop.db)"
        return f"the folder {folder} for the database file does not exist{hint}"
    if path.is_dir():
        return f"{path} is a folder, not a database file"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"the folder {folder} is not writable: SQLite keeps two more files beside {path.name}"
    if not path.exists():
        return None
    if not os.access(path, os.R_OK | os.W_OK):
        return f"the database file {path} is not writable"
    try:
        with closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("SELECT count(*) FROM sqlite_master")
            connection.execute("ROLLBACK")
    except sqlite3.Error as exc:
        return _file_sentence(path, exc)
    return None


def _file_sentence(path: Path, exc: sqlite3.Error) -> str:
    code = exc.sqlite_errorcode & 0xFF
    if code == sqlite3.SQLITE_NOTADB:
        return f"{path} is no SQLite database"
    if code == sqlite3.SQLITE_BUSY:
        return f"the database file {path} is locked by another program"
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
        return f"the database file {path} is not writable"
    if code == sqlite3.SQLITE_FULL:
        return f"no space is left for the database file {path}"
    if code == sqlite3.SQLITE_CORRUPT:
        return f"the database file {path} is damaged: restore a backup"
    return f"the database file {path} cannot be used: {exc}"


async def _server_fault(place: dict[str, Any]) -> str | None:
    arguments = {name: value for name, value in place.items() if name not in ("minsize", "maxsize")}
    try:
        connection = await asyncpg.connect(**arguments, timeout=PATIENCE)
        await connection.close(timeout=PATIENCE)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError) as exc:
        return _server_sentence(place, exc)
    return None


def _server_sentence(place: dict[str, Any], exc: Exception) -> str:
    host, port, user, database = place["host"], place["port"], place["user"], place["database"]
    server = f"the socket in {host}" if host.startswith("/") else f"{host}:{port}"
    if isinstance(exc, asyncpg.InvalidPasswordError):
        return f"PostgreSQL refuses the password of {user}"
    if isinstance(exc, asyncpg.InvalidAuthorizationSpecificationError):
        return f"PostgreSQL does not let {user} in: {exc}"
    if isinstance(exc, asyncpg.InvalidCatalogNameError):
        return f"PostgreSQL at {server} has no database {database}"
    if isinstance(exc, asyncpg.InsufficientPrivilegeError):
        return f"{user} may not use the database {database}"
    if isinstance(exc, asyncpg.TooManyConnectionsError):
        return f"PostgreSQL at {server} has no connection left"
    if isinstance(exc, asyncpg.CannotConnectNowError):
        return f"PostgreSQL at {server} is starting up or shutting down"
    if isinstance(exc, socket.gaierror):
        return f"the host {host} is not known"
    if isinstance(exc, TimeoutError):
        return f"PostgreSQL at {server} does not answer"
    if isinstance(exc, OSError):
        return f"no PostgreSQL is running at {server}"
    return f"PostgreSQL at {server} cannot be used: {exc}"
