"""The engines under everything that can happen to a transaction, each beside tortoise's own as a negative control.

A control that does not show the defect fails: then the defect is gone or the test has stopped looking.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError, TransactionManagementError
from tortoise.expressions import F
from tortoise.transactions import in_transaction

from shop.database import close_database, open_database
from shop.engines.sqlite import PRAGMAS
from tests.conftest import make_tables
from tests.support.postgres import PostgresServer
from tests.support.stock import stock_database
from tests.support.tables import Done, Till, Written

MODELS = ("tests.support.tables",)
GENEROUS = 20.0  # seconds within which something must happen
STUCK = 1.5  # seconds after which a control counts as hanging

Opened = Callable[..., AbstractAsyncContextManager[BaseDBAsyncClient]]


@pytest.fixture
def models() -> tuple[str, ...]:
    return MODELS


@asynccontextmanager
async def our_database(url: str) -> AsyncIterator[BaseDBAsyncClient]:
    await open_database(url, models=MODELS)
    try:
        yield get_connection("default")
    finally:
        await close_database()


def the_stock_database(url: str) -> AbstractAsyncContextManager[BaseDBAsyncClient]:
    return stock_database(url, models=MODELS)


# Cancellation


async def _sale(n: int) -> None:
    async with in_transaction():
        await Done.create(key=f"sale {n}")
        await Till.filter(id=1).update(fen=F("fen") + 1)


async def _survives_cancellations(times: int, *, seed: int, patience: float) -> bool:
    """Cancel `times` sales at random moments; can the shop still sell within `patience` seconds?"""
    dice = random.Random(seed)
    await Till.create(id=1)
    done = 0
    for n in range(times):
        task = asyncio.create_task(_sale(n))
        if n % 2:
            await asyncio.sleep(dice.uniform(0, 0.003))
        else:
            for _ in range(dice.randrange(12)):
                await asyncio.sleep(0)
        task.cancel()
        done_now, _ = await asyncio.wait([task], timeout=patience)
        if not done_now:
            return False
        done += not task.cancelled() and task.exception() is None
    try:
        async with asyncio.timeout(patience):
            await asyncio.gather(*(_sale(times + n) for n in range(10)))
            rows, till = await Done.all().count(), await Till.get(id=1)
    except TimeoutError:
        return False
    assert till.fen == rows  # a sale is there as a whole or not at all
    assert rows >= done + 10
    assert done < times  # some were cancelled
    return True


async def test_random_cancellations_leave_nothing_locked_or_lent(database_url: str) -> None:
    async with our_database(database_url) as client:
        assert await _survives_cancellations(400, seed=1, patience=GENEROUS)
        if pool := getattr(client, "_pool", None):
            lines = [await pool.lend() for _ in range(pool._most)]  # every place is free again
            for line in lines:
                pool.take_back(line)


async def test_control_the_stock_engines_hang_after_cancellations(database_url: str) -> None:
    async with the_stock_database(database_url):
        assert not await _survives_cancellations(2000, seed=1, patience=STUCK)


# A database that dies


@dataclass
class Worker:
    """A task that sells for as long as it lives, as the loops of a bot do."""

    name: str
    sold: list[str] = field(default_factory=list)
    faults: int = 0

    async def run(self) -> None:
        n = 0
        while True:
            n += 1
            try:
                async with in_transaction():
                    await Done.create(key=f"{self.name} {n}")
                    await Till.filter(id=1).update(fen=F("fen") + 1)
                self.sold.append(f"{self.name} {n}")
            except Exception:
                self.faults += 1
                await asyncio.sleep(0.02)


async def _workers_after_crashes(server: PostgresServer, *, crashes: int, patience: float) -> list[Worker]:
    """Run workers, crash and restart the server under them; who makes no progress within `patience` seconds?"""
    await Till.create(id=1)
    workers = [Worker(f"worker {n}") for n in range(6)]
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    for _ in range(crashes):
        await asyncio.sleep(0.15)
        await asyncio.to_thread(server.crash)
        await asyncio.sleep(0.05)
        await asyncio.to_thread(server.start)
    before = {worker.name: len(worker.sold) for worker in workers}
    stuck = workers
    for _ in range(int(patience / 0.05)):
        await asyncio.sleep(0.05)
        stuck = [worker for worker in workers if len(worker.sold) <= before[worker.name] + 3]
        if not stuck:
            break
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=GENEROUS)
    assert all(worker.faults for worker in workers)  # every one of them has met a crash
    if not stuck:
        keys = set(await Done.all().values_list("key", flat=True))
        assert all(key in keys for worker in workers for key in worker.sold)
        assert (await Till.get(id=1)).fen == len(keys)
    return stuck


@pytest.mark.parametrize(
    ("opened", "goes_on"), [(our_database, True), (the_stock_database, False)], ids=["ours", "control"]
)
async def test_workers_go_on_after_crashes_of_postgres(
    mortal_postgres: PostgresServer, opened: Opened, goes_on: bool
) -> None:
    url = mortal_postgres.url("postgres")
    await make_tables(url, MODELS)
    patience = GENEROUS if goes_on else STUCK
    async with opened(url):
        stuck = await _workers_after_crashes(mortal_postgres, crashes=4, patience=patience)
    assert (not stuck) == goes_on


# Several processes, one file


@pytest.mark.parametrize(("who", "is_safe"), [("ours", True), ("stock", False)])
async def test_four_processes_write_one_file(sqlite_url: str, who: str, is_safe: bool) -> None:
    async with our_database(sqlite_url):
        await Till.create(id=1)
    command = [sys.executable, "-m", "tests.support.clerk", who, sqlite_url, "250"]
    clerks = [await asyncio.create_subprocess_exec(*command, stdout=-1) for _ in range(4)]
    async with asyncio.timeout(4 * GENEROUS):
        locked = sum([int((await clerk.communicate())[0]) for clerk in clerks])
    async with our_database(sqlite_url):
        assert (await Till.get(id=1)).fen == 1000 - locked
    assert (locked == 0) == is_safe


# What a transaction must not be: silently over, silently rolled back, silently somebody else's


async def _left_behind(client: BaseDBAsyncClient) -> bool:
    """A task outlives the transaction it was started in; does what it writes get into the next one?"""
    go = asyncio.Event()

    async def late() -> None:
        await go.wait()
        await Done.create(key="late")

    async with in_transaction():
        task = asyncio.create_task(late())
        await asyncio.sleep(0)
    try:
        async with in_transaction():
            go.set()
            await asyncio.wait([task], timeout=STUCK)
            raise KeyError
    except KeyError:
        pass
    return task.done() and task.exception() is None


async def test_a_task_cannot_write_after_the_transaction_it_was_started_in(database_url: str) -> None:
    async with our_database(database_url) as client:
        assert not await _left_behind(client)


async def test_control_stock_sqlite_writes_it_into_the_next_transaction(sqlite_url: str) -> None:
    async with the_stock_database(sqlite_url) as client:
        assert await _left_behind(client)  # it was told that all is well
        assert await Done.all().count() == 0  # and the row went with the other transaction


async def _swallow_an_error() -> None:
    await Done.create(key="twice")
    async with in_transaction():
        await Till.create(id=1)
        with suppress(IntegrityError):
            await Done.create(key="twice")


async def test_a_commit_that_postgres_turned_into_a_rollback_is_an_error(postgres_url: str) -> None:
    async with our_database(postgres_url):
        with pytest.raises(TransactionManagementError, match="rolled everything back"):
            await _swallow_an_error()
        assert await Till.all().count() == 0


async def test_control_stock_postgres_calls_that_a_success(postgres_url: str) -> None:
    async with the_stock_database(postgres_url):
        await _swallow_an_error()
        assert await Till.all().count() == 0


SLOW_INSERT = (
    "INSERT INTO test_written (what) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
    "SELECT 'x' FROM n"
)


async def _rows_changed_after_a_cancelled_statement(client: BaseDBAsyncClient) -> int:
    """Cancel a statement that changes many rows; how many does the next one, which meets none, claim?"""
    task = asyncio.ensure_future(client.execute_query(SLOW_INSERT))
    for _ in range(8):
        await asyncio.sleep(0)  # until it is on its way to the thread
    task.cancel()
    await asyncio.wait([task])
    return await Till.filter(id=1, fen__gte=100).update(fen=F("fen") - 100)


async def test_a_cancelled_statement_is_not_counted_as_the_next_ones_change(sqlite_url: str) -> None:
    async with our_database(sqlite_url) as client:
        assert await _rows_changed_after_a_cancelled_statement(client) == 0
        async with in_transaction() as inside:
            assert await _rows_changed_after_a_cancelled_statement(inside) == 0


async def test_control_stock_sqlite_sells_what_is_not_there(sqlite_url: str) -> None:
    async with the_stock_database(sqlite_url) as client:
        assert await _rows_changed_after_a_cancelled_statement(client) > 0


async def _script_in_a_transaction() -> int:
    """Roll back around a script; how many of its rows stay?"""
    try:
        async with in_transaction() as client:
            await client.execute_script(
                "INSERT INTO test_done VALUES ('a;b'); -- two\nINSERT INTO test_done VALUES ('c');"
            )
            raise KeyError
    except KeyError:
        pass
    return await Done.all().count()


async def test_a_script_is_part_of_its_transaction(database_url: str) -> None:
    async with our_database(database_url):
        assert await _script_in_a_transaction() == 0


async def test_control_a_script_commits_the_transaction_of_stock_sqlite(sqlite_url: str) -> None:
    async with the_stock_database(sqlite_url):
        with pytest.raises(Exception):  # noqa: B017 # any: ROLLBACK finds no transaction, or the rows have stayed
            assert await _script_in_a_transaction() == 0


async def _write_many() -> None:
    await Written.bulk_create([Written(what="x") for _ in range(300)])


async def test_a_cancelled_bulk_leaves_no_transaction_open(database_url: str) -> None:
    async with our_database(database_url):
        for n in range(40):
            task = asyncio.create_task(_write_many())
            await asyncio.wait([task], timeout=n * 0.0002)
            task.cancel()
            await asyncio.wait([task])
        async with asyncio.timeout(GENEROUS):
            async with in_transaction():
                await Done.create(key="after")
        assert await Written.all().count() % 300 == 0


async def test_a_part_that_cannot_be_undone_spoils_the_whole(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with our_database(database_url):
        with pytest.raises(TransactionManagementError, match="could not be undone"):
            async with in_transaction() as whole:
                await Done.create(key="before")
                with pytest.raises(KeyError):
                    async with in_transaction():
                        await whole.execute_query("RELEASE SAVEPOINT part1")
                        raise KeyError
                await Done.create(key="after")
        assert await Done.all().count() == 0


async def test_when_sqlite_rolls_back_by_itself_nothing_more_is_written(sqlite_url: str) -> None:
    async with our_database(sqlite_url):
        with pytest.raises(TransactionManagementError, match="SQLite has rolled"):
            async with in_transaction() as client:
                await Done.create(key="before")
                await client.execute_query("ROLLBACK")  # as SQLite does when the disk is full
                await Done.create(key="after")
        assert await Done.all().count() == 0


async def test_sqlite_is_opened_for_money(
    sqlite_url: str, waits_for_the_disk: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PRAGMAS, "synchronous", waits_for_the_disk)
    async with our_database(sqlite_url) as client:
        said = {
            name: (await client.execute_query_dict(f"PRAGMA {name}"))[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert {name: next(iter(row.values())) for name, row in said.items()} == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 10_000,
    }
