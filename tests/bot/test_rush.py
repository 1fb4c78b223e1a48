"""A rush: two hundred people want fifty boxes; exactly fifty are sold and everybody gets his own answer."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer

from bot.clock import MovableClock
from bot.run import channel_maker, demo_goods, demo_settings, site_of
from bot.settings import DatabasePart
from bot.wiring import OpenShop, open_shop, opening_of
from dialogs.apart import after_a_gap
from shop.invariants import broken
from tests.support.shopkeeper import SECRET, a_demo, say
from tests.support.street import held, orders_by_name, rows

ORANGES = "F01-1"
PEOPLE, BOXES = 200, 50
MORNING = datetime.fromisoformat("2026-05-01T10:00+08:00")


@asynccontextmanager
async def demo_on(url: str, folder: Path, boxes: int) -> AsyncIterator[tuple[OpenShop, str]]:
    """The demo's application as `qundian demo` serves it, on this database; gives the shop and its address."""
    goods = demo_goods()
    goods = replace(goods, stock={**goods.stock, ORANGES: str(boxes)})
    settings = demo_settings(folder, goods, port=0, rooms=["水果群"])
    settings = settings.model_copy(update={"database": DatabasePart(url=url)})
    clock = MovableClock(MORNING)
    async with open_shop(
        settings, clock, channel_maker(settings), opening=opening_of(goods), is_demo=True
    ) as shop:
        server = TestServer(site_of(shop, settings, SECRET))
        await server.start_server()
        await shop.start()
        try:
            yield shop, str(server.make_url("")).rstrip("/")
        finally:
            await server.close()
        assert await broken(shop.shop) == []


def client() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))


def is_his(who: str, line: dict[str, Any], codes: Collection[str] = ()) -> bool:
    """Said to him alone, or in the group by his name or of an order of his."""
    if line["room"] is None:
        return bool(line["to"] == who)
    text: str = line["text"]
    return line["to"] is None and text.startswith((f"{who}：", f"{who}，", *codes))


async def test_two_hundred_people_and_fifty_boxes_on_a_real_demo(tmp_path: Path) -> None:
    keeper = a_demo(tmp_path, {ORANGES: str(BOXES)})
    try:
        await keeper.start()
        async with client() as session:
            answers = await rush(session, keeper.address)
            left = (await say(session, keeper.address, "小李", "橙子还有吗"))["said"]
        check_rush(answers)
        assert "卖完" in left[0]["text"] or "没有了" in left[0]["text"], left
        assert await keeper.stop() == 0
        assert "Traceback" not in keeper.log
    finally:
        keeper.close()


async def test_two_hundred_people_and_fifty_boxes(database_url: str, tmp_path: Path) -> None:
    async with demo_on(database_url, tmp_path, BOXES) as (_, address), client() as session:
        answers = await rush(session, address)
        check_rush(answers)
        sold = await orders_by_name()
        winners = {who for who, said in answers.items() if len(said) == 2}
        assert sold == dict.fromkeys(sold, "unpaid 1箱橙子") and set(sold) == winners
        assert (len(sold), await held(ORANGES)) == (BOXES, BOXES)
        assert await rows("SELECT state, count(*) AS n FROM message GROUP BY state") == [("done", PEOPLE)]


async def rush(session: aiohttp.ClientSession, address: str) -> dict[str, list[dict[str, Any]]]:
    names = [f"邻居{n:03d}" for n in range(PEOPLE)]
    told = await asyncio.gather(*(say(session, address, who, "来1箱橙子") for who in names))
    return {who: one["said"] for who, one in zip(names, told, strict=True)}


def check_rush(answers: dict[str, list[dict[str, Any]]]) -> None:
    """Fifty got a line in the group and a slip, the others one line that says so; each his own."""
    assert all(is_his(who, line) for who, said in answers.items() for line in said)
    sold = [who for who, said in answers.items() if any("记下了" in line["text"] for line in said)]
    gone = [who for who, said in answers.items() if any("卖完了" in line["text"] for line in said)]
    assert (len(sold), len(gone), set(sold) & set(gone)) == (BOXES, PEOPLE - BOXES, set())
    codes = [line["text"].split("  ")[0] for who in sold for line in answers[who] if line["room"] is None]
    assert len(set(codes)) == BOXES


async def test_orders_edits_cancels_and_the_clock_all_at_once(database_url: str, tmp_path: Path) -> None:
    """Twenty-four people change their minds while time runs and orders expire; what is promised is always there."""
    dice = random.Random(5)
    words = ["来2箱橙子", "来1箱橙子", "橙子改3箱", "橙子改1箱", "取消", "来1箱橙子 香蕉2斤", "不要橙子了"]
    async with demo_on(database_url, tmp_path, 20) as (shop, address), client() as session:
        heard = dict[str, list[dict[str, Any]]]()

        async def neighbour(who: str) -> None:
            for text in dice.choices(words, k=6):
                room = dice.choice(["水果群", None])
                said = (await say(session, address, who, text, room=room))["said"]
                assert said or room, (who, text)  # in a group silence is an answer to a cancel of nothing
                heard.setdefault(who, []).extend(said)

        async def time_passes() -> None:
            for _ in range(6):
                await asyncio.sleep(0.1)
                async with session.post(f"{address}/try/clock", json={"minutes": 6}) as answer:
                    assert answer.status == 200, await answer.text()
                    for line in (await answer.json())["said"]:
                        assert line["room"] is not None or line["to"].startswith("邻居")

        async def look() -> None:
            """At any moment, not only at the end."""
            for _ in range(10):
                assert await broken(shop.shop) == []
                assert 0 <= await held(ORANGES) <= 20
                await asyncio.sleep(0.1)

        await asyncio.gather(*(neighbour(f"邻居{n:02d}") for n in range(24)), time_passes(), look())
        states = dict(await rows("SELECT state, count(*) AS n FROM message GROUP BY state"))
        assert states == {"done": 24 * 6}
        codes = await rows('SELECT p.name, o.code FROM "order" AS o JOIN person AS p ON p.id = o.buyer_id')
        for who, said in heard.items():
            mine = [code for buyer, code in codes if buyer == who]
            # Where the clock jumped while somebody spoke, his words were heard late, and the group is told so.
            assert all(is_his(who, line, (*mine, after_a_gap())) for line in said), (who, said)
        living = await rows(
            'SELECT coalesce(sum(l.qty), 0) FROM line AS l JOIN "order" AS o ON o.id = l.order_id '
            "WHERE o.status = 'unpaid' AND l.sku_key = ?",
            ORANGES,
        )
        assert living[0][0] == await held(ORANGES) * 1000
        expired = await rows("SELECT count(*) FROM event WHERE kind = 'OrderExpired'")
        assert expired[0][0] > 0, "time passed and nothing expired"
