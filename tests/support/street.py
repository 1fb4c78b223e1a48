"""The whole line inside the test's process: an open shop on a street (a loopback), whoever wants may speak."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from bot import performance
from bot.channels.loopback import Loopback
from bot.run import demo_goods
from bot.shopfront import Answer
from bot.wiring import OpenShop
from dialogs.speech import Heard
from shop import people
from shop.invariants import broken
from shop.kit.ids import PersonId
from shop.transaction import run_sql, unit_of_work

ROOM = "水果群"
PRIVATE = None
_ids = count(1)


@dataclass
class Street:
    shop: OpenShop
    channel: Loopback

    def heard(self, who: str, text: str, room: str | None = ROOM, *, id: str = "", name: str = "") -> Heard:
        return Heard(
            self.channel.name,
            id or f"s{next(_ids)}",
            room,
            who,
            name or who,
            text,
            self.shop.clock.now(),
            ("@shop",) if f"@{self.shop.shop_name}" in text else (),
        )

    async def say(self, who: str, text: str, room: str | None = ROOM, **more: str) -> tuple[Answer, ...]:
        """Say it and wait for everything that is said because of it."""
        message = await self.shop.hear(self.heard(who, text, room, **more))
        return await self.shop.answers(message)

    async def texts(self, who: str, text: str, room: str | None = ROOM, **more: str) -> list[str]:
        return [answer.text for answer in await self.say(who, text, room, **more)]


@asynccontextmanager
async def open_street(url: str, stock: Mapping[str, str] | None = None) -> AsyncIterator[Street]:
    """The demo's shop at ten in the morning, on this database. Ends with a look at the books."""
    goods = demo_goods()
    goods = replace(goods, stock={**goods.stock, **(stock or {})})
    async with performance.stage(goods, url) as shop:
        channel = next(iter(shop.channels.values()))
        assert isinstance(channel, Loopback)
        yield Street(shop, channel)
        await shop.inbox.idle()
        assert await broken(shop.shop) == []


async def appoint(shop: OpenShop, name: str, role: str = people.AGENT) -> PersonId:
    """Somebody of this name works here from now on."""
    channel, now = next(iter(shop.channels)), shop.clock.now()
    who = await unit_of_work(lambda: people.recognise(shop.shop, channel, name, name, now=now))
    await unit_of_work(lambda: people.appoint(shop.shop, who.id, role, now=now))
    return who.id


async def rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in await run_sql(statement, values)]


async def orders_by_name() -> dict[str, str]:
    """小李 → "unpaid 2箱橙子": every order with its lines, by its buyer."""
    found = await rows(
        'SELECT p.name AS who, o.status, l.qty, l.unit, l.name FROM "order" AS o JOIN line AS l ON l.order_id = o.id '
        "JOIN person AS p ON p.id = o.buyer_id ORDER BY o.id, l.id"
    )
    made: dict[str, str] = {}
    for who, status, qty, unit, goods in found:
        made[who] = f"{made.get(who, status)} {qty // 1000}{unit}{goods}"
    return made


async def held(sku: str) -> int:
    found = await rows(
        'SELECT i.held FROM stock_item AS i JOIN sku AS s ON s.id = i.sku_id WHERE s."key" = ?', sku
    )
    return int(found[0][0]) // 1000


def without_chance(text: str) -> str:
    """Links and codes are made by chance; everything else must be the same everywhere."""
    text = re.sub(r"/([olst])/[0-9a-f]{32}", r"/\1/…", text)
    text = re.sub(r"/once/[a-z]{28}", "/once/…", text)
    text = re.sub(r"(邀请 |推广码 |/i/)[2-9A-HJ-NP-Z]{7}\b", r"\1<邀请码>", text)
    text = re.sub(r"(领券 |停发 |（)[A-Z0-9]{5}\b", r"\1<券码>", text)
    text = re.sub(r"认领 \S+", "认领 <认领码>", text)
    return re.sub(r"\b\d{4}-\d{2}\b(?!\d)", "<取货码>", text)
