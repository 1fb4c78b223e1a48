"""python -m tests.bench.full: what an order costs in an empty shop and in one with a million orders, and a rush for a
hundred boxes beside the same conditional update by the bare driver. On a PostgreSQL of its own."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from typing import Any

import asyncpg

from shop import database, orders
from shop.database import parse
from shop.invariants import broken
from shop.kit.ids import PersonId, ShopId
from shop.kit.quantity import Quantity
from shop.refusals import SoldOut
from shop.rules.baskets import Want
from shop.transaction import run_sql, unit_of_work
from tests.support.postgres import PostgresServer
from tests.support.world import NOW, a_customer, a_product, a_shop

SAMPLE = 300
CONNECTIONS = 32
BUYERS, BOXES = 1_000, 100
FILL = """
INSERT INTO "order" (shop_id, buyer_id, day, number, code, token, status, pay_mode, gross_fen, payable_fen, version,
    placed_at, ended_at, ended_why, points, points_fen, adjust_fen)
  SELECT 1, {buyer}, DATE '2020-01-01' + (n / 1000), n % 1000 + 1, 'old', md5(n::text), 'cancelled', 'prepay', 1000, 1000,
    1, TIMESTAMPTZ '2020-01-01', TIMESTAMPTZ '2020-01-01', 'buyer_cancelled', 0, 0, 0 FROM generate_series(1, {many}) AS n;
INSERT INTO line (order_id, sku_id, sku_key, name, spec, called, unit, price_fen, price_why, qty, gross_fen, net_fen, cuts)
  SELECT o.id, {sku}, '{key}', '橙子', '', '橙子', '箱', 1000, '', 1000, 1000, 1000, '[]' FROM "order" AS o WHERE o.code = 'old';
INSERT INTO hold (line_id, sku_id, qty, state) SELECT id, sku_id, qty, 'released' FROM line WHERE order_id IN
  (SELECT id FROM "order" WHERE code = 'old');
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
            asyncio.run(flat(server, given.orders))
        asyncio.run(rush(server, given.rounds))
    finally:
        server.close()


async def opened(server: PostgresServer, name: str) -> ShopId:
    await server._run((f"CREATE DATABASE {name}",), "postgres")
    url = f"{server.url(name)}&minsize={CONNECTIONS}&maxsize={CONNECTIONS}"
    await database.open_database(url, models=database.record_modules())
    await database.migrate()
    return await a_shop()


# ── flat ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def flat(server: PostgresServer, many: int) -> None:
    """The same sample before and after, in one run; medians, because the machine is shared."""
    shop = await opened(server, "flat")
    sku = await a_product("橙子", "10.00", stock=100_000)
    buyers = [await a_customer(f"邻居{n}") for n in range(SAMPLE)]
    await sample(shop, sku, buyers)
    few = await sample(shop, sku, buyers)
    began = time.perf_counter()
    for statement in FILL.format(buyer=buyers[0], many=many, sku=await row_of(sku), key=sku).split(";\n"):
        if statement.strip():
            await run_sql(statement)
    print(f"{many} old orders written in {time.perf_counter() - began:.0f} s")
    await sample(shop, sku, buyers)
    full = await sample(shop, sku, buyers)
    print(
        f"placing and cancelling an order: {few:.2f} ms with {SAMPLE * 2} orders in the table, "
        f"{full:.2f} ms with {many} more: {full / few:.2f}×"
    )
    await database.close_database()


async def sample(shop: ShopId, sku: str, buyers: list[PersonId]) -> float:
    each = []
    for buyer in buyers:
        at = time.perf_counter()
        await unit_of_work(lambda b=buyer: orders.place(shop, b, [Want(sku, Quantity.of(1))], now=NOW))  # type: ignore[misc]
        await unit_of_work(lambda b=buyer: orders.cancel(shop, b, now=NOW))  # type: ignore[misc]
        each.append((time.perf_counter() - at) * 1000)
    return statistics.median(each)


# ── a rush ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def rush(server: PostgresServer, rounds: int) -> None:
    """Ours and the bare driver by turns, each round with goods of its own; the first round warms both."""
    shop = await opened(server, "rush")
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
    await database.close_database()


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
