"""python -m tests.bench.full: what an order costs in an empty shop and in one with a million orders, and a rush for a
hundred boxes beside the same conditional update by the bare driver. On databases of its own."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from tortoise.connection import get_connection

from shop import catalogue, database, orders
from shop.database import parse
from shop.invariants import broken
from shop.kit.ids import PersonId, ShopId
from shop.kit.quantity import Quantity
from shop.refusals import SoldOut
from shop.rules.baskets import Want
from shop.transaction import CONNECTION, run_sql, transaction, unit_of_work
from tests.support.postgres import PostgresServer
from tests.support.world import NOW, a_customer, a_product, a_shop, the_shop

SAMPLE = 300
CONNECTIONS = 32
BUYERS, BOXES = 1_000, 100
PEOPLE = 20_000  # who placed the old orders; the sample is among them
NUMBERS = {
    "postgres": "generate_series(1, {many}) AS n",
    "sqlite": "(WITH RECURSIVE a(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a WHERE n < {many}) SELECT n FROM a)",
}
MOMENT = {"postgres": "TIMESTAMPTZ '2020-01-01'", "sqlite": "'2020-01-01 00:00:00+00:00'"}
DAY = {"postgres": "DATE '2020-01-01'", "sqlite": "'2020-01-01'"}
FILL = """
INSERT INTO person (shop_id, name, met_at) SELECT 1, '邻居', {moment} FROM {people};
INSERT INTO "order" (shop_id, buyer_id, day, number, code, token, status, pay_mode, gross_fen, payable_fen, version,
    placed_at, ended_at, ended_why, points, points_fen, adjust_fen, keeps_coupons, campaign_done)
  SELECT 1, {buyer} + n % {all_people}, {day}, n, '0101-' || n, 'old' || n, 'cancelled', 'prepay', 1000, 1000, 1, {moment}, {moment},
    'buyer_cancelled', 0, 0, 0, FALSE, FALSE FROM {numbers};
INSERT INTO line (order_id, sku_id, sku_key, name, spec, called, unit, price_fen, price_why, qty, gross_fen, net_fen,
    cuts, over, points)
  SELECT o.id, {sku}, '{key}', '橙子', '', '橙子', '箱', 1000, '', 1000, 1000, 1000, '[]', FALSE, 0
  FROM "order" AS o;
INSERT INTO hold (line_id, sku_id, qty, state) SELECT id, sku_id, qty, 'released' FROM line;
ANALYZE;
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.full", description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000, help="0: the rush alone")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    server = PostgresServer("max_connections=100")
    try:
        if given.orders:
            asyncio.run(both_flat(server, given.orders, given.rounds))
        asyncio.run(rush(server, given.rounds))
    finally:
        server.close()


async def both_flat(server: PostgresServer, many: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="qundian-bench-") as folder:
        few, full = (f"sqlite:///{folder}/{name}.db" for name in ("few", "full"))
        await flat("SQLite", few, full, many, rounds)
    few, full = [await new_database(server, name) for name in ("with_few", "with_many")]
    await flat("PostgreSQL", few, full, many, rounds)


async def new_database(server: PostgresServer, name: str) -> str:
    await server._run((f"CREATE DATABASE {name}",), "postgres")
    return f"{server.url(name)}&minsize={CONNECTIONS}&maxsize={CONNECTIONS}"


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[None]:
    await database.open_database(url, models=database.record_modules())
    await database.migrate()
    catalogue.forget()
    try:
        yield
    finally:
        await database.close_database()


# ── flat ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def flat(what: str, few: str, full: str, many: int, rounds: int) -> None:
    """Two databases by turns, because the machine is shared: one with a handful of orders, one with very many."""
    for url, old in ((few, 10), (full, many)):
        async with opened(url):
            await a_shop()
            await fill(old)
    ratios = list[float]()
    for _ in range(rounds):
        each = list[float]()
        for url in (few, full):
            async with opened(url):
                each.append(await sample())
        ratios.append(each[1] / each[0])
        print(
            f"{what}: placed and cancelled in {each[0]:.2f} ms beside 10 orders, {each[1]:.2f} ms beside {many}"
        )
    print(f"{what}: {statistics.median(ratios):.2f}× at the median of {rounds}")


async def fill(many: int) -> None:
    sku = await a_product("橙子", "10.00", stock=100_000)
    buyers = [await a_customer(f"邻居{n}") for n in range(SAMPLE)]
    dialect = get_connection(CONNECTION).capabilities.dialect
    texts = {
        "buyer": buyers[0],
        "all_people": PEOPLE,
        "people": NUMBERS[dialect].format(many=PEOPLE - SAMPLE),
        "key": sku,
        "sku": await row_of(sku),
        "day": DAY[dialect],
        "moment": MOMENT[dialect],
        "numbers": NUMBERS[dialect].format(many=many),
    }
    began = time.perf_counter()
    async with transaction():
        if dialect == "postgres":
            await run_sql("SET LOCAL statement_timeout = 0")
            await run_sql(
                "SET LOCAL session_replication_role = replica"
            )  # a million pointers need no looking after
        for statement in FILL.format(**texts).split(";\n"):
            if statement.strip():
                await run_sql(statement)
    print(f"{many} old orders written in {time.perf_counter() - began:.0f} s")


