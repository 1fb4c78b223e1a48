"""One contract for both memories, and a shop that goes on while Redis is killed, frozen or flushed."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Callable

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot import memory as own_module
from bot import redis_memory as module
from bot.memories import open_memory
from bot.memory import InProcess, Memory, Note
from bot.redis_memory import RedisMemory
from tests.support.redis import RedisServer

GENEROUS = 5.0  # seconds within which something must happen


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a server that is there may still be slow; the contract is not about that."""
    monkeypatch.setattr(module, "PATIENCE", GENEROUS)


@pytest.fixture(params=["in process", "redis"])
async def memory(request: pytest.FixtureRequest, patient: None) -> AsyncIterator[Memory]:
    url = "" if request.param == "in process" else request.getfixturevalue("redis_server").url
    opened = open_memory(url)
    yield opened
    await opened.close()


@pytest.fixture
async def shared(redis_server: RedisServer, patient: None) -> AsyncIterator[tuple[RedisMemory, RedisMemory]]:
    """The memories of two processes."""
    pair = RedisMemory(redis_server.url), RedisMemory(redis_server.url)
    yield pair
    for one in pair:
        await one.close()


# The contract of every memory


async def test_a_value_is_there_until_it_expires(memory: Memory) -> None:
    assert await memory.get("greeting") is None
    await memory.put("greeting", b"\x00\xff", 60)
    assert await memory.get("greeting") == b"\x00\xff"
    await memory.put("greeting", b"later", 0.02)
    await asyncio.sleep(0.05)
    assert await memory.get("greeting") is None


async def test_only_the_first_call_of_many_adds(memory: Memory) -> None:
    answers = await asyncio.gather(*(memory.add_once("message 7", 60) for _ in range(50)))
    assert answers.count(True) == 1
    assert await memory.add_once("message 8", 60)


async def test_after_its_time_a_key_may_be_added_again(memory: Memory) -> None:
    assert await memory.add_once("again", 0.02)
    await asyncio.sleep(0.05)
    assert await memory.add_once("again", 0.02)


async def test_calls_are_counted_in_a_moving_window(memory: Memory) -> None:
    assert [await memory.count("小李", 60) for _ in range(5)] == [1, 2, 3, 4, 5]
    assert await memory.count("阿花", 60) == 1
    await asyncio.sleep(0.05)
    assert await memory.count("小李", 0.02) == 1  # the others are older than this window


async def test_a_lease_has_one_holder(memory: Memory) -> None:
    token = await memory.lease("outbox", "a", 60)
    assert token is not None
    assert await memory.lease("outbox", "b", 60) is None
    assert await memory.renew("outbox", "a", token, 60)
    assert not await memory.renew("outbox", "b", token + 1, 60)
    await memory.release("outbox", "b", token + 1)
    assert await memory.lease("outbox", "b", 60) is None
    await memory.release("outbox", "a", token)
    assert await memory.lease("outbox", "b", 60)


async def test_tokens_grow_from_holder_to_holder(memory: Memory) -> None:
    tokens = []
    for holder in ("a", "b", "a", "c"):
        tokens.append(await memory.lease("outbox", holder, 60))
        await memory.release("outbox", holder, tokens[-1] or 0)
    assert None not in tokens
    assert tokens == sorted(set(tokens), key=lambda token: token or 0)


async def test_an_expired_lease_goes_to_the_next_and_the_slow_holder_learns_of_it(memory: Memory) -> None:
    slow = await memory.lease("outbox", "slow", 0.02)
    await asyncio.sleep(0.05)
    quick = await memory.lease("outbox", "quick", 60)
    assert slow is not None
    assert quick is not None
    assert quick > slow
    assert not await memory.renew("outbox", "slow", slow, 60)
    await memory.release("outbox", "slow", slow)
    assert await memory.renew("outbox", "quick", quick, 60)


async def test_a_lost_lease_that_nobody_took_is_renewed(memory: Memory) -> None:
    token = await memory.lease("outbox", "a", 0.02)
    await asyncio.sleep(0.05)
    assert token is not None
    assert await memory.renew("outbox", "a", token, 60)
    assert await memory.lease("outbox", "b", 60) is None


async def test_a_note_reaches_every_listener_of_its_topic(memory: Memory) -> None:
    async with memory.subscribe("outbox", "clock") as both, memory.subscribe("clock") as one:
        await memory.publish("outbox", b"1")
        await memory.publish("elsewhere", b"2")
        await memory.publish("clock", b"3")
        async with asyncio.timeout(GENEROUS):
            assert [await anext(both), await anext(both)] == [Note("outbox", b"1"), Note("clock", b"3")]
            assert await anext(one) == Note("clock", b"3")


async def test_waiting_for_a_note_may_be_cancelled_and_taken_up_again(memory: Memory) -> None:
    async with memory.subscribe("clock") as notes:
        for n in range(20):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.001):
                    await anext(notes)
            await memory.publish("clock", str(n).encode())
            async with asyncio.timeout(GENEROUS):
                assert (await anext(notes)).data == str(n).encode()


