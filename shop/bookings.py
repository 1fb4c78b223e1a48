"""预约: find a time, take it, move it, give it back; who came. A deposit is an ordinary order, and what becomes of
it becomes of the appointment (shop/slots.follow)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shop import orders, people, pickups, resources, slots
from shop.appointments import appointment, coming
from shop.catalogue import goods
from shop.events import AppointmentSoon
from shop.kit.ids import OrderId, PersonId, RoomId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.on_offer import campaign
from shop.records.bookings import Absence
from shop.records.bookings import Appointment as Row
from shop.records.orders import Order
from shop.refusals import (
    CannotUndo,
    DepositFirst,
    DepositStays,
    NoAppointment,
    NoSuchService,
    TimeTaken,
    TooManyBookings,
)
from shop.rules.baskets import Want
from shop.rules.bookings import (
    LIFE,
    LIVE,
    LOOK_AHEAD,
    MOST,
    SILENCE,
    Appointment,
    Resource,
    Service,
    Span,
    State,
    needed,
    remind_at,
    starts_of,
)
from shop.slips import Slip
from shop.slots import service_of, step, taken_by
from shop.transaction import transaction

NEAR = 3  # times that are offered instead


@dataclass(frozen=True, slots=True)
class Free:
    """A time that can be had, in the shop's zone."""

    at: datetime
    of: Resource


# ── what is free ────────────────────────────────────────────────────────────────────────────────────────────────


async def free_on(
    shop: ShopId, service: Service, day: date, *, now: datetime, instead_of: Row | None = None
) -> tuple[Free, ...]:
    """Every time of this day, each once, by whoever is free first; the time of `instead_of` counts as free."""
    return await _free(shop, service, await resources.all_of(shop), day, now, instead_of)


async def nearest(shop: ShopId, service: Service, at: datetime, *, now: datetime) -> tuple[datetime, ...]:
    """The times nearest to this one that are free: of its day, else of the next day that has any."""
    serving = await resources.all_of(shop)
    day = at.astimezone(ZoneInfo((await goods(shop)).catalogue.tz)).date()
    for ahead in range(LOOK_AHEAD if serving else 0):
        found = await _free(shop, service, serving, day + timedelta(days=ahead), now, None)
        if found:
            near = sorted((one.at for one in found), key=lambda one: (abs(one - at), one))[:NEAR]
            return tuple(sorted(near))
    return ()


async def _free(
    shop: ShopId,
    service: Service,
    serving: Sequence[Resource],
    day: date,
    now: datetime,
    instead_of: Row | None,
) -> tuple[Free, ...]:
    zone = ZoneInfo((await goods(shop)).catalogue.tz)
    local = now.astimezone(zone)
    if not local.date() <= day <= local.date() + timedelta(days=LOOK_AHEAD):
        return ()
    begin = datetime.combine(day, time(0), zone)
    ids, end = [one.id for one in serving], begin + timedelta(days=1)
    away = await Absence.filter(resource_id__in=ids, starts_at__lt=end, ends_at__gt=begin)
    full = await slots.full(ids, begin, end)
    if instead_of is not None:
        full -= {(instead_of.resource_id, slot) for slot in taken_by(instead_of)}
    found: dict[datetime, Free] = {}
    for one in serving:
        absent = [Span(row.starts_at, row.ends_at) for row in away if row.resource_id == one.id]
        his = {slot.astimezone(zone) for id, slot in full if id == one.id}
        for at in starts_of(one, service, day, absent, his, now=local):
            if at not in found or (instead_of is not None and one.id == instead_of.resource_id):
                found[at] = Free(at, one)
    return tuple(found[at] for at in sorted(found))


# ── what a customer does ────────────────────────────────────────────────────────────────────────────────────────


