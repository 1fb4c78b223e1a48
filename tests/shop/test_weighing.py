"""称重差价: to the fen, once, and the goods that stay are on the shelf again."""

from __future__ import annotations

import pytest

from shop import orders, refunds, slips, weighing
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.refusals import CannotWeigh, WeighedAlready
from shop.slips import Slip
from tests.support.world import (
    NOW,
    a_cash_order,
    a_clerk,
    a_customer,
    a_paid_order,
    a_product,
    an_order,
    books,
    happened,
    shelf,
    want,
)


async def weigh(slip: Slip, scale: str, by: PersonId) -> Money:
    return await weighing.settle(slip.id, "N001", Quantity.of(scale), by, "称出来", now=NOW)


async def test_a_line_is_weighed_once(shop: ShopId) -> None:
    apples, boss = await a_product("苹果", "6.75", stock=5, unit="斤"), await a_clerk()
    slip = await a_paid_order(await a_customer(), (apples, 2))
    await weigh(slip, "1.86", boss)
    before = await books()
    with pytest.raises(WeighedAlready) as no:
        await weigh(slip, "1.5", boss)
    assert no.value.weighed == Quantity.of("1.86")
    assert await books() == before


@pytest.mark.parametrize("scale", ["2", "2.2"])
async def test_nobody_pays_for_more_than_was_ordered(shop: ShopId, scale: str) -> None:
    apples, boss = await a_product("苹果", "6.75", stock=5, unit="斤"), await a_clerk()
    slip = await a_paid_order(await a_customer(), (apples, 2))
    assert await weigh(slip, scale, boss) == Money(0)
    assert await refunds.of_order(slip.id) == ()
    assert await shelf(apples) == ("5", "2")


async def test_what_is_not_paid_yet_costs_less(shop: ShopId) -> None:
    apples, boss = await a_product("苹果", "6.75", stock=5, unit="斤"), await a_clerk()
    slip = await a_cash_order(await a_customer(), (apples, 2))
    assert await weigh(slip, "1.86", boss) == Money(94)  # 13.50 − 12.56
    assert (await slips.slip(slip.id)).payable == Money(1256)
    assert await shelf(apples) == ("5", "1.86")
    assert "OrderWeighed" in await happened()


async def test_what_is_not_prepared_or_not_sold_by_weight_is_not_weighed(shop: ShopId) -> None:
    boxes, boss = await a_product("苹果", "6.75", stock=5), await a_clerk()
    paid = await a_paid_order(await a_customer("小李"), (boxes, 2))
    waiting = await an_order(await a_customer("阿花"), (boxes, 2))
    for slip in (paid, waiting):
        with pytest.raises(CannotWeigh):
            await weigh(slip, "1.86", boss)


async def test_an_order_that_was_changed_is_weighed_anew(shop: ShopId) -> None:
    apples, boss, li = (
        await a_product("苹果", "6.75", stock=5, unit="斤"),
        await a_clerk(),
        await a_customer(),
    )
    slip = await a_cash_order(li, (apples, 2))
    await weigh(slip, "1.86", boss)
    await orders.edit(shop, li, [want(apples, 3, "set")], now=NOW)
    assert await weigh(slip, "2.9", boss) == Money(67)  # 20.25 − 19.58