async def test_closing_ends_the_listening(memory: Memory) -> None:
    notes = memory.subscribe("clock")
    ending = asyncio.get_running_loop().call_later(0.02, lambda: asyncio.ensure_future(notes.close()))
    async with asyncio.timeout(GENEROUS):
        assert [note async for note in notes] == []
    assert not ending.cancelled()


async def test_a_reader_that_sleeps_loses_the_oldest_notes(memory: Memory) -> None:
    async with memory.subscribe("clock") as notes:
        for n in range(own_module.ROOM_FOR_NOTES + 5 if isinstance(memory, InProcess) else 5):
            await memory.publish("clock", str(n).encode())
        assert (await anext(notes)).data == (b"5" if isinstance(memory, InProcess) else b"0")


async def test_what_has_expired_is_swept() -> None:
    now = 0.0
    memory = InProcess(clock=lambda: now)
    for n in range(own_module.SWEEP_EVERY - 1):
        await memory.put(f"value {n}", b"", 1)
        await memory.count(f"count {n}", 1)
    now = 10.0
    for n in range(own_module.SWEEP_EVERY):
        await memory.add_once(f"once {n}", 1)
    assert len(memory._values) <= own_module.SWEEP_EVERY
    assert not memory._calls


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="scheme"):
        open_memory("mysql://localhost")


# Two processes and one server


async def test_processes_share_what_they_remember(shared: tuple[RedisMemory, RedisMemory]) -> None:
    here, there = shared
    await here.put("greeting", b"hello", 60)
    assert await there.get("greeting") == b"hello"
    assert await here.add_once("message", 60)
    assert not await there.add_once("message", 60)
    assert await here.count("小李", 60) == 1
    assert await there.count("小李", 60) == 2
    assert await here.lease("outbox", "here", 60)
    assert await there.lease("outbox", "there", 60) is None


async def test_a_note_goes_to_the_other_process_and_not_twice_to_our_own(
    shared: tuple[RedisMemory, RedisMemory],
) -> None:
    here, there = shared
    async with here.subscribe("clock") as ours, there.subscribe("clock") as theirs:
        await _until_heard(here, theirs)
        await here.publish("clock", b"last")
        async with asyncio.timeout(GENEROUS):
            while (await anext(theirs)).data != b"last":
                pass
        heard = [note.data for note in ours._notes]
        assert heard.count(b"last") == 1
        assert len(heard) == len(set(heard))


async def _until_heard(speaker: Memory, notes: module.Subscription) -> None:
    """Notes are best effort: the listening connection may still be on its way."""
    async with asyncio.timeout(4 * GENEROUS):
        for n in range(10_000):
            await speaker.publish("clock", f"ready {n}".encode())
            try:
                async with asyncio.timeout(0.05):
                    await anext(notes)
                return
            except TimeoutError:
                pass


async def test_a_script_run_twice_for_one_request_counts_once(redis_server: RedisServer) -> None:
    client = Redis.from_url(redis_server.url)
    for _ in range(2):
        assert await client.eval(module.COUNT, 1, "count", "request 1", 60_000) == 1
        assert await client.eval(module.ADD_ONCE, 1, "once", "request 1", 60_000) == 1
    assert await client.eval(module.ADD_ONCE, 1, "once", "request 2", 60_000) == 0
    tokens = {
        await client.eval(module.LEASE, 2, "lease", "token", "a", 60_000, "request 1", 0) for _ in range(2)
    }
    assert len(tokens) == 1
    await client.aclose()


async def test_cancelled_questions_never_mix_up_the_answers(shared: tuple[RedisMemory, RedisMemory]) -> None:
    here, _ = shared
    for n in range(40):
        await here.put(f"key {n}", str(n).encode(), 60)
    dice = random.Random(7)
    right = 0
    for _ in range(300):
        n = dice.randrange(40)
        task = asyncio.ensure_future(here.get(f"key {n}"))
        asyncio.get_running_loop().call_later(dice.uniform(0, 0.0006), task.cancel)
        try:
            assert await task == str(n).encode()
            right += 1
        except asyncio.CancelledError:
            pass
    assert right
    assert await here.get("key 7") == b"7"


# Without its server


