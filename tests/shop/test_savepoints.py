"""Parts of a transaction: what is said to the database for them, and that nothing is undone but what must be."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress

import asyncpg
import pytest
from tortoise.exceptions import OperationalError, TransactionManagementError
from tortoise.transactions import in_transaction

from shop.database import close_database, open_database, parse
from shop.engines import pool
from shop.engines.careful import OpenTransaction
from shop.engines.faults import is_lost_connection
from shop.engines.postgres import PostgresTransaction
from shop.transaction import run_sql, seen, transaction
from tests.support.tables import Done

MODELS = ("tests.support.tables",)
GENEROUS = 20.0  # seconds within which something must happen


class Changed(Exception):
    """A part thinks better of it."""


@pytest.fixture
def models() -> tuple[str, ...]:
    return MODELS


@pytest.fixture
async def postgres_db(postgres_url: str) -> AsyncIterator[str]:
    await open_database(postgres_url, models=MODELS)
    yield postgres_url
    await close_database()


async def write(key: str) -> None:
    await run_sql("INSERT INTO test_done (key) VALUES (?)", [key])


async def look() -> list[str]:
    return sorted(str(row["key"]) for row in await run_sql("SELECT key FROM test_done"))


def overheard(client: object) -> list[str]:
    """What this transaction says of its own from now on."""
    assert isinstance(client, OpenTransaction)
    said = list[str]()
    say = client.say

    async def listened(statement: str) -> None:
        said.append(statement)
        await say(statement)

    client.say = listened  # type: ignore[method-assign]  # of this one only
    return said


# What is said


async def test_a_part_in_which_nothing_is_asked_says_nothing(shop_db: str) -> None:
    async with in_transaction() as client:
        said = overheard(client)
        async with in_transaction():
            pass
        with suppress(Changed):
            async with in_transaction():
                raise Changed
        assert said == []


async def test_parts_that_begin_together_share_a_savepoint(shop_db: str) -> None:
    async with in_transaction() as client:
        said = overheard(client)
        async with in_transaction(), in_transaction(), in_transaction():
            await write("a")
            await write("b")
        assert said == ["SAVEPOINT part1"]  # COMMIT ends it
    assert await look() == ["a", "b"]


async def test_a_part_that_begins_after_its_caller_has_written_has_its_own(shop_db: str) -> None:
    async with in_transaction() as client:
        said = overheard(client)
        async with in_transaction():
            await write("kept")
            with suppress(Changed):
                async with in_transaction():
                    await write("undone")
                    raise Changed
        assert said == [
            "SAVEPOINT part1",
            "SAVEPOINT part2",
            "ROLLBACK TO SAVEPOINT part2",
        ]
    assert await look() == ["kept"]


async def test_what_leaves_a_part_within_a_part_undoes_them_by_one_statement(shop_db: str) -> None:
    async with in_transaction() as client:
        said = overheard(client)
        with suppress(Changed):
            async with in_transaction(), in_transaction(), in_transaction():
                await write("undone")
                raise Changed
        assert said == ["SAVEPOINT part1", "ROLLBACK TO SAVEPOINT part1"]
    assert await look() == []


async def test_a_savepoint_since_which_nothing_was_written_serves_the_next_part(shop_db: str) -> None:
    async with in_transaction() as client:
        said = overheard(client)
        async with in_transaction():
            await look()
        with suppress(Changed):
            async with in_transaction():
                await write("undone")
                raise Changed
        async with in_transaction():
            await write("kept")
        assert said == ["SAVEPOINT part1", "ROLLBACK TO SAVEPOINT part1"]
    assert await look() == ["kept"]


async def test_of_many_parts_one_after_the_other_only_the_first_leaves_its_savepoint_behind(
    shop_db: str,
) -> None:
    async with in_transaction() as client:
        said = overheard(client)
        for key in ("a", "b", "c"):
            async with in_transaction():
                await write(key)
        await write("d")
        with suppress(Changed):
            async with in_transaction():
                await write("undone")
                raise Changed
        others = ["SAVEPOINT part2", "RELEASE SAVEPOINT part2"]
        assert said == ["SAVEPOINT part1", *others, *others, "SAVEPOINT part2", "ROLLBACK TO SAVEPOINT part2"]
    assert await look() == ["a", "b", "c", "d"]


async def test_begin_waits_for_the_first_statement_that_writes_or_locks(postgres_db: str) -> None:
    said = list[str]()
    for ask in ("SELECT key FROM test_done", "SELECT key FROM test_done FOR UPDATE"):
        with suppress(Changed):
            async with in_transaction() as client:
                assert isinstance(client, PostgresTransaction)
                client._connection.add_query_logger(lambda one: said.append(one.query))
                async with in_transaction():
                    await look()
                await run_sql(ask)
                raise Changed
        await asyncio.sleep(0)  # the loggers are called a little later
        client._connection._query_loggers.clear()
    asked = "SELECT key FROM test_done"
    assert said == [asked, asked, asked, "BEGIN", f"{asked} FOR UPDATE", "ROLLBACK"]


async def test_a_question_that_fails_before_begin_spoils_nothing(postgres_db: str) -> None:
    async with in_transaction():
        with pytest.raises(OperationalError):
            await run_sql("SELECT nothing FROM test_done")
        await write("kept")
    assert await look() == ["kept"]


# What is undone


async def test_random_parts_that_read_and_write_keep_exactly_what_was_not_undone(shop_db: str) -> None:
    """Trees of parts that look, write or do nothing before, between and after their parts, against a plain list."""
    dice = random.Random(7)
    count = 0

    async def do() -> list[str]:
        nonlocal count
        count += 1
        match dice.randrange(4):
            case 0:
                await write(f"{count}")
                return [f"{count}"]
            case 1:
                await Done.create(key=f"{count}")
                return [f"{count}"]
            case 2:
                await look()
        return []

    async def grow(depth: int) -> list[str]:
        kept = list[str]()
        async with in_transaction():
            for _ in range(dice.randrange(4)):
                kept += await do()
                if depth < 4:
                    with suppress(Changed):
                        kept += await grow(depth + 1)
            if depth and dice.random() < 0.4:
                raise Changed
        return kept

    expected = list[str]()
    for _ in range(60):
        expected += await grow(0)
    assert await look() == sorted(expected)
    assert len(expected) > 60


async def test_what_the_caller_has_locked_stays_locked_when_a_part_is_undone(postgres_db: str) -> None:
    await write("row")
    async with in_transaction(), in_transaction():
        await run_sql("SELECT key FROM test_done FOR UPDATE")
        with suppress(Changed):
            async with in_transaction():
                await look()
                raise Changed
        assert await _is_locked(postgres_db)
    assert not await _is_locked(postgres_db)


async def _is_locked(url: str) -> bool:
    place = parse(url).credentials
    other = await asyncpg.connect(
        **{key: place[key] for key in ("host", "port", "user", "password", "database")}
    )
    try:
        await other.fetch("SELECT key FROM test_done FOR UPDATE NOWAIT")
    except asyncpg.LockNotAvailableError:
        return True
    finally:
        await other.close()
    return False


async def test_a_failed_question_spoils_only_its_part(shop_db: str) -> None:
    async with in_transaction():
        await write("before")
        for _ in range(3):
            with pytest.raises(Exception, match="nowhere"):
                async with in_transaction():
                    await run_sql("SELECT key FROM nowhere")
        await write("after")
    assert await look() == ["after", "before"]


async def test_a_cancellation_while_a_part_begins_spoils_the_whole(shop_db: str) -> None:
    """Nobody knows whether the savepoint stands; going back to the one before it would undo too much."""
    with pytest.raises(TransactionManagementError, match="cancelled"):
        async with in_transaction() as client:
            assert isinstance(client, OpenTransaction)
            await write("before")
            say = client.say

            async def cancelled(statement: str) -> None:
                await say(statement)
                if statement.startswith("SAVEPOINT"):
                    raise asyncio.CancelledError

            client.say = cancelled  # type: ignore[method-assign]  # of this one only
            with suppress(asyncio.CancelledError):
                async with in_transaction():
                    await write("inside")
    assert await look() == []


async def test_what_a_part_saw_and_forgot_is_undone_with_it(shop_db: str) -> None:
    async with transaction():
        seen()["whole"] = 1
        async with transaction():
            seen()["part"] = 2
        with suppress(Changed):
            async with transaction():
                assert seen() == {"whole": 1, "part": 2}
                seen().clear()
                seen()["undone"] = 3
                raise Changed
        assert seen() == {"whole": 1, "part": 2}
    assert seen() == {}


# A server that says nothing any more


async def test_a_silent_server_is_given_up(postgres_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "SILENT_SECONDS", 0.05)
    await close_database()  # its pool looks at the lines in the old rhythm
    await open_database(postgres_db, models=MODELS)
    async with asyncio.timeout(GENEROUS):
        for inside in (True, False):
            with pytest.raises(Exception) as fault:
                if inside:
                    async with in_transaction():
                        await run_sql("SELECT pg_sleep(60)")
                else:
                    await run_sql("SELECT pg_sleep(60)")
            assert is_lost_connection(fault.value)
    monkeypatch.undo()
    await write("after")
    assert await look() == ["after"]
