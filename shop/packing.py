"""装包: what of an order is in the shop, in parcels and gone. Called inside the order's transaction, under its lock; the
verbs are in parcels.py, pickups.py and refunds.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shop import stock
from shop.kit.ids import PersonId
from shop.kit.quantity import Quantity
from shop.records.orders import Order
from shop.records.parcels import Parcel, ParcelPart
from shop.rows import add, change, read
from shop.rules.orders import Status, may
from shop.rules.parcels import LIFE, OUT, UNDER_WAY, Inside, State, all_with_the_buyer
from shop.settled import shop_rules
from shop.transaction import run_sql


async def inside(order: int) -> tuple[Inside, ...]:
    """What of each line is in the shop and promised, in the order of lines."""
    rows = await run_sql(
        "SELECT line.id, line.sku_key, line.called, line.unit, hold.qty - hold.gone AS qty "
        "FROM line JOIN hold ON hold.line_id = line.id "
        "WHERE line.order_id = ? AND hold.state = ? AND hold.qty > hold.gone ORDER BY line.id",
        [order, stock.ACTIVE],
    )
    return tuple(
        Inside(int(row["id"]), row["sku_key"], row["called"], row["unit"], Quantity(int(row["qty"])))
        for row in rows
    )


async def of_order(order: int, *states: State) -> list[Parcel]:
    """In these states (none: in any), oldest first."""
    which = f" AND state IN ({', '.join('?' * len(states))})" if states else ""
    return await read(Parcel, f"WHERE order_id = ?{which} ORDER BY id", [order, *map(str, states)])


async def part_out(order: int) -> bool:
    """Has a parcel of it left the shop?"""
    return bool(await of_order(order, *OUT))


async def parts(parcel: int) -> list[ParcelPart]:
    """By sku, as everybody takes them."""
    return await ParcelPart.filter(parcel_id=parcel).order_by("line__sku_id", "line_id")


async def pack(order: Order, goods: Sequence[Inside], by: PersonId, *, now: datetime) -> Parcel:
    """A parcel of these goods. What lies packed already and would be in the way is taken apart for it."""
    await _unpack(order.id, [one.line for one in goods])
    number = len(await of_order(order.id)) + 1
    row = {"order_id": order.id, "number": number, "state": State.PACKED, "by": by, "packed_at": now}
    (parcel,) = await add(Parcel, [row])
    for one in goods:
        if not await stock.pack(one.line, one.qty.milli):
            raise RuntimeError(f"line {one.line} of order {order.code} has no {one.qty} for a parcel")
        await add(ParcelPart, [{"parcel_id": parcel.id, "line_id": one.line, "qty": one.qty.milli}])
    return parcel


async def step(parcel: Parcel, event: str, code: str, *, now: datetime) -> None:
    """Move a parcel along its table, and its goods with it."""
    was, end = State(parcel.state), LIFE.after(State(parcel.state), event)
    if end is None:
        raise RuntimeError(f"a parcel that is {was} is not {event}")
    due = now + UNDER_WAY if end is State.SENT else None
    over = now if end in LIFE.last else None
    if not await change(
        Parcel, "WHERE id = ? AND state = ?", [parcel.id, was], state=end, due_at=due, ended_at=over
    ):
        raise RuntimeError(f"parcel {parcel.id} changed under a lock")
    parcel.state = end
    is_out, was_out = end in OUT, was in OUT
    for part in await parts(parcel.id):
        if is_out and not was_out:
            await stock.hand_over_part(part.line_id, part.qty, code, now=now)
        if was_out and not is_out:
            await stock.take_back_part(part.line_id, part.qty, code, now=now)
        if end is State.VOID:
            await stock.unpack(part.line_id, part.qty)


async def stays(order: Order, line: int, units: int) -> int:
    """Units of a line are given back: those that are in the shop stay there. Gives how many (in thousandths): what has
    left is with the buyer."""
    here = next((one.qty.milli for one in await inside(order.id) if one.line == line), 0)
    kept = min(units, here)
    if kept:
        rows = await run_sql("SELECT qty - parcelled AS loose FROM hold WHERE line_id = ?", [line])
        if int(rows[0]["loose"]) < kept:
            await _unpack(order.id, [line])
        await stock.keep(line, kept)
        await run_sql("UPDATE given_back SET kept_qty = kept_qty + ? WHERE line_id = ?", [kept, line])
    return kept


async def end_if_all_is_with_the_buyer(order: Order, by: PersonId | None, *, now: datetime) -> bool:
    """Was that the last of it? Then the order is fulfilled."""
    states = {State(one.state) for one in await of_order(order.id)}
    if not all_with_the_buyer(states, inside=bool(await inside(order.id))):
        return False
    if may(Status(order.status), "handed_over", money_in=order.paid_at is not None) is None:
        return False
    await run_sql(
        "UPDATE pickup SET state = 'done', done_at = ?, done_by = ? WHERE order_id = ? AND state = 'ready'",
        [now, by, order.id],
    )
    await fulfil(order, now)
    return True


async def fulfil(order: Order, now: datetime) -> None:
    """The goods are with the buyer; the time to complain begins."""
    rules = await shop_rules(order.shop_id)
    new = {"status": Status.FULFILLED, "ended_at": now, "ended_why": "handed_over"}
    await Order.filter(id=order.id).update(**new, after_sale_until=now + rules.after_sale)
    order.status = Status.FULFILLED


async def take_apart(order: int) -> None:
    """The order ends: what lies packed for it is no parcel any more. Its holds end with it."""
    await run_sql(
        "UPDATE parcel SET state = ?, ended_at = packed_at WHERE order_id = ? AND state = ?",
        [State.VOID, order, State.PACKED],
    )


async def _unpack(order: int, lines: Sequence[int]) -> None:
    for parcel in await of_order(order, State.PACKED):
        inside = await parts(parcel.id)
        if any(part.line_id in lines for part in inside):
            await change(Parcel, "WHERE id = ?", [parcel.id], state=State.VOID, ended_at=parcel.packed_at)
            for part in inside:
                await stock.unpack(part.line_id, part.qty)