FAULTS: dict[str, tuple[Callable[[RedisServer], None], Callable[[RedisServer], None]]] = {
    "killed": (RedisServer.kill, RedisServer.start),
    "frozen": (RedisServer.freeze, RedisServer.thaw),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_shop_goes_on_while_redis_is_away(
    redis_server: RedisServer, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REST", 0.3)
    go_away, come_back = FAULTS[fault]
    memory = RedisMemory(redis_server.url)
    async with memory.subscribe("clock") as notes:
        token = await memory.lease("outbox", "a", 60)
        assert token is not None
        await memory.put("greeting", b"hello", 60)
        for _ in range(3):
            go_away(redis_server)
            await memory.put("greeting", b"alone", 60)
            assert await memory.get("greeting") == b"alone"
            assert await memory.add_once("message", 0.001) in (True, False)
            assert await memory.count("小李", 60) >= 1
            assert await memory.renew("outbox", "a", token, 60)
            assert await memory.lease("outbox", "b", 60) is None
            await memory.publish("clock", b"tick")
            assert (await anext(notes)).data == b"tick"
            come_back(redis_server)
            await _until_answered(memory)
    await memory.close()


async def _until_answered(memory: RedisMemory) -> None:
    async with asyncio.timeout(4 * GENEROUS):
        while memory._is_away:
            await asyncio.sleep(0.02)
            await memory.get("anything")


async def test_a_server_that_is_away_costs_one_pause_and_then_nothing(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REST", 600.0)
    memory = RedisMemory(redis_server.url)
    await memory.put("greeting", b"hello", 60)
    redis_server.freeze()
    start = time.monotonic()
    await asyncio.gather(*(memory.count("flood", 60) for _ in range(200)))
    assert time.monotonic() - start < GENEROUS
    asked: list[object] = []

    async def ask(*args: object, **kwargs: object) -> None:
        asked.append(args)

    monkeypatch.setattr(memory._redis, "execute_command", ask)
    assert [await memory.count("flood", 60) for _ in range(1000)][-1] == 1200
    assert asked == []
    redis_server.thaw()
    await memory.close()


async def test_while_it_rests_only_one_caller_tries_again(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REST", 0.0)
    memory = RedisMemory(redis_server.url)
    redis_server.kill()
    await memory.put("greeting", b"hello", 60)
    monkeypatch.setattr(module, "REST", 600.0)
    asked = 0

    async def question() -> None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.01)

    await asyncio.gather(*(memory._ask(question) for _ in range(20)))
    assert asked == 1
    await memory.close()


async def test_a_flush_loses_no_lease_and_no_order(
    shared: tuple[RedisMemory, RedisMemory], redis_server: RedisServer
) -> None:
    here, there = shared
    client = Redis.from_url(redis_server.url)
    tokens: list[int] = []
    for _ in range(5):
        token = await here.lease("outbox", "here", 60)
        assert token is not None
        await client.flushall()
        assert await here.renew("outbox", "here", token, 60)
        assert await there.lease("outbox", "there", 60) is None
        await client.flushall()
        stolen = await there.lease("outbox", "there", 60)
        assert stolen is not None
        assert not await here.renew("outbox", "here", token, 60)
        await there.release("outbox", "there", stolen)
        tokens += [token, stolen]
    assert tokens == sorted(set(tokens))
    await client.aclose()


async def test_listening_survives_a_restart_of_redis(
    shared: tuple[RedisMemory, RedisMemory], redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REST", 0.2)
    here, there = shared
    async with there.subscribe("clock") as notes:
        for _ in range(2):
            await _until_heard(here, notes)
            redis_server.kill()
            await here.publish("clock", b"unheard")
            redis_server.start()
        await _until_heard(here, notes)


async def test_the_stock_client_repeats_what_it_does_not_know_to_have_failed(
    redis_server: RedisServer,
) -> None:
    """Why the client never tries again by itself: with redis-py's defaults one INCR becomes two."""
    doubled = await _increments_through_a_line_that_drops_answers(
        redis_server, lambda path: Redis(unix_socket_path=path, socket_timeout=0.2)
    )
    assert doubled > 1
    assert (
        await _increments_through_a_line_that_drops_answers(
            redis_server, lambda path: module._client(f"unix://{path}", reads_block=0.2)
        )
        == 1
    )


async def _increments_through_a_line_that_drops_answers(
    server: RedisServer, connect: Callable[[str], Redis]
) -> int:
    """Send one INCR through a line that is cut after it has reached the server; how far did the counter go?"""
    direct = Redis.from_url(server.url)
    await direct.flushall()
    cuts = 0

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal cuts
        up_reader, up_writer = await asyncio.open_unix_connection(str(server.folder / "socket"))
        try:
            while request := await reader.read(65536):
                up_writer.write(request)
                answer = await up_reader.read(65536)
                if b"INCR" in request and cuts < 2:
                    cuts += 1
                    return
                writer.write(answer)
        except OSError:
            pass
        finally:
            for one in (writer, up_writer):
                one.close()

    path = str(server.folder / f"relay-{random.randrange(10**9)}")
    line = await asyncio.start_unix_server(relay, path)
    client = connect(path)
    with contextlib.suppress(RedisError):
        await client.incr("counter")
    value = int(await direct.get("counter") or 0)
    await client.aclose(close_connection_pool=True)
    await direct.aclose()
    line.close()
    await line.wait_closed()
    return value
