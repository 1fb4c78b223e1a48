"""python -m tests.bench.flash: five hundred people and a hundred boxes through inbox and outbox, on both databases; the same
with the shop killed in the middle; and a thousand buyers over the same conditional update by the bare driver. On
databases of its own."""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import asyncpg

from bot import clock, performance
from bot.channels.loopback import Loopback
from bot.collector import leave_what_stands
from bot.run import demo_goods
from shop import campaigns, orders
from shop.campaigns import NewItem
from shop.catalogue import goods
from shop.database import parse
from shop.invariants import broken
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.records.mail import Letter
from shop.refusals import QuotaGone
from shop.rules.baskets import Want
from shop.rules.campaigns import Kind, OnOffer
from shop.transaction import run_sql, unit_of_work
from tests.bench.full import BOXES, BUYERS, CONNECTIONS, all_at_once, new_database, opened
from tests.support import rush, rush_killed
from tests.support.postgres import PostgresServer
from tests.support.world import NOW, a_customer, a_product, a_shop

PEOPLE, PIECES = 500, 100
SECONDS = 2.0  # within which all of them speak
KILLS = 2


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.flash", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--killed", action="store_true", help="only the rush in which the shop is killed")
    given = parser.parse_args()
    if given.killed:
        run_killed()
    else:
        run(given.rounds)


def run(rounds: int) -> None:
    server = PostgresServer("max_connections=100")
    try:
        with tempfile.TemporaryDirectory(prefix="qundian-bench-") as folder:
            asyncio.run(the_crowd("SQLite", f"sqlite:///{Path(folder) / 'shop.db'}"))
        asyncio.run(server._run(("CREATE DATABASE crowd",), "postgres"))
        asyncio.run(the_crowd("PostgreSQL", f"{server.url('crowd')}&minsize=10&maxsize=10"))
        asyncio.run(beside_the_bare_driver(server, rounds))
    finally:
        server.close()


def run_killed() -> None:
    server = PostgresServer()
    try:
        with tempfile.TemporaryDirectory(prefix="qundian-bench-") as folder:
            sqlite, postgres = Path(folder) / "sqlite", Path(folder) / "postgres"
            sqlite.mkdir()
            asyncio.run(the_killed("SQLite", f"sqlite:///{sqlite / 'shop.db'}", sqlite))
            postgres.mkdir()
            server.run("CREATE DATABASE killed")
            asyncio.run(the_killed("PostgreSQL", server.url("killed"), postgres))
    finally:
        server.close()


async def the_killed(what: str, url: str, folder: Path) -> None:
    began = time.perf_counter()
    behind = await rush_killed.lived(
        url, folder, PEOPLE, PIECES, dice=random.Random(9), within=SECONDS, kills=KILLS
    )
    print(
        f"{what}: {PEOPLE} people for {PIECES} boxes, killed {KILLS} times in {SECONDS} s: {PIECES} taken, everybody told; "
        f"the last message in the group {behind:+.1f} s from the last word; {time.perf_counter() - began:.0f} s in all"
    )


# ── a crowd in a group ──────────────────────────────────────────────────────────────────────────────────────────


async def the_crowd(what: str, url: str) -> None:
    """Everybody speaks within two seconds; the clock of the shop runs with the wall's, and ticks each second."""
    demo = demo_goods()
    demo = replace(demo, stock={**demo.stock, rush.STRAWBERRIES: rush.STOCK})
    channel, dice, names = Loopback(performance.CHANNEL), random.Random(37), rush.crowd(PEOPLE)
    async with performance.stage(demo, url, channel) as shop:
        shop.clock = shop.inbox._clock = shop.outbox._clock = clock.MovableClock(performance.OPENING_DAY)
        await unit_of_work(lambda: rush.a_sale(shop.shop, PIECES, now=shop.clock.now()))
        shop.run_loops()
        await shop.hear(
            rush.heard(channel.name, -1, names[0], "今天天气不错", shop.clock.now())
        )  # the reader is made
        await shop.inbox.idle()
        said = rush.shouts(names, dice)
        began = time.perf_counter()

        async def shout(n: int, who: str, text: str) -> None:
            await asyncio.sleep(SECONDS * n / len(said))
            await shop.hear(rush.heard(channel.name, n, who, text, shop.clock.now()))

        await asyncio.gather(*(shout(n, who, text) for n, (who, text) in enumerate(said)))
        over, heard_in = shop.clock.now(), time.perf_counter() - began
        await shop.inbox.idle()
        done_in = time.perf_counter() - began
        while await _unsaid():  # noqa: ASYNC110 - the outbox works
            await asyncio.sleep(0.05)
        told_in = time.perf_counter() - began
        await rush.check_books(shop.shop, PIECES)
        await rush.check_words(channel.said, names, PIECES)
        behind = await _last_in_the_group(over.timestamp())
    in_group = sum(line.room is not None for line in channel.said)
    print(
        f"{what}: {len(said)} shouts of {PEOPLE} people for {PIECES} boxes, heard in {heard_in:.1f} s, worked through "
        f"after {done_in:.1f} s, everybody told after {told_in:.1f} s; {in_group} messages in the group, the last "
        f"{behind:+.1f} s from the end of the rush"
    )


