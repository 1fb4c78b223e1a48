"""The whole line: an order comes in over the loopback channel, is worked through, committed, its answer in the outbox."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from bot import performance
from bot.channels.loopback import Loopback
from bot.run import demo_goods
from bot.wiring import OpenShop
from dialogs.speech import Heard
from shop.goods import Catalogue
from shop.kit.ids import MessageId
from shop.transaction import start_task

PEOPLE, AT_ONCE = 40, 16
WORDS = (
    "来2箱橙子",
    "橙子改3箱",
    "香蕉还有吗",
    "再来3斤香蕉",
    "取消",
)  # one customer's visit, again and again


@dataclass(frozen=True, slots=True)
class Timing:
    seconds: float
    each: list[float]  # milliseconds from the channel to COMMIT
    cpu: float  # seconds of this process

    @property
    def rate(self) -> float:
        return len(self.each) / self.seconds

    def percentile(self, part: float) -> float:
        ordered = sorted(self.each)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def goods() -> Catalogue:
    made = demo_goods()
    return replace(made, stock=dict.fromkeys(made.stock, "100000"))


def visits(count: int) -> list[tuple[str, str]]:
    """Who says what: everybody his five lines in their order, all across each other: one orders while the next one
    cancels. Whole visits begin and end alike, so that one series of them may follow another."""
    rounds = [(f"邻居{n}", WORDS[(turn + n) % len(WORDS)]) for turn in range(count) for n in range(PEOPLE)]
    return rounds[:count]


async def work_through(shop: OpenShop, said: list[tuple[str, str]], *, first: int = 0) -> Timing:
    """Put them in, never more than AT_ONCE under way, and wait until all are committed."""
    channel = next(iter(shop.channels.values()))
    assert isinstance(channel, Loopback)
    put_at, done_in, window = dict[str, float](), list[float](), asyncio.Semaphore(AT_ONCE)
    number = dict[MessageId, str]()
    hear, until_done = shop.inbox.hear, shop.inbox._until_done

    async def heard(one: Heard) -> MessageId:
        id = await hear(one)
        number[id] = one.id
        return id

    async def timed(id: MessageId, **how: Any) -> Any:
        unclear = await until_done(id, **how)
        while id not in number:  # noqa: ASYNC110 - it was faster than the answer of hear()
            await asyncio.sleep(0)
        done_in.append((time.perf_counter() - put_at[number[id]]) * 1000)
        window.release()
        return unclear

    patch(shop.inbox, hear=heard, _until_done=timed)
    listening = start_task(shop._listen(channel), name="bench")
    began, cpu = time.perf_counter(), time.process_time()
    for n, (who, text) in enumerate(said, start=first):
        await window.acquire()
        put_at[f"b{n}"] = time.perf_counter()
        await channel.put(Heard(channel.name, f"b{n}", "水果群", who, who, text, shop.clock.now()))
    while len(done_in) < len(said):  # noqa: ASYNC110 - the last few
        await asyncio.sleep(0.001)
    timing = Timing(time.perf_counter() - began, done_in, time.process_time() - cpu)
    listening.cancel()
    patch(shop.inbox, hear=hear, _until_done=until_done)
    return timing


def patch(what: Any, **names: Callable[..., Any]) -> None:
    for name, value in names.items():
        setattr(what, name, value)


stage = performance.stage
