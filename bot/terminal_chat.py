"""聊: the demo shop in a terminal; its payment and order pages are open on a port of their own."""

from __future__ import annotations

import contextlib
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from bot.channels.terminal import Terminal
from bot.clock import SystemClock
from bot.payments.providers import provider_of
from bot.run import site_of
from bot.settings import Settings, from_mapping
from bot.wiring import OpenShop, kept_secret, open_shop, opening_of
from shop.goods import Catalogue


async def chat(goods: Catalogue, *, data: Path | None, who: str, say: Callable[[str], None]) -> None:
    """Ends with the input (Ctrl-D), after what was said has been answered."""
    with contextlib.ExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qundian-chat-")))
        folder.mkdir(parents=True, exist_ok=True)
        settings, clock, secret = _settings(folder, goods), SystemClock(), kept_secret(folder)
        terminal = Terminal(clock.now, shop_name=goods.shop_name, who=who, room=None, name="terminal")
        async with open_shop(
            settings,
            clock,
            lambda _: {"terminal": terminal},
            opening=opening_of(goods),
            is_demo=True,
            provider=provider_of(settings, secret, clock.now),
        ) as shop:
            pages = await _open_pages(shop, settings, secret)
            shop.run_loops()
            say(
                f"{goods.shop_name} 开门了，你是 {who}（私聊）。试试：菜单 · 来2箱橙子 · 小李@水果群: 橙子还有吗 · 店主: 今日订单"
            )
            async for heard in terminal.listen():
                await shop.answers(await shop.hear(heard))
            await pages.cleanup()


def _settings(folder: Path, goods: Catalogue) -> Settings:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return from_mapping(
        {
            "shop": {"key": goods.shop_id, "name": goods.shop_name, "timezone": goods.tz},
            "database": {"url": f"sqlite:///{folder.resolve() / 'shop.db'}"},
            "web": {"port": port},
            "payments": {"provider": "sandbox"},
            "channels": [{"kind": "webroom", "name": "terminal", "rooms": ["水果群"]}],
        },
        {},
    )


async def _open_pages(shop: OpenShop, settings: Settings, secret: str) -> web.AppRunner:
    runner = web.AppRunner(site_of(shop, settings, secret), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, settings.web.host, settings.web.port).start()
    return runner
