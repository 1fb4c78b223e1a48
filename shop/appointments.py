"""约好的: appointments as anybody outside the shop floor sees them, with names and in the shop's own time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shop.catalogue import goods
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.records.bookings import Appointment as Row
from shop.rules.bookings import LIVE, Appointment, State
from shop.slots import service_of

_WITH = ("person", "service", "resource", "order", "shop")


async def appointment(id: int) -> Appointment:
    return _seen(await Row.filter(id=id).select_related(*_WITH).get())


async def of_order(order: OrderId) -> Appointment | None:
    """The one whose deposit this is."""
    row = await Row.filter(order_id=order).select_related(*_WITH).first()
    return _seen(row) if row else None


async def coming(shop: ShopId, person: PersonId, *, now: datetime) -> tuple[Appointment, ...]:
    """What this person has still before him, soonest first."""
    rows = Row.filter(shop_id=shop, person_id=person, state__in=list(LIVE), starts_at__gt=now)
    return tuple([_seen(row) for row in await rows.order_by("starts_at", "id").select_related(*_WITH)])


async def of_day(shop: ShopId, day: date) -> tuple[Appointment, ...]:
    """Everybody of this day who has not cancelled, in order."""
    begin = datetime.combine(day, time(0), ZoneInfo((await goods(shop)).catalogue.tz))
    rows = Row.filter(shop_id=shop, starts_at__gte=begin, starts_at__lt=begin + timedelta(days=1))
    found = rows.exclude(state=State.CANCELLED).order_by("starts_at", "id").select_related(*_WITH)
    return tuple([_seen(row) for row in await found])


def _seen(row: Row) -> Appointment:
    zone = ZoneInfo(row.shop.tz)
    return Appointment(
        row.id,
        ShopId(row.shop_id),
        PersonId(row.person_id),
        row.person.name,
        service_of(row.service),
        row.resource.name,
        State(row.state),
        row.starts_at.astimezone(zone),
        row.ends_at.astimezone(zone),
        row.order.code if row.order else None,
        row.hit,
    )
