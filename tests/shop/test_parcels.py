"""An order that goes out in parts: each part once, never more than its line, and the order is over with the last."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from shop import orders, parcels, pickups, refunds, slips
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.refusals import (
    CannotUndo,
    NothingToSend,
    NothingUnderWay,
    NotPaidYet,
    NotThatMuchHere,
    PartlyHandedOver,
    RefundOpen,
)
from shop.rules.orders import Status
from shop.rules.parcels import UNDER_WAY, State, all_with_the_buyer
from shop.rules.refunds import What
from shop.slips import Slip
from shop.transaction import run_sql, unit_of_work
from tests.support.at_once import at_once
from tests.support.world import (
    NOW,
    a_cash_order,
    a_clerk,
    a_customer,
    a_paid_order,
    a_product,
    after,
    an_order,
    books,
    happened,
    shelf,
    want,
)

ZERO, LATER = Money(0), after(minutes=5)


def units(sku: str, qty: int | str) -> tuple[tuple[str, Quantity], ...]:
    return ((sku, Quantity.of(qty)),)


async def status(order: Slip) -> Status:
    return (await slips.slip(order.id)).status


async def states(order: Slip) -> list[str]:
    rows = await run_sql("SELECT state FROM parcel WHERE order_id = ? ORDER BY id", [order.id])
    return [str(row["state"]) for row in rows]


async def test_an_order_that_goes_at_once_has_no_parcel(shop: ShopId) -> None:
    """Also when all of its goods are named."""
    oranges, clerk = await a_product(), await a_clerk()
    for said in ((), units(oranges, 2)):
        slip = await a_paid_order(await a_customer(), (oranges, 2))
        await pickups.redeem(shop, str(slip.pickup_code), clerk, cash=ZERO, units=said, now=NOW)
        assert (await status(slip), await states(slip)) == (Status.FULFILLED, [])


async def test_cash_is_taken_for_all_of_it_with_the_first_part(shop: ShopId) -> None:
    oranges, clerk = await a_product("橙子", "29.90"), await a_clerk()
    slip = await a_cash_order(await a_customer(), (oranges, 2))
    redeem = partial(pickups.redeem, shop, str(slip.pickup_code), clerk, units=units(oranges, 1))
    before = await books()
    for cash in (ZERO, Money(2990)):
        with pytest.raises(NotPaidYet):
            await redeem(cash=cash, now=NOW)
    assert await books() == before
    await redeem(cash=Money(5980), now=NOW)
    assert (await status(slip), await shelf(oranges)) == (Status.PREPARING, ("4", "1"))
    await redeem(cash=ZERO, now=LATER)
    assert (await status(slip), await shelf(oranges)) == (Status.FULFILLED, ("3", "0"))


async def test_two_lines_of_the_same_goods_are_one_heap(shop: ShopId) -> None:
    oranges, clerk = await a_product(), await a_clerk()
    slip = await a_paid_order(await a_customer(), want(oranges, 1), want(oranges, 2, whom="奶奶"))
    redeem = partial(pickups.redeem, shop, str(slip.pickup_code), clerk, cash=ZERO, now=NOW)
    with pytest.raises(NotThatMuchHere) as no:
        await redeem(units=units(oranges, 4))
    assert (no.value.here, await states(slip)) == (Quantity.of(3), [])
    await redeem(units=units(oranges, 2))
    assert [(one.called, str(one.qty)) for one in await parcels.left(slip.id)] == [("橙子", "1")]
    await redeem()
    assert (await status(slip), await states(slip)) == (Status.FULFILLED, ["done", "done"])


async def test_two_clerks_hand_the_last_box_over_once(shop: ShopId) -> None:
    oranges, clerk = await a_product(), await a_clerk()
    slip = await a_paid_order(await a_customer(), (oranges, 2))
    redeem = partial(pickups.redeem, shop, str(slip.pickup_code), clerk, cash=ZERO, now=NOW)
    came = await at_once(*(partial(redeem, units=units(oranges, 1)) for _ in range(5)))
    assert came["done"] == 2
    assert came.keys() <= {"done", "AlreadyHandedOver", "NotThatMuchHere"}
    assert (await status(slip), await shelf(oranges)) == (Status.FULFILLED, ("3", "0"))


async def test_nothing_is_sent_before_it_is_paid_nor_while_a_refund_is_asked_for(shop: ShopId) -> None:
    oranges, clerk = await a_product(), await a_clerk()
    cash = await a_cash_order(await a_customer(), (oranges, 1))
    unpaid = await an_order(await a_customer("阿花"), (oranges, 1))
    paid = await a_paid_order(await a_customer("小明"), (oranges, 2))
    await refunds.ask(paid.id, paid.buyer, What(units=units(oranges, 1)), "不要了", at_once=ZERO, now=NOW)
    before = await books()
    for slip, no in ((cash, NotPaidYet), (unpaid, NothingToSend), (paid, RefundOpen)):
        with pytest.raises(no):
            await parcels.send(slip.id, (), clerk, now=NOW)
    assert await books() == before


async def test_what_was_sent_keeps_the_order_open_until_it_is_there(shop: ShopId) -> None:
    oranges, clerk = await a_product(), await a_clerk()
    slip = await a_paid_order(await a_customer(), (oranges, 2))
    await parcels.send(slip.id, (), clerk, now=NOW)
    assert (await status(slip), await shelf(oranges)) == (Status.PREPARING, ("3", "0"))
    with pytest.raises(NothingToSend):
        await pickups.redeem(shop, str(slip.pickup_code), clerk, cash=ZERO, now=NOW)
    with pytest.raises(PartlyHandedOver):
        await orders.shop_cancel(slip.id, clerk, "没货了", now=NOW)
    just_before = NOW + UNDER_WAY - timedelta(seconds=1)
    assert await unit_of_work(partial(parcels.arrive_due, now=just_before)) == 0
    assert await unit_of_work(partial(parcels.arrive_due, now=NOW + UNDER_WAY)) == 1
    assert (await status(slip), await states(slip)) == (Status.FULFILLED, ["done"])
    assert (await slips.slip(slip.id)).ended_at == NOW + UNDER_WAY
    assert await unit_of_work(partial(parcels.arrive_due, now=NOW + UNDER_WAY)) == 0
    assert await happened() == ["OrderPaid", "ParcelMoved", "ParcelMoved"]


async def test_what_came_back_can_be_fetched(shop: ShopId) -> None:
    oranges, clerk = await a_product(), await a_clerk()
    slip = await a_paid_order(await a_customer(), (oranges, 2))
    await parcels.send(slip.id, units(oranges, 1), clerk, now=NOW)
    await parcels.came_back(slip.id, clerk, now=LATER)
    assert (await states(slip), await shelf(oranges)) == (["packed"], ("5", "2"))
    with pytest.raises(NothingUnderWay):
        await parcels.came_back(slip.id, clerk, now=LATER)
    await pickups.redeem(shop, str(slip.pickup_code), clerk, cash=ZERO, units=units(oranges, 2), now=LATER)
    assert (await status(slip), await states(slip)) == (Status.FULFILLED, ["void", "done"])
    assert await shelf(oranges) == ("3", "0")


async def test_an_order_whose_goods_came_back_may_be_called_off(shop: ShopId) -> None:
    oranges, clerk = await a_product(), await a_clerk()
    slip = await a_paid_order(await a_customer(), (oranges, 2))
    await parcels.send(slip.id, units(oranges, 1), clerk, now=NOW)
    await parcels.came_back(slip.id, clerk, now=LATER)
    await orders.shop_cancel(slip.id, clerk, "没货了", now=LATER)
    assert (await status(slip), await states(slip)) == (Status.CANCELLED, ["void"])
    assert await shelf(oranges) == ("5", "0")


async def test_a_part_is_taken_back_alone_and_only_once(shop: ShopId) -> None:
    oranges, clerk = await a_product(), await a_clerk()
    slip = await a_paid_order(await a_customer(), (oranges, 3))
    redeem = partial(pickups.redeem, shop, str(slip.pickup_code), clerk, cash=ZERO)
    await redeem(units=units(oranges, 1), now=NOW)
    await redeem(now=LATER)
    first, second = await parcels.of_order(slip.id)
    with pytest.raises(CannotUndo):
        await pickups.take_back(slip.id, now=LATER)  # which of them?
    await pickups.take_back(slip.id, parcel=second.id, now=LATER)
    assert (await status(slip), await shelf(oranges)) == (Status.PREPARING, ("4", "2"))
    with pytest.raises(CannotUndo):
        await pickups.take_back(slip.id, parcel=second.id, now=LATER)
    await pickups.take_back(slip.id, parcel=first.id, now=LATER)
    assert (await states(slip), await shelf(oranges)) == (["void", "void"], ("5", "3"))
    await redeem(now=LATER)
    assert (await status(slip), await shelf(oranges)) == (Status.FULFILLED, ("2", "0"))


async def test_a_refund_keeps_first_what_has_not_left(shop: ShopId) -> None:
    """Of three one is with the buyer; two go back in money: the two in the shop stay there, and the order is over."""
    oranges, clerk = await a_product("橙子", "29.90"), await a_clerk()
    slip = await a_paid_order(await a_customer(), (oranges, 3))
    await pickups.redeem(shop, str(slip.pickup_code), clerk, cash=ZERO, units=units(oranges, 1), now=NOW)
    await refunds.give(slip.id, clerk, What(units=units(oranges, 1)), "", now=LATER)
    assert (await status(slip), await shelf(oranges)) == (Status.PREPARING, ("4", "1"))
    await refunds.give(slip.id, clerk, What(units=units(oranges, 1)), "", now=LATER)
    assert (await status(slip), await shelf(oranges)) == (Status.FULFILLED, ("4", "0"))
    await refunds.give(slip.id, clerk, What(units=units(oranges, 1)), "烂了", now=LATER)
    for case in await refunds.of_order(slip.id):
        await refunds.submit(case.id, now=LATER)
        await refunds.paid_back(case.number, now=LATER)
    assert (await status(slip), await shelf(oranges)) == (Status.REFUNDED, ("4", "0"))


async def test_all_money_back_waits_for_what_is_under_way(shop: ShopId) -> None:
    oranges, clerk = await a_product(), await a_clerk()
    slip = await a_paid_order(await a_customer(), (oranges, 2))
    await parcels.send(slip.id, units(oranges, 1), clerk, now=NOW)
    case = await refunds.give(slip.id, clerk, What(), "不要了", now=NOW)
    await refunds.submit(case.id, now=NOW)
    await refunds.paid_back(case.number, now=NOW)
    assert (await status(slip), await shelf(oranges)) == (Status.PREPARING, ("4", "0"))
    await parcels.came_back(slip.id, clerk, now=LATER)
    assert (await status(slip), await states(slip)) == (Status.REFUNDED, ["void"])
    assert await shelf(oranges) == ("5", "0")


async def test_all_money_back_and_the_last_of_it_arrives(shop: ShopId) -> None:
    oranges, clerk = await a_product(), await a_clerk()
    slip = await a_paid_order(await a_customer(), (oranges, 2))
    await parcels.send(slip.id, units(oranges, 1), clerk, now=NOW)
    case = await refunds.give(slip.id, clerk, What(), "不要了", now=NOW)
    await refunds.submit(case.id, now=NOW)
    await refunds.paid_back(case.number, now=NOW)
    await parcels.arrived(slip.id, clerk, now=LATER)
    assert (await status(slip), await states(slip)) == (Status.REFUNDED, ["done"])
    assert await shelf(oranges) == ("4", "0")


def test_a_parcel_on_its_way_is_no_end() -> None:
    told = {
        (State.DONE,): (True, False),
        (State.DONE, State.SENT): (False, False),
        (State.DONE, State.PACKED): (False, False),
        (State.DONE, State.VOID): (True, False),
        (State.VOID,): (False, False),
        (): (False, False),
    }
    for some, answers in told.items():
        assert tuple(all_with_the_buyer(set(some), inside=inside) for inside in (False, True)) == answers
