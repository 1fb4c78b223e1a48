"""退款: reserved before anybody says yes, one number for good, paid back once; goods and books follow."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from shop import ledger, orders, pickups, refunds, seed, slips
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.refusals import (
    AlreadyCancelled,
    AlreadyHandedOver,
    AnotherRefund,
    CannotUndo,
    MoreThanBought,
    MoreThanPaid,
    NoSuchPickup,
    NoSuchRefund,
    NothingToRefund,
    NothingToSend,
)
from shop.rules.orders import Status
from shop.rules.refunds import State, What
from shop.transaction import unit_of_work
from tests.support.world import (
    FULL50,
    NO_GOODS,
    NOW,
    a_cash_order,
    a_clerk,
    a_customer,
    a_paid_order,
    a_product,
    a_refund,
    a_shop,
    after,
    an_order,
    hand_over,
    happened,
    shelf,
)

SOON = after(minutes=30)
ALL = What()
NO_LIMIT = Money(0)


def units(sku: str, qty: int) -> What:
    return What(units=((sku, Quantity.of(qty)),))


async def status(order: slips.Slip) -> Status:
    return (await slips.slip(order.id)).status


async def test_the_buyer_asks_the_shop_agrees_and_the_money_goes_back(shop: ShopId) -> None:
    apples = await a_product("苹果", "12.00", stock=10)
    paid = await a_paid_order(await a_customer(), (apples, 3))
    boss = await a_clerk()

    asked = await refunds.ask(paid.id, paid.buyer, units(apples, 1), "烂了", at_once=NO_LIMIT, now=SOON)
    assert (asked.state, asked.amount, asked.goods) == (
        State.REQUESTED,
        Money(1200),
        (("苹果", Quantity.of(1), "箱"),),
    )
    assert await shelf(apples) == ("10", "3")  # nobody has agreed

    agreed = await refunds.approve(asked.id, boss, now=SOON)
    assert (agreed.state, await shelf(apples)) == (State.APPROVED, ("10", "2"))

    assert [one.number for one in await refunds.due(now=SOON)] == [agreed.number]
    sent = await refunds.submit(agreed.id, now=SOON)
    assert sent is not None and (sent.state, sent.attempts) == (State.PROCESSING, 1)
    assert await refunds.submit(agreed.id, now=SOON) is None  # it is on its way

    assert await refunds.paid_back(sent.number, now=SOON)
    assert not await refunds.paid_back(sent.number, now=SOON)
    assert (await refunds.case(sent.id)).state == State.REFUNDED
    assert await ledger.balance(shop, "cash:gateway") == 2400
    assert (await happened())[-3:] == ["RefundAsked", "RefundAgreed", "RefundPaid"]
    assert await status(paid) == Status.PREPARING


async def test_what_is_left_is_handed_over(shop: ShopId) -> None:
    apples = await a_product("苹果", "12.00", stock=10)
    paid = await a_paid_order(await a_customer(), (apples, 3))
    await a_refund(paid, apples, 1)
    await hand_over(paid, await a_clerk())
    assert (await shelf(apples), await status(paid)) == (("8", "0"), Status.FULFILLED)


async def test_what_was_all_given_up_is_handed_over_no_more_while_its_money_is_on_the_way(
    shop: ShopId,
) -> None:
    apples, boss = await a_product("苹果", "12.00", stock=10), await a_clerk()
    paid = await a_paid_order(await a_customer(), (apples, 3))
    asked = await refunds.ask(paid.id, paid.buyer, ALL, "不要了", at_once=NO_LIMIT, now=SOON)
    await refunds.approve(asked.id, boss, now=SOON)
    with pytest.raises(NothingToSend):
        await hand_over(paid, boss)
    assert (await shelf(apples), await status(paid)) == (("10", "0"), Status.PREPARING)


async def test_small_sums_need_no_yes(shop: ShopId) -> None:
    apples = await a_product("苹果", "12.00", stock=10)
    paid = await a_paid_order(await a_customer(), (apples, 3))
    asked = await refunds.ask(paid.id, paid.buyer, units(apples, 1), "烂了", at_once=Money(1200), now=SOON)
    assert asked.state == State.APPROVED
    more = await refunds.ask(paid.id, paid.buyer, units(apples, 2), "烂了", at_once=Money(1200), now=SOON)
    assert more.state == State.REQUESTED
    await refunds.withdraw(more.id, now=SOON)


async def test_no_means_no_and_the_money_is_free_again(shop: ShopId) -> None:
    apples = await a_product("苹果", "12.00", stock=10)
    paid = await a_paid_order(await a_customer(), (apples, 2))
    boss = await a_clerk()
    asked = await refunds.ask(paid.id, paid.buyer, ALL, "不想要了", at_once=NO_LIMIT, now=SOON)
    with pytest.raises(AnotherRefund):
        await refunds.ask(paid.id, paid.buyer, ALL, "真不想要了", at_once=NO_LIMIT, now=SOON)
    await refunds.reject(asked.id, boss, "已经切好了", now=SOON)
    for late in (refunds.approve(asked.id, boss, now=SOON), refunds.withdraw(asked.id, now=SOON)):
        with pytest.raises(NoSuchRefund):
            await late
    again = await refunds.ask(paid.id, paid.buyer, ALL, "退吧", at_once=NO_LIMIT, now=SOON)
    assert again.amount == Money(2400)
    await refunds.withdraw(again.id, now=SOON)
    assert await shelf(apples) == ("10", "2")


async def test_a_discounted_order_gives_back_what_was_paid_and_no_more(shop: ShopId) -> None:
    """满50减5 on three boxes of 20.00: 55.00 was paid; buy three and return two is no way to a gift."""

    await seed.fill(shop, NO_GOODS, now=NOW, promotions=[FULL50])
    apples = await a_product("苹果", "20.00", stock=10)
    paid = await a_paid_order(await a_customer(), (apples, 3))
    assert paid.payable == Money(5500)
    parts = [
        (await refunds.give(paid.id, paid.buyer, units(apples, 1), "", now=SOON)).amount for _ in range(3)
    ]
    assert sum(part.fen for part in parts) == 5500
    with pytest.raises(NothingToRefund):
        await refunds.give(paid.id, paid.buyer, ALL, "", now=SOON)


async def test_never_more_than_was_bought_or_paid(shop: ShopId) -> None:
    apples, pears = await a_product("苹果", "12.00", stock=10), await a_product("梨", "3.00", stock=10)
    paid = await a_paid_order(await a_customer(), (apples, 2))
    for wrong in (units(apples, 3), units(pears, 1)):
        with pytest.raises(MoreThanBought):
            await refunds.give(paid.id, paid.buyer, wrong, "", now=SOON)
    with pytest.raises(MoreThanPaid):
        await refunds.give(paid.id, paid.buyer, What(amount=Money(2401)), "", now=SOON)
    unpaid = await an_order(await a_customer("阿花"), (apples, 1))
    with pytest.raises(NothingToRefund):
        await refunds.give(unpaid.id, unpaid.buyer, ALL, "", now=SOON)
    with pytest.raises(NothingToRefund):  # and it is not promised in a preview either
        await refunds.preview(unpaid.id, ALL)


async def test_money_alone_and_then_the_goods(shop: ShopId) -> None:
    apples = await a_product("苹果", "12.00", stock=10)
    paid = await a_paid_order(await a_customer(), (apples, 2))
    some = await refunds.give(paid.id, paid.buyer, What(amount=Money(350)), "有点小", now=SOON)
    assert (some.amount, some.goods, await shelf(apples)) == (Money(350), (), ("10", "2"))
    rest = await refunds.give(paid.id, paid.buyer, ALL, "算了", now=SOON)
    assert rest.amount == Money(2050)


async def test_an_order_whose_money_is_all_back_is_over(shop: ShopId) -> None:
    apples = await a_product("苹果", "12.00", stock=10)
    paid = await a_paid_order(await a_customer(), (apples, 2))
    code = paid.pickup_code or ""
    await a_refund(paid, apples, 1)
    await a_refund(paid, apples, 1)
    assert (await status(paid), await shelf(apples)) == (Status.REFUNDED, ("10", "0"))
    with pytest.raises(NoSuchPickup):
        await pickups.redeem(shop, code, paid.buyer, cash=Money(0), now=SOON)


async def test_goods_that_went_out_are_not_sold_twice(shop: ShopId) -> None:
    apples = await a_product("苹果", "12.00", stock=10)
    paid = await a_paid_order(await a_customer(), (apples, 2))
    await hand_over(paid, await a_clerk())
    await a_refund(paid, apples, 2, now=SOON)
    assert (await status(paid), await shelf(apples)) == (Status.REFUNDED, ("8", "0"))
    with pytest.raises(CannotUndo):
        await pickups.take_back(paid.id, now=SOON)


async def test_cash_goes_back_by_hand(shop: ShopId) -> None:
    apples = await a_product("苹果", "12.00", stock=10)
    boss = await a_clerk()
    placed = await a_cash_order(await a_customer(), (apples, 2))
    await hand_over(placed, boss)
    case = await refunds.give(placed.id, boss, units(apples, 1), "", now=SOON)
    sent = await refunds.submit(case.id, now=SOON)
    assert sent is not None and (sent.state, sent.provider) == (State.MANUAL, "cash")
    await refunds.paid_back(case.number, now=SOON, by=boss)
    assert await ledger.balance(shop, "cash:cash") == 1200


async def test_the_shop_cancels_a_paid_order_and_owes_all_of_it(shop: ShopId) -> None:
    apples = await a_product("苹果", "12.00", stock=10)
    paid = await a_paid_order(await a_customer(), (apples, 2))
    boss = await a_clerk()
    await refunds.ask(paid.id, paid.buyer, units(apples, 1), "", at_once=NO_LIMIT, now=SOON)
    ended = await orders.shop_cancel(paid.id, boss, "没货了", now=SOON)
    assert (ended.status, await shelf(apples)) == (Status.CANCELLED, ("10", "0"))
    (case,) = [one for one in await refunds.of_order(paid.id) if one.state == State.APPROVED]
    assert (case.amount, case.kind) == (Money(2400), "cancelled")
    await refunds.submit(case.id, now=SOON)
    await refunds.paid_back(case.number, now=SOON)
    assert (await status(paid), await ledger.balance(shop, "cash:gateway")) == (Status.CANCELLED, 0)
    with pytest.raises(AlreadyCancelled):
        await orders.shop_cancel(paid.id, boss, "", now=SOON)


async def test_the_shop_cancels_an_unpaid_one_and_none_that_went_out(shop: ShopId) -> None:
    apples = await a_product("苹果", "12.00", stock=10)
    boss = await a_clerk()
    unpaid = await an_order(await a_customer(), (apples, 2))
    assert (await orders.shop_cancel(unpaid.id, boss, "", now=SOON)).status == Status.CANCELLED
    gone = await a_paid_order(await a_customer(), (apples, 1))
    await hand_over(gone, boss)
    with pytest.raises(AlreadyHandedOver):
        await orders.shop_cancel(gone.id, boss, "", now=SOON)


async def test_an_order_is_over_when_the_time_to_complain_is(shop: ShopId) -> None:
    apples = await a_product("苹果", "12.00", stock=10)
    paid = await a_paid_order(await a_customer(), (apples, 2))
    await hand_over(paid, await a_clerk())
    assert await orders.due_after_sale(now=after(hours=23)) == ()
    later = after(hours=24)
    assert await orders.due_after_sale(now=later) == (paid.id,)
    case = await refunds.ask(paid.id, paid.buyer, units(apples, 1), "", at_once=NO_LIMIT, now=later)
    assert not await orders.complete(paid.id, now=later)  # a request is waited for
    await refunds.withdraw(case.id, now=later)
    assert await orders.complete(paid.id, now=later + timedelta(hours=1))
    assert not await orders.complete(paid.id, now=later + timedelta(hours=2))
    assert await status(paid) == Status.COMPLETED


async def test_twenty_ask_for_the_same_box_at_once(shop: ShopId) -> None:
    apples = await a_product("苹果", "12.00", stock=10)
    paid = await a_paid_order(await a_customer(), (apples, 3))
    boss = await a_clerk()

    async def once() -> Money:
        try:
            case = await unit_of_work(lambda: refunds.give(paid.id, boss, units(apples, 2), "", now=SOON))
        except MoreThanBought:
            return Money(0)
        return case.amount

    given = await asyncio.gather(*(once() for _ in range(20)))
    assert sorted(one.fen for one in given)[-2:] == [0, 2400]


async def test_a_notice_that_comes_twenty_times_pays_once(shop: ShopId) -> None:
    apples = await a_product("苹果", "12.00", stock=10)
    paid = await a_paid_order(await a_customer(), (apples, 3))
    case = await refunds.give(paid.id, paid.buyer, units(apples, 2), "", now=SOON)
    await refunds.submit(case.id, now=SOON)
    booked = await asyncio.gather(
        *(unit_of_work(lambda: refunds.paid_back(case.number, now=SOON)) for _ in range(20))
    )
    assert sorted(booked) == [False] * 19 + [True]
    assert await ledger.balance(shop, "cash:gateway") == 1200


async def test_another_shops_refunds_are_not_in_our_list(shop: ShopId) -> None:
    apples = await a_product("苹果", "12.00", stock=10)
    paid = await a_paid_order(await a_customer(), (apples, 3))
    await refunds.ask(paid.id, paid.buyer, units(apples, 1), "", at_once=NO_LIMIT, now=SOON)
    other = await a_shop("S2", "隔壁")
    assert len(await refunds.waiting(shop, State.REQUESTED)) == 1
    assert await refunds.waiting(other, State.REQUESTED) == ()
