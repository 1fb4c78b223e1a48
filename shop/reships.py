"""补发: the same goods once more and for nothing, because the first were bad; an order like any other, with its code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shop import orders, slips
from shop.events import OrderSentAgain
from shop.kit.ids import PersonId, ShopId
from shop.refusals import UnpaidFirst
from shop.rules.baskets import Want
from shop.slips import Slip
from shop.transaction import transaction


async def send_once_more(shop: ShopId, buyer: PersonId, wants: Sequence[Want], *, now: datetime) -> Slip:
    """Raises UnpaidFirst while the buyer has an order that these goods would join, and what `orders.place` raises."""
    async with transaction() as tx:
        if await slips.open_order(shop, buyer):
            raise UnpaidFirst
        placed = await orders.place(shop, buyer, wants, now=now, keeps_coupons=True)
        if placed.payable.fen:
            placed = await orders.adjust(placed.id, -placed.payable, now=now)
        tx.tell(OrderSentAgain(placed.id), at=now)
        return placed
