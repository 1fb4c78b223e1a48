"""撤销核销: a wrong hand-over is taken back whole, once, and never where cash was taken."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shop import catalogue, orders, payments, people, pickups, slips
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.refusals import AlreadyHandedOver, CannotUndo
from shop.rules.baskets import Want
from shop.rules.orders import Status
from tests.support.world import NOW, a_customer, a_product

LATER = NOW + timedelta(minutes=1)


async def test_the_goods_and_the_code_are_there_again(shop: ShopId) -> None:
    sku = await a_product("草莓", price="28.00", stock=5, unit="盒")
    li = await a_customer("小李")
    slip = await orders.place(shop, li, [Want(sku, Quantity.of(2))], now=NOW)
    asked = await payments.ask(slip.token, "sandbox", now=NOW)
    await payments.settle("sandbox", "e1", asked.trade_no, asked.amount, now=NOW)
    code = (await slips.slip(slip.id)).pickup_code
    assert code is not None
    await pickups.redeem(shop, code, li, cash=Money(0), now=NOW)

    await pickups.take_back(slip.id, now=LATER)

    again = await slips.slip(slip.id)
    assert (again.status, again.pickup_code) == (Status.PREPARING, code)
    assert (await catalogue.left_of(shop, [sku]))[sku] == Quantity.of(3)
    with pytest.raises(CannotUndo):
        await pickups.take_back(slip.id, now=LATER)
    await pickups.redeem(shop, code, li, cash=Money(0), now=LATER)
    with pytest.raises(AlreadyHandedOver):
        await pickups.redeem(shop, code, li, cash=Money(0), now=LATER)


async def test_counted_cash_is_not_taken_back_by_a_word(shop: ShopId) -> None:
    sku = await a_product("草莓", price="28.00", stock=5, unit="盒")
    li = await a_customer("小李")
    await orders.place(shop, li, [Want(sku, Quantity.of(1))], now=NOW)
    slip = await orders.choose_cash(shop, li, now=NOW)
    await pickups.redeem(shop, slip.pickup_code or "", li, cash=Money(2800), now=NOW)
    with pytest.raises(CannotUndo):
        await pickups.take_back(slip.id, now=LATER)
    assert (await slips.slip(slip.id)).status == Status.FULFILLED
    assert await people.staff(shop) == ()