async def _unsaid() -> int:
    (row,) = await run_sql(
        "SELECT (SELECT count(*) FROM event WHERE NOT told) + (SELECT count(*) FROM letter WHERE state IN ('new', 'sending')) "
        "+ (SELECT count(*) FROM campaign WHERE sold_out_at IS NULL) AS many"
    )
    return int(row["many"])


async def _last_in_the_group(over: float) -> float:
    last = await Letter.filter(room__isnull=False, state="sent").order_by("-sent_at").first()
    assert last is not None and last.sent_at is not None
    return last.sent_at.timestamp() - over


# ── beside the bare driver ──────────────────────────────────────────────────────────────────────────────────────


async def beside_the_bare_driver(server: PostgresServer, rounds: int) -> None:
    """By turns, each round with a sale of its own; the first round warms both."""
    async with opened(await new_database(server, "flashes")):
        await by_turns(server, rounds)


async def by_turns(server: PostgresServer, rounds: int) -> None:
    shop = await a_shop()
    buyers = [await a_customer(f"邻居{n}") for n in range(BUYERS)]
    place = parse(server.url("flashes")).credentials
    known = {key: place[key] for key in ("host", "port", "user", "password", "database") if place.get(key)}
    pool = await asyncpg.create_pool(min_size=CONNECTIONS, max_size=CONNECTIONS, **known)
    ratios = list[float]()
    leave_what_stands()  # as the program does when it has opened
    for n in range(rounds + 1):
        of, twin = await a_flash(shop, f"橙子{n}"), await a_flash(shop, f"苹果{n}")
        await goods(shop)  # somebody has looked at the shelf since the sale began
        ours, got = await all_at_once([lambda b=b, of=of: grab(shop, of, b) for b in buyers])
        bare, taken = await all_at_once([lambda twin=twin: bare_grab(pool, twin)] * BUYERS)
        assert (sum(got), sum(taken)) == (BOXES, BOXES)
        await run_sql(  # the bare driver books nothing: put back what it took
            "UPDATE campaign_item SET taken = 0, reserved = quota WHERE id = ?", [twin.items[0].id]
        )
        assert not await broken(shop)
        if n:
            ratios.append(bare / ours)
            print(
                f"{BUYERS} buyers for {BOXES} flash boxes over {CONNECTIONS} connections: {BUYERS / ours:.0f}/s; "
                f"the bare conditional update {BUYERS / bare:.0f}/s; ours is {bare / ours:.0%}"
            )
    print(f"ours is {statistics.median(ratios):.0%} at the median of {rounds}")
    await pool.close()


async def a_flash(shop: ShopId, name: str) -> OnOffer:
    sku = await a_product(name, "28.00", stock=BOXES, unit="盒")
    item = NewItem(sku, Money(990), Quantity.of(BOXES), Quantity.of(1))
    return await campaigns.set_up(shop, Kind.FLASH, name, [item], by=None, now=NOW)


async def grab(shop: ShopId, of: OnOffer, buyer: PersonId) -> bool:
    """As a message does it: placed at once, nothing is previewed."""
    wants = [Want(of.items[0].sku, Quantity.of(1))]
    try:
        await unit_of_work(lambda: orders.place(shop, buyer, wants, now=NOW, campaign=of))
    except QuotaGone:
        return False
    return True


async def bare_grab(pool: asyncpg.Pool, of: OnOffer) -> bool:
    """Only the update that decides, in a transaction of its own."""
    async with pool.acquire() as connection, connection.transaction():
        said = await connection.execute(
            "UPDATE campaign_item SET taken = taken + 1000, reserved = reserved - 1000 "
            "WHERE id = $1 AND is_open AND reserved - kept >= 1000",
            of.items[0].id,
        )
        return bool(said == "UPDATE 1")


if __name__ == "__main__":
    main()
