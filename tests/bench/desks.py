"""python -m tests.bench.desks --desks 300: that many open desks on one process; how soon a line reaches all of them."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
from aiohttp.test_utils import TestServer

from bot.channels.webroom import WebRoom
from bot.clock import MovableClock
from bot.run import demo_goods, site_of
from bot.settings import from_mapping
from bot.wiring import open_shop, opening_of


async def reached(
    client: aiohttp.ClientSession, url: str, ready: asyncio.Semaphore, seen: dict[str, list[float]]
) -> None:
    """One desk: notes when each line of a customer came in."""
    async with client.get(url, timeout=aiohttp.ClientTimeout(None)) as stream:
        async for raw in stream.content:
            line = raw.decode()
            if line.startswith("event: ready"):
                ready.release()
            elif line.startswith("data: ") and '"kind": "customer"' in line:
                seen.setdefault(json.loads(line[6:])["text"], []).append(time.perf_counter())


async def main(desks: int, lines: int) -> int:
    goods = demo_goods()
    with tempfile.TemporaryDirectory(prefix="qundian-desks-") as folder:
        settings = from_mapping(
            {
                "shop": {"key": goods.shop_id, "name": goods.shop_name, "timezone": goods.tz},
                "database": {"url": f"sqlite:///{Path(folder) / 'shop.db'}"},
                "channels": [{"kind": "webroom", "name": "webroom", "rooms": ["水果群"]}],
            },
            {},
        )
        clock = MovableClock()
        room = WebRoom(shop_name=goods.shop_name, rooms=("水果群",), now=clock.now, name="webroom")
        async with open_shop(
            settings, clock, lambda _: {"webroom": room}, opening=opening_of(goods), is_demo=True
        ) as shop:
            await shop.start()
            server = TestServer(site_of(shop, settings, "a secret"))
            await server.start_server()
            took = await measured(server, desks, lines)
            await server.close()
    took.sort()
    p50, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
    print(
        f"{desks} desks, {lines} lines: half within {p50 * 1000:.0f} ms, 99 of 100 within {p99 * 1000:.0f} ms"
    )
    return int(len(took) < desks * lines)


async def measured(server: TestServer, desks: int, lines: int) -> list[float]:
    ready, seen = asyncio.Semaphore(0), dict[str, list[float]]()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:
        open_desks = [
            asyncio.create_task(reached(client, str(server.make_url("/desk/stream")), ready, seen))
            for _ in range(desks)
        ]
        for _ in range(desks):
            await ready.acquire()
        said = dict[str, float]()
        for n in range(lines):
            text = f"第{n}句"
            said[text] = time.perf_counter()
            body = {"who": f"顾客{n % 20}", "room": None, "text": text, "nonce": f"n{n}"}
            async with client.post(server.make_url("/try/say"), json=body) as answered:
                await answered.read()
            await asyncio.sleep(0.3)
        await asyncio.sleep(2)
        for desk in open_desks:
            desk.cancel()
        await asyncio.gather(*open_desks, return_exceptions=True)
    return [at - said[text] for text, times in seen.items() for at in times]


def run() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.desks", description=__doc__)
    parser.add_argument("--desks", type=int, default=300)
    parser.add_argument("--lines", type=int, default=40)
    given = parser.parse_args()
    logging.disable(logging.ERROR)
    return asyncio.run(main(given.desks, given.lines))


if __name__ == "__main__":
    sys.exit(run())
