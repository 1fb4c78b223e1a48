"""记性: what the processes of one shop tell each other and may forget: wake-ups, short-lived values, leases.

The database is the only memory that counts. Everything here may be lost at any moment, and the shop must only become
slower or less polite by it, never wrong: a lost wake-up costs a poll, a lost window lets somebody speak more often,
a lost lease lets two workers try what the database lets only one of them do.

`InProcess` is the default and needs nothing. `RedisMemory` shares the same things between processes; while its server
is away it goes on as `InProcess` does.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, Self, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import RedisError

from shop.transaction import start_task

T = TypeVar("T")
log = logging.getLogger(__name__)

ROOM_FOR_NOTES = 1000  # notes that one slow reader may leave lying; then the oldest is dropped
SWEEP_EVERY = 1000  # writes between two searches for what has expired
PATIENCE = 0.45  # seconds that one question to Redis may take in all
REST = 5.0  # seconds without questions after one that got no answer
BLOCK = 2.0  # seconds that one read on the listening connection may block
PREFIX = "qundian:"


@dataclass(frozen=True, slots=True)
class Note:
    """Something published: the topic and the bytes."""

    topic: str
    data: bytes


class Subscription:
    """The notes of some topics, from the moment of subscribing: an async iterator to be closed (or `async with`)."""

    def __init__(self, forget: Callable[[Subscription], None]) -> None:
        self._notes: deque[Note] = deque(maxlen=ROOM_FOR_NOTES)
        self._there_is_something = asyncio.Event()
        self._forget = forget
        self._is_closed = False

    def put(self, note: Note) -> None:
        """Hand over a note; the oldest unread one makes room for it."""
        self._notes.append(note)
        self._there_is_something.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Note:
        """The next note. May be cancelled (asyncio.timeout) and called again without losing one."""
        while not self._notes:
            if self._is_closed:
                raise StopAsyncIteration
            self._there_is_something.clear()
            await self._there_is_something.wait()
        return self._notes.popleft()

    async def close(self) -> None:
        """No more notes; whoever waits for one is released."""
        self._is_closed = True
        self._there_is_something.set()
        self._forget(self)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *fault: object) -> None:
        await self.close()


class Memory(Protocol):
    """What bot/ needs to remember for a while. No method raises because a server is away; times are in seconds."""

    async def publish(self, topic: str, data: bytes) -> None:
        """Tell whoever listens now, in any process. Best effort."""
        ...

    def subscribe(self, *topics: str) -> Subscription:
        """Listen. Notes from other processes may be missed; a poll must find what they were about."""
        ...

    async def get(self, key: str) -> bytes | None:
        """The value, or None when it was never put, has expired or was lost."""
        ...

    async def put(self, key: str, value: bytes, seconds: float) -> None:
        """Remember a value for `seconds`."""
        ...

    async def add_once(self, key: str, seconds: float) -> bool:
        """True for the first call with this key, False for the others within `seconds` of it."""
        ...

    async def count(self, key: str, seconds: float) -> int:
        """How often this was called with this key in the last `seconds`, this call included."""
        ...

    async def lease(self, name: str, holder: str, seconds: float) -> int | None:
        """Take the lease, or None while somebody else has it. `holder` is unique to a process.

        The token grows with every lease given, over restarts as well (it is made of the clock): write it beside what
        you change and let the database refuse a smaller one. Good for order and speed, not for safety.
        """
        ...

    async def renew(self, name: str, holder: str, token: int, seconds: float) -> bool:
        """Keep the lease for `seconds` from now; False when somebody else has it. One that was lost is taken again."""
        ...

    async def release(self, name: str, holder: str, token: int) -> None:
        """Give the lease back; nothing happens when it is not ours any more."""
        ...

    async def close(self) -> None:
        """Close the connections; no method may be called afterwards."""
        ...


def open_memory(url: str) -> Memory:
    """ "" → InProcess; redis://, rediss:// or unix:// → RedisMemory (connects when it is first used). Else ValueError."""
    return RedisMemory(url) if url else InProcess()


@dataclass(frozen=True, slots=True)
class _Kept:
    value: bytes
    until: float


@dataclass(frozen=True, slots=True)
class _Held:
    holder: str
    token: int
    until: float


