"""One command, one transaction: what is kept, what is dropped, what is tried again, and who may write into it."""

from __future__ import annotations

import asyncio
import logging
import random
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise.exceptions import OperationalError
from tortoise.expressions import F

from shop import transaction as module
from shop.database import close_database, open_database
from shop.engines.faults import is_conflict, is_lost_connection
from shop.kit.refusal import Refusal
from shop.transaction import (
    Told,
    drain,
    one_statement,
    run_sql,
    set_event_writer,
    start_task,
    transaction,
    unit_of_work,
)
from tests.support.cutting import CuttingLine, cutting_line
from tests.support.postgres import PostgresServer
from tests.support.tables import Done, Till, Written

MODELS = ("tests.support.tables",)
GENEROUS = 20.0  # seconds within which something must happen
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def models() -> tuple[str, ...]:
    return MODELS


@pytest.fixture(autouse=True)
def events_become_rows() -> Iterator[None]:
    async def write(events: Sequence[Told]) -> None:
        await Written.bulk_create([Written(what=told.event) for told in events])

    before = module._write_events
    set_event_writer(write)
    yield
    set_event_writer(before)


@pytest.fixture
def db(shop_db: str) -> str:
    """An open database with the tables of tests/support/tables.py."""
    return shop_db


async def written() -> list[str]:
    return [str(row.what) for row in await Written.all().order_by("id")]


async def keys() -> list[str]:
    return sorted([str(row.key) for row in await Done.all()])


class SoldOut(Refusal):
    """Nothing is left."""


# What is kept and what is dropped


async def test_rows_and_events_are_kept_together(db: str) -> None:
    async with transaction() as tx:
        await Done.create(key="order")
        tx.tell("OrderPlaced", at=NOON)
        assert await written() == []  # not before the end
    assert await keys() == ["order"]
    assert await written() == ["OrderPlaced"]


@pytest.mark.parametrize(
    "fault", [SoldOut(), KeyError("bug"), asyncio.CancelledError()], ids=["refusal", "bug", "cancelled"]
)
async def test_whatever_is_raised_drops_rows_events_and_wakes(db: str, fault: BaseException) -> None:
    woken: list[str] = []
    with pytest.raises(type(fault)):
        async with transaction() as tx:
            await Done.create(key="order")
            tx.tell("OrderPlaced", at=NOON)
            tx.after_commit(lambda: woken.append("outbox"))
            raise fault
    assert (await keys(), await written(), woken) == ([], [], [])


async def test_the_writer_is_given_the_moment_and_the_order(db: str) -> None:
    given: list[Told] = []

    async def keep(events: Sequence[Told]) -> None:
        given.extend(events)

    set_event_writer(keep)
    async with transaction() as tx:
        tx.tell("first", at=NOON)
        async with transaction() as part:
            part.tell("second", at=NOON)
        tx.tell("third")
    assert given == [Told("first", NOON), Told("second", NOON), Told("third", None)]


async def test_an_event_that_cannot_be_written_undoes_what_happened(db: str) -> None:
    async def fail(events: Sequence[Told]) -> None:
        raise ValueError("no such event")

    set_event_writer(fail)
    with pytest.raises(ValueError, match="no such event"):
        async with transaction() as tx:
            await Done.create(key="order")
            tx.tell("OrderPlaced")
    assert await keys() == []


async def test_without_a_writer_events_are_not_lost_in_silence(db: str) -> None:
    set_event_writer(None)
    with pytest.raises(RuntimeError, match="set_event_writer"):
        async with transaction() as tx:
            tx.tell("OrderPlaced")


