"""python -m tests.bench: everything in one run, side by side; docs/bench.md says how to read it."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import shutil
import statistics
import tempfile
from pathlib import Path

from bot.wiring import OpenShop
from shop.database import parse
from tests.bench import flash, line, reading, recorded
from tests.bench.line import Timing
from tests.bench.recorded import Cost, Recording
from tests.support.postgres import PostgresServer
from tests.support.shopkeeper import a_demo

CONNECTIONS = 10
WARM = line.visits(line.PEOPLE * 5)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--messages", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print(
        f"{platform.python_version()} on {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start"
    )
    with tempfile.TemporaryDirectory(prefix="qundian-bench-") as name:
        folder = Path(name)
        server = PostgresServer()
        try:
            for n in range(given.rounds):
                print(f"\n── round {n + 1} of {given.rounds}")
                asyncio.run(on_sqlite(folder, given.messages, n))
                asyncio.run(on_postgres(server, given.messages, n))
        finally:
            server.close()
        print("\n── a flash sale")
        flash.run(given.rounds)
        print("\n── the reader")
        reading.main()
        print("\n── the demo")
        asyncio.run(start(folder))


async def on_sqlite(folder: Path, messages: int, n: int) -> None:
    seeded, bare, threaded = folder / f"shop{n}.db", folder / f"bare{n}.db", folder / f"threaded{n}.db"
    async with line.stage(line.goods(), f"sqlite:///{seeded}") as shop:
        ours = await measured(shop, messages)
        await asyncio.to_thread(copy_sqlite, seeded, bare, threaded)
        made = await recorded_once_more(shop, messages)
    show("SQLite", ours, made.statements / messages)
    beside("sqlite3, bare", ours, recorded.replay_sqlite(bare, made))
    beside("aiosqlite, bare", ours, await recorded.replay_aiosqlite(threaded, made))


def copy_sqlite(source: Path, *targets: Path) -> None:
    import sqlite3

    for target in targets:
        with sqlite3.connect(source) as connection:
            connection.execute("VACUUM INTO ?", [str(target)])
        connection.close()


async def on_postgres(server: PostgresServer, messages: int, n: int) -> None:
    name, bare = f"bench{n}", f"bare{n}"
    await server._run((f"CREATE DATABASE {name}",), "postgres")
    url = f"{server.url(name)}&minsize={CONNECTIONS}&maxsize={CONNECTIONS}"
    async with line.stage(line.goods(), url) as shop:
        ours = await measured(shop, messages)
    await server._run((f"CREATE DATABASE {bare} TEMPLATE {name}",), "postgres")  # nobody may be connected
    async with line.stage(line.goods(), url) as shop:
        made = await recorded_once_more(shop, messages)
    show("PostgreSQL", ours, made.statements / messages)
    place = {
        key: value
        for key, value in parse(server.url(bare)).credentials.items()
        if key in ("host", "port", "user", "password", "database")
    }
    replay = await recorded.replay_postgres(place, made, CONNECTIONS)
    beside(f"asyncpg, bare, {CONNECTIONS} connections", ours, replay)


async def measured(shop: OpenShop, messages: int) -> Timing:
    """Nobody listens in: writing the statements down would be counted as ours."""
    await line.work_through(shop, WARM, first=10**6)
    return await line.work_through(shop, line.visits(messages))


async def recorded_once_more(shop: OpenShop, messages: int) -> Recording:
    """The same messages again, for what is said to the database; the bare driver gets warm as well."""
    with recorded.recording() as made:
        await line.work_through(shop, WARM, first=2 * 10**6)
        made.is_warm()
        await line.work_through(shop, line.visits(messages), first=3 * 10**6)
    return made


def show(what: str, ours: Timing, statements: float) -> None:
    print(
        f"{what:<34} {ours.rate:7.0f} messages/s   p50 {ours.percentile(0.5):5.1f} ms   p99 {ours.percentile(0.99):6.1f} ms"
        f"   {ours.cpu / len(ours.each) * 1000:.2f} ms CPU   {statements:.1f} statements each"
    )


def beside(what: str, ours: Timing, bare: Cost) -> None:
    count = len(ours.each)
    print(
        f"  {what:<32} {count / bare.seconds:7.0f} messages/s   {bare.cpu / count * 1000:.2f} ms CPU"
        f"   ours is {bare.seconds / ours.seconds:.0%}"
    )


async def start(folder: Path) -> None:
    seconds, memory = [], 0.0
    for n in range(3):
        place = folder / f"demo{n}"
        place.mkdir()
        keeper = a_demo(place, {})
        seconds.append(await keeper.start())
        memory = keeper.memory()
        await keeper.stop()
        shutil.rmtree(place)
    print(
        f"start to ready: {statistics.median(seconds):.2f} s (median of {len(seconds)}), {memory:.0f} MiB resident"
    )


if __name__ == "__main__":
    main()
