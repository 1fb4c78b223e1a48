"""地址: where an order is brought. Asked for by who brings it and by the buyer, and by nobody else; never in a group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shop import people
from shop.events import AddressChanged
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.rules.orders import Status
from shop.transaction import run_sql, transaction

LONGEST = 120
KEPT_FOR = timedelta(days=7)  # after the order is over: so long somebody may ask where it went


async def keep(order: OrderId, address: str) -> None:
    """The order goes there, and nowhere else. Inside the order's transaction."""
    await run_sql(
        "INSERT INTO address (order_id, text) VALUES (?, ?) "
        "ON CONFLICT (order_id) DO UPDATE SET text = excluded.text",
        [order, address[:LONGEST]],
    )


async def change(shop: ShopId, buyer: PersonId, address: str, *, now: datetime) -> OrderId | None:
    """The buyer's newest order that is paid and has not set out goes there instead, and who brings it is told. None when
    there is none."""
    async with transaction() as tx:
        await people.hold(buyer)
        found = await run_sql(
            'SELECT o.id FROM "order" AS o WHERE o.shop_id = ? AND o.buyer_id = ? AND o.status = ? '
            "AND o.paid_at IS NOT NULL AND o.delivery_fen IS NOT NULL AND NOT EXISTS "
            "(SELECT 1 FROM parcel AS p WHERE p.order_id = o.id AND p.state IN ('sent', 'done')) "
            "ORDER BY o.id DESC LIMIT 1",
            [shop, buyer, Status.PREPARING.value],
        )
        if not found:
            return None
        order = OrderId(int(found[0]["id"]))
        await keep(order, address)
        tx.tell(AddressChanged(order), at=now)
        return order


async def forget(order: OrderId) -> None:
    await run_sql("DELETE FROM address WHERE order_id = ?", [order])


async def of(order: OrderId) -> str:
    """Empty when it is fetched, or so long ago that it was forgotten."""
    return (await of_each([order])).get(order, "")


async def of_each(orders: Sequence[OrderId]) -> dict[OrderId, str]:
    """Of those that have one."""
    if not orders:
        return {}
    rows = await run_sql(
        f"SELECT order_id, text FROM address WHERE order_id IN ({', '.join('?' * len(orders))})", list(orders)
    )
    return {OrderId(int(row["order_id"])): str(row["text"]) for row in rows}


async def forget_old(*, now: datetime) -> int:
    """What nobody needs any more. Gives how many."""
    over = (Status.COMPLETED, Status.CANCELLED, Status.REFUNDED)
    async with transaction():
        gone = await run_sql(
            "DELETE FROM address WHERE order_id IN "
            f'(SELECT id FROM "order" WHERE status IN ({", ".join("?" * len(over))}) AND ended_at <= ?) '
            "RETURNING id",
            [*map(str, over), now - KEPT_FOR],
        )
        return len(gone)
