"""Handing over: one code, one order, once; the money is in before the goods go out."""

from __future__ import annotations

import pytest

from shop import orders, pickups, slips
from shop.kit.codes import check_digit, show_pickup_code
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.refusals import AlreadyHandedOver, NoSuchPickup, NotPaidYet
from shop.rules.orders import Status
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
    facts,
    happened,
    shelf,
)

ZERO = Money(0)


async def test_a_paid_order_is_handed_over_once(shop: ShopId) -> None:
    oranges = await a_product()
    li, clerk = await a_customer(), await a_clerk()
    slip = await a_paid_order(li, (oranges, 2))
    code = str(slip.pickup_code)
    waiting = await pickups.look_up(shop, show_pickup_code(code))
    assert (waiting.order, waiting.code, waiting.to_collect) == (slip.id, code, ZERO)
    assert await pickups.redeem(shop, code, clerk, cash=ZERO, now=after(hours=3)) == slip.id
    done = await slips.slip(slip.id)
    assert (done.status, done.ended_at, done.ended_why) == (Status.FULFILLED, after(hours=3), "handed_over")
    assert (await shelf(oranges), await happened()) == (("3", "0"), ["OrderPaid", "OrderHandedOver"])
    before = await books()
    for said in (code, show_pickup_code(code)):
        with pytest.raises(AlreadyHandedOver) as no:
            await pickups.redeem(shop, said, clerk, cash=ZERO, now=after(hours=4))
        assert no.value.code == "0501-001"
    assert await books() == before


async def test_cash_is_taken_to_the_fen(shop: ShopId) -> None:
    oranges = await a_product("橙子", "29.90")
    clerk = await a_clerk()
    slip = await a_cash_order(await a_customer(), (oranges, 2))
    code = str(slip.pickup_code)
    assert (await pickups.look_up(shop, code)).to_collect == Money(5980)
    before = await books()
    for cash in (ZERO, Money(5979), Money(5981)):
        with pytest.raises(NotPaidYet) as no:
            await pickups.redeem(shop, code, clerk, cash=cash, now=NOW)
        assert (no.value.code, no.value.payable) == ("0501-001", Money(5980))
    assert await books() == before
    await pickups.redeem(shop, code, clerk, cash=Money(5980), now=NOW)
    assert (await facts(), await shelf(oranges)) == ([(5980, "settled")], ("3", "0"))


async def test_nobody_pays_twice_at_the_counter(shop: ShopId) -> None:
    slip = await a_paid_order(await a_customer(), (await a_product(), 1))
    clerk = await a_clerk()
    before = await books()
    with pytest.raises(NotPaidYet):
        await pickups.redeem(shop, str(slip.pickup_code), clerk, cash=Money(2990), now=NOW)
    assert await books() == before


async def test_a_wrong_digit_is_told_from_an_unknown_code(shop: ShopId) -> None:
    slip = await a_paid_order(await a_customer(), (await a_product(), 1))
    code = str(slip.pickup_code)
    other = f"{(int(code[:5]) + 1) % 100_000:05d}"
    clerk = await a_clerk()
    for said, mistyped in (
        (code[:5] + str((int(code[5]) + 1) % 10), True),
        (other + check_digit(other), False),
    ):
        with pytest.raises(NoSuchPickup) as no:
            await pickups.redeem(shop, said, clerk, cash=ZERO, now=NOW)
        assert no.value.mistyped == mistyped


async def test_the_code_of_a_cancelled_order_opens_nothing(shop: ShopId) -> None:
    li, clerk = await a_customer(), await a_clerk()
    slip = await a_cash_order(li, (await a_product(), 1))
    await orders.cancel(shop, li, now=NOW)
    with pytest.raises(NoSuchPickup):
        await pickups.redeem(shop, str(slip.pickup_code), clerk, cash=Money(2990), now=NOW)


async def test_an_unpaid_order_has_no_code(shop: ShopId) -> None:
    assert (await an_order(await a_customer(), (await a_product(), 1))).pickup_code is None


async def test_a_code_that_waits_already_is_not_given_again(
    shop: ShopId, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter(["100001", "100001", "200002", "100001"])
    monkeypatch.setattr(pickups, "new_pickup_code", lambda: next(drawn))
    oranges = await a_product()
    first = await a_cash_order(await a_customer("小李"), (oranges, 1))
    second = await a_cash_order(await a_customer("阿花"), (oranges, 1))
    assert (first.pickup_code, second.pickup_code) == ("100001", "200002")
    await orders.cancel(shop, first.buyer, now=NOW)
    third = await a_cash_order(await a_customer("小明"), (oranges, 1))
    assert third.pickup_code == "100001"
