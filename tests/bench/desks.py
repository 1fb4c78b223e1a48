"""python -m tests.bench.desks --desks 150 --rooms 150: desks and rooms that are open on one process, and how soon a line
reaches all of them.

The shop runs in a process of its own and is never measured together with those who look on. --beside FOLDER takes turns
with another checkout of this repository; the ratio is the median of the rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from itsdangerous import URLSafeTimedSerializer

from bot.channels.webroom import WebRoom
from bot.clock import MovableClock
from bot.run import demo_goods, site_of
from bot.settings import from_mapping
from bot.wiring import OpenShop, open_shop, opening_of
from shop import people
from shop.transaction import unit_of_work

SECRET, ROOM, SPEAKERS = "a secret of the bench", "水果群", 20
MARK = re.compile("第(\\d+)句".encode())
WARM = 4  # the first lines: patterns are compiled, statements prepared; counted apart
EVERY = 0.3  # seconds between two lines
AFTER = 2.0  # what has not come by then is lost
HERE = Path(__file__).parents[2]


# ── the shop, in its own process ────────────────────────────────────────────────────────────────────────────────


async def serve(rooms: int) -> None:
    """Says its port and who its agent is, and stays until its input ends."""
    goods = demo_goods()
    with tempfile.TemporaryDirectory(prefix="qundian-desks-") as folder:
        settings = from_mapping(
            {
                "shop": {"key": goods.shop_id, "name": goods.shop_name, "timezone": goods.tz},
                "database": {"url": f"sqlite:///{Path(folder) / 'shop.db'}"},
                "channels": [{"kind": "webroom", "name": "webroom", "rooms": [ROOM]}],
            },
            {},
        )
        clock = MovableClock()
        room = WebRoom(shop_name=goods.shop_name, rooms=(ROOM,), now=clock.now, name="webroom")
        async with open_shop(settings, clock, lambda _: {"webroom": room}, opening=opening_of(goods)) as shop:
            await shop.start()
            for kind, count in (("look", rooms), ("say", SPEAKERS)):
                for n in range(count):
                    await room.join(f"{kind}{n}", f"{kind} {n}", likeness=f"{kind}{n}")
            agent = await unit_of_work(lambda: an_agent(shop))
            server = TestServer(site_of(shop, settings, SECRET))
            await server.start_server()
            print(server.port, agent, flush=True)
            await asyncio.to_thread(sys.stdin.read)
            await server.close()


async def an_agent(shop: OpenShop) -> int:
    now = shop.clock.now()
    agent = await people.recognise(shop.shop, "webroom", "客服", "客服", now=now)
    await people.appoint(shop.shop, agent.id, people.AGENT, now=now)
    return int(agent.id)


@asynccontextmanager
async def a_shop(checkout: Path, rooms: int) -> AsyncIterator[tuple[int, int, int]]:
    """The port of a shop that runs the code of this checkout, its agent, and its process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(Path(__file__)), "--serve", "--rooms", str(rooms),
        cwd=checkout, env={**os.environ, "PYTHONPATH": str(checkout)}, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    try:
        port, agent = (await process.stdout.readline()).split()
        yield int(port), int(agent), process.pid
    finally:
        process.stdin.close()
        await process.wait()


# ── who looks on ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Onlookers:
    """When each line came in, by what they look at. They do as little as can be: bytes in, a number found."""

    port: int
    ready: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    came: dict[str, list[tuple[int, float]]] = field(default_factory=lambda: {"desk": [], "room": []})

    async def look(self, what: str, cookie: str = "") -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 22)
        ask = f"GET /{what}/stream HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {cookie}\r\n\r\n"
        writer.write(ask.encode())
        name, seen = b"", set[int]()
        try:
            while raw := await reader.readline():
                if raw.startswith(b"event: "):
                    name = raw[7:].strip()
                    if name == b"ready":
                        self.ready.release()
                elif name == b"line" and raw.startswith(b"data: "):
                    mark = MARK.search(raw)
                    if mark and int(mark[1]) not in seen:
                        seen.add(int(mark[1]))
                        self.came[what].append((int(mark[1]), time.perf_counter()))
        finally:
            writer.close()


@dataclass(frozen=True)
class Round:
    """Milliseconds from the post of a line until it had come, and how many never came."""

    desk: list[float]
    room: list[float]
    first: float  # the slowest of the first few lines
    cpu: float  # of the shop, for each line said: steadier than the clock on a machine that others want, too
    lost: int

    def p(self, what: str, share: float) -> float:
        took: list[float] = getattr(self, what)
        return took[min(int(len(took) * share), len(took) - 1)] if took else 0.0


