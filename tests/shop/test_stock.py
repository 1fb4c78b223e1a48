"""The shelf itself: promised in one statement, given back once, handed over once."""

from __future__ import annotations

import pytest

from shop import stock
from shop.catalogue import goods
from shop.kit.ids import ShopId
from shop.kit.quantity import Quantity
from shop.refusals import SoldOut
from shop.stock import Take
from shop.transaction import transaction
from tests.support.world import (
    NOW,
    a_clerk,
    a_customer,
    a_paid_order,
    a_product,
    an_order,
    books,
    hand_over,
    shelf,
)


async def take(shop: ShopId, sku: str, more: int | str) -> dict[int, Take]:
    return {(await goods(shop)).row_of[sku]: Take(sku, "橙子", "箱", Quantity.of(more))}


async def test_handing_over_twice_hands_over_once(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    slip = await a_paid_order(await a_customer(), (oranges, 2))
    await hand_over(slip, await a_clerk())
    before = await books()
    async with transaction():
        await stock.hand_over(slip.id, slip.code, now=NOW)
        await stock.release(slip.id)
    assert await books() == before


async def test_more_given_back_than_was_promised_is_a_bug_and_not_hidden(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    await an_order(await a_customer(), (oranges, 1))
    with pytest.raises(RuntimeError, match="given back twice"):
        async with transaction():
            await stock.promise(await take(shop, oranges, -2))
    assert await shelf(oranges) == ("5", "1")


async def test_looking_takes_nothing(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    await an_order(await a_customer(), (oranges, 3))
    await stock.look(await take(shop, oranges, 2))
    with pytest.raises(SoldOut) as no:
        await stock.look(await take(shop, oranges, 3))
    assert (str(no.value.shortages[0].left), str(no.value.shortages[0].wanted)) == ("2", "3")
    assert await shelf(oranges) == ("5", "3")


async def test_the_last_half_pound_can_be_had(shop: ShopId) -> None:
    cherries = await a_product("车厘子", stock="2.5", unit="斤")
    await an_order(await a_customer("小李"), (cherries, 2))
    await an_order(await a_customer("阿花"), (cherries, "0.5"))
    assert await shelf(cherries) == ("2.5", "2.5")
