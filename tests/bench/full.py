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
    parser.add_argument("--orders", type=int, default=1_000_000)
    given = parser.parse_args()
    server = PostgresServer()
    try:
        asyncio.run(flat(server, given.orders))
        asyncio.run(rush(server))
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
    row = (await run_sql('SELECT id FROM sku WHERE "key" = ?', [sku]))[0]["id"]
    began = time.perf_counter()
    for statement in FILL.format(buyer=buyers[0], many=many, sku=row, key=sku).split(";\n"):
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


async def rush(server: PostgresServer) -> None:
    shop = await opened(server, "rush")
    sku = await a_product("橙子", "10.00", stock=BOXES)
    buyers = [await a_customer(f"邻居{n}") for n in range(BUYERS)]
    ours, sold = await all_at_once([lambda b=b: buy(shop, sku, b) for b in buyers])
    wrong = await broken(shop)
    await database.close_database()
    bare, taken = await the_bare_driver(parse(server.url("rush")).credentials)
    print(
        f"{BUYERS} buyers for {BOXES} boxes over {CONNECTIONS} connections: {sold} sold, {len(wrong)} invariants broken, "
        f"{BUYERS / ours:.0f}/s; the bare conditional update: {taken} taken, {BUYERS / bare:.0f}/s; "
        f"ours is {bare / ours:.0%}"
    )


async def all_at_once(work: list[Any]) -> tuple[float, int]:
    began = time.perf_counter()
    got = await asyncio.gather(*(one() for one in work))
    return time.perf_counter() - began, sum(got)


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


async def the_bare_driver(place: dict[str, Any]) -> tuple[float, int]:
    """Only the update that decides, each in a transaction of its own."""
    known = {key: place[key] for key in ("host", "port", "user", "password", "database") if place.get(key)}
    pool = await asyncpg.create_pool(min_size=CONNECTIONS, max_size=CONNECTIONS, **known)
    await pool.execute("UPDATE stock_item SET on_hand = $1, held = 0", BOXES * 1000)

    async def take() -> bool:
        async with pool.acquire() as connection, connection.transaction():
            said = await connection.execute(
                "UPDATE stock_item SET held = held + 1000 WHERE sku_id = 1 AND on_hand >= held + 1000"
            )
            return bool(said == "UPDATE 1")

    result = await all_at_once([take] * BUYERS)
    await pool.close()
    return result


if __name__ == "__main__":
    main()
