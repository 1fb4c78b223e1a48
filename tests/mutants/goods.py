"""Defects of stock, orders and the counter."""

from __future__ import annotations

from typing import Any

from tortoise.expressions import F

from shop import orders, packing, pickups, stock
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.records.parcels import Parcel
from shop.records.pickups import Pickup
from shop.records.stock import Hold, StockItem, StockMove
from shop.rules.orders import Status, may
from shop.rules.parcels import State as Sent
from shop.transaction import run_sql
from tests.mutants.mutant import Mutant
from tests.support.world import NOW

_release, _reprice = stock.release, orders._reprice_line
_redeem, _part = pickups.redeem, pickups._part
_step, _stays, _carry_off = packing.step, packing.stays, stock.carry_off


async def _promise_without_a_guard(takes: dict[int, stock.Take]) -> None:
    for sku_id, take in takes.items():
        await StockItem.filter(sku_id=sku_id).update(held=F("held") + take.more.milli)


async def _give_back(order: int) -> None:
    for hold in await Hold.filter(line__order_id=order, state=stock.ACTIVE):
        await StockItem.filter(sku_id=hold.sku_id).update(held=F("held") - hold.qty)


async def _release_twice(order: int) -> None:
    await _give_back(order)
    await _release(order)


async def _forget_to_release(order: int) -> None:
    await Hold.filter(line__order_id=order).update(state=stock.RELEASED)


async def _change_the_line_only(line: Any, want: Any, priced: Any) -> None:
    hold = await Hold.get(line_id=line.id)
    await _reprice(line, want, priced)
    await Hold.filter(id=hold.id).update(qty=hold.qty)


async def _close_nothing(order: int) -> None:
    pass


def _cancel_what_is_paid(status: Status, event: str, **_: bool) -> Status | None:
    return may(status, event, money_in=False)


async def _hand_over_again(
    shop: ShopId, said: str, by: PersonId, *, cash: Money, units: Any = (), now: Any
) -> OrderId:
    done = await Pickup.filter(shop_id=shop, code=said, state="done").first()
    if done is None or cash:
        return await _redeem(shop, said, by, cash=cash, units=units, now=now)
    for hold in await Hold.filter(line__order_id=done.order_id, state=stock.CONSUMED):
        await StockItem.filter(sku_id=hold.sku_id).update(on_hand=F("on_hand") - hold.qty)
        await StockMove.create(sku_id=hold.sku_id, change=-hold.qty, reason="sold", ref="", at=now)
    return OrderId(done.order_id)


async def _hand_over_what_stays(order: int, code: str, *, now: Any) -> None:
    await _release(order)


class _NobodyAsks:
    """Stands in for the table of refunds, with nothing in it."""

    @classmethod
    def filter(cls, **_: Any) -> type[_NobodyAsks]:
        return cls

    @staticmethod
    async def exists() -> bool:
        return False


async def _send_out_again(parcel: Any, event: str, code: str, *, now: Any) -> None:
    """What came back stays gone, and goes again."""
    if event == "came_back":
        await Parcel.filter(id=parcel.id).update(state=Sent.PACKED)
        return
    await _step(parcel, event, code, now=now)


async def _keep_what_is_gone(order: Any, line: int, units: int) -> int:
    """A refund puts goods back on the shelf that are with the buyer."""
    hold = await Hold.get(line_id=line)
    if hold.gone:
        await stock.bring(hold.sku_id, Quantity(units), "received", now=NOW)
    return await _stays(order, line, units)


async def _over_with_a_part(order: Any, by: Any, *, now: Any) -> bool:
    await packing.fulfil(order, now)
    return True


async def _move_what_is_promised(
    sku_id: int, qty: Quantity, reason: str, *, place: Any = None, now: Any
) -> bool:
    if reason != "moved":
        return await _carry_off(sku_id, qty, reason, place=place, now=now)
    await StockItem.filter(sku_id=sku_id, place_id=place).update(on_hand=F("on_hand") - qty.milli)
    await StockMove.create(sku_id=sku_id, place_id=place, change=-qty.milli, reason=reason, at=now)
    return True


async def _serve_from_anywhere(sku_id: int, more: int, if_: str) -> bool:
    """Orders take goods that lie in another place as well."""
    return bool(
        await run_sql(
            f"UPDATE stock_item SET held = held + ? WHERE sku_id = ? AND {if_} RETURNING id",
            [more, sku_id, more],
        )
    )


async def _look_at_nothing(order: Any, units: Any, by: Any, now: Any) -> Any:
    """An order that goes at once is not asked whether anything is left of it."""
    if not units and not await packing.of_order(order.id):
        return None
    return await _part(order, units, by, now)


MUTANTS = (
    Mutant("no stock guard", stock, "promise", _promise_without_a_guard),
    Mutant("a hold is released twice", stock, "release", _release_twice),
    Mutant("a hold is given back and stays", stock, "release", _give_back),
    Mutant("a hold ends and nothing is given back", stock, "release", _forget_to_release),
    Mutant("an edit forgets the hold", orders, "_reprice_line", _change_the_line_only),
    Mutant("an edit leaves the old request to pay open", orders, "close_intents", _close_nothing),
    Mutant("a paid order is cancelled by its buyer", orders, "may", _cancel_what_is_paid),
    Mutant("pick-up twice", pickups, "redeem", _hand_over_again),
    Mutant("pick-up ignores an open refund", pickups, "Refund", _NobodyAsks),
    Mutant("what was all given up is handed over", pickups, "_part", _look_at_nothing),
    Mutant("what is handed over stays on the shelf", stock, "hand_over", _hand_over_what_stays),
    Mutant("what came back from its way stays gone", packing, "step", _send_out_again),
    Mutant("a refund brings back what is with the buyer", packing, "stays", _keep_what_is_gone),
    Mutant(
        "an order is over with its first part", packing, "end_if_all_is_with_the_buyer", _over_with_a_part
    ),
    Mutant("what is promised is moved away", stock, "carry_off", _move_what_is_promised),
    Mutant("an order takes from every place", stock, "_hold", _serve_from_anywhere),
)
