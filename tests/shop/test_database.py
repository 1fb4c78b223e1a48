"""Where the database is, what is wrong with it, and how its tables come up to date."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tortoise.context import get_current_context

from shop import database as module
from shop.database import (
    BadUrl,
    close_database,
    empty,
    migrate,
    open_database,
    out_of_step,
    parse,
    pending_migrations,
    reachable,
    record_modules,
)
from shop.records.goods import Product, Sku
from shop.records.shops import Shop
from shop.transaction import run_sql, start_task, transaction, unit_of_work
from tests.support.postgres import OWNER, PostgresServer
from tests.support.tables import Done

MODELS = ("tests.support.tables",)
SECRET = "s3cret"
GENEROUS = 30.0  # seconds within which something must happen


@pytest.fixture
def models() -> tuple[str, ...]:
    return MODELS


# URLs


@pytest.mark.parametrize(
    ("url", "credentials"),
    [
        ("sqlite:///data/shop.db", {"file_path": "data/shop.db"}),
        ("sqlite:////srv/the%20shop/shop.db", {"file_path": "/srv/the shop/shop.db"}),
        (
            "postgres://li:p%40ss@db.example:6543/shop",
            {"user": "li", "password": "p@ss", "host": "db.example", "port": 6543, "database": "shop"},
        ),
        (
            "postgresql://li@localhost/shop?sslmode=require&maxsize=3",
            {
                "user": "li",
                "password": "",
                "host": "localhost",
                "port": 5432,
                "database": "shop",
                "ssl": "require",
                "maxsize": 3,
            },
        ),
        (
            "postgres:///shop?host=/run/postgresql&user=li",
            {"user": "li", "password": "", "host": "/run/postgresql", "port": 5432, "database": "shop"},
        ),
    ],
)
def test_a_url_says_where_the_database_is(url: str, credentials: dict[str, object]) -> None:
    assert (
        parse(url).credentials == {"maxsize": 10, "ssl": "prefer"} | credentials
        if url.startswith("p")
        else credentials
    )


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "must begin with"),
        ("mysql://li@localhost/shop", "must begin with"),
        ("sqlite://shop.db", "sqlite:///"),
        ("sqlite:///", "sqlite:///"),
        (f"postgres://:{SECRET}@localhost/shop", "names no user"),
        (f"postgres://li:{SECRET}@localhost", "names no database"),
        (f"postgres://li:{SECRET}@localhost:port/shop", "cannot be read"),
        (f"postgres://li:{SECRET}@localhost/shop?hots=x", "unknown option 'hots'"),
        (f"postgres://li:{SECRET}@localhost/shop?maxsize=many", "must be a number"),
    ],
)
async def test_a_bad_url_is_explained_without_its_password(url: str, says: str) -> None:
    with pytest.raises(BadUrl, match=says) as refused:
        await open_database(url, models=MODELS)
    assert SECRET not in str(refused.value)
    assert await reachable(url) == str(refused.value)


def test_tables_are_found_by_walking_the_folder() -> None:
    assert "shop.records.orders" in record_modules()


# Open and closed


async def test_what_is_open_is_open_in_tasks_that_ran_before(sqlite_url: str) -> None:
    go = asyncio.Event()

    async def early() -> int:
        await go.wait()
        return await Done.all().count()

    task = asyncio.create_task(early())
    await asyncio.sleep(0)
    await open_database(sqlite_url, models=MODELS)
    go.set()
    assert await task == 0
    await close_database()
    assert get_current_context() is None
    await close_database()


async def test_two_databases_cannot_be_open(shop_db: str) -> None:
    with pytest.raises(RuntimeError, match="open already"):
        await open_database(shop_db, models=MODELS)
    assert await Done.all().count() == 0


async def test_after_sqlite_postgres_is_spoken_to_in_its_own_words(
    sqlite_url: str, postgres_url: str
) -> None:
    for url in (sqlite_url, postgres_url, sqlite_url):
        await open_database(url, models=MODELS)
        await Done.create(key=f"{url[:4]} {await Done.all().count()}")
        await close_database()


async def test_a_cancelled_opening_leaves_nothing_open(database_url: str) -> None:
    for steps in range(0, 40, 2):
        task = asyncio.create_task(open_database(database_url, models=MODELS))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            await close_database()
    await open_database(database_url, models=MODELS)
    assert await Done.all().count() == 0
    await close_database()


async def test_an_opening_that_fails_can_be_tried_again(tmp_path: Path, sqlite_url: str) -> None:
    with pytest.raises(sqlite3.OperationalError):
        await open_database(f"sqlite:///{tmp_path}/missing/shop.db", models=MODELS)
    await open_database(sqlite_url, models=MODELS)
    await close_database()


async def test_a_database_is_not_opened_inside_a_transaction(shop_db: str) -> None:
    async with transaction():
        with pytest.raises(RuntimeError, match="inside a transaction"):
            module.remember_root()


async def test_rows_come_back_by_their_names(shop_db: str) -> None:
    rows = await run_sql("INSERT INTO test_done VALUES (?), (?) RETURNING key", ["a", "b"])
    assert [row["key"] for row in rows] == ["a", "b"]
    assert await start_task(
        run_sql("SELECT count(*) AS n FROM test_done WHERE key <> ?", ["a"]), name="count"
    ) == [{"n": 1}]


# What is wrong with it


async def test_nothing_is_wrong_with_a_database_that_works(database_url: str) -> None:
    assert await reachable(database_url) is None


async def test_a_file_that_is_not_there_yet_is_no_fault(tmp_path: Path) -> None:
    assert await reachable(f"sqlite:///{tmp_path}/new.db") is None
    assert not (tmp_path / "new.db").exists()


async def test_each_fault_of_a_file_has_its_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    said = [
        await reachable(f"sqlite:///{tmp_path}/missing/shop.db"),
        await reachable("sqlite:///missing/shop.db"),
        await reachable(f"sqlite:///{tmp_path}"),
    ]
    junk = tmp_path / "junk.db"
    junk.write_bytes(b"not a database, but long enough to be looked at " * 100)
    said.append(await reachable(f"sqlite:///{junk}"))
    busy = tmp_path / "busy.db"
    with closing(sqlite3.connect(busy, isolation_level=None)) as other:
        other.execute("CREATE TABLE t (x)")
        other.execute("BEGIN IMMEDIATE")
        said.append(await reachable(f"sqlite:///{busy}"))
        other.execute("ROLLBACK")
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) == tmp_path)
    said.append(await reachable(f"sqlite:///{busy}"))
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    said.append(await reachable(f"sqlite:///{busy}"))
    assert said == [
        f"the folder {tmp_path}/missing for the database file does not exist",
        "the folder missing for the database file does not exist (an absolute path has four slashes: sqlite:////folder/shop.db)",
        f"{tmp_path} is a folder, not a database file",
        f"{junk} is no SQLite database",
        f"the database file {busy} is locked by another program",
        f"the database file {busy} is not writable",
        f"the folder {tmp_path} is not writable: SQLite keeps two more files beside busy.db",
    ]


async def test_each_fault_of_a_server_has_its_sentence(
    postgres_server: PostgresServer, unused_tcp_port: int, tmp_path: Path
) -> None:
    folder = postgres_server.folder
    said = [
        await reachable(postgres_server.url("missing")),
        await reachable(f"postgres:///postgres?host={folder}&user=stranger"),
        await reachable(f"postgres:///postgres?host={tmp_path}&user={OWNER}"),
        await reachable(f"postgres://li:{SECRET}@127.0.0.1:{unused_tcp_port}/shop?sslmode=disable"),
        await reachable(f"postgres://li:{SECRET}@no-such-host.invalid/shop"),
    ]
    assert said == [
        f"PostgreSQL at the socket in {folder} has no database missing",
        'PostgreSQL does not let stranger in: role "stranger" does not exist',
        f"no PostgreSQL is running at the socket in {tmp_path}",
        f"no PostgreSQL is running at 127.0.0.1:{unused_tcp_port}",
        "the host no-such-host.invalid is not known",
    ]


async def test_a_wrong_password_is_named_and_not_shown(mortal_postgres: PostgresServer) -> None:
    server = mortal_postgres
    server.run(f"ALTER ROLE {OWNER} PASSWORD 'right'")
    server.demand_passwords()
    url = server.url("postgres")
    assert await reachable(f"{url}&password=right") is None
    assert await reachable(f"{url}&password={SECRET}") == f"PostgreSQL refuses the password of {OWNER}"
    server.crash()
    assert (
        await reachable(f"{url}&password=right")
        == f"no PostgreSQL is running at the socket in {server.folder}"
    )


async def test_a_server_that_does_not_answer_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    lines: list[asyncio.StreamWriter] = []
    path = str(tmp_path / ".s.PGSQL.5432")
    hung = await asyncio.start_unix_server(lambda reader, writer: lines.append(writer), path)
    said = await reachable(f"postgres:///shop?host={tmp_path}&user=li")
    assert said == f"PostgreSQL at the socket in {tmp_path} does not answer"
    for line in lines:
        line.close()
    hung.close()
    await hung.wait_closed()


# Migrations


@pytest.fixture
async def empty_db(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """An open database without any table, and the migrations of tests/support/changes."""
    url = f"sqlite:///{tmp_path}/empty.db"
    if database == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        server.run("DROP DATABASE IF EXISTS migrating WITH (FORCE)", "CREATE DATABASE migrating")
        url = server.url("migrating")
    await open_database(url, models=MODELS)
    yield url
    await close_database()


@pytest.fixture
def changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(module._APPS[module.APP], "migrations", "tests.support.changes")


@pytest.mark.usefixtures("changes")
async def test_migrating_keeps_rows_and_happens_once(empty_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await _lived_in()
    assert await pending_migrations() == ["0001_two_tables", "0002_longer_names"]
    with monkeypatch.context() as only_the_first:
        only_the_first.setattr("pkgutil.iter_modules", lambda path: [(None, "0001_two_tables", False)])
        assert await migrate() == ["0001_two_tables"]
    await run_sql("INSERT INTO test_shelf (name) VALUES ('left')")
    await run_sql("INSERT INTO test_box (shelf_id) VALUES (1), (1)")
    assert await migrate() == ["0002_longer_names"]
    assert await migrate() == []
    assert await pending_migrations() == []
    assert await run_sql("SELECT name, floor FROM test_shelf") == [{"name": "left", "floor": 1}]
    assert await run_sql("SELECT count(*) AS n FROM test_box") == [{"n": 2}]  # not deleted with the old shelf
    with pytest.raises(Exception, match=r"FOREIGN KEY|foreign key"):
        await run_sql("INSERT INTO test_box (shelf_id) VALUES (99)")


@pytest.mark.usefixtures("changes")
async def test_a_migration_that_fails_leaves_nothing_behind(empty_db: str) -> None:
    await _lived_in()
    await run_sql("CREATE TABLE test_box (id INT)")  # in the way of the second table
    with pytest.raises(Exception, match="test_box"):
        await migrate()
    assert await pending_migrations() == ["0001_two_tables", "0002_longer_names"]
    with pytest.raises(Exception, match="test_shelf"):
        await run_sql("SELECT * FROM test_shelf")


async def _lived_in() -> None:
    """As if it had been migrated before: a new database would get today's tables at once."""
    recorder = module._executor().recorder
    await recorder.ensure_schema(module._executor()._schema_editor(atomic=False))
    await recorder.record_applied("elsewhere", "0001_first")


