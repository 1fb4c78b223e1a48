"""70, the fee for bringing an order: it goes back alone, once, and the goods stay where they are."""

from __future__ import annotations

from functools import partial

import pytest

from shop import ledger, orders, refunds, seed, slips
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.refusals import DeliveryFeeIsBack, NoDeliveryFee, NothingToRefund
from shop.rules.orders import Status
from shop.rules.refunds import What
from shop.slips import Slip
from shop.transaction import unit_of_work
from tests.support.at_once import at_once
from tests.support.world import (
    NO_GOODS,
    NOW,
    a_clerk,
    a_customer,
    a_paid_order,
    a_product,
    after,
    an_order,
    hand_over,
    pay,
    shelf,
)

FEE = What(delivery=True)
FIVE = Money(500)
SOON = after(minutes=30)
FIVE_YUAN = {"kind": "delivery", "fee": "5", "free_from": "50"}


async def a_brought_order(shop: ShopId, sku: str, qty: int, name: str = "小李") -> Slip:
    """Paid, and to be brought; five yuan of it are for that."""
    await seed.fill(shop, NO_GOODS, now=NOW, promotions=[FIVE_YUAN])
    buyer = await a_customer(name)
    await an_order(buyer, (sku, qty))
    await pay(await orders.bring(shop, buyer, "3栋2单元501", now=NOW))
    placed = await slips.last_order(shop, buyer)
    assert placed is not None
    return placed


async def paid_back(number: str) -> None:
    case = await refunds.by_number(number)
    await refunds.submit(case.id, now=SOON)
    await refunds.paid_back(number, now=SOON)


@pytest.mark.parametrize("is_over", [False, True])
async def test_70_only_the_delivery_fee_goes_back(shop: ShopId, is_over: bool) -> None:
    """Before and after the goods came to the buyer: five yuan, no goods, and the order stays what it was."""
    apples, boss = await a_product("苹果", "12.00", stock=10), await a_clerk()
    paid = await a_brought_order(shop, apples, 2)
    assert (paid.payable, await ledger.balance(shop, "delivery_income")) == (Money(2900), -500)
    if is_over:
        await hand_over(paid, boss, now=SOON)
    case = await refunds.give(paid.id, boss, FEE, "", kind="delivery", now=SOON)
    assert (case.amount, case.delivery, case.goods) == (FIVE, FIVE, ())
    await paid_back(case.number)
    stands = await slips.slip(paid.id)
    assert stands.status == (Status.FULFILLED if is_over else Status.PREPARING)
    assert await shelf(apples) == (("8", "0") if is_over else ("10", "2"))
    accounts = [await ledger.balance(shop, one) for one in ("delivery_income", "sales", "cash:gateway")]
    assert accounts == [0, -2400, 2400]
    with pytest.raises(DeliveryFeeIsBack):
        await unit_of_work(lambda: refunds.give(paid.id, boss, FEE, "", now=SOON))


async def test_70_two_clerks_give_the_fee_back_at_once(shop: ShopId) -> None:
    boss = await a_clerk()
    for n in range(4):
        paid = await a_brought_order(shop, await a_product(f"果{n}", "12.00"), 1, f"客{n}")
        give = partial(refunds.give, paid.id, boss, FEE, "", now=SOON)
        came = await at_once(give, give, give)
        assert came == {"done": 1, "DeliveryFeeIsBack": 2}
        assert [case.amount for case in await refunds.of_order(paid.id)] == [FIVE]


async def test_70_the_fee_and_the_goods_are_never_more_than_was_paid(shop: ShopId) -> None:
    """The fee alone, and then everything: the goods. Then the order is over, and there is nothing left."""
    apples, boss = await a_product("苹果", "12.00", stock=10), await a_clerk()
    paid = await a_brought_order(shop, apples, 2)
    fee = await refunds.give(paid.id, boss, FEE, "", now=SOON)
    goods = await refunds.give(paid.id, boss, What(), "", now=SOON)
    assert (fee.amount, goods.amount, goods.delivery) == (FIVE, Money(2400), Money(0))
    for case in (fee, goods):
        await paid_back(case.number)
    assert (await slips.slip(paid.id)).status == Status.REFUNDED
    assert await ledger.balance(shop, "cash:gateway") == 0
    with pytest.raises(NothingToRefund):
        await unit_of_work(lambda: refunds.give(paid.id, boss, What(), "", now=SOON))


async def test_70_an_order_that_was_fetched_has_no_fee(shop: ShopId) -> None:
    paid = await a_paid_order(await a_customer(), (await a_product(), 1))
    with pytest.raises(NoDeliveryFee):
        await refunds.preview(paid.id, FEE, code=paid.code)
