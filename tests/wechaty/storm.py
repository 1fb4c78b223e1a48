"""A gateway that is killed at random moments while orders come in through it; what must be true afterwards.

The customers say what the gateway could not take again, as people do, under the same number.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

import aiohttp

from bot import outbox
from bot.channels.channel import MaybeSent, Pace, Spoken
from bot.channels.wechaty.channel import Wechaty
from bot.channels.wechaty.gateway import Endpoint
from bot.clock import SystemClock
from bot.memory import InProcess
from bot.run import demo_goods
from bot.settings import from_mapping
from bot.wiring import OpenShop, open_shop, opening_of
from shop import mail, people
from shop.transaction import run_sql, unit_of_work
from tests.wechaty.stand import ROOM, TOKEN, TOPIC, NodeGateway, until

BACK_WITHIN = 35.0  # seconds after a kill
SETTLED_WITHIN = 300.0


class Counting(Wechaty):
    """Counts the lines of which nobody could tell whether they went out."""

    unsure = 0

    async def speak(self, line: Spoken) -> None:
        try:
            await super().speak(line)
        except MaybeSent:
            self.unsure += 1
            raise


@dataclass
class Storm:
    shop: OpenShop
    channel: Counting
    gateway: NodeGateway
    dice: random.Random
    said: dict[str, str] = field(default_factory=dict)  # number of a message: who
    twice: int = 0  # lines that were said once more, as `faults` finds them
    back: list[float] = field(default_factory=list)  # seconds until the shop was back, after each kill

    async def blow(self, kills: int) -> None:
        is_over = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for who in ("wxid_li", "wxid_hua", "wxid_boss"):
                group.create_task(self._order(who, is_over))
            for _ in range(kills):
                await asyncio.sleep(self.dice.uniform(0.1, 1.0))
                await self._kill()
            is_over.set()
        await self._settled()

    async def _order(self, who: str, is_over: asyncio.Event) -> None:
        count = 0
        while not is_over.is_set():
            count += 1
            room = self.dice.choice([ROOM, None])
            await self._say_until_taken(
                who, f"来{count}斤香蕉" if count % 2 else "菜单", room, f"{who}-{count}"
            )
            await asyncio.sleep(self.dice.uniform(0.1, 0.5))

    async def _say_until_taken(self, who: str, text: str, room: str | None, id: str) -> None:
        while True:
            with suppress(aiohttp.ClientError, OSError):
                await self.gateway.say(who, text, room=room, id=id)
                self.said[id] = who
                return
            await asyncio.sleep(0.05)

    async def _kill(self) -> None:
        await asyncio.to_thread(self.gateway.kill)
        await asyncio.sleep(self.dice.uniform(0, 0.5))
        await asyncio.to_thread(self.gateway.start)
        began = time.monotonic()
        await until(lambda: self.channel.is_up)
        self.back.append(time.monotonic() - began)

    async def _settled(self) -> None:
        """Nothing is under way any more; what still is after so long is a fault, and told as one."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLED_WITHIN):
                while await _is_busy():  # noqa: ASYNC110 - the shop works
                    await asyncio.sleep(0.05)

    async def faults(self) -> list[str]:
        """What is wrong: a letter that was not said, said in another place or order, or said twice without cause."""
        found = list[str]()
        letters = await mail.since(0)
        found += [
            f"letter {letter.id} ({letter.lane}, tried {letter.attempts} times) is {state}: {letter.body['text'][:40]}"
            for letter, state in letters
            if state not in ("sent", "folded")
        ]
        wanted = [
            (line.room or line.account or "", line.text)
            for letter, state in letters
            if state == "sent"
            for line in outbox.lines(letter, self.channel.abilities.longest_text)
        ]
        got = self.gateway.said()
        lost, more = Counter(wanted) - Counter(got), Counter(got) - Counter(wanted)
        found += [f"never said: {line}" for line in lost]
        self.twice = more.total()
        if self.twice > self.channel.unsure:
            found.append(f"{self.twice} said twice, of {self.channel.unsure} that nobody was sure of: {more}")
        for place in {place for place, _ in wanted}:
            mine, theirs = ([text for where, text in some if where == place] for some in (wanted, got))
            if list(dict.fromkeys(mine)) != list(dict.fromkeys(theirs)):
                found.append(f"another order in {place}")
        found += [
            f"a message is {row['state']}"
            for row in await run_sql("SELECT state FROM message WHERE state <> 'done'")
        ]
        rows = await run_sql(
            "SELECT channel_id, count(*) AS n FROM message GROUP BY channel_id HAVING count(*) > 1"
        )
        return found + [f"message {row['channel_id']} was worked through {row['n']} times" for row in rows]


async def _is_busy() -> bool:
    messages = await run_sql("SELECT 1 FROM message WHERE state = 'new' LIMIT 1")
    return bool(messages or await run_sql("SELECT 1 FROM letter WHERE state IN ('new', 'sending') LIMIT 1"))


@asynccontextmanager
async def a_storm(url: str, gateway: NodeGateway, seed: str) -> AsyncIterator[Storm]:
    """A shop on this database that serves the gateway's group."""
    goods = demo_goods()
    settings = from_mapping(
        {
            "shop": {"key": goods.shop_id, "name": goods.shop_name, "timezone": goods.tz},
            "database": {"url": url},
            "manners": {"hold_seconds": 0},  # what is held back is overtaken
            "channels": [{"kind": "wechaty", "endpoint": gateway.address, "token": TOKEN}],
        },
        {},
    )
    clock = SystemClock()
    endpoint = Endpoint(gateway.address, TOKEN)
    channel = Counting(endpoint, shop_name=goods.shop_name, now=clock.now, memory=InProcess())
    channel.abilities = replace(channel.abilities, pace=Pace())  # in a hurry
    async with open_shop(settings, clock, lambda _: {"wechaty": channel}, opening=opening_of(goods)) as shop:
        await unit_of_work(lambda: people.take_over_room(shop.shop, "wechaty", ROOM, TOPIC))
        await shop.start()
        await until(lambda: channel.is_up)
        yield Storm(shop, channel, gateway, random.Random(seed))