async def book(
    shop: ShopId, person: PersonId, service: int, at: datetime, *, now: datetime, room: RoomId | None = None
) -> tuple[Appointment, Slip | None]:
    """预约: the time is his at once; with a deposit for as long as he has to pay it, and its order is given as well.
    Raises NoSuchService, TimeTaken with what is free, TooManyBookings, DepositFirst while another deposit waits."""
    async with transaction():
        await people.hold(person)
        wanted = await _service(shop, service)
        mine = await coming(shop, person, now=now)
        if held := next((one for one in mine if one.state == State.HELD and one.order), None):
            raise DepositFirst(held.order or "")
        if len(mine) >= MOST:
            raise TooManyBookings(MOST)
        found = await _taken(shop, wanted, at, now, None)
        slip = await _deposit(shop, person, wanted, room, now) if wanted.deposit else None
        row = await Row.create(
            shop_id=shop,
            person_id=person,
            service_id=wanted.id,
            resource_id=found.of.id,
            order_id=slip.id if slip else None,
            state=State.HELD,
            starts_at=found.at,
            ends_at=found.at + timedelta(minutes=wanted.minutes),
            made_at=now,
            remind_at=remind_at(found.at, now),
        )
        if slip is None:
            await step(row, "no_deposit")
        return await appointment(row.id), slip


async def move(
    shop: ShopId, person: PersonId, id: int, at: datetime, *, now: datetime
) -> tuple[Appointment, Appointment]:
    """改到: the new time is taken before the old one is given back; a full one changes nothing. Gives both. Raises
    NoAppointment, TimeTaken with what is free."""
    async with transaction():
        row = await _locked(shop, id, person=person, now=now)
        before, service = await appointment(id), await _service(shop, row.service_id, even_withdrawn=True)
        found = await _taken(shop, service, at, now, row)
        ends = found.at + timedelta(minutes=service.minutes)
        await Row.filter(id=id).update(
            resource_id=found.of.id,
            starts_at=found.at,
            ends_at=ends,
            remind_at=remind_at(found.at, now),
            hit=False,
        )
        if not await step(row, "moved"):
            raise NoAppointment
        return before, await appointment(id)


async def cancel(
    shop: ShopId, person: PersonId, id: int, *, leaves_deposit: bool = False, now: datetime
) -> Appointment:
    """取消预约: the time is free, a deposit goes back; who cancels shortly before leaves it, and says so. Raises
    NoAppointment, DepositStays when he has not said so."""
    async with transaction():
        row = await _locked(shop, id, person=person, now=now)
        known = await appointment(id)
        if known.costs_deposit(now) and row.order_id is not None:
            if not leaves_deposit:
                raise DepositStays(known.service.deposit)
            await step(row, "cancelled")
            await _keep_deposit(row, person, now)
        elif row.order_id is None:
            await step(row, "cancelled")
        elif known.state == State.HELD:
            await orders.cancel(shop, person, now=now, code=known.order)
        else:
            await orders.give_up(OrderId(row.order_id), "buyer_quit", "取消预约", kind="cancelled", now=now)
        return await appointment(id)


# ── what the shop does ──────────────────────────────────────────────────────────────────────────────────────────


async def came(shop: ShopId, id: int, by: PersonId, *, now: datetime) -> Appointment:
    """到了: done; his deposit is the shop's. Raises NoAppointment for one that is not booked (any more)."""
    return await _over(shop, id, by, "came", now)


async def missed(shop: ShopId, id: int, by: PersonId, *, now: datetime) -> Appointment:
    """没来: the deposit stays with the shop, unless it gives it back. Raises NoAppointment, also before it has begun."""
    if (await appointment(id)).starts > now:
        raise NoAppointment
    return await _over(shop, id, by, "did_not_come", now)


async def not_said(shop: ShopId, id: int, *, now: datetime) -> Appointment:
    """撤销 of 到了 and 没来: he is expected as before, and his deposit is kept for him. Raises CannotUndo."""
    async with transaction():
        row = await Row.get(id=id, shop_id=shop)
        if row.order_id is None:  # an order is locked before its appointment
            row = await Row.filter(id=id).select_for_update().get()
        if LIFE.after(State(row.state), "taken_back") is None:
            raise CannotUndo("这个预约已经不是刚才那样了")
        if row.order_id is None:
            await step(row, "taken_back")
        else:
            await pickups.take_back(OrderId(row.order_id), now=now)
        return await appointment(id)


