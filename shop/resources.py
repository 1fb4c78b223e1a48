"""师傅: what can be booked, who serves and when; 休息, and what of it meets appointments that stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time

from shop import campaigns, catalogue, slots
from shop.campaigns import NewItem
from shop.catalogue import NewGoods, goods
from shop.counters import goods_changed
from shop.events import AppointmentHit
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.records.bookings import Absence, Appointment, Slot
from shop.records.bookings import Resource as ResourceRow
from shop.records.bookings import Service as ServiceRow
from shop.records.campaigns import CampaignItem
from shop.records.desk import DeskHours
from shop.records.goods import Sku
from shop.refusals import NoSuchResource, NoSuchService
from shop.rules.bookings import LIVE, LONGEST, Resource, Service, Span
from shop.rules.campaigns import Kind
from shop.rules.hours import parse
from shop.slots import service_of
from shop.transaction import transaction

UNIT, DEPOSIT = "次", "定金"
PLENTY = Quantity.of(1_000_000)  # deposits do not run out; times do


@dataclass(frozen=True, slots=True)
class Terms:
    """What a service was before: to take 预约 … back."""

    minutes: int
    price: Money
    deposit: Money
    offered: bool


# ── services ────────────────────────────────────────────────────────────────────────────────────────────────────


async def offer(
    shop: ShopId, name: str, minutes: int, price: Money, deposit: Money, *, by: PersonId, now: datetime
) -> tuple[Service, Terms | None]:
    """预约 剪发 45分钟 38元 定金10: from now on it can be booked; appointments that stand keep their time. Gives what it
    was before. Raises ValueError for minutes or a deposit that make no sense."""
    if not 0 < minutes <= LONGEST or not Money(0) <= deposit <= price:
        raise ValueError("a service takes some minutes, and its deposit is a part of its price")
    async with transaction():
        row = await ServiceRow.filter(shop_id=shop, name=name).select_for_update().first()
        before = _terms(row) if row else None
        if row is None:
            row = await ServiceRow.create(
                shop_id=shop, name=name, minutes=minutes, price_fen=price.fen, deposit_fen=deposit.fen
            )
        campaign = row.campaign_id
        if deposit:
            campaign = await _sell_deposit(shop, row, deposit, by, now)
        await ServiceRow.filter(id=row.id).update(
            minutes=minutes,
            price_fen=price.fen,
            deposit_fen=deposit.fen,
            campaign_id=campaign,
            offered=True,
        )
        await goods_changed(shop)
        return service_of(await ServiceRow.get(id=row.id)), before


async def _sell_deposit(
    shop: ShopId, row: ServiceRow, deposit: Money, by: PersonId, now: datetime
) -> int | None:
    """The deposit is goods that never stand on the menu, in a campaign that nobody sees: a bill of its own."""
    if row.campaign_id is not None:
        await _reprice(row.campaign_id, deposit)
        return row.campaign_id
    title = f"{row.name}{DEPOSIT}"
    sku = await catalogue.put_on_sale(shop, NewGoods(title, UNIT, deposit, PLENTY, DEPOSIT), now=now)
    await catalogue.withdraw(shop, (await goods(shop)).everything.sku[sku].product)
    made = await campaigns.set_up(
        shop, Kind.BOOKING, title, [NewItem(sku, deposit)], by=by, now=now, quietly=True
    )
    return made.id


async def _reprice(campaign: int, deposit: Money) -> None:
    """On the shelf as well: the lower of the two prices counts."""
    item = await CampaignItem.get(campaign_id=campaign)
    await CampaignItem.filter(id=item.id).update(price_fen=deposit.fen)
    await Sku.filter(id=item.sku_id).update(price_fen=deposit.fen)


def _terms(row: ServiceRow) -> Terms:
    return Terms(row.minutes, Money(row.price_fen), Money(row.deposit_fen), row.offered)


async def put_back(shop: ShopId, id: int, before: Terms | None) -> None:
    """撤销: it is what it was, or cannot be booked any more."""
    async with transaction():
        row = await ServiceRow.filter(id=id, shop_id=shop).select_for_update().first()
        if row is None:
            raise NoSuchService("")
        was = before or replace(_terms(row), offered=False)
        await ServiceRow.filter(id=id).update(
            minutes=was.minutes, price_fen=was.price.fen, deposit_fen=was.deposit.fen, offered=was.offered
        )
        if row.campaign_id is not None and was.deposit:
            await _reprice(row.campaign_id, was.deposit)
        await goods_changed(shop)


# ── who serves ──────────────────────────────────────────────────────────────────────────────────────────────────


async def employ(
    shop: ShopId, name: str, start: time, end: time, *, off: Sequence[int] = (), capacity: int = 1
) -> None:
    """师傅 阿强 10-19: from so far to so far, but not on the weekdays in `off` (Monday is 1); said again, it is changed,
    and appointments that stand are kept. Raises ValueError for hours that end before they begin, or no day at all."""
    days = [day for day in range(1, 8) if day not in off]
    hours = [f"{day} {start:%H:%M}-{end:%H:%M}" for day in days]
    if start >= end or not days or capacity < 1:
        raise ValueError("somebody who serves has hours")
    async with transaction():
        await slots.hold(shop)
        row = await ResourceRow.filter(shop_id=shop, name=name).first()
        if row is None:
            await ResourceRow.create(shop_id=shop, name=name, hours=hours, capacity=capacity)
            return
        await ResourceRow.filter(id=row.id).update(hours=hours, capacity=capacity)
        await Slot.filter(resource_id=row.id, booked__lte=capacity).update(capacity=capacity)


async def all_of(shop: ShopId) -> tuple[Resource, ...]:
    """Everybody who serves, with the days on which the shop is closed."""
    tz = (await goods(shop)).catalogue.tz
    house = await DeskHours.filter(shop_id=shop).first()
    closed = house.holidays if house else ()
    rows = await ResourceRow.filter(shop_id=shop).order_by("id")
    return tuple(Resource(row.id, row.name, row.capacity, parse(row.hours, closed, tz)) for row in rows)


# ── 休息 ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _named(shop: ShopId, name: str | None) -> tuple[Resource, ...]:
    """Raises NoSuchResource."""
    found = tuple(one for one in await all_of(shop) if name is None or one.name == name)
    if not found:
        raise NoSuchResource(name or "")
    return found


async def met(shop: ShopId, name: str | None, span: Span, *, now: datetime) -> tuple[int, ...]:
    """The appointments to come that such an absence would meet, soonest first. Raises NoSuchResource."""
    ids = [one.id for one in await _named(shop, name)]
    rows = await Appointment.filter(
        resource_id__in=ids,
        state__in=list(LIVE),
        starts_at__lt=span.end,
        ends_at__gt=max(span.start, now),
    ).order_by("starts_at", "id")
    return tuple(row.id for row in rows)


async def rest(
    shop: ShopId, name: str | None, span: Span, *, now: datetime
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """休息 阿强 周日 (without a name: everybody): no new appointments then. Those that stand are not dropped: each
    customer is told, and may move or cancel for nothing. Gives the absences and the appointments met. Raises
    NoSuchResource."""
    async with transaction() as tx:
        await slots.hold(shop)
        made = [
            await Absence.create(resource_id=one.id, starts_at=span.start, ends_at=span.end)
            for one in await _named(shop, name)
        ]
        hit = await met(shop, name, span, now=now)
        await Appointment.filter(id__in=list(hit)).update(hit=True)
        for id in hit:
            tx.tell(AppointmentHit(id, is_on=False), at=now)
        return tuple(row.id for row in made), hit


async def work_after_all(shop: ShopId, absences: Sequence[int], hit: Sequence[int], *, now: datetime) -> None:
    """撤销: he is there. Whoever was told otherwise and has not moved hears that it stands."""
    async with transaction() as tx:
        await slots.hold(shop)
        await Absence.filter(id__in=list(absences), resource__shop_id=shop).delete()
        for row in await Appointment.filter(id__in=list(hit), state__in=list(LIVE), hit=True).order_by("id"):
            await Appointment.filter(id=row.id).update(hit=False)
            tx.tell(AppointmentHit(row.id, is_on=True), at=now)