@pytest.mark.usefixtures("changes")
async def test_the_models_are_compared_with_the_migrations(empty_db: str) -> None:
    assert "CreateModel Till" in await out_of_step()


async def test_two_processes_may_migrate_at_once(empty_db: str) -> None:
    code = (
        "import asyncio, sys; from shop.database import *\n"
        "async def main():\n"
        "    await open_database(sys.argv[1], models=record_modules())\n"
        "    print(len(await migrate()), await pending_migrations()); await close_database()\n"
        "asyncio.run(main())"
    )
    starting = [
        asyncio.create_subprocess_exec(sys.executable, "-c", code, empty_db, stdout=PIPE) for _ in range(2)
    ]
    async with asyncio.timeout(GENEROUS):
        processes = await asyncio.gather(*starting)
        said = sorted([(await process.communicate())[0].decode().strip() for process in processes])
    assert said[0] == "0 []"
    assert said[1].endswith(" []")
    assert not said[1].startswith("0")


@pytest.mark.parametrize("models", [tuple(record_modules())], ids=["the shop"])
async def test_emptying_begins_with_what_points_to_others(shop_db: str) -> None:
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    shop = await Shop.create(key="fruit", name="水果", tz="Asia/Shanghai", units={}, opened_at=noon)
    product = await Product.create(shop=shop, key="orange", name="橙子", aliases=[])
    await Sku.create(shop=shop, product=product, key="orange-box", unit="箱", price_fen=2990)
    await unit_of_work(empty)
    assert [await model.all().count() for model in (Shop, Product, Sku)] == [0, 0, 0]
