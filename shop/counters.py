"""号: numbers in a row, taken in one statement (counting rows would give two orders one number)."""

from __future__ import annotations

from shop.transaction import run_sql


async def next_number(shop: int, name: str) -> int:
    """The next number of this counter, from 1. Inside the caller's transaction: a rollback gives it back."""
    rows = await run_sql(
        "INSERT INTO counter (shop_id, name, value) VALUES (?, ?, 1) "
        "ON CONFLICT (shop_id, name) DO UPDATE SET value = counter.value + 1 RETURNING value",
        [shop, name],
    )
    return int(rows[0]["value"])
