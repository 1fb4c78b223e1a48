"""保养: seed, migrate and check a shop that is not running."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from pkgutil import iter_modules
from zoneinfo import ZoneInfo

from bot import second_reader
from bot.clock import SystemClock
from bot.payments import providers
from bot.settings import ChannelPart, Settings
from bot.wiring import opening_of
from shop import database, mail, migrations, seed
from shop.goods import BadCatalogue, Catalogue
from shop.promotions import from_terms
from shop.transaction import run_sql, set_event_writer, unit_of_work


class Fault(Exception):
    """Something outside is wrong; the message is the sentence to show."""


async def usable(url: str) -> None:
    """The folder of a database file is made. Raises Fault with the sentence when the database cannot be used."""
    try:
        place = database.parse(url).credentials
        if "file_path" in place:
            Path(place["file_path"]).parent.mkdir(parents=True, exist_ok=True)
    except database.BadUrl as exc:
        raise Fault(str(exc)) from exc
    except OSError as exc:
        raise Fault(f"the folder {exc.filename} cannot be made: {exc.strerror}") from exc
    if why := await database.reachable(url):
        raise Fault(why)


async def ready(settings: Settings) -> None:
    """Before the doors are opened. Raises Fault for a database or a port that cannot be used."""
    await usable(settings.database.url)
    if settings.web.port and (why := port_fault(settings.web.host, settings.web.port)):
        raise Fault(why)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[None]:
    """The database, or a Fault that says why not."""
    await usable(url)
    await database.open_database(url, models=database.record_modules())
    try:
        set_event_writer(mail.write_events)
        yield
    finally:
        set_event_writer(None)
        await database.close_database()


async def nobodys(url: str) -> None:
    """Raises Fault when somebody's shop is in this database: a transcript must not be played to real customers."""
    async with opened(url):
        await database.migrate()
        if await run_sql("SELECT id FROM shop LIMIT 1"):
            raise Fault("there is a shop in this database already: transcripts are played in an empty one")


async def sweep(url: str) -> None:
    async with opened(url):
        await unit_of_work(database.empty)


def look_through(goods: Catalogue) -> Catalogue:
    """What a new shop would stumble over is refused before there is one. Raises BadCatalogue."""
    for sku in goods.stock:
        if sku not in goods.sku:
            raise BadCatalogue(f"stock: no sku {sku}")
    place = "stock"
    try:
        opening_of(goods)
        place = "promotions"
        for promotion in goods.promotions:
            from_terms(promotion["kind"], {key: term for key, term in promotion.items() if key != "kind"})
        place = "shop: tz"
        ZoneInfo(goods.tz)
    except (KeyError, TypeError, ValueError, AttributeError, OSError) as exc:
        raise BadCatalogue(f"{place}: {str(exc) or type(exc).__name__}") from exc
    return goods


async def migrate(settings: Settings) -> list[str]:
    async with opened(settings.database.url):
        return await database.migrate()


async def seed_goods(settings: Settings, goods: Catalogue) -> int:
    opening, now = opening_of(goods), SystemClock().now()
    async with opened(settings.database.url):
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
        "web": port_fault(settings.web.host, settings.web.port),
        "api": None
        if settings.api.token
        else "closed: set api.token (or QUNDIAN_API_TOKEN) to open the read API",
    }
    if settings.second_reader.url:
        looks["second reader"] = await second_reader.look(settings.second_reader)
    looks |= {name: await _gateway(part) for name, part in _gateways(settings)}
    for name, fault in looks.items():
        say(f"{'✗' if fault and name != 'api' else '✓'} {name}: {fault or 'ok'}")
    payments = providers.faults(settings)
    for line in [f"✗ payments: {fault}" for fault in payments] or ["✓ payments: ok"]:
        say(line)
    return sum(1 for name, fault in looks.items() if fault and name != "api") + len(payments)


async def _database(settings: Settings) -> str | None:
    try:
        async with opened(settings.database.url):
            pending = await database.pending_migrations()
            is_new = len(pending) == len(list(iter_modules(migrations.__path__)))
            if is_new or not pending:
                return None  # the first start makes the tables
            return f"migrations are waiting ({len(pending)}): qundian migrate"
    except Fault as fault:
        return str(fault)


async def _redis(url: str) -> str | None:
    if not url:
        return None
    from redis.asyncio import Redis  # here: few shops have one (bot/memories.py)
    from redis.exceptions import RedisError

    client: Redis = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        await asyncio.wait_for(client.ping(), 3)
        return None
    except (RedisError, OSError, TimeoutError, ValueError) as exc:
        return f"cannot be reached: {str(exc).rstrip('.') or type(exc).__name__}. The shop runs without it, one process only"
    finally:
        await client.aclose()


def _gateways(settings: Settings) -> list[tuple[str, ChannelPart]]:
    return [(part.called, part) for part in settings.channels if part.is_wechat]


async def _gateway(part: ChannelPart) -> str | None:
    from bot.channels.wechaty import gateway  # here: gRPC is 20 MB that other shops need not load

    return await gateway.look(gateway.endpoint_of(part))


def port_fault(host: str, port: int) -> str | None:
    """One sentence when nobody can be served there."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
        return None
    except OSError as exc:
        why = "somebody uses it already" if exc.errno == errno.EADDRINUSE else exc.strerror
        return f"{host}:{port} cannot be used: {why}. Change web.host and web.port, or stop what is there"