class InProcess:
    """Memory of one process, in plain dicts."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._listeners: dict[str, list[Subscription]] = defaultdict(list)
        self._values: dict[str, _Kept] = {}
        self._calls: dict[str, deque[float]] = {}
        self._calls_until: dict[str, float] = {}
        self._leases: dict[str, _Held] = {}
        self.last_token = 0
        self._writes = 0

    async def publish(self, topic: str, data: bytes) -> None:
        for listener in self._listeners.get(topic, ()):
            listener.put(Note(topic, data))

    def subscribe(self, *topics: str) -> Subscription:
        subscription = Subscription(self._forget)
        for topic in topics:
            self._listeners[topic].append(subscription)
        return subscription

    def _forget(self, subscription: Subscription) -> None:
        for topic, listeners in list(self._listeners.items()):
            if subscription in listeners:
                listeners.remove(subscription)
            if not listeners:
                del self._listeners[topic]

    async def get(self, key: str) -> bytes | None:
        kept = self._values.get(key)
        return kept.value if kept and kept.until > self._clock() else None

    async def put(self, key: str, value: bytes, seconds: float) -> None:
        self._sweep_now_and_then()
        self._values[key] = _Kept(value, self._clock() + seconds)

    async def add_once(self, key: str, seconds: float) -> bool:
        once = f"once:{key}"
        if await self.get(once) is not None:
            return False
        await self.put(once, b"", seconds)
        return True

    async def count(self, key: str, seconds: float) -> int:
        self._sweep_now_and_then()
        now = self._clock()
        calls = self._calls.setdefault(key, deque())
        while calls and calls[0] <= now - seconds:
            calls.popleft()
        calls.append(now)
        self._calls_until[key] = now + seconds
        return len(calls)

    async def lease(self, name: str, holder: str, seconds: float) -> int | None:
        held = self._leases.get(name)
        if held and held.holder != holder and held.until > self._clock():
            return None
        token = max(time.time_ns() // 1000, self.last_token + 1)
        self.hold(name, holder, token, seconds)
        return token

    def hold(self, name: str, holder: str, token: int, seconds: float) -> None:
        """Note that this lease is given, whoever gave it."""
        self.last_token = max(self.last_token, token)
        self._leases[name] = _Held(holder, token, self._clock() + seconds)

    async def renew(self, name: str, holder: str, token: int, seconds: float) -> bool:
        held = self._leases.get(name)
        if held and held.until > self._clock() and (held.holder != holder or held.token > token):
            return False
        self.hold(name, holder, token, seconds)
        return True

    async def release(self, name: str, holder: str, token: int) -> None:
        held = self._leases.get(name)
        if held and held.holder == holder and held.token <= token:
            del self._leases[name]

    async def close(self) -> None:
        for listener in {one for listeners in self._listeners.values() for one in listeners}:
            await listener.close()

    def _sweep_now_and_then(self) -> None:
        self._writes += 1
        if self._writes % SWEEP_EVERY:
            return
        now = self._clock()
        self._values = {key: kept for key, kept in self._values.items() if kept.until > now}
        self._calls_until = {key: until for key, until in self._calls_until.items() if until > now}
        self._calls = {key: self._calls[key] for key in self._calls_until}


# Every script may be run twice for one request, so a question may be asked again on a new connection.
ADD_ONCE = """
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return redis.call('GET', KEYS[1]) == ARGV[1] and 1 or 0
"""
COUNT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('ZADD', KEYS[1], 'NX', now, ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])
"""
LEASE = """
local held = redis.call('HMGET', KEYS[1], 'holder', 'token', 'request')
if held[1] and held[1] ~= ARGV[1] then return false end
if held[3] == ARGV[3] then return held[2] end
local time = redis.call('TIME')
local last = math.max(tonumber(redis.call('GET', KEYS[2]) or '0'), tonumber(ARGV[4]))
local token = string.format('%.0f', math.max(time[1] * 1000000 + time[2], last + 1))
redis.call('SET', KEYS[2], token)
redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'token', token, 'request', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return token
"""
RENEW = """
local held = redis.call('HMGET', KEYS[1], 'holder', 'token')
if held[1] and (held[1] ~= ARGV[1] or tonumber(held[2]) > tonumber(ARGV[3])) then return 0 end
redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'token', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""
RELEASE = """
local held = redis.call('HMGET', KEYS[1], 'holder', 'token')
if held[1] == ARGV[1] and tonumber(held[2]) <= tonumber(ARGV[2]) then redis.call('DEL', KEYS[1]) end
return 1
"""


class _Silence:
    """No answer from Redis, which is not the answer None."""


SILENCE: Final = _Silence()


class RedisMemory:
    """Memory shared through a Redis server, with a memory of its own for the time without."""

    def __init__(self, url: str) -> None:
        self._own = InProcess()
        self._origin = secrets.token_bytes(8)  # marks our own notes: they have been delivered without Redis
        self._redis = _client(url, reads_block=PATIENCE)
        self._line = _client(url, reads_block=BLOCK + PATIENCE)
        self._listening: asyncio.Task[None] | None = None
        self._rest_until = 0.0
        self._is_away = False
        self._add_once = self._redis.register_script(ADD_ONCE)
        self._count = self._redis.register_script(COUNT)
        self._lease = self._redis.register_script(LEASE)
        self._renew = self._redis.register_script(RENEW)
        self._release = self._redis.register_script(RELEASE)

    async def publish(self, topic: str, data: bytes) -> None:
        await self._own.publish(topic, data)
        await self._ask(lambda: self._redis.publish(f"{PREFIX}bus:{topic}", self._origin + data))

    def subscribe(self, *topics: str) -> Subscription:
        if self._listening is None:
            self._listening = start_task(self._listen(), name="notes from Redis")
        return self._own.subscribe(*topics)

    async def get(self, key: str) -> bytes | None:
        answer: Any = await self._ask(lambda: self._redis.get(f"{PREFIX}value:{key}"))
        return await self._own.get(key) if isinstance(answer, _Silence) else answer

    async def put(self, key: str, value: bytes, seconds: float) -> None:
        await self._own.put(key, value, seconds)
        await self._ask(lambda: self._redis.set(f"{PREFIX}value:{key}", value, px=_ms(seconds)))

    async def add_once(self, key: str, seconds: float) -> bool:
        own = await self._own.add_once(key, seconds)
        answer = await self._run(self._add_once, [f"once:{key}"], [secrets.token_hex(8), _ms(seconds)])
        return own if isinstance(answer, _Silence) else bool(answer)

    async def count(self, key: str, seconds: float) -> int:
        own = await self._own.count(key, seconds)
        answer = await self._run(self._count, [f"count:{key}"], [secrets.token_hex(8), _ms(seconds)])
        return own if isinstance(answer, _Silence) else max(own, int(answer))

    async def lease(self, name: str, holder: str, seconds: float) -> int | None:
        request: list[str | int] = [holder, _ms(seconds), secrets.token_hex(8), self._own.last_token]
        answer = await self._run(self._lease, [f"lease:{name}", f"token:{name}"], request)
        if isinstance(answer, _Silence):
            return await self._own.lease(name, holder, seconds)
        if answer is None:
            return None
        self._own.hold(name, holder, int(answer), seconds)
        return int(answer)

    async def renew(self, name: str, holder: str, token: int, seconds: float) -> bool:
        answer = await self._run(self._renew, [f"lease:{name}"], [holder, _ms(seconds), token])
        if isinstance(answer, _Silence):
            return await self._own.renew(name, holder, token, seconds)
        if answer:
            self._own.hold(name, holder, token, seconds)
        return bool(answer)

    async def release(self, name: str, holder: str, token: int) -> None:
        await self._own.release(name, holder, token)
        await self._run(self._release, [f"lease:{name}"], [holder, token])

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait([self._listening])
        await self._own.close()
        for client in (self._redis, self._line):
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await client.aclose(close_connection_pool=True)

    async def _run(self, script: Any, keys: list[str], values: list[str | int]) -> Any | _Silence:
        return await self._ask(lambda: script(keys=[PREFIX + key for key in keys], args=values))

    async def _ask(self, question: Callable[[], Awaitable[T]]) -> T | _Silence:
        """Ask Redis, or do not ask at all for a while after a question without an answer."""
        now = asyncio.get_running_loop().time()
        if now < self._rest_until:
            return SILENCE
        if self._is_away:
            self._rest_until = now + REST  # this call finds out; the others go on without waiting for it
        try:
            async with asyncio.timeout(PATIENCE):
                try:
                    answer = await question()
                except Disconnected:  # perhaps only a connection from before a restart
                    answer = await question()
        except (RedisError, OSError, TimeoutError) as fault:
            self._rest(fault)
            return SILENCE
        if self._is_away:
            log.info("Redis answers again")
        self._is_away, self._rest_until = False, 0.0
        return answer

    def _rest(self, fault: Exception) -> None:
        if not self._is_away:
            log.warning("Redis does not answer, so the shop goes on without it: %r", fault)
        self._is_away = True
        self._rest_until = asyncio.get_running_loop().time() + REST

    async def _listen(self) -> None:
        while True:
            try:
                async with self._line.pubsub() as pubsub:
                    await pubsub.psubscribe(f"{PREFIX}bus:*")
                    while True:
                        await self._hear(
                            await pubsub.get_message(ignore_subscribe_messages=True, timeout=BLOCK)
                        )
            except (RedisError, OSError, TimeoutError) as fault:
                log.debug("not listening to Redis: %r", fault)
            await asyncio.sleep(REST / 5)

    async def _hear(self, message: Any) -> None:
        if message is None:
            return
        topic = message["channel"].decode().removeprefix(f"{PREFIX}bus:")
        origin, data = message["data"][:8], message["data"][8:]
        if origin != self._origin:
            await self._own.publish(topic, data)


def _client(url: str, *, reads_block: float) -> Redis:
    """A client that never tries again by itself: redis-py would repeat an INCR whose answer was lost."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=16,
        timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        socket_timeout=reads_block,
        retry=Retry(NoBackoff(), 0),
    )
    return Redis(connection_pool=pool)


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))
