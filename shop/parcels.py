"""包裹: an order that goes out in parts: sent, arrived, come back; each part once, and the order ends with the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shop import packing, refunds
from shop.events import ParcelMoved
from shop.kit.ids import OrderId, PersonId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.records.orders import Order
from shop.records.parcels import Parcel, ParcelPart
from shop.records.refunds import Refund
from shop.refusals import AlreadyHandedOver, NothingToSend, NothingUnderWay, NotPaidYet, RefundOpen
from shop.rows import as_moment
from shop.rules import refunds as refund_rules
from shop.rules.orders import GONE_OUT, Status, may
from shop.rules.parcels import OUT, Inside, State, picked
from shop.transaction import run_sql, transaction


@dataclass(frozen=True, slots=True)
class Sent:
    """A parcel as people see it; `goods` are name, quantity and unit."""

    id: int
    order: OrderId
    number: int
    state: State
    by: PersonId
    goods: tuple[tuple[str, Quantity, str], ...]

    @property
    def is_out(self) -> bool:
        """Has it left the shop?"""
        return self.state in OUT


async def send(id: OrderId, units: Sequence[tuple[str, Quantity]], by: PersonId, *, now: datetime) -> Sent:
    """先发: so much of each sku goes to the buyer ahead of the rest; without `units` all that is left. Raises NotPaidYet,
    AlreadyHandedOver, RefundOpen, NothingToSend, NotThatMuchHere."""
    async with transaction() as tx:
        order = await Order.filter(id=id).select_for_update().get()
        if may(Status(order.status), "part_handed_over", money_in=order.paid_at is not None) is None:
            raise _why_not(order)
        if await Refund.filter(order_id=order.id, state=refund_rules.State.REQUESTED).exists():
            raise RefundOpen(order.code)
        here = await packing.inside(order.id)
        if not here:
            raise NothingToSend(order.code)
        parcel = await packing.pack(order, picked(here, units), by, now=now)
        await packing.step(parcel, "sent", order.code, now=now)
        tx.tell(ParcelMoved(parcel.id, "sent"), at=now)
        return await parcel_of(parcel.id)


async def arrived(id: OrderId, by: PersonId, *, now: datetime) -> tuple[Sent, ...]:
    """送到了: what of this order was under way. Raises NothingUnderWay."""
    return await _ended(id, "arrived", by, now)


async def came_back(id: OrderId, by: PersonId, *, now: datetime) -> tuple[Sent, ...]:
    """没送到: the goods are in the shop again; those that were given up meanwhile go back on the shelf. Raises
    NothingUnderWay."""
    return await _ended(id, "came_back", by, now)


async def arrive_due(*, now: datetime) -> int:
    """Nobody has said that it did not arrive: it has. The buyer is told, and can say otherwise. Gives how many orders."""
    rows = await run_sql(
        'SELECT order_id, "by", min(due_at) AS due FROM parcel WHERE state = ? AND due_at <= ? '
        'GROUP BY order_id, "by" ORDER BY order_id LIMIT 100',
        [State.SENT, now],
    )
    for row in rows:
        await _ended(OrderId(row["order_id"]), "arrived", row["by"], now, due=as_moment(row["due"]))
    return len(rows)


async def of_order(id: OrderId) -> tuple[Sent, ...]:
    """All that are not void, oldest first."""
    rows = await packing.of_order(id, State.PACKED, State.SENT, State.DONE)
    return tuple([await parcel_of(row.id) for row in rows])


async def parcel_of(id: int) -> Sent:
    row = await Parcel.get(id=id)
    parts = await ParcelPart.filter(parcel_id=id).select_related("line").order_by("line_id")
    goods = tuple((part.line.called, Quantity(part.qty), part.line.unit) for part in parts)
    return Sent(row.id, OrderId(row.order_id), row.number, State(row.state), PersonId(row.by), goods)


async def left(id: OrderId) -> tuple[Inside, ...]:
    """What of it is still in the shop."""
    return await packing.inside(id)


# ── inside ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def _ended(
    id: OrderId, event: str, by: PersonId, now: datetime, *, due: datetime | None = None
) -> tuple[Sent, ...]:
    async with transaction() as tx:
        order = await Order.filter(id=id).select_for_update().get()
        under_way = await packing.of_order(id, State.SENT)
        if not under_way:
            raise NothingUnderWay(order.code)
        for parcel in under_way:
            await packing.step(parcel, event, order.code, now=now)
            tx.tell(ParcelMoved(parcel.id, "by_time" if due else event), at=now)
            if event == "came_back":
                await _stay_if_given_up(order, parcel)
        await packing.end_if_all_is_with_the_buyer(order, by, now=now)
        await refunds.end_if_all_is_back(order, now)
        return tuple([await parcel_of(parcel.id) for parcel in under_way])


async def _stay_if_given_up(order: Order, parcel: Parcel) -> None:
    """Money went back for goods while they were under way: they are not handed over again."""
    for part in await packing.parts(parcel.id):
        rows = await run_sql(
            "SELECT coalesce(sum(p.qty), 0) - coalesce((SELECT kept_qty FROM given_back WHERE line_id = ?), 0) AS qty "
            "FROM refund_part AS p JOIN refund AS r ON r.id = p.refund_id "
            "WHERE p.line_id = ? AND r.state NOT IN ('requested', 'rejected', 'withdrawn')",
            [part.line_id, part.line_id],
        )
        await packing.stays(order, part.line_id, int(rows[0]["qty"]))


def _why_not(order: Order) -> Exception:
    if Status(order.status) in GONE_OUT:
        return AlreadyHandedOver(order.code)
    if order.status == Status.PREPARING:
        return NotPaidYet(order.code, Money(order.payable_fen))
    return NothingToSend(order.code)
