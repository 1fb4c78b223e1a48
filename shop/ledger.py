"""账本: every fact of business is written once, in entries that sum to nothing; rows are only added.

Accounts are words: cash:wechat, order:17 (what the buyer owes), sales (of goods), delivery_income (what was paid for
bringing them), suspense (money that nobody asked for),
points:5 and pending:5 (of person 5), points_issued. Money in fen, points in pts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from shop.transaction import run_sql, transaction

FEN, PTS = "fen", "pts"


async def book(
    shop: int,
    kind: str,
    key: str,
    entries: Mapping[str, int],
    *,
    at: datetime,
    unit: str = FEN,
    order: int | None = None,
) -> bool:
    """Write one fact down: account → amount. False when this fact (kind, key) is in the books already, then nothing
    is written. Raises ArithmeticError for entries that do not sum to 0."""
    if sum(entries.values()):
        raise ArithmeticError(f"{kind} {key} is out of balance: {dict(entries)}")
    async with transaction():
        made = await run_sql(
            'INSERT INTO transfer (shop_id, kind, "key", order_id, at) VALUES (?, ?, ?, ?, ?) '
            'ON CONFLICT (shop_id, kind, "key") DO NOTHING RETURNING id',
            [shop, kind, key, order, at],
        )
        if not made:
            return False
        rows = [(int(made[0]["id"]), account, unit, amount) for account, amount in entries.items() if amount]
        if rows:
            await run_sql(
                "INSERT INTO entry (transfer_id, account, unit, amount) VALUES "
                + ", ".join(["(?, ?, ?, ?)"] * len(rows)),
                [value for row in rows for value in row],
            )
        return True


async def balance(shop: int, account: str, *, unit: str = FEN) -> int:
    """What stands on an account: the sum of its entries."""
    rows = await run_sql(
        "SELECT coalesce(sum(e.amount), 0) AS amount FROM entry AS e JOIN transfer AS t ON t.id = e.transfer_id "
        "WHERE t.shop_id = ? AND e.account = ? AND e.unit = ?",
        [shop, account, unit],
    )
    return int(rows[0]["amount"])
