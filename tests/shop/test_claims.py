"""已付 and 还没付: a transfer that was spoken of, and none after all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shop import claims, orders
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.refusals import AlreadyPaid, NothingOpen
from shop.rules.orders import Status
from shop.transaction import unit_of_work
from tests.support.world import (
    NOW,
    a_customer,
    a_paid_order,
    a_product,
    after,
    an_order,
    happened,
    want,
)


async def test_no_transfer_after_all_starts_the_clock_anew(shop: ShopId) -> None:
    """It may be changed again, and it ends unpaid like any other."""
    oranges, li = await a_product("橙子", "29.90"), await a_customer()
    await an_order(li, (oranges, 2))
    await claims.claim(shop, li, now=after(minutes=5))
    slip = await claims.take_back(shop, li, now=after(hours=2))
    assert (slip.status, slip.claimed_at) == (Status.UNPAID, None)
    assert slip.pay_due_at == after(hours=2) + timedelta(minutes=15)
    assert (await orders.edit(shop, li, [want(oranges, 1, "set")], now=after(hours=2))).payable == Money(2990)
    assert await orders.due_unpaid(now=after(hours=2, minutes=15)) == (slip.id,)
    assert await happened() == ["TransferClaimed", "ClaimDropped"]


async def test_taking_back_what_was_never_said_changes_nothing(shop: ShopId) -> None:
    oranges, li = await a_product(), await a_customer()
    with pytest.raises(NothingOpen):
        await unit_of_work(lambda: claims.take_back(shop, li, now=NOW))
    placed = await an_order(li, (oranges, 1))
    assert (await claims.take_back(shop, li, now=after(minutes=3))).pay_due_at == placed.pay_due_at
    assert await happened() == []
    with pytest.raises(NothingOpen):
        await unit_of_work(lambda: claims.take_back(shop, li, now=after(minutes=15)))
    flower = await a_customer("阿花")
    await a_paid_order(flower, (oranges, 1))
    with pytest.raises(AlreadyPaid):
        await unit_of_work(lambda: claims.take_back(shop, flower, now=NOW))


async def test_the_staff_hear_that_the_transfer_is_not_waited_for(shop: ShopId) -> None:
    oranges, li, flower = await a_product(stock=9), await a_customer(), await a_customer("阿花")
    for buyer in (li, flower):
        await an_order(buyer, (oranges, 1))
        await claims.claim(shop, buyer, now=NOW)
    await orders.cancel(shop, li, now=NOW)
    await orders.choose_cash(shop, flower, now=NOW)
    assert (await happened())[2:] == ["ClaimDropped", "ClaimDropped"]
    await an_order(li, (oranges, 1))
    await orders.cancel(shop, li, now=NOW)
    assert len(await happened()) == 4  # nothing was said of this one