async def test_a_wake_runs_after_the_commit_and_cannot_hurt_it(
    db: str, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[object] = []

    async def look() -> None:
        seen.append(await start_task(keys(), name="another task"))

    def fail() -> None:
        raise OSError("the bus is away")

    async with transaction() as tx:
        await Done.create(key="order")
        tx.after_commit(fail)
        tx.after_commit(look)
        tx.after_commit(lambda: seen.append("plain"))
    assert seen == [["order"], "plain"]
    assert "wake-up" in caplog.text


async def test_a_transaction_that_is_over_takes_nothing_more(db: str) -> None:
    async with transaction() as tx:
        pass
    with pytest.raises(RuntimeError, match="over"):
        tx.tell("too late")
    with pytest.raises(RuntimeError, match="over"):
        tx.after_commit(lambda: None)


# Parts


async def test_a_part_joins_and_shares_the_end_of_the_whole(db: str) -> None:
    with pytest.raises(SoldOut):
        async with transaction():
            async with transaction() as part:
                await Done.create(key="part")
                part.tell("Part")
            assert await keys() == ["part"]
            raise SoldOut
    assert (await keys(), await written()) == ([], [])


async def test_a_part_that_fails_takes_back_its_rows_its_events_and_its_wakes(db: str) -> None:
    woken: list[str] = []
    async with transaction() as tx:
        await Done.create(key="whole")
        tx.tell("Whole")
        with pytest.raises(SoldOut):
            async with transaction() as part:
                await Done.create(key="part")
                part.tell("Part")
                part.after_commit(lambda: woken.append("part"))
                async with transaction() as inner:
                    await Done.create(key="part of the part")
                    inner.tell("PartOfThePart")
                raise SoldOut
        async with transaction() as part:
            await Done.create(key="second part")
            part.tell("SecondPart")
            part.after_commit(lambda: woken.append("second part"))
    assert await keys() == ["second part", "whole"]
    assert await written() == ["Whole", "SecondPart"]
    assert woken == ["second part"]


async def test_an_error_of_the_database_spoils_only_its_part(db: str) -> None:
    await Done.create(key="taken")
    async with transaction():
        await Done.create(key="mine")
        for _ in range(3):
            with suppress(OperationalError):
                async with transaction():
                    await Done.create(key="taken")
        await Done.create(key="mine too")
    assert await keys() == ["mine", "mine too", "taken"]


async def test_random_nesting_keeps_exactly_what_was_not_undone(db: str) -> None:
    """Trees of parts, each kept or undone by chance, against a model that is a plain list."""
    dice = random.Random(3)

    async def grow(depth: int, path: str) -> list[str]:
        kept = [path]
        async with transaction() as tx:
            await Done.create(key=path)
            tx.tell(path)
            for n in range(dice.randrange(4) if depth < 4 else 0):
                with suppress(SoldOut):
                    kept += await grow(depth + 1, f"{path}.{n}")
            if depth and dice.random() < 0.3:
                raise SoldOut
        return kept

    expected = []
    for n in range(12):
        expected += await grow(0, str(n))
    assert await keys() == sorted(expected)
    assert sorted(await written()) == sorted(expected)
    assert len(expected) > 24


# Who may write into it


async def test_a_started_task_does_not_write_into_the_transaction_around_it(db: str) -> None:
    with pytest.raises(SoldOut):
        async with transaction():
            await Done.create(key="mine")
            task = start_task(Done.create(key="its own"), name="neighbour")
            await asyncio.sleep(0.05)
            raise SoldOut
    async with asyncio.timeout(GENEROUS):
        await task
    assert await keys() == ["its own"]


async def test_control_a_bare_task_writes_into_it(db: str) -> None:
    with pytest.raises(SoldOut):
        async with transaction():
            await asyncio.create_task(_create("lost"))
            raise SoldOut
    assert await keys() == []


async def _create(key: str) -> str:
    await Done.create(key=key)
    return key


async def test_a_bare_task_cannot_open_a_part_of_it(db: str) -> None:
    async def sell() -> None:
        async with transaction():
            await Done.create(key="sale")

    async with transaction():
        with pytest.raises(RuntimeError, match="start_task"):
            await asyncio.create_task(sell())


async def test_two_tasks_have_two_transactions(db: str) -> None:
    async def sell(n: int) -> None:
        async with transaction() as tx:
            await Done.create(key=f"sale {n}")
            await asyncio.sleep(0)
            tx.tell(f"Sold {n}")
            if n % 3 == 0:
                raise SoldOut

    async with asyncio.timeout(GENEROUS):
        await asyncio.gather(*(sell(n) for n in range(12)), return_exceptions=True)
    assert len(await keys()) == len(await written()) == 8


async def test_a_task_that_ends_badly_is_heard_of(db: str, caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise KeyError("bug")

    task = start_task(fail(), name="clock")
    await asyncio.wait([task])
    await asyncio.sleep(0)
    assert "clock" in caplog.text


# The unit of work


async def test_a_unit_of_work_gives_its_result(db: str) -> None:
    assert await unit_of_work(lambda: _create("order")) == "order"
    assert await keys() == ["order"]


async def test_a_unit_inside_a_transaction_is_a_part_of_it(db: str) -> None:
    async with asyncio.timeout(GENEROUS):
        with pytest.raises(SoldOut):
            async with transaction():
                await unit_of_work(lambda: _create("part"))
                raise SoldOut
        await unit_of_work(lambda: unit_of_work(lambda: _create("inner")))
    assert await keys() == ["inner"]


async def test_work_goes_on_when_its_caller_is_cancelled(db: str) -> None:
    began = asyncio.Event()

    async def work() -> None:
        await Done.create(key="begun")
        began.set()
        await asyncio.sleep(0.05)
        await Done.create(key="ended")

    caller = asyncio.create_task(unit_of_work(work))
    await began.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert await drain(GENEROUS) == 0
    assert await keys() == ["begun", "ended"]


async def test_units_survive_random_cancellations_of_their_callers(db: str) -> None:
    """Every unit runs to its end, whatever happens to whoever asked for it."""
    dice = random.Random(5)
    await Till.create(id=1)

    async def sell(n: int) -> None:
        await Done.create(key=f"sale {n}")
        async with transaction() as tx:
            await Till.filter(id=1).update(fen=F("fen") + 1)
            tx.tell(f"Sold {n}")

    begun = 0
    async with asyncio.timeout(2 * GENEROUS):
        for n in range(300):
            caller = asyncio.create_task(unit_of_work(lambda n=n: sell(n)))  # type: ignore[misc] # the loop's n is meant
            await asyncio.wait([caller], timeout=dice.uniform(0.0001, 0.004))
            begun += 1
            caller.cancel()
            await asyncio.wait([caller])
        assert await drain(GENEROUS) == 0
        assert len(await keys()) == len(await written()) == (await Till.get(id=1)).fen == begun


async def test_what_does_not_end_in_time_is_rolled_back(db: str) -> None:
    began = asyncio.Event()

    async def endless() -> None:
        await Done.create(key="endless")
        began.set()
        await asyncio.sleep(600)

    caller = asyncio.create_task(unit_of_work(endless))
    await began.wait()
    assert await drain(0.05) == 1
    await asyncio.wait([caller])
    async with asyncio.timeout(GENEROUS):
        assert await keys() == []
        assert await unit_of_work(lambda: _create("next")) == "next"


async def test_a_failure_that_nobody_waits_for_is_logged(db: str, caplog: pytest.LogCaptureFixture) -> None:
    began = asyncio.Event()

    async def fail(fault: Exception) -> None:
        began.set()
        await asyncio.sleep(0.01)
        raise fault

    for fault in (SoldOut("normal"), KeyError("bug")):
        began.clear()
        caller = asyncio.create_task(unit_of_work(lambda fault=fault: fail(fault)))  # type: ignore[misc] # as above
        await began.wait()
        caller.cancel()
        await asyncio.wait([caller])
        await drain(GENEROUS)
        await asyncio.sleep(0)
    told = [
        record.exc_info[1] for record in caplog.records if record.levelno == logging.ERROR and record.exc_info
    ]
    assert [type(fault) for fault in told] == [KeyError]


# Tried again


@dataclass
class Attempts:
    """Work that fails the first times it is run."""

    fault: Callable[[], Exception]
    times: int
    made: int = 0

    async def __call__(self) -> int:
        self.made += 1
        async with transaction() as tx:
            await Done.create(key=f"attempt {self.made}")
            tx.tell(f"Attempt {self.made}")
        if self.made <= self.times:
            raise self.fault()
        return self.made


PASSING = [
    lambda: asyncpg.SerializationError("40001"),
    lambda: asyncpg.DeadlockDetectedError("40P01"),
    lambda: asyncpg.LockNotAvailableError("55P03"),
    lambda: asyncpg.ConnectionDoesNotExistError("cut"),
    lambda: asyncpg.AdminShutdownError("57P01"),
    lambda: asyncpg.InterfaceError("connection is closed"),
    lambda: ConnectionResetError("cut"),
    lambda: _from(OperationalError("wrapped"), asyncpg.SerializationError("40001")),
]
LASTING = [
    SoldOut,
    lambda: _from(SoldOut(), asyncpg.SerializationError("40001")),
    lambda: ValueError("bug"),
    lambda: asyncpg.UniqueViolationError("23505"),
    lambda: asyncpg.InterfaceError("the number of parameters is wrong"),
    lambda: TimeoutError("a statement that took too long"),
]


def _from(fault: Exception, cause: Exception) -> Exception:
    fault.__cause__ = cause
    return fault


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOST_PAUSE", 0.001)
    monkeypatch.setattr(module, "CONFLICT_PAUSE", 0.001)


@pytest.mark.usefixtures("hurry")
async def test_passing_faults_are_tried_again_from_nothing(db: str) -> None:
    for fault in PASSING:
        await Done.all().delete()
        await Written.all().delete()
        work = Attempts(fault, times=4)
        assert await unit_of_work(work) == 5
        assert (await keys(), await written()) == (["attempt 5"], ["Attempt 5"])


@pytest.mark.usefixtures("hurry")
async def test_lasting_faults_are_not_tried_again(db: str) -> None:
    for fault in LASTING:
        work = Attempts(fault, times=1)
        with pytest.raises(type(fault())):
            await unit_of_work(work)
        assert work.made == 1
        assert await keys() == []


@pytest.mark.usefixtures("hurry")
async def test_after_the_last_try_the_fault_is_raised(db: str) -> None:
    work = Attempts(PASSING[0], times=99)
    with pytest.raises(asyncpg.SerializationError):
        await unit_of_work(work, tries=3)
    assert work.made == 3


@pytest.mark.usefixtures("hurry")
async def test_one_statement_alone_is_tried_again_with_patience_and_not_for_a_lasting_fault(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults: list[Exception] = []

    async def fails(statement: str, values: Sequence[Any] = ()) -> list[Mapping[str, Any]]:
        if faults:
            raise faults.pop()
        return await run_sql(statement, values)

    monkeypatch.setattr(module, "run_sql", fails)
    insert = 'INSERT INTO test_done ("key") VALUES (?) ON CONFLICT DO NOTHING RETURNING "key"'
    for n, fault in enumerate(PASSING):
        faults[:] = [fault(), fault()]
        assert [row["key"] for row in await one_statement(insert, [f"{n}"])] == [f"{n}"]
    assert await one_statement(insert, ["0"]) == []
    for fault in LASTING[2:]:  # no statement refuses
        faults[:] = [fault()]
        with pytest.raises(type(fault())):
            await one_statement(insert, ["never"])
    assert await keys() == sorted(f"{n}" for n in range(len(PASSING)))


def test_conflict_and_lost_connection_are_told_apart() -> None:
    assert is_conflict(asyncpg.DeadlockDetectedError("x"))
    assert not is_lost_connection(asyncpg.DeadlockDetectedError("x"))
    assert is_lost_connection(asyncpg.CannotConnectNowError("x"))
    assert not is_conflict(asyncpg.CannotConnectNowError("x"))


# Real conflicts


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[str]:
    await open_database(postgres_url, models=MODELS)
    yield postgres_url
    await close_database()


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[Path]:
    await open_database(sqlite_url, models=MODELS)
    yield Path(sqlite_url.removeprefix("sqlite:///"))
    await close_database()


async def _write_skew(first: int, second: int) -> int:
    """Take 1 from the first till if both together have 1: serializable, or both would take the last one."""
    await run_sql("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
    together = sum(till.fen for till in await Till.filter(id__in=[first, second]))
    await asyncio.sleep(0.005)
    if together >= 1:
        await Till.filter(id=first).update(fen=F("fen") - 1)
    return together


async def test_serialization_failures_are_tried_again(
    postgres: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for n in range(1, 41, 2):
        await Till.bulk_create([Till(id=n, fen=1), Till(id=n + 1, fen=0)])
        seen = await asyncio.gather(
            unit_of_work(lambda n=n: _write_skew(n, n + 1)), unit_of_work(lambda n=n: _write_skew(n + 1, n))
        )  # type: ignore[misc] # as above
        assert sorted(seen) == [0, 1]  # one after the other, whoever came first
    assert sum(till.fen for till in await Till.all()) == 0
    assert "SerializationError" in caplog.text


async def _crossed(first: int, second: int) -> None:
    await Till.filter(id=first).update(fen=F("fen") + 1)
    await asyncio.sleep(0.005)
    await Till.filter(id=second).update(fen=F("fen") + 1)


async def test_deadlocks_are_tried_again(postgres: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    async def impatient(first: int, second: int) -> None:
        await run_sql("SET LOCAL deadlock_timeout = '5ms'")
        await _crossed(first, second)

    await Till.bulk_create([Till(id=1), Till(id=2)])
    for _ in range(15):
        await asyncio.gather(unit_of_work(lambda: impatient(1, 2)), unit_of_work(lambda: impatient(2, 1)))
    assert [till.fen for till in await Till.all().order_by("id")] == [30, 30]
    assert "DeadlockDetectedError" in caplog.text


async def test_a_lock_that_is_not_available_is_tried_again(
    postgres: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await Till.create(id=1)
    is_held = asyncio.Event()

    async def hold() -> None:
        await Till.filter(id=1).update(fen=F("fen") + 1)
        is_held.set()
        await asyncio.sleep(0.1)

    async def impatient() -> None:
        await run_sql("SET LOCAL lock_timeout = '5ms'")
        await Till.filter(id=1).update(fen=F("fen") + 1)

    holder = asyncio.create_task(unit_of_work(hold))
    await is_held.wait()
    await unit_of_work(impatient, tries=20)
    await holder
    assert (await Till.get(id=1)).fen == 2
    assert "LockNotAvailableError" in caplog.text


async def test_a_busy_sqlite_file_is_tried_again(sqlite: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    await run_sql("PRAGMA busy_timeout = 5")
    with closing(sqlite3.connect(sqlite, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        unit = asyncio.create_task(unit_of_work(lambda: _create("order"), tries=12))
        async with asyncio.timeout(GENEROUS):
            while "locked" not in caplog.text:  # noqa: ASYNC110 # the log has no event to wait for
                await asyncio.sleep(0.005)
            other.execute("COMMIT")
            assert await unit == "order"


# A COMMIT without an answer


@pytest.fixture
async def line(postgres_server: PostgresServer, postgres_url: str) -> AsyncIterator[CuttingLine]:
    """A database behind a line that can be cut."""
    async with cutting_line(postgres_server, seed=11) as cutting:
        await open_database(cutting.url(postgres_url), models=MODELS)
        await Till.create(id=1)
        yield cutting
        cutting.how_often = 0.0
        await close_database()


async def _pay(key: str) -> None:
    """Keyed work: when the last try has committed after all, there is nothing left to do."""
    if await Done.get_or_none(key=key) is None:
        await Done.create(key=key)
        await Till.filter(id=1).update(fen=F("fen") + 1)


async def _pay_without_a_key() -> None:
    await Till.filter(id=1).update(fen=F("fen") + 1)


async def _pay_through(line: CuttingLine, pay: Callable[[int], Callable[[], Awaitable[None]]]) -> int:
    """Pay 80 times while two commits of five are cut; how much is in the till?"""
    line.how_often = 0.4
    for n in range(80):
        await unit_of_work(pay(n), tries=30)
    line.how_often = 0.0
    assert line.unheard
    assert line.unanswered
    return (await Till.get(id=1)).fen


@pytest.mark.usefixtures("hurry")
async def test_a_cut_commit_is_neither_lost_nor_doubled(line: CuttingLine) -> None:
    assert await _pay_through(line, lambda n: lambda: _pay(f"payment {n}")) == 80
    assert await Done.all().count() == 80


@pytest.mark.usefixtures("hurry")
async def test_control_without_a_key_a_cut_commit_is_doubled(line: CuttingLine) -> None:
    assert await _pay_through(line, lambda n: _pay_without_a_key) == 80 + line.unanswered
