"""称重差价: the scale says less than was ordered; the stored share of the difference goes back, the goods stay here.

Once per line: what is wrong after that is a refund like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shop import bills, orders, refunds, slips
from shop.catalogue import goods
from shop.events import OrderWeighed
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import NONE, Quantity
from shop.records.orders import Line, Order
from shop.refusals import CannotWeigh, WeighedAlready, WeighedDearer
from shop.rows import change
from shop.rules import weighing as rules
from shop.rules.baskets import Want
from shop.rules.frozen import delivery_out
from shop.rules.orders import Status
from shop.rules.promised import Promise
from shop.rules.refunds import What
from shop.rules.shares import part_share
from shop.rules.weighing import Weighed
from shop.transaction import transaction


@dataclass(frozen=True, slots=True)
class Look:
    """One line before it is settled: what the scale means for it."""

    line: int
    sku: str
    name: str
    unit: str
    ordered: Quantity
    is_paid: bool
    weighed: Weighed


async def look(order: OrderId, product: str, scale: Quantity) -> Look:
    """Raises CannotWeigh unless the order is being prepared and has one line of these goods by weight, and
    WeighedAlready."""
    row = await Order.get(id=order)
    known = (await goods(ShopId(row.shop_id))).everything
    lines = [
        line
        for line in await Line.filter(order_id=order).order_by("id")
        if known.sku[line.sku_key].product == product and known.unit[line.unit].kind == "weight"
    ]
    if len(lines) != 1 or row.status != Status.PREPARING:
        raise CannotWeigh(row.code, known.product[product].name)
    line = lines[0]
    if line.weighed is not None:
        raise WeighedAlready(row.code, line.called, line.unit, Quantity(line.weighed))
    left = next(room.room.units for room in await refunds.rooms(order) if room.id == line.id)
    weighed = rules.weigh(left, scale)
    return Look(line.id, line.sku_key, line.called, line.unit, left, row.paid_at is not None, weighed)


async def settle(
    order: OrderId, product: str, scale: Quantity, by: PersonId, why: str, *, now: datetime
) -> Money:
    """称重: gives what the buyer gets back or has to pay less. Raises what `look` raises, and WeighedDearer."""
    async with transaction():
        row = await Order.filter(id=order).select_for_update().get()
        seen = await look(order, product, scale)
        off = Money(0)
        if seen.weighed.stays.milli:
            off = await (_pay_back(row, seen, by, why, now) if seen.is_paid else _bill_less(row, seen, now))
        await Line.filter(id=seen.line).update(weighed=scale.milli)
        return off


async def _pay_back(order: Order, seen: Look, by: PersonId, why: str, now: datetime) -> Money:
    what = What(units=((seen.sku, seen.weighed.stays),))
    case = await refunds.give(OrderId(order.id), by, what, why, kind="weight", now=now)
    return case.amount


async def _bill_less(order: Order, seen: Look, now: datetime) -> Money:
    """Nothing is paid yet: the order itself becomes smaller, and never dearer by that: WeighedDearer. Raises CannotWeigh
    when the buyer has a newer open order; what `orders.edit` raises. Bringing it costs what it would have cost as
    it was ordered."""
    shop, buyer = ShopId(order.shop_id), PersonId(order.buyer_id)
    standing = await slips.open_order(shop, buyer)
    line = await Line.get(id=seen.line)
    if standing is None or standing.id != order.id:
        raise CannotWeigh(order.code, seen.name)
    fewer = Want(seen.sku, seen.weighed.counts, "set", line.for_whom)
    if promise := bills.promised(order):
        light = Promise(promise.rule, {**promise.weighed, fewer.key: seen.weighed})
        await change(Order, "WHERE id = ?", [order.id], delivery=delivery_out(light, ()))
    slip = await orders.edit(shop, buyer, [fewer], now=now)
    off = standing.payable - slip.payable
    if off < Money(0):
        net, stays = Money(line.net_fen), seen.weighed.stays
        worth = part_share(net, seen.ordered, gone=NONE, more=stays)
        raise WeighedDearer(order.code, seen.name, -off, worth)
    async with transaction() as tx:
        tx.tell(OrderWeighed(order.id, seen.name, seen.unit, seen.weighed.counts.milli, off.fen), at=now)
    return off
