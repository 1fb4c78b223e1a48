"""错款: money that came in for an order and was not the sum it asked for; the shop gives it back or says what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shop import alarms, refunds
from shop.kit.ids import OrderId, ShopId
from shop.kit.money import Money
from shop.records.orders import Order
from shop.refusals import NoWrongSum
from shop.transaction import run_sql, transaction

ALARM = "pay_mismatch"


@dataclass(frozen=True, slots=True)
class WrongSum:
    """`fact` is the row of the money. It waits as long as its alarm is open."""

    fact: int
    order: OrderId
    code: str
    who: str
    came: Money
    owed: Money


def subject(code: str, fact: int) -> str:
    """What the alarm is about."""
    return f"{code} {fact}"


async def waiting(shop: ShopId) -> tuple[WrongSum, ...]:
    """All that nobody has dealt with, oldest first."""
    rows = await run_sql(
        "SELECT f.id, o.id AS order_id, o.code, p.name, f.amount_fen, o.payable_fen FROM pay_fact AS f "
        'JOIN "order" AS o ON o.id = f.order_id JOIN person AS p ON p.id = o.buyer_id '
        "JOIN alarm AS a ON a.shop_id = o.shop_id AND a.kind = ? AND a.closed_at IS NULL "
        "AND a.subject = o.code || ' ' || CAST(f.id AS VARCHAR) "
        "WHERE f.standing = 'mismatch' AND o.shop_id = ? ORDER BY f.id",
        [ALARM, shop],
    )
    return tuple(
        WrongSum(
            int(row["id"]),
            OrderId(row["order_id"]),
            str(row["code"]),
            str(row["name"]),
            Money(row["amount_fen"]),
            Money(row["payable_fen"]),
        )
        for row in rows
    )


async def give_back(shop: ShopId, order_id: OrderId, *, now: datetime) -> Money:
    """退: all wrong sums of this order go back the way they came. Gives how much; raises NoWrongSum."""
    async with transaction():
        order = await Order.filter(id=order_id).select_for_update().get()
        return await _end(shop, order, gives_back=True, now=now)


async def settled(shop: ShopId, order_id: OrderId, *, now: datetime) -> Money:
    """好了: shop and buyer have settled it between them; no money moves here. Gives how much it was; raises NoWrongSum."""
    async with transaction():
        order = await Order.filter(id=order_id).select_for_update().get()
        return await _end(shop, order, gives_back=False, now=now)


async def _end(shop: ShopId, order: Order, *, gives_back: bool, now: datetime) -> Money:
    """Under the order's lock; an alarm ends once."""
    mine = [one for one in await waiting(shop) if one.order == order.id]
    if not mine:
        raise NoWrongSum(order.code)
    total = Money(0)
    for one in mine:
        await alarms.over(shop, ALARM, subject(one.code, one.fact), now=now)
        if gives_back:
            await refunds.owe(order, one.fact, one.came, "mismatch", now=now)
        total = total + one.came
    return total
