"""报名: an event is a campaign whose goods are places: a product of its own that never stands on the menu, with as many in
stock as there are places. Who comes is an order of it; a free one is ready at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shop import campaigns, catalogue, orders
from shop.campaigns import NewItem
from shop.catalogue import NewGoods, goods
from shop.events import EventSoon
from shop.kit.ids import OrderId, PersonId, RoomId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.records.campaigns import Campaign
from shop.records.orders import Order
from shop.refusals import CampaignOver, NothingOpen
from shop.rules.campaigns import Kind, OnOffer, State
from shop.rules.orders import Status
from shop.slips import Slip, slip, slips_of
from shop.transaction import transaction

UNIT, PLACE = "位", "名额"
REMINDED = (24, 2)  # hours before it begins
COMES = (Status.UNPAID, Status.PREPARING)


async def open(
    shop: ShopId,
    title: str,
    places: Quantity,
    price: Money,
    starts: datetime,
    rooms: Sequence[RoomId],
    *,
    by: PersonId,
    each: Quantity | None = None,
    now: datetime,
) -> OnOffer:
    """People sign up from now on until it begins. Raises NameTaken while goods of this name are on the menu, ValueError
    for a beginning that has been."""
    async with transaction():
        sku = await catalogue.put_on_sale(shop, NewGoods(title, UNIT, price, places, PLACE), now=now)
        await catalogue.withdraw(shop, (await goods(shop)).everything.sku[sku].product)
        return await campaigns.set_up(
            shop,
            Kind.EVENT,
            title,
            [NewItem(sku, price, places, each)],
            by=by,
            now=now,
            rooms=rooms,
            deadline=starts,
            terms=_reminded(starts, now),
        )


def _reminded(starts: datetime, now: datetime) -> dict[str, int]:
    """The reminders whose hour is over already: who signs up today need not be told of tomorrow again."""
    over = [hours for hours in REMINDED if starts <= now + timedelta(hours=hours)]
    return {"reminded": min(over)} if over else {}


async def leave(of: OnOffer, person: PersonId, *, now: datetime) -> Slip:
    """不去了: his newest place is somebody else's; what he paid goes back. Raises NothingOpen, CampaignOver when it has
    begun."""
    async with transaction():
        if not of.is_open(now):
            raise CampaignOver(of.title)
        mine = Order.filter(campaign_id=of.id, buyer_id=person, status__in=list(COMES))
        order = await mine.order_by("-id").select_for_update().first()
        if order is None:
            raise NothingOpen
        if order.paid_at is None:
            return await orders.cancel(ShopId(order.shop_id), person, now=now, code=order.code)
        await orders.give_up(OrderId(order.id), "buyer_quit", "不去了", kind="cancelled", now=now)
        return await slip(OrderId(order.id))


async def remind_due(*, now: datetime) -> int:
    """The day before and two hours before: everybody who comes, once each; late is better than never, but only once."""
    async with transaction() as tx:
        soon = Campaign.filter(
            kind=Kind.EVENT,
            status__in=[State.OPEN, State.PAUSED],
            deadline__gt=now,
            deadline__lte=now + timedelta(hours=max(REMINDED)),
        )
        told = 0
        for row in await soon.order_by("deadline", "id").select_for_update():
            assert row.deadline is not None, "it was asked for"
            due = min(hours for hours in REMINDED if row.deadline <= now + timedelta(hours=hours))
            terms = row.terms or {}
            if terms.get("reminded", due + 1) <= due:
                continue
            await Campaign.filter(id=row.id).update(terms={**terms, "reminded": due})
            for order in await Order.filter(campaign_id=row.id, status__in=list(COMES)).order_by("id"):
                tx.tell(EventSoon(order.id, due), at=now)
                told += 1
        return told


async def mine(shop: ShopId, person: PersonId, *, now: datetime) -> tuple[Slip, ...]:
    """His places in what is still to come, soonest first."""
    coming = Order.filter(
        shop_id=shop,
        buyer_id=person,
        status__in=list(COMES),
        campaign__kind=Kind.EVENT,
        campaign__status__in=[State.OPEN, State.PAUSED, State.CLOSING, State.SETTLED],
        campaign__deadline__gt=now,
    )
    return await slips_of(await coming.order_by("campaign__deadline", "id").limit(5))
