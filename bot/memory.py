"""记性: what the processes of one shop tell each other and may forget: wake-ups, short-lived values, leases.

The database is the only memory that counts. Everything here may be lost at any moment, and the shop must only become
slower or less polite by it, never wrong: a lost wake-up costs a poll, a lost window lets somebody speak more often,
a lost lease lets two workers try what the database lets only one of them do.

`InProcess` is the default and needs nothing. `RedisMemory` (bot/redis_memory.py) shares the same things between processes; while its server
is away it goes on as `InProcess` does.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self

ROOM_FOR_NOTES = 1000  # notes that one slow reader may leave lying; then the oldest is dropped
SWEEP_EVERY = 1000  # writes between two searches for what has expired


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
