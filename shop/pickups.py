"""自提与核销: a code per order, handed over by staff, once or in parts; the money is in before the goods go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shop import alarms, bills, packing, slots, stock, till
from shop.events import OrderHandedOver, OrderTakenBack, ParcelMoved
from shop.kit.codes import new_pickup_code, read_pickup_code
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.records.orders import Order
from shop.records.parcels import Parcel
from shop.records.payments import PayFact, PayIntent
from shop.records.pickups import Pickup
from shop.records.refunds import Refund
from shop.refusals import (
    AlreadyHandedOver,
    CannotUndo,
    NoSuchPickup,
    NothingToSend,
    NotPaidYet,
    RefundOpen,
)
from shop.rules.orders import PayMode, Status, may
from shop.rules.parcels import State as Where
from shop.rules.parcels import picked
from shop.rules.refunds import State
from shop.transaction import run_sql, transaction

UNCOLLECTED = "uncollected"  # its alarm
PATIENCE = timedelta(days=3)
_UNPAID_AND_READY = (
    "pickup AS p JOIN \"order\" AS o ON o.id = p.order_id WHERE p.state = 'ready' AND o.paid_at IS NULL"
)


async def give_code(shop: int, order: int, *, now: datetime) -> str:
    """A code that no other waiting order of the shop has. Called inside the order's transaction."""
    while True:
        code = new_pickup_code()
        given = await run_sql(
            "INSERT INTO pickup (shop_id, order_id, code, state, ready_at) VALUES (?, ?, ?, 'ready', ?) "
            "ON CONFLICT (shop_id, code) WHERE state = 'ready' DO NOTHING RETURNING id",
            [shop, order, code, now],
        )
        if given:
            return code


