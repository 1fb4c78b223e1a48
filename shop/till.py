"""收银: money that comes in or goes out is booked here, once, before anybody decides what it means."""

from __future__ import annotations

from datetime import datetime

from shop import ledger
from shop.kit.ids import PersonId
from shop.kit.money import Money
from shop.records.orders import Order
from shop.records.payments import PayFact
from shop.records.refunds import Refund
from shop.transaction import run_sql

SETTLED = "settled"


async def take(
    order: Order,
    provider: str,
    event: str,
    amount: Money,
    standing: str,
    *,
    trade_no: str = "",
    by: PersonId | None = None,
    now: datetime,
) -> int | None:
    """One row per provider event, whoever else is writing the same one; None when it is there already. Settled money
    pays the order, any other waits in suspense."""
    rows = await run_sql(
        "INSERT INTO pay_fact (order_id, provider, event, trade_no, amount_fen, standing, by_id, at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (provider, event) DO NOTHING RETURNING id",
        [order.id, provider, event, trade_no, amount.fen, standing, by, now],
    )
    if not rows:
        return None
    owed = f"order:{order.id}" if standing == SETTLED else "suspense"
    key = f"{provider} {event}"
    await ledger.book(
        order.shop_id,
        "payment",
        key,
        {f"cash:{provider}": amount.fen, owed: -amount.fen},
        at=now,
        order=order.id,
    )
    if standing == SETTLED:
        await ledger.book(
            order.shop_id,
            "sale",
            str(order.id),
            {f"order:{order.id}": amount.fen, **_earned(-amount.fen, -(order.delivery_fen or 0))},
            at=now,
            order=order.id,
        )
    return int(rows[0]["id"])


async def pay_back(order: Order, refund: Refund, fact: PayFact, *, now: datetime) -> bool:
    """The refund has reached the buyer: out of the same till that the money came into. False when it is booked."""
    paid_for = _earned(refund.amount_fen, refund.delivery_fen)
    given = paid_for if fact.standing == SETTLED else {"suspense": refund.amount_fen}
    return await ledger.book(
        order.shop_id,
        "refund",
        refund.number,
        {f"cash:{fact.provider}": -refund.amount_fen, **given},
        at=now,
        order=order.id,
    )


def _earned(whole: int, delivery: int) -> dict[str, int]:
    """What an order brings, for its goods and for bringing them."""
    return {"sales": whole - delivery, "delivery_income": delivery}
