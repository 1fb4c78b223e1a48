"""已付: the buyer says that a transfer is made. The staff are asked to look, and the clock stops until they answer or he
says that he has not paid (还没付)."""

from __future__ import annotations

from datetime import datetime

from shop import seats
from shop.events import ClaimDropped, TransferClaimed
from shop.kit.ids import PersonId, ShopId
from shop.orders import PAY_WITHIN, editable
from shop.records.orders import Order
from shop.refusals import ClaimStays
from shop.rows import change
from shop.slips import Slip, slip_of
from shop.transaction import transaction


async def claim(shop: ShopId, buyer: PersonId, *, now: datetime) -> Slip:
    """Saying it again changes nothing. Raises NothingOpen, AlreadyPaid."""
    async with transaction() as tx:
        order = await editable(shop, buyer, now)
        if order.claimed_at is None:
            await change(Order, "WHERE id = ?", [order.id], claimed_at=now, pay_due_at=None)
            order.claimed_at, order.pay_due_at = now, None
            await seats.keep(order.id)
            tx.tell(TransferClaimed(order.id), at=now)
        return await slip_of(order)


async def take_back(shop: ShopId, buyer: PersonId, *, now: datetime) -> Slip:
    """No transfer was made: the order waits to be paid, from now on. Where nobody said that one was, nothing changes.
    Raises NothingOpen, AlreadyPaid, ClaimStays for an order of a campaign, whose time to pay may be over."""
    async with transaction() as tx:
        order = await editable(shop, buyer, now)
        if order.claimed_at is not None:
            if order.campaign_id is not None:
                raise ClaimStays(order.code)
            due = now + PAY_WITHIN
            await change(Order, "WHERE id = ?", [order.id], claimed_at=None, pay_due_at=due)
            order.claimed_at, order.pay_due_at = None, due
            tx.tell(ClaimDropped(order.id, "unpaid"), at=now)
        return await slip_of(order)
