"""共用的记性: memory that several processes share through a Redis server, and that goes on alone while it is away."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import RedisError

from bot.memory import InProcess, Subscription
from shop.transaction import start_task

T = TypeVar("T")
log = logging.getLogger(__name__)

PATIENCE = 0.45  # seconds that one question to Redis may take in all
REST = 5.0  # seconds without questions after one that got no answer
BLOCK = 2.0  # seconds that one read on the listening connection may block
PREFIX = "qundian:"

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