async def sample() -> float:
    """Milliseconds to place an order and cancel it, at the median; the first third warms up."""
    shop, sku, each = await the_shop(), await the_sku(), list[float]()
    buyers = [await a_customer(f"邻居{n}") for n in range(SAMPLE)]
    for buyer in buyers:
        at = time.perf_counter()
        await unit_of_work(lambda b=buyer: orders.place(shop, b, [Want(sku, Quantity.of(1))], now=NOW))  # type: ignore[misc]
        await unit_of_work(lambda b=buyer: orders.cancel(shop, b, now=NOW))  # type: ignore[misc]
        each.append((time.perf_counter() - at) * 1000)
    return statistics.median(each[SAMPLE // 3 :])


async def the_sku() -> str:
    return str((await run_sql('SELECT "key" FROM sku ORDER BY id LIMIT 1'))[0]["key"])


# ── a rush ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def rush(server: PostgresServer, rounds: int) -> None:
    """Ours and the bare driver by turns, each round with goods of its own; the first round warms both."""
    async with opened(await new_database(server, "rush")):
        await rushes(server, rounds)


async def rushes(server: PostgresServer, rounds: int) -> None:
    shop = await a_shop()
    buyers = [await a_customer(f"邻居{n}") for n in range(BUYERS)]
    place = parse(server.url("rush")).credentials
    known = {key: place[key] for key in ("host", "port", "user", "password", "database") if place.get(key)}
    pool = await asyncpg.create_pool(min_size=CONNECTIONS, max_size=CONNECTIONS, **known)
    ratios = list[float]()
    for n in range(rounds + 1):
        ours, sold = await one_rush(shop, f"橙子{n}", buyers)
        bare, taken = await the_bare_driver(pool, await row_of(await a_product(f"苹果{n}", stock=BOXES)))
        assert (sold, taken) == (BOXES, BOXES) and not await broken(shop)
        if n:
            ratios.append(bare / ours)
            print(
                f"{BUYERS} buyers for {BOXES} boxes over {CONNECTIONS} connections: {sold} sold, {BUYERS / ours:.0f}/s; "
                f"the bare conditional update {BUYERS / bare:.0f}/s; ours is {bare / ours:.0%}"
            )
    print(f"ours is {statistics.median(ratios):.0%} at the median of {rounds}")
    await pool.close()


async def one_rush(shop: ShopId, name: str, buyers: list[PersonId]) -> tuple[float, int]:
    """Seconds, and how many had some; then all of them think better of it, for the next round."""
    sku = await a_product(name, "10.00", stock=BOXES)
    await orders.preview(
        shop, [Want(sku, Quantity.of(1))], now=NOW
    )  # somebody has looked at the goods before
    seconds, got = await all_at_once([lambda b=b: buy(shop, sku, b) for b in buyers])
    for buyer in (buyer for buyer, has in zip(buyers, got, strict=True) if has):
        await unit_of_work(lambda b=buyer: orders.cancel(shop, b, now=NOW))  # type: ignore[misc]
    return seconds, sum(got)


async def row_of(sku: str) -> int:
    return int((await run_sql('SELECT id FROM sku WHERE "key" = ?', [sku]))[0]["id"])


async def all_at_once(work: list[Any]) -> tuple[float, list[bool]]:
    began = time.perf_counter()
    got = await asyncio.gather(*(one() for one in work))
    return time.perf_counter() - began, got


async def buy(shop: ShopId, sku: str, buyer: PersonId) -> bool:
    """As a message does it: looked at, then placed."""
    try:
        await unit_of_work(lambda: look_and_place(shop, sku, buyer))
    except SoldOut:
        return False
    return True


async def look_and_place(shop: ShopId, sku: str, buyer: PersonId) -> None:
    wants = [Want(sku, Quantity.of(1))]
    await orders.preview(shop, wants, now=NOW, buyer=buyer)
    await orders.place(shop, buyer, wants, now=NOW)


async def the_bare_driver(pool: Any, sku: int) -> tuple[float, int]:
    """Only the update that decides, each in a transaction of its own."""

    async def take() -> bool:
        async with pool.acquire() as connection, connection.transaction():
            said = await connection.execute(
                "UPDATE stock_item SET held = held + 1000 WHERE sku_id = $1 AND on_hand >= held + 1000", sku
            )
            return bool(said == "UPDATE 1")

    seconds, got = await all_at_once([take] * BUYERS)
    await pool.execute("UPDATE stock_item SET held = 0 WHERE sku_id = $1", sku)
    return seconds, sum(got)


if __name__ == "__main__":
    main()
