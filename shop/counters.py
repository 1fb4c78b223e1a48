"""号: numbers in a row, taken in one statement (counting rows would give two orders one number); the numbers of the
orders, for which nobody waits; and the version of the goods."""

from __future__ import annotations

from datetime import date
from secrets import randbelow

from shop.kit.ids import OrderId, ShopId
from shop.rows import is_postgres
from shop.transaction import run_sql, seen

_FROM_SEQUENCE = "nextval(pg_get_serial_sequence('\"order\"', 'id'))"
_AFTER_THE_LAST = "(SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'order')"
GOODS = "goods"  # beside the shop: what this transaction knows of its version


async def next_number(shop: int, name: str) -> int:
    """The next number of this counter, from 1. Inside the caller's transaction: a rollback gives it back."""
    rows = await run_sql(
        "INSERT INTO counter (shop_id, name, value) VALUES (?, ?, 1) "
        "ON CONFLICT (shop_id, name) DO UPDATE SET value = counter.value + 1 RETURNING value",
        [shop, name],
    )
    return int(rows[0]["value"])


async def next_order(shop: ShopId, day: date) -> tuple[OrderId, int]:
    """The row that the next order is to have, and its number on this day, from 1: the rows are counted from the first of
    the day. A counter would be one row that each order of the day holds until it commits, and all others wait for. A
    rollback loses its number on PostgreSQL."""
    name = f"order rows before {day.isoformat()}"
    row, before = await _drawn(shop, name)
    if before is None:
        before = await _begin_day(shop, day, name, row - 1)
    while row <= before:  # somebody who drew after us began the day
        row, _ = await _drawn(shop, name)
    return OrderId(row), row - before


async def _drawn(shop: ShopId, name: str) -> tuple[int, int | None]:
    next_row = _FROM_SEQUENCE if is_postgres() else _AFTER_THE_LAST
    (drawn,) = await run_sql(
        f"SELECT {next_row} AS id, (SELECT value FROM counter WHERE shop_id = ? AND name = ?) AS before",
        [shop, name],
    )
    return int(drawn["id"]), drawn["before"]


async def _begin_day(shop: ShopId, day: date, name: str, last: int) -> int:
    """Orders that have this day's numbers already were counted in another way, before an upgrade."""
    await run_sql(
        'INSERT INTO counter (shop_id, name, value) SELECT ?, ?, ? - coalesce(max(number), 0) FROM "order" '
        "WHERE shop_id = ? AND day = ? ON CONFLICT (shop_id, name) DO NOTHING",
        [shop, name, last, shop, day],
    )
    (begun,) = await run_sql("SELECT value FROM counter WHERE shop_id = ? AND name = ?", [shop, name])
    return int(begun["value"])


async def goods_changed(shop: ShopId) -> None:
    """A step by chance: a version that was rolled back, and is still known as a shelf, never comes again."""
    step = 1 + randbelow(2**20)
    await run_sql("UPDATE shop SET goods_version = goods_version + ? WHERE id = ?", [step, shop])
    seen().pop((GOODS, shop), None)
