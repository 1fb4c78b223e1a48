"""聊: the demo shop in a terminal."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path

from bot.channels.terminal import Terminal
from bot.clock import SystemClock
from bot.settings import from_mapping
from bot.wiring import open_shop, opening_of
from shop.goods import Catalogue


async def chat(goods: Catalogue, *, data: Path | None, who: str, say: Callable[[str], None]) -> None:
    """Ends with the input (Ctrl-D), after what was said has been answered."""
    with contextlib.ExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qundian-chat-")))
        settings = from_mapping(
            {
                "shop": {"key": goods.shop_id, "name": goods.shop_name, "timezone": goods.tz},
                "database": {"url": f"sqlite:///{folder.resolve() / 'shop.db'}"},
                "channels": [{"kind": "webroom", "name": "terminal", "rooms": ["水果群"]}],
            },
            {},
        )
        clock = SystemClock()
        terminal = Terminal(clock.now, shop_name=goods.shop_name, who=who, room=None, name="terminal")
        async with open_shop(
            settings, clock, lambda _: {"terminal": terminal}, opening=opening_of(goods), is_demo=True
        ) as shop:
            say(
                f"{goods.shop_name} 开门了，你是 {who}（私聊）。试试：菜单 · 来2箱橙子 · 小李@水果群: 橙子还有吗 · 店主: 今日订单"
            )
            async for heard in terminal.listen():
                await shop.answers(await shop.hear(heard))
            await asyncio.sleep(0)
