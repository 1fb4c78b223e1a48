"""付款链接: a way to pay one order that its whole group may read; it opens once, for whoever comes first.

What is behind it is the order's number and sum and nothing else: the first may be a neighbour. A new one ends the old
one, and all of them end with the order's time to pay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from shop import slips
from shop.kit.codes import new_letters
from shop.kit.ids import OrderId, ShopId
from shop.on_offer import campaign
from shop.records.orders import Order
from shop.records.payments import PayLink
from shop.rules.campaigns import Kind
from shop.rules.orders import Status
from shop.slips import Slip
from shop.transaction import run_sql, transaction

LONGEST = timedelta(days=1)  # for an order that may be paid whenever its buyer likes


@dataclass(frozen=True, slots=True)
class Look:
    """How a link stands for the browser that asks. closed: nobody has opened it; his: this browser has; taken: another
    one has; gone: it has ended, or never was. The slip comes with closed and his."""

    stands: Literal["closed", "his", "taken", "gone"]
    slip: Slip | None = None


async def make(order: OrderId, *, now: datetime) -> str:
    """A token for this order; from now on no other opens anything."""
    token = new_letters()
    async with transaction():
        await run_sql(
            "INSERT INTO pay_link (order_id, token_hash, holder_hash, made_at) VALUES (?, ?, NULL, ?) "
            "ON CONFLICT (order_id) DO UPDATE SET token_hash = excluded.token_hash, holder_hash = NULL, "
            "made_at = excluded.made_at",
            [order, _hash(token), now],
        )
    return token


async def take(shop: ShopId, token: str, browser: str, *, now: datetime) -> Look:
    """The first browser that opens it has it. Taken in one statement: of many at once it is one."""
    before = await look(shop, token, browser, now=now)
    if before.stands != "closed":
        return before
    async with transaction():
        await run_sql(
            "UPDATE pay_link SET holder_hash = ? WHERE token_hash = ? AND holder_hash IS NULL",
            [_hash(browser), _hash(token)],
        )
    return await look(shop, token, browser, now=now)


async def look(shop: ShopId, token: str, browser: str, *, now: datetime) -> Look:
    """Changes nothing: previews and whoever only looks leave it closed. Other shops' links do not exist here."""
    row = await PayLink.filter(token_hash=_hash(token)).first()
    if row is None or now - row.made_at >= LONGEST:
        return Look("gone")
    slip = await slips.slip(OrderId(row.order_id))
    if slip.shop != shop:
        return Look("gone")
    if row.holder_hash is None:
        return Look("closed", slip) if is_to_pay(slip, now) else Look("gone")
    return Look("his", slip) if row.holder_hash == _hash(browser) else Look("taken")


async def to_pay(orders: Sequence[int], *, now: datetime) -> frozenset[int]:
    """Which of these may still be paid."""
    rows = await Order.filter(id__in=list(orders))
    return frozenset(slip.id for slip in await slips.slips_of(rows) if is_to_pay(slip, now))


def is_to_pay(slip: Slip, now: datetime) -> bool:
    in_time = slip.pay_due_at is None or slip.pay_due_at > now
    return slip.status == Status.UNPAID and slip.payable.fen > 0 and in_time


async def pays_a_deposit(slip: Slip) -> bool:
    """Is it a time that he gets for his money, and no goods?"""
    return slip.campaign is not None and (await campaign(slip.campaign)).kind == Kind.BOOKING


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
