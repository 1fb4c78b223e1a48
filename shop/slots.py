"""时段: the half hours of who serves, taken and freed by one statement each; and what an order's end means for the
appointment whose deposit it is. Called inside the caller's transaction: order → people who serve → goods is the way.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from shop.events import AppointmentBooked
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.records.bookings import Appointment, Slot
from shop.records.bookings import Service as ServiceRow
from shop.records.orders import Order
from shop.rows import as_moment, change, is_postgres
from shop.rules.bookings import LIFE, SLOT, Service, State
from shop.rules.orders import Status
from shop.transaction import run_sql, transaction

MEANS = {
    Status.PREPARING: ("deposit_paid", "taken_back"),
    Status.FULFILLED: ("came",),
    Status.CANCELLED: ("order_ended",),
    Status.REFUNDED: ("order_ended",),
}


async def hold(shop: int) -> None:
    """Whoever takes or frees times of this shop waits for the others, so that nobody meets half of a change."""
    if is_postgres():
        await run_sql("SELECT id FROM resource WHERE shop_id = ? ORDER BY id FOR NO KEY UPDATE", [shop])


async def take(resource: int, capacity: int, slots: Collection[datetime]) -> bool:
    """All of these half hours, or False: then the caller's part of the transaction must not commit."""
    if not slots:
        return True
    ordered = sorted(slots)
    rows = ", ".join(["(?, ?, ?, 0)"] * len(ordered))
    await run_sql(
        f"INSERT INTO slot (resource_id, starts_at, capacity, booked) VALUES {rows} "
        "ON CONFLICT (resource_id, starts_at) DO NOTHING",
        [value for at in ordered for value in (resource, at, capacity)],
    )
    taken = await run_sql(
        "UPDATE slot SET booked = booked + 1 WHERE resource_id = ? AND booked < capacity "
        f"AND starts_at IN ({', '.join('?' * len(ordered))}) AND NOT EXISTS (SELECT 1 FROM absence "
        "WHERE absence.resource_id = slot.resource_id AND absence.starts_at <= slot.starts_at "
        "AND absence.ends_at > slot.starts_at) RETURNING id",
        [resource, *ordered],
    )
    return len(taken) == len(ordered)


async def free(resource: int, slots: Collection[datetime]) -> None:
    """Raises RuntimeError when one of them was not taken: the books are wrong."""
    if not slots:
        return
    freed = await run_sql(
        "UPDATE slot SET booked = booked - 1 WHERE resource_id = ? AND booked > 0 "
        f"AND starts_at IN ({', '.join('?' * len(slots))}) RETURNING id",
        [resource, *sorted(slots)],
    )
    if len(freed) != len(slots):
        raise RuntimeError(f"times of {resource} were freed that nobody had taken")


async def full(resources: Sequence[int], start: datetime, end: datetime) -> set[tuple[int, datetime]]:
    """The half hours between these moments in which somebody has no place left."""
    rows = await Slot.filter(resource_id__in=list(resources), starts_at__gte=start, starts_at__lt=end)
    return {(row.resource_id, as_moment(row.starts_at)) for row in rows if row.booked >= row.capacity}


def taken_by(row: Appointment) -> tuple[datetime, ...]:
    """The half hours that an appointment has."""
    many = -(-(row.ends_at - row.starts_at) // SLOT)
    return tuple(row.starts_at + n * SLOT for n in range(many))


async def step(row: Appointment, event: str) -> bool:
    """Move an appointment along its table, and give its time back where it ends so; False when this cannot happen to
    it. Its row is locked."""
    end = LIFE.after(State(row.state), event)
    if end is None:
        return False
    if not await change(Appointment, "WHERE id = ? AND state = ?", [row.id, row.state], state=end.value):
        raise RuntimeError(f"appointment {row.id} changed under a lock")
    row.state = end
    if end == State.CANCELLED:
        await hold(row.shop_id)
        await free(row.resource_id, taken_by(row))
    return True


# ── its deposit ─────────────────────────────────────────────────────────────────────────────────────────────────


async def waits_for(order: Order) -> bool:
    """Is it the deposit of an appointment?"""
    return order.campaign_id is not None and await Appointment.filter(order_id=order.id).exists()


async def follow(order: Order, status: Status, *, now: datetime) -> bool:
    """The order stands so now, and its appointment with it; False when it is nobody's deposit."""
    if order.campaign_id is None:
        return False
    row = await Appointment.filter(order_id=order.id).select_for_update().first()
    if row is None:
        return False
    for event in MEANS.get(status, ()):
        if await step(row, event):
            if event == "deposit_paid":
                async with transaction() as tx:
                    tx.tell(AppointmentBooked(row.id), at=now)
            break
    return True


# ── what is offered ─────────────────────────────────────────────────────────────────────────────────────────────


def service_of(row: ServiceRow) -> Service:
    return Service(
        row.id, row.name, row.minutes, Money(row.price_fen), Money(row.deposit_fen), row.campaign_id
    )


async def services(shop: ShopId) -> tuple[Service, ...]:
    """What can be booked, in the order in which it was first offered."""
    rows = await ServiceRow.filter(shop_id=shop, offered=True).order_by("id")
    return tuple(service_of(row) for row in rows)
