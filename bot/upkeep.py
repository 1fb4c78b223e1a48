"""保养: seed, migrate and check a shop that is not running."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.clock import SystemClock
from bot.settings import Settings
from bot.wiring import opening_of
from shop import database, mail, seed
from shop.goods import Catalogue
from shop.transaction import set_event_writer, unit_of_work


class Fault(Exception):
    """Something outside is wrong; the message is the sentence to show."""


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[None]:
    """The database of these settings, or a Fault that says why not."""
    url = settings.database.url
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    if why := await database.reachable(url):
        raise Fault(why)
    await database.open_database(url, models=database.record_modules())
    try:
        set_event_writer(mail.write_events)
        yield
    finally:
        set_event_writer(None)
        await database.close_database()


async def migrate(settings: Settings) -> list[str]:
    async with opened(settings):
        return await database.migrate()


async def seed_goods(settings: Settings, goods: Catalogue) -> int:
    opening, now = opening_of(goods), SystemClock().now()
    async with opened(settings):
        await database.migrate()
        part = settings.shop

        async def fill() -> int:
            shop = await seed.open_shop(part.key, part.name, part.timezone, now=now)
            return await seed.fill(shop, goods, now=now, stock=opening.stock, promotions=opening.promotions)

        return await unit_of_work(fill)


async def check(settings: Settings, *, say: Callable[[str], None]) -> int:
    """Says one line for each part; gives how many are wrong."""
    looks = {
        "config": None,
        "database": await _database(settings),
        "redis": await _redis(settings.redis.url),
        "web": _port(settings.web.host, settings.web.port),
        "api": None
        if settings.api.token
        else "closed: set api.token (or QUNDIAN_API_TOKEN) to open the read API",
    }
    for name, fault in looks.items():
        say(f"{'✗' if fault and name != 'api' else '✓'} {name}: {fault or 'ok'}")
    return sum(1 for name, fault in looks.items() if fault and name != "api")


async def _database(settings: Settings) -> str | None:
    try:
        async with opened(settings):
            pending = await database.pending_migrations()
            return f"{len(pending)} migrations are waiting: qundian migrate" if pending else None
    except Fault as fault:
        return str(fault)
    except database.BadUrl as fault:
        return str(fault)


async def _redis(url: str) -> str | None:
    if not url:
        return None
    client: Redis = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        await asyncio.wait_for(client.ping(), 3)
        return None
    except (RedisError, OSError, TimeoutError, ValueError) as exc:
        return f"cannot be reached: {exc}. The shop runs without it, one process only"
    finally:
        await client.aclose()


def _port(host: str, port: int) -> str | None:
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
        return None
    except OSError as exc:
        return f"{host}:{port} cannot be used: {exc.strerror}. Change web.port, or stop what uses it"
