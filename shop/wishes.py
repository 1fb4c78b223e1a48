"""到货叫我: who wants to be told when goods are there again, told once each, oldest first.

What matters is what stands on the shelf, not how it came there: a delivery, a count, an order that ended. So a wish is
looked at by the clock, and no verb has to think of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shop.events import BackInStock
from shop.kit.ids import PersonId, ShopId
from shop.records.stock import Wish
from shop.transaction import run_sql, transaction

FIRST_GO = timedelta(minutes=10)  # whoever was told has this long before the next ones hear of the same units
MOST_KINDS = 100  # looked at in one tick
_ON_SALE = (
    "FROM wish JOIN sku ON sku.id = wish.sku_id JOIN product ON product.id = sku.product_id "
    "JOIN stock_item AS item ON item.sku_id = sku.id AND item.place_id IS NULL "
    "WHERE wish.told_at IS NULL AND product.on_sale"
)


async def wish(shop: ShopId, skus: Sequence[str], person: PersonId, *, now: datetime) -> int:
    """Once per person and sku; gives how many of these are new."""
    new = 0
    async with transaction():
        for sku in skus:
            new += len(
                await run_sql(
                    "INSERT INTO wish (sku_id, person_id, wished_at) "
                    'SELECT id, ?, ? FROM sku WHERE shop_id = ? AND "key" = ? '
                    "ON CONFLICT (sku_id, person_id) WHERE told_at IS NULL DO NOTHING RETURNING id",
                    [person, now, shop, sku],
                )
            )
    return new


async def forget(person: PersonId) -> int:
    """不用叫了: nothing this person waits for is told; gives how much that was."""
    return len(
        await run_sql("DELETE FROM wish WHERE person_id = ? AND told_at IS NULL RETURNING id", [person])
    )


async def waiting(shop: ShopId, sku: str) -> int:
    """How many people wait for it."""
    rows = await run_sql(
        "SELECT count(*) AS many FROM wish JOIN sku ON sku.id = wish.sku_id "
        'WHERE sku.shop_id = ? AND sku."key" = ? AND wish.told_at IS NULL',
        [shop, sku],
    )
    return int(rows[0]["many"])


async def tell_wishes(*, now: datetime) -> int:
    """Tell as many people as there are units, each once; those told a moment ago have the first go. Gives how many
    were told."""
    async with transaction():
        rows = await run_sql(
            f'SELECT sku.id, sku."key", item.on_hand - item.held AS free {_ON_SALE} AND item.on_hand > item.held '
            'GROUP BY sku.id, sku."key", item.on_hand, item.held ORDER BY sku.id LIMIT ?',
            [MOST_KINDS],
        )
        return sum([await _tell(int(row["id"]), str(row["key"]), int(row["free"]), now) for row in rows])


async def _tell(sku: int, key: str, free: int, now: datetime) -> int:
    ahead = await Wish.filter(sku_id=sku, told_at__gt=now - FIRST_GO).count()
    room = -(-free // 1000) - ahead
    told = 0
    async with transaction() as tx:
        for row in await Wish.filter(sku_id=sku, told_at=None).order_by("id").limit(max(room, 0)):
            if await Wish.filter(id=row.id, told_at=None).update(told_at=now):
                tx.tell(BackInStock(key, row.person_id), at=now)
                told += 1
    return told
