"""开门: the running shop: a web server, the channels of the config, the loops; ends cleanly on SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from aiohttp import web

from bot import refunding
from bot.channels.channel import Channel
from bot.channels.terminal import Terminal
from bot.channels.webroom import WebRoom
from bot.clock import Clock, MovableClock, SystemClock
from bot.collector import leave_what_stands
from bot.memories import open_memory
from bot.payments.providers import provider_of
from bot.settings import ChannelPart, Settings, from_mapping
from bot.upkeep import Fault
from bot.web import api, desk, invites, lists, office, pay, slips, teams
from bot.web.app import DemoPerson, web_app
from bot.wiring import OpenShop, kept_secret, open_shop, opening_of
from shop import database, goods, people
from shop.goods import Catalogue
from shop.transaction import start_task, unit_of_work

log = logging.getLogger(__name__)

DEMO_PEOPLE = (
    DemoPerson("小李"),
    DemoPerson("阿花"),
    DemoPerson("团长", "团长"),
    DemoPerson("店主", "店主"),
    DemoPerson("客服", "客服"),
)


def demo_goods() -> Catalogue:
    """The seeded neighbourhood fruit shop."""
    import json

    return goods.parse(json.loads((files("bot") / "demo.json").read_text(encoding="utf-8")))


async def demo(
    *, port: int, catalogue: Catalogue, data: Path | None, now: datetime | None, say: Callable[[str], None]
) -> None:
    """`qundian demo`: everything embedded; ends on Ctrl-C or SIGTERM."""
    with contextlib.ExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qundian-demo-")))
        folder.mkdir(parents=True, exist_ok=True)
        rooms = list(catalogue.groups) or ["水果群"]
        settings = demo_settings(
            folder, catalogue, port=port, rooms=["水果群", *(r for r in rooms if r != "水果群")]
        )
        clock = MovableClock(now)
        channels = channel_maker(settings)
        secret = kept_secret(folder)
        async with open_shop(
            settings,
            clock,
            channels,
            opening=opening_of(catalogue),
            is_demo=True,
            provider=provider_of(settings, secret, clock.now),
        ) as shop:
            await serve(shop, settings, secret, say)


def demo_settings(folder: Path, catalogue: Catalogue, *, port: int, rooms: list[str]) -> Settings:
    return from_mapping(
        {
            "shop": {"key": catalogue.shop_id, "name": catalogue.shop_name, "timezone": catalogue.tz},
            "database": {"url": f"sqlite:///{folder.resolve() / 'shop.db'}"},
            "web": {"port": port},
            "payments": {"provider": "sandbox"},
            "api": {"token": "demo"},
            "channels": [{"kind": "webroom", "rooms": rooms}],
        },
        {},
    )


async def run(settings: Settings, *, catalogue: Catalogue | None, say: Callable[[str], None]) -> None:
    """`qundian run`: the shop of a config file."""
    clock = SystemClock()
    opening = opening_of(catalogue) if catalogue else None
    secret = settings.web.secret or kept_secret(_home(settings))
    provider = provider_of(settings, secret, clock.now)
    async with open_shop(
        settings, clock, channel_maker(settings, say), opening=opening, provider=provider
    ) as shop:
        code = await unit_of_work(lambda: people.pairing_code(shop.shop, now=clock.now()))
        if code:
            say(f"还没有店主。十分钟内用私聊发这句话，发的人就是店主：绑定 {code}")
        await serve(shop, settings, secret, say)


def channel_maker(
    settings: Settings, say: Callable[[str], None] = log.warning
) -> Callable[[Clock], Mapping[str, Channel]]:
    """What the config names, each under its own name; `say` is where a person looks."""

    def make(clock: Clock) -> dict[str, Channel]:
        made: dict[str, Channel] = {}
        for part in settings.channels:
            name = part.called
            if part.kind == "webroom":
                made[name] = WebRoom(shop_name=settings.shop.name, rooms=part.rooms, now=clock.now, name=name)
            elif part.is_wechat:
                made[name] = wechaty_of(part, settings, clock, say)
            else:
                made[name] = Terminal(clock.now, shop_name=settings.shop.name, who="我", room=None, name=name)
        return made

    return make


def wechaty_of(part: ChannelPart, settings: Settings, clock: Clock, say: Callable[[str], None]) -> Channel:
    from bot.channels.wechaty.channel import Wechaty  # here: gRPC is 20 MB that other shops need not load
    from bot.channels.wechaty.gateway import Gateway, endpoint_of
    from bot.channels.wechaty.members import past_of

    return Wechaty(
        endpoint_of(part),
        shop_name=settings.shop.name,
        now=clock.now,
        memory=open_memory(settings.redis.url),
        is_shared=bool(settings.redis.url),
        show=say,
        name=part.called,
        lets_in=part.lets_in,
        past=past_of(part.called, clock.now),
        connect=_python_gateway() if part.kind == "python-wechaty" else Gateway,
    )


def _python_gateway() -> Any:
    """Raises Fault where the extra is not installed."""
    try:
        from bot.channels.python_wechaty.gateway import PythonGateway
    except ImportError as missing:
        raise Fault(f"python-wechaty is not installed ({missing.name}): pip install '.[wechaty]'") from None
    return PythonGateway


async def serve(shop: OpenShop, settings: Settings, secret: str, say: Callable[[str], None]) -> None:
    """Open the doors, say where, and stay until told to stop."""
    stop = _when_told_to_stop()
    runner = web.AppRunner(site_of(shop, settings, secret), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.web.host, settings.web.port, backlog=1024)
        await site.start()
        await shop.start()
        shop.dictionaries.add_done_callback(lambda _: leave_what_stands())
        say(f"{shop.shop_name} 开门了：{settings.public_url}")
        if any([await channel.login() for channel in shop.channels.values()]):
            say(f"微信登录和状态看这页，链接只给店主：{settings.public_url}{office.path(secret)}")
        await _either(stop, shop.is_refused)
        say("关门：把手上的做完")
    finally:
        await runner.cleanup()
    if shop.refusal is not None:
        raise Fault(str(shop.refusal))


async def _either(*events: asyncio.Event) -> None:
    waits = [start_task(event.wait(), name="wait for the end") for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def site_of(shop: OpenShop, settings: Settings, secret: str) -> web.Application:
    webroom = next((c for c in shop.channels.values() if isinstance(c, WebRoom)), None)
    if webroom is None:  # slips, payments and the read API live on pages even where nobody chats on one
        webroom = WebRoom(shop_name=settings.shop.name, rooms=("水果群",), now=shop.clock.now, name="webroom")
    app = web_app(
        shop,
        webroom,
        secret=secret,
        public_url=settings.public_url,
        zone=settings.shop.timezone,
        people=DEMO_PEOPLE if shop.is_demo else (),
        samples=samples() if shop.is_demo else None,
    )
    if shop.provider is not None:
        app.add_routes(
            pay.routes(
                shop=shop.shop, clock=shop.clock.now, provider=shop.provider, take_refund=refunding.take
            )
        )
    online = shop.provider is not None
    app.add_routes(
        office.routes(shop=shop.shop, clock=shop.clock.now, channels=shop.channels, paces=shop.paces)
    )
    app.add_routes(lists.routes(shop=shop.shop, clock=shop.clock.now))
    app.add_routes(teams.routes(shop=shop.shop, clock=shop.clock.now))
    app.add_routes(invites.routes(shop=shop.shop))
    desk.add_desk(
        app,
        shop=shop.shop,
        clock=shop.clock.now,
        wake=shop.wake,
        lookers=shop.lookers,
        is_demo=shop.is_demo,
    )
    app.add_routes(slips.routes(shop=shop.shop, clock=shop.clock.now, pays_online=online))
    app.add_routes(api.routes(shop=shop.shop, clock=shop.clock.now, token=settings.api.token))
    return app


def samples() -> dict[str, str]:
    """The transcripts that ship with the demo, by their first line."""
    folder = files("bot") / "samples"
    texts = [file.read_text(encoding="utf-8") for file in sorted(folder.iterdir(), key=lambda f: f.name)]
    return {text.splitlines()[0].lstrip("# "): text for text in texts if text.strip()}


def _when_told_to_stop() -> asyncio.Event:
    """Set on Ctrl-C and SIGTERM; asked for before anybody is told that the shop is open."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    return stop


def _home(settings: Settings) -> Path:
    file = database.file_of(settings.database.url)
    folder = file.parent if file else Path("data")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