async def measured(checkout: Path, desks: int, rooms: int, lines: int) -> Round:
    async with a_shop(checkout, rooms) as (port, agent, pid):
        looking = Onlookers(port)
        desk = cookie("qundian_desk", "desk", agent)
        tasks = [asyncio.create_task(looking.look("desk", desk)) for _ in range(desks)]
        tasks += [
            asyncio.create_task(looking.look("room", cookie("qundian", "member", f"look{n}")))
            for n in range(rooms)
        ]
        async with asyncio.timeout(60):
            for _ in tasks:
                await looking.ready.acquire()
        worked = cpu_of(pid)
        said = await talk(port, lines)
        await asyncio.sleep(AFTER)
        worked = (cpu_of(pid) - worked) * 1000 / len(said)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    took = {
        what: sorted((at - said[n]) * 1000 for n, at in came if n >= WARM)
        for what, came in looking.came.items()
    }
    first = max((at - said[n]) * 1000 for came in looking.came.values() for n, at in came if n < WARM)
    wanted = desks * len(said) + rooms * len([n for n in said if in_the_group(n)])
    return Round(took["desk"], took["room"], first, worked, wanted - sum(map(len, looking.came.values())))


def cookie(name: str, purpose: str, who: int | str) -> str:
    return f"{name}={URLSafeTimedSerializer(SECRET, salt=f'qundian.{purpose}').dumps(who)}"


def cpu_of(pid: int) -> float:
    """Seconds that a process has worked so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def in_the_group(n: int) -> bool:
    """Every other line is said in private, where the shop has an answer for it."""
    return n % 2 == 0


async def talk(port: int, lines: int) -> dict[int, float]:
    """When each line was posted."""
    said = {}
    async with aiohttp.ClientSession() as client:
        for n in range(WARM + lines):
            said[n] = time.perf_counter()
            body = {"room": ROOM if in_the_group(n) else None, "text": f"第{n}句", "nonce": f"nonce{n}"}
            who = {"Cookie": cookie("qundian", "member", f"say{n % SPEAKERS}")}
            async with client.post(f"http://127.0.0.1:{port}/room/say", json=body, headers=who) as answered:
                if answered.status != web.HTTPOk.status_code:
                    raise RuntimeError(await answered.text())
            await asyncio.sleep(EVERY)
    return said


# ── rounds ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def main(desks: int, rooms: int, lines: int, rounds: int, beside: Path | None) -> int:
    """How many lines did not come."""
    ratios, p99s, lost = list[float](), list[float](), 0
    for n in range(rounds):
        print(f"── round {n + 1}, load {os.getloadavg()[0]:.1f}")
        ours = await measured(HERE, desks, rooms, lines)
        show("here", ours)
        p99s.append(max(ours.p("desk", 0.99), ours.p("room", 0.99)))
        lost += ours.lost
        if beside is not None:
            theirs = await measured(beside, desks, rooms, lines)
            show("beside", theirs)
            ratios.append(theirs.p("desk", 0.99) / ours.p("desk", 0.99))
    print(
        f"{desks} desks and {rooms} rooms: p99 {statistics.median(p99s):.0f} ms, the median of {rounds} rounds"
    )
    if ratios:
        print(f"at the desks the one beside takes {statistics.median(ratios):.1f} times as long")
    return lost


def show(name: str, one: Round) -> None:
    print(
        f"  {name:<7} desks p50 {one.p('desk', 0.5):5.0f} ms  p99 {one.p('desk', 0.99):5.0f} ms   "
        f"rooms p50 {one.p('room', 0.5):5.0f} ms  p99 {one.p('room', 0.99):5.0f} ms   "
        f"the first lines {one.first:5.0f} ms   {one.cpu:4.0f} ms of CPU a line   {one.lost} lost",
        flush=True,
    )


def run() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.desks", description=__doc__)
    parser.add_argument("--desks", type=int, default=150)
    parser.add_argument("--rooms", type=int, default=150)
    parser.add_argument("--lines", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--beside", type=Path, help="another checkout, measured in turns")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    logging.disable(logging.ERROR)
    if given.serve:
        asyncio.run(serve(given.rooms))
        return 0
    return min(1, asyncio.run(main(given.desks, given.rooms, given.lines, given.rounds, given.beside)))


if __name__ == "__main__":
    sys.exit(run())