async def remind_due(*, now: datetime) -> int:
    """The day before, or two hours before what was booked later; once."""
    async with transaction() as tx:
        due = await Row.filter(state=State.BOOKED, remind_at__lte=now).order_by("id").select_for_update()
        for row in due:
            await Row.filter(id=row.id).update(remind_at=None)
            if row.starts_at > now:
                tx.tell(AppointmentSoon(row.id), at=now)
        return len(due)


async def due_to_finish(*, now: datetime) -> tuple[int, ...]:
    """Those of yesterday that nobody spoke of."""
    rows = await Row.filter(state=State.BOOKED, ends_at__lte=now - SILENCE).order_by("id").limit(100)
    return tuple(row.id for row in rows)


async def finish(id: int, *, now: datetime) -> bool:
    """Nobody said that he did not come: he came. False when somebody has spoken meanwhile."""
    row = await Row.get(id=id)
    if row.state != State.BOOKED or row.ends_at > now - SILENCE:
        return False
    await _over(ShopId(row.shop_id), id, PersonId(row.person_id), "came", now)
    return True


# ── inside ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def _service(shop: ShopId, id: int, *, even_withdrawn: bool = False) -> Service:
    known: Mapping[int, Service] = {one.id: one for one in await slots.services(shop)}
    if id in known:
        return known[id]
    row = await Row.filter(shop_id=shop, service_id=id).select_related("service").first()
    if row is None or not even_withdrawn:
        raise NoSuchService("")
    return service_of(row.service)


async def _taken(shop: ShopId, service: Service, at: datetime, now: datetime, instead_of: Row | None) -> Free:
    """Take the time, and only then give back the old one. Raises TimeTaken."""
    await slots.hold(shop)
    local = at.astimezone(ZoneInfo((await goods(shop)).catalogue.tz))
    free = await free_on(shop, service, local.date(), now=now, instead_of=instead_of)
    found = next((one for one in free if one.at == local), None)
    wanted = set(needed(local, service))
    old = set(taken_by(instead_of)) if instead_of is not None else set()
    stays = wanted & old if found and instead_of and found.of.id == instead_of.resource_id else set()
    if found is None or not await slots.take(found.of.id, found.of.capacity, wanted - stays):
        raise TimeTaken(local, await nearest(shop, service, local, now=now))
    if instead_of is not None:
        await slots.free(instead_of.resource_id, old - stays)
    return found


async def _deposit(
    shop: ShopId, person: PersonId, service: Service, room: RoomId | None, now: datetime
) -> Slip:
    assert service.campaign is not None, "a deposit is sold by its campaign"
    of = await campaign(service.campaign)
    one = Want(of.items[0].sku, Quantity.of(1), "add")
    return await orders.place(shop, person, [one], now=now, room=room, campaign=of)


async def _locked(shop: ShopId, id: int, *, person: PersonId | None, now: datetime) -> Row:
    """A live appointment, its order locked before it. Raises NoAppointment for one that is over, or another's."""
    row = await Row.filter(id=id, shop_id=shop).first()
    if row is not None and row.order_id is not None:
        await Order.filter(id=row.order_id).select_for_update().get()
    row = await Row.filter(id=id, shop_id=shop, state__in=list(LIVE)).select_for_update().first()
    if row is None or (person is not None and (row.person_id != person or row.starts_at <= now)):
        raise NoAppointment
    return row


async def _over(shop: ShopId, id: int, by: PersonId, event: str, now: datetime) -> Appointment:
    async with transaction():
        row = await _locked(shop, id, person=None, now=now)
        if not await step(row, event):
            raise NoAppointment
        await _keep_deposit(row, by, now)
        return await appointment(id)


async def _keep_deposit(row: Row, by: PersonId, now: datetime) -> None:
    """The deposit was for this: its order is done."""
    code = await pickups.code_of(OrderId(row.order_id)) if row.order_id is not None else None
    if code is not None:
        await pickups.redeem(ShopId(row.shop_id), code, by, cash=Money(0), now=now)
