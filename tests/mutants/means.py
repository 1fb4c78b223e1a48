"""Defects of coupons and points."""

from __future__ import annotations

from typing import Any

from shop import bills, coupons, ledger, points
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.ledger import PTS
from shop.records.coupons import Coupon
from shop.records.orders import Order
from shop.refusals import NotEnoughPoints
from shop.rules.points import Back
from shop.transaction import run_sql
from tests.mutants import scenes
from tests.mutants.mutant import Mutant

_spend, _let_go = points.spend, bills.let_go


async def _lock_without_looking(order: int, coupon: int, *, now: Any, for_delivery: bool = False) -> None:
    await Coupon.filter(id=coupon).update(state="locked", order_id=order, for_delivery=for_delivery)


async def _count_nothing(template: int, person: PersonId) -> int:
    return 0


async def _spend_from_an_old_balance(
    order_id: OrderId, person: PersonId, many: int, now: Any, seq: int
) -> bool:
    """As it was before the last move."""
    last = await run_sql(
        "SELECT amount FROM entry WHERE account = ? ORDER BY id DESC LIMIT 1", [f"points:{person}"]
    )
    shop = ShopId((await Order.get(id=order_id)).shop_id)
    old = (await points.balance(shop, person)).spendable - (int(last[0]["amount"]) if last else 0)
    entries = {f"points:{person}": -many, "points_issued": many}
    await ledger.book(shop, points.SPENT, f"{order_id} {seq}", entries, at=now, unit=PTS, order=order_id)
    set_ = "UPDATE points_account SET balance = ? WHERE shop_id = ? AND person_id = ?"
    await run_sql(set_, [old - many, shop, person])
    return True


async def _skip_when_short(order_id: OrderId, person: PersonId, many: int, now: Any, seq: int) -> bool:
    try:
        return await _spend(order_id, person, many, now, seq)
    except NotEnoughPoints:
        return False


async def _keep_the_coupon(order: Order, *, now: Any) -> None:
    order.coupon_id = None
    await _let_go(order, now=now)


async def _keep_the_points(order: Order, *, now: Any) -> None:
    order.points = 0
    await _let_go(order, now=now)


async def _leave_the_points(*_: Any) -> Back:
    return Back()


MUTANTS = (
    Mutant(
        "a coupon without compare-and-set",
        coupons,
        "lock",
        _lock_without_looking,
        scenes.one_coupon_for_two_orders,
    ),
    Mutant("one more coupon than one may have", coupons, "_has", _count_nothing),
    Mutant("a stale points balance", points, "spend", _spend_from_an_old_balance),
    Mutant(
        "short points are skipped in silence", points, "spend", _skip_when_short, scenes.the_same_points_twice
    ),
    Mutant("an order that comes to nothing keeps its coupon", bills, "let_go", _keep_the_coupon),
    Mutant("an order that comes to nothing keeps its points", bills, "let_go", _keep_the_points),
    Mutant("a refund leaves the points where they are", points, "refund_moves", _leave_the_points),
)
