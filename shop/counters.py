"""号: numbers in a row, taken in one statement (counting rows would give two orders one number); and the version of
the goods."""

from __future__ import annotations

from secrets import randbelow

from shop.kit.ids import ShopId
from shop.transaction import run_sql, seen

GOODS = "goods"  # beside the shop: what this transaction knows of its version


async def next_number(shop: int, name: str) -> int:
    """The next number of this counter, from 1. Inside the caller's transaction: a rollback gives it back."""
    rows = await run_sql(
        "INSERT INTO counter (shop_id, name, value) VALUES (?, ?, 1) "
        "ON CONFLICT (shop_id, name) DO UPDATE SET value = counter.value + 1 RETURNING value",
        [shop, name],
    )
    return int(rows[0]["value"])


async def goods_changed(shop: ShopId) -> None:
    """A step by chance: a version that was rolled back, and is still known as a shelf, never comes again."""
    step = 1 + randbelow(2**20)
    await run_sql("UPDATE shop SET goods_version = goods_version + ? WHERE id = ?", [step, shop])
    seen().pop((GOODS, shop), None)
