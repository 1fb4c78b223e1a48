"""代接: what somebody took for a neighbour stands on his own order; with the word from its slip the neighbour takes it over
and pays for it. A nickname proves nothing; who has the word was given it."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from hmac import compare_digest

from shop import orders, people, quotas
from shop.catalogue import goods
from shop.events import EntryTakenOver
from shop.kit.ids import PersonId, RoomId, ShopId
from shop.kit.quantity import Quantity
from shop.records.orders import Order
from shop.refusals import NoSuchOrder
from shop.rules.baskets import Want
from shop.rules.orders import Status
from shop.slips import Slip, lines_of
from shop.transaction import transaction

LENGTH = 6  # hex digits behind the order's code: 0501-002-7f3a9c


def word(slip: Slip, whom: str) -> str:
    """What the buyer passes on to this neighbour, and to no other."""
    return f"{slip.code}-{_proof(slip.token, whom)}"


def _proof(token: str, whom: str) -> str:
    return sha256(f"{token} {whom}".encode()).hexdigest()[:LENGTH]


async def take_over(shop: ShopId, who: PersonId, said: str, *, now: datetime) -> Slip:
    """认领: the lines for somebody else become an order of `who`, at the same price and with the same pieces. Raises
    NoSuchOrder (also for an order that is paid, over, or has nothing for anybody else), and what orders.place raises."""
    code, _, proof = said.strip().lower().rpartition("-")
    async with transaction() as tx:
        found = await Order.filter(shop_id=shop, code=code, status=Status.UNPAID).order_by("-id").first()
        if found is None or found.buyer_id == who:
            raise NoSuchOrder(said)
        await people.hold(who, PersonId(found.buyer_id))
        order = await Order.filter(id=found.id).select_for_update().get()
        if order.status != Status.UNPAID or order.claimed_at is not None:
            raise NoSuchOrder(said)
        lines = [line for line in await lines_of(order.id) if line.for_whom]
        theirs = [line for line in lines if compare_digest(_proof(order.token, line.for_whom or ""), proof)]
        shelf = await goods(shop)
        campaign = next((one for one in shelf.campaigns if one.id == order.campaign_id), None)
        if not theirs or (order.campaign_id is not None and campaign is None):
            raise NoSuchOrder(said)
        gone = [Want(line.sku_key, Quantity(0), "remove", line.for_whom) for line in theirs]
        buyer = PersonId(order.buyer_id)
        await orders.edit(shop, buyer, gone, now=now, campaign=campaign)
        if campaign is not None:  # what he gives back is for `who`, and not for who waits
            for line in theirs:
                await quotas.past_the_line(campaign.item[line.sku_key].id, Quantity(line.qty))
        wants = [Want(line.sku_key, Quantity(line.qty), "add", None, line.note) for line in theirs]
        room = RoomId(order.room_id) if order.room_id is not None else None
        taken = await orders.place(shop, who, wants, now=now, room=room, campaign=campaign)
        tx.tell(EntryTakenOver(order.id, taken.id), at=now)
        return taken
