"""试一试: the demo as it is served; its cards, and the button that gives the opening back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp

from tests.bot.test_rush import MORNING, client, demo_on
from tests.support.shopkeeper import say


async def post(session: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> dict[str, Any]:
    async with session.post(url, json=body) as answer:
        assert answer.status == 200, await answer.text()
        found: dict[str, Any] = await answer.json()
        return found


async def test_everything_is_as_it_was_at_the_opening(database_url: str, tmp_path: Path) -> None:
    async with demo_on(database_url, tmp_path, 12) as (shop, address), client() as session:
        first = await say(session, address, "小李", "来2箱橙子")
        await post(session, f"{address}/try/clock", {"until": "08:00"})
        await say(session, address, "店主", "改价 橙子 30", room=None)
        assert shop.clock.now() > MORNING + timedelta(hours=20)
        await post(session, f"{address}/try/reset", {})
        assert shop.clock.now() - MORNING < timedelta(minutes=1)
        again = await say(session, address, "小李", "来2箱橙子")
    assert [line["text"].replace(address, "") for line in again["said"]][:1] == [first["said"][0]["text"]]
    assert again["id"] == first["id"] == 1


async def test_a_card_says_how_long_it_waits_and_how_it_is_changed(database_url: str, tmp_path: Path) -> None:
    async with demo_on(database_url, tmp_path, 12) as (_, address), client() as session:
        ordered = (await say(session, address, "小李", "来1箱橙子"))["said"][1]["card"]
        by_cash = (await say(session, address, "小李", "到店付", room=None))["said"][0]["card"]
    assert ordered["note"] == "下单后15分钟内付款，要改就说“橙子改2箱”"
    assert by_cash["note"].startswith("取货码 ")


async def test_the_poster_of_a_shop_that_no_phone_can_reach_says_so(
    database_url: str, tmp_path: Path
) -> None:
    async with (
        demo_on(database_url, tmp_path, 12) as (_, address),
        client() as session,
        session.get(f"{address}/counter") as answer,
    ):
        assert "手机扫不了" in await answer.text()