async def code_of(order: OrderId) -> str | None:
    """The code under which something of it still waits."""
    ready = await Pickup.filter(order_id=order, state="ready").first()
    return ready.code if ready else None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a code stands for. `to_collect` is the cash still to be taken at the counter."""

    order: OrderId
    code: str
    to_collect: Money


async def look_up(shop: ShopId, said: str) -> Waiting:
    """What waits under this code, without handing anything over. Raises NoSuchPickup, AlreadyHandedOver."""
    code = read_pickup_code(said)
    if code is None:
        raise NoSuchPickup(mistyped=True)
    pickup = await Pickup.filter(shop_id=shop, code=code).order_by("-id").select_related("order").first()
    if pickup is None or pickup.state == "void":
        raise NoSuchPickup(mistyped=False)
    if pickup.state == "done":
        raise AlreadyHandedOver(pickup.order.code)
    return Waiting(OrderId(pickup.order_id), code, _owed(pickup.order))


def _owed(order: Order) -> Money:
    return Money(0) if order.paid_at else Money(order.payable_fen)


async def redeem(
    shop: ShopId,
    said: str,
    by: PersonId,
    *,
    cash: Money,
    units: Sequence[tuple[str, Quantity]] = (),
    now: datetime,
) -> OrderId:
    """核销: hand the goods over, or only so much of each sku (`units`): then the code stays good for the rest. `cash` is
    what the staff member took at the counter and must be exactly what is owed, for all of it. Raises NoSuchPickup,
    AlreadyHandedOver, NotPaidYet, RefundOpen, NotThatMuchHere, NothingToSend when all of it is gone."""
    async with transaction() as tx:
        waiting = await look_up(shop, said)
        order = await Order.filter(id=waiting.order).select_for_update().get()
        if order.status == Status.CANCELLED:  # since it was looked up
            raise NoSuchPickup(mistyped=False)
        if await Refund.filter(order_id=order.id, state=State.REQUESTED).exists():
            raise RefundOpen(order.code)
        if cash != _owed(order):  # it may have been paid since as well
            raise NotPaidYet(order.code, _owed(order))
        if not await Pickup.filter(order_id=order.id, state="ready").exists():
            raise AlreadyHandedOver(order.code)
        if order.paid_at is None:
            await _book_cash(order, by, now)
        if may(Status(order.status), "handed_over", money_in=order.paid_at is not None) is None:
            raise NotPaidYet(order.code, Money(order.payable_fen))
        if parcel := await _part(order, units, by, now):
            tx.tell(ParcelMoved(parcel.id, "handed_over"), at=now)
        else:
            await Pickup.filter(order_id=order.id, state="ready").update(
                state="done", done_at=now, done_by=by
            )
            await packing.fulfil(order, now)
            is_deposit = await slots.follow(order, Status.FULFILLED, now=now)
            await stock.hand_over(order.id, order.code, now=now)
            if not is_deposit:
                tx.tell(OrderHandedOver(order.id), at=now)
        return waiting.order


async def _part(
    order: Order, units: Sequence[tuple[str, Quantity]], by: PersonId, now: datetime
) -> Parcel | None:
    """Hand a parcel over; None where all of the order goes at once. What was all given up is handed over no more, also
    while its money is still on the way."""
    here = await packing.inside(order.id)
    goods = picked(here, units)
    if not goods:
        raise NothingToSend(order.code)
    if goods == here and not await packing.of_order(order.id):
        return None
    parcel = await packing.pack(order, goods, by, now=now)
    await packing.step(parcel, "handed_over", order.code, now=now)
    await packing.end_if_all_is_with_the_buyer(order, by, now=now)
    return parcel


async def take_back(order_id: OrderId, *, parcel: int | None = None, now: datetime) -> None:
    """撤销核销: the wrong order was handed over, or this parcel of it; its code works again. Only where no cash was taken
    for it. Raises CannotUndo."""
    async with transaction() as tx:
        order = await Order.filter(id=order_id).select_for_update().get()
        taken = await Pickup.filter(order_id=order_id).first()
        if taken is None or await PayFact.filter(order_id=order_id, provider="cash").exists():
            raise CannotUndo(_TOO_LATE)
        if order.status == Status.FULFILLED:
            await _open_again(order, taken)
        elif parcel is None or order.status != Status.PREPARING:
            raise CannotUndo(_TOO_LATE)
        is_deposit = False  # who came for his appointment heard of no goods
        if parcel is None:
            if await packing.of_order(order.id):
                raise CannotUndo(_TOO_LATE)
            is_deposit = await slots.follow(order, Status.PREPARING, now=now)
            await stock.take_back(order.id, order.code, now=now)
        else:
            await _take_parcel_back(order, parcel, now)
        if not is_deposit:
            tx.tell(OrderTakenBack(order.id), at=now)


_TOO_LATE = "这单不能退回去了"


async def _open_again(order: Order, taken: Pickup) -> None:
    end = may(Status(order.status), "taken_back", money_in=order.paid_at is not None)
    if await Refund.filter(order_id=order.id, asked_at__gte=order.ended_at).exists():
        raise CannotUndo("取走以后已经说到退款了")
    if await Pickup.filter(shop_id=order.shop_id, code=taken.code, state="ready").exists():
        raise CannotUndo("这个取货码又给了别人")
    if end is None or not await Pickup.filter(id=taken.id, state="done").update(
        state="ready", done_at=None, done_by=None
    ):
        raise CannotUndo(_TOO_LATE)
    await Order.filter(id=order.id).update(
        status=end, ended_at=None, ended_why="", after_sale_until=None, version=order.version + 1
    )


async def _take_parcel_back(order: Order, id: int, now: datetime) -> None:
    parcel = await Parcel.filter(id=id, order_id=order.id, state=Where.DONE).first()
    if parcel is None:
        raise CannotUndo(_TOO_LATE)
    if await Refund.filter(order_id=order.id, asked_at__gte=parcel.ended_at).exists():
        raise CannotUndo("取走以后已经说到退款了")
    await packing.step(parcel, "taken_back", order.code, now=now)


async def look_for_uncollected(*, now: datetime) -> int:
    """到店付没来取: goods that stand promised for days and bring no money. The owner hears of each order once; when it
    was fetched or called off the alarm is over. Gives how many are new."""
    async with transaction():
        rows = await run_sql(
            f"SELECT o.id, o.shop_id, o.code, o.payable_fen FROM {_UNPAID_AND_READY} AND p.ready_at <= ? "
            "AND NOT EXISTS (SELECT 1 FROM alarm WHERE shop_id = o.shop_id AND kind = ? "
            "AND subject = CAST(o.id AS VARCHAR)) ORDER BY o.id",
            [now - PATIENCE, UNCOLLECTED],
        )
        for row in rows:
            facts = f"{row['code']} {Money(int(row['payable_fen']))}"  # dialogs/alarms.py has the sentence
            await alarms.raise_alarm(row["shop_id"], UNCOLLECTED, str(row["id"]), facts, now=now)
        await run_sql(
            "UPDATE alarm SET closed_at = ? WHERE kind = ? AND closed_at IS NULL AND NOT EXISTS "
            f"(SELECT 1 FROM {_UNPAID_AND_READY} AND CAST(o.id AS VARCHAR) = alarm.subject)",
            [now, UNCOLLECTED],
        )
        return len(rows)


async def _book_cash(order: Order, by: PersonId, now: datetime) -> None:
    if order.pay_mode != PayMode.COD:
        raise NotPaidYet(order.code, Money(order.payable_fen))
    if order.payable_fen:
        owed = Money(order.payable_fen)
        await till.take(order, "cash", f"order {order.id}", owed, till.SETTLED, by=by, now=now)
    await PayIntent.filter(order_id=order.id, state="created").update(state="closed")
    await Order.filter(id=order.id).update(paid_at=now)
    await bills.use_up(order, now=now)
    await bills.earn(order, now=now)
    order.paid_at = now
