"""Of several processes one sends and one watches the clock; the other takes over when it is gone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot import duty as module
from bot.duty import Duty
from bot.memory import InProcess, Memory
from bot.redis_memory import RedisMemory
from tests.support.redis import RedisServer


class Hand:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_one_has_the_duty_and_keeps_it() -> None:
    memory = InProcess()
    first, second = Duty(memory, "outbox"), Duty(memory, "outbox")
    assert [await first.is_mine(), await second.is_mine(), await first.is_mine()] == [True, False, True]


async def test_two_duties_are_two_leases() -> None:
    memory = InProcess()
    assert await Duty(memory, "outbox").is_mine()
    assert await Duty(memory, "clock").is_mine()


async def test_it_is_handed_over_at_once_and_taken_over_after_a_death() -> None:
    hand = Hand()
    memory = InProcess(clock=hand)
    first, second, third = (Duty(memory, "outbox") for _ in range(3))
    assert await first.is_mine()
    await first.hand_over()
    assert await second.is_mine()
    assert not await third.is_mine()  # second is alive
    hand.now += module.SECONDS + 1  # second has died
    assert await third.is_mine()
    assert not await second.is_mine()


@pytest.fixture
async def shared(redis_server: RedisServer) -> AsyncIterator[tuple[Memory, Memory]]:
    one, other = RedisMemory(redis_server.url), RedisMemory(redis_server.url)
    yield one, other
    await one.close()
    await other.close()


async def test_two_processes_share_it_through_redis(shared: tuple[Memory, Memory]) -> None:
    first, second = Duty(shared[0], "outbox"), Duty(shared[1], "outbox")
    assert [await first.is_mine(), await second.is_mine()] == [True, False]
    await first.hand_over()
    assert await second.is_mine()
