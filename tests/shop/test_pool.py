"""The pool of PostgreSQL: what is lent comes back, what is dead is replaced, what is silent is cut."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from shop.engines import pool
from shop.engines.pool import Line, Pool


class Connection:
    """As much of asyncpg's as a pool needs."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.is_cut = False

    def is_closed(self) -> bool:
        return self.is_cut

    def terminate(self) -> None:
        self.is_cut = True

    async def close(self) -> None:
        self.is_cut = True


def a_pool(most: int) -> Pool:
    numbers = itertools.count(1)

    async def connect() -> Connection:
        await asyncio.sleep(0)
        return Connection(next(numbers))

    return Pool(connect, most)


def number(line: Line) -> int:
    return int(line.connection.number)


async def test_the_last_that_came_back_goes_out_first() -> None:
    lines = a_pool(3)
    await lines.open(2)
    first, second, third = [await lines.lend() for _ in range(3)]
    assert sorted(map(number, (first, second))) == [1, 2] and number(third) == 3
    for line in (third, first, second):
        lines.take_back(line)
    assert await lines.lend() is second


async def test_whoever_comes_when_all_are_lent_waits_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = a_pool(1)
    line = await lines.lend()
    waiting, cancelled = asyncio.create_task(lines.lend()), asyncio.create_task(lines.lend())
    await asyncio.sleep(0)
    cancelled.cancel()
    assert not waiting.done()
    lines.take_back(line)
    assert await waiting is line
    monkeypatch.setattr(pool, "WAIT_SECONDS", 0.01)
    with pytest.raises(TimeoutError):
        await lines.lend()
    lines.take_back(line)
    assert await lines.lend() is line  # neither the cancelled nor the late one took the place


async def test_a_connection_that_cannot_be_opened_takes_no_place() -> None:
    lines, good = a_pool(1), a_pool(1)._connect

    async def refused() -> Connection:
        raise ConnectionRefusedError

    lines._connect = refused
    with pytest.raises(ConnectionRefusedError):
        await lines.open(1)
    lines._connect = good
    assert number(await lines.lend()) == 1


async def test_what_died_or_lay_too_long_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = a_pool(2)
    dead, old = await lines.lend(), await lines.lend()
    lines.take_back(old)
    dead.connection.terminate()
    lines.take_back(dead)
    monkeypatch.setattr(pool, "IDLE_SECONDS", -1.0)
    assert {number(await lines.lend()), number(await lines.lend())} == {3, 4}
    assert old.connection.is_cut


async def test_only_a_line_that_is_lent_and_silent_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "SILENT_SECONDS", 0.05)
    lines = a_pool(3)
    silent, talking, free = [await lines.lend() for _ in range(3)]
    lines.take_back(free)
    async with asyncio.timeout(20):
        while not silent.connection.is_cut:
            talking.spoken()
            await asyncio.sleep(0.001)
    assert not talking.connection.is_cut and not free.connection.is_cut
    lines.terminate()


async def test_closing_waits_for_what_is_lent() -> None:
    lines = a_pool(2)
    lent, free = await lines.lend(), await lines.lend()
    lines.take_back(free)
    closing = asyncio.create_task(lines.close())
    await asyncio.sleep(0)
    assert not lent.connection.is_cut
    lines.take_back(lent)
    await closing
    assert lent.connection.is_cut and free.connection.is_cut


async def test_closing_by_force_cuts_what_is_lent() -> None:
    lines = a_pool(2)
    lent = await lines.lend()
    lines.terminate()
    assert lent.connection.is_cut
    lines.take_back(lent)
    assert number(await lines.lend()) == 2
