"""账单: what an order keeps of its price: coupons, points, limits, steps by quantity and the merchant's change."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shop import claims, orders, points, refunds, slips
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.refusals import (
    AlreadyPaid,
    NotEnoughPoints,
    NothingOpen,
    QuoteChanged,
    SaidToBePaid,
)
from shop.rules.refunds import What
from shop.settled import settle_rules
from shop.slips import Slip
from shop.transaction import run_sql, unit_of_work
from tests.support.purse import RULES, a_coupon, running, spendable, state, with_points
from tests.support.world import (
    FULL50,
    NOW,
    a_clerk,
    a_customer,
    a_product,
    after,
    an_order,
    hand_over,
    pay,
    want,
)


def lines(slip: Slip) -> list[tuple[str, int, str]]:
    return [(str(line.qty), line.net.fen, line.price_why) for line in slip.lines]


# ── coupons ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_best_coupon_is_locked_with_the_order_and_used_with_the_money(shop: ShopId) -> None:
    li, apples = await a_customer(), await a_product("苹果", "20.00", stock=9)
    small, large = await a_coupon(shop, li, "满30减5"), await a_coupon(shop, li, "满30减8")
    placed = await an_order(li, (apples, 2))
    assert (placed.payable, await state(large), await state(small)) == (Money(3200), "locked", "available")
    await pay(placed)
    assert await state(large) == "used"


async def test_an_edit_may_bring_another_coupon_or_none(shop: ShopId) -> None:
    li, apples = await a_customer(), await a_product("苹果", "20.00", stock=9)
    small, large = await a_coupon(shop, li, "满30减5"), await a_coupon(shop, li, "满50减9")
    assert (await an_order(li, (apples, 2))).payable == Money(3500)
    more = await orders.edit(shop, li, [want(apples, 3, "set")], now=NOW)
    assert (more.payable, await state(small), await state(large)) == (Money(5100), "available", "locked")
    less = await orders.edit(shop, li, [want(apples, 1, "set")], now=NOW)
    assert (less.payable, await state(small), await state(large)) == (Money(2000), "available", "available")


async def test_who_cancels_or_does_not_pay_has_his_coupon_again(shop: ShopId) -> None:
    li, apples = await a_customer(), await a_product("苹果", "20.00", stock=9)
    coupon = await a_coupon(shop, li)
    await an_order(li, (apples, 2))
    await orders.cancel(shop, li, now=NOW)
    assert await state(coupon) == "available"
    late = await an_order(li, (apples, 2))
    assert await orders.expire(late.id, now=after(minutes=16))
    assert await state(coupon) == "available"


async def test_a_cash_order_holds_its_coupon_until_the_money_is_counted(shop: ShopId) -> None:
    li, apples = await a_customer(), await a_product("苹果", "20.00", stock=9)
    coupon = await a_coupon(shop, li)
    await an_order(li, (apples, 2))
    await orders.choose_cash(shop, li, now=NOW)
    assert await state(coupon) == "locked"
    await orders.cancel(shop, li, now=NOW)
    assert await state(coupon) == "available"
    await an_order(li, (apples, 2))
    cash = await orders.choose_cash(shop, li, now=NOW)
    await hand_over(cash, await a_clerk())
    assert await state(coupon) == "used"


async def test_a_cash_order_may_still_take_another_coupon(shop: ShopId) -> None:
    li, apples = await a_customer(), await a_product("苹果", "20.00", stock=9)
    small, large = await a_coupon(shop, li, "满30减5"), await a_coupon(shop, li, "满50减9")
    await an_order(li, (apples, 2))
    await orders.choose_cash(shop, li, now=NOW)
    more = await orders.edit(shop, li, [want(apples, 3, "set")], now=NOW)
    assert (more.payable, await state(small), await state(large)) == (Money(5100), "available", "locked")


async def test_a_coupon_comes_back_with_the_whole_order_only(shop: ShopId) -> None:
    li, apples = await a_customer(), await a_product("苹果", "20.00", stock=9)
    coupon = await a_coupon(shop, li)
    placed = await an_order(li, (apples, 2))
    await pay(placed)
    boss = await a_clerk()
    for part, becomes in (("0.5", "used"), ("", "available")):
        what = What(amount=Money(100)) if part else What()
        case = await refunds.give(placed.id, boss, what, "", now=NOW)
        await refunds.submit(case.id, now=NOW)
        await refunds.paid_back(case.number, now=NOW)
        assert await state(coupon) == becomes


async def test_two_orders_of_one_buyer_never_share_a_coupon(shop: ShopId) -> None:
    """One bill while it is unpaid; paid, the next one is a new order without that coupon."""
    li, apples = await a_customer(), await a_product("苹果", "20.00", stock=9)
    await a_coupon(shop, li)
    first = await an_order(li, (apples, 2))
    await pay(first)
    second = await an_order(li, (apples, 2))
    assert (first.payable, second.payable) == (Money(3500), Money(4000))


async def test_what_is_missing_to_a_coupon_is_kept_with_the_order(shop: ShopId) -> None:
    li, apples = await a_customer(), await a_product("苹果", "20.00", stock=9)
    await a_coupon(shop, li, "满30减5")
    placed = await an_order(li, (apples, 1))
    (row,) = await run_sql('SELECT unused FROM "order" WHERE id = ?', [placed.id])
    assert "short" in str(row["unused"])


async def test_a_confirmed_price_is_the_price_with_the_coupon(shop: ShopId) -> None:
    li, apples = await a_customer(), await a_product("苹果", "20.00", stock=9)
    coupon = await a_coupon(shop, li)
    shown = await orders.preview(shop, [want(apples, 2)], now=NOW, buyer=li)
    assert shown.payable == Money(3500)
    await run_sql("UPDATE coupon SET state = 'void' WHERE id = ?", [coupon])
    with pytest.raises(QuoteChanged):
        await orders.place(shop, li, [want(apples, 2)], now=NOW, seal=shown.seal)


async def test_a_coupon_may_be_saved_for_another_time(shop: ShopId) -> None:
    li, apples = await a_customer(), await a_product("苹果", "20.00", stock=9)
    coupon = await a_coupon(shop, li)
    assert (await an_order(li, (apples, 2))).payable == Money(3500)
    assert (await orders.use_coupons(shop, li, False, now=NOW)).payable == Money(4000)
    assert await state(coupon) == "available"
    assert (await orders.edit(shop, li, [want(apples, 3, "set")], now=NOW)).payable == Money(6000)
    assert (await orders.use_coupons(shop, li, True, now=NOW)).payable == Money(5500)
    assert await state(coupon) == "locked"


# ── points ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_points_pay_up_to_half_and_follow_the_basket(shop: ShopId) -> None:
    li, apples = await a_customer(), await a_product("苹果", "10.00", stock=9)
    await with_points(shop, li, 1500)
    await an_order(li, (apples, 2))
    used = await orders.use_points(shop, li, now=NOW)
    assert (used.payable, await spendable(shop, li)) == (Money(1000), 500)
    more = await orders.edit(shop, li, [want(apples, 4, "set")], now=NOW)
    assert (more.payable, await spendable(shop, li)) == (Money(2500), 0)
    less = await orders.edit(shop, li, [want(apples, 1, "set")], now=NOW)
    assert (less.payable, await spendable(shop, li)) == (Money(500), 1000)
    await orders.cancel(shop, li, now=NOW)
    assert await spendable(shop, li) == 1500


async def test_points_are_saved_again_for_another_time(shop: ShopId) -> None:
    """不用积分: they are the buyer's again, and an edit does not take them unasked; where none were used nothing changes."""
    li, apples = await a_customer(), await a_product("苹果", "10.00", stock=9)
    await with_points(shop, li, 1500)
    await an_order(li, (apples, 2))
    assert (await orders.use_points(shop, li, False, now=NOW)).payable == Money(2000)
    for _ in range(2):  # there and back as often as he likes
        assert (await orders.use_points(shop, li, now=NOW)).payable == Money(1000)
        assert (await orders.use_points(shop, li, False, now=NOW)).payable == Money(2000)
        assert await spendable(shop, li) == 1500
    more = await orders.edit(shop, li, [want(apples, 3, "set")], now=NOW)
    assert (more.payable, await spendable(shop, li)) == (Money(3000), 1500)


async def test_nobody_spends_points_unasked_or_without_any(shop: ShopId) -> None:
    li, apples = await a_customer(), await a_product("苹果", "10.00", stock=9)
    with pytest.raises(NothingOpen):
        await orders.use_points(shop, li, now=NOW)
    await with_points(shop, li, 300)
    assert (await an_order(li, (apples, 2))).payable == Money(2000)
    flower = await a_customer("阿花")
    placed = await an_order(flower, (apples, 2))
    with pytest.raises(NotEnoughPoints):
        await unit_of_work(lambda: orders.use_points(shop, flower, now=NOW))
    assert (await slips.slip(placed.id)).payable == Money(2000)


async def test_points_are_earned_with_the_money_and_spendable_when_all_is_over(shop: ShopId) -> None:
    li, apples = await a_customer(), await a_product("苹果", "10.00", stock=9)
    await settle_rules(shop, RULES)
    placed = await an_order(li, (apples, 2))
    await pay(placed)
    await hand_over(placed, await a_clerk())
    has = await points.balance(shop, li)
    assert (has.spendable, has.pending) == (0, 20)
    assert await orders.complete(placed.id, now=after(hours=25))
    has = await points.balance(shop, li)
    assert (has.spendable, has.pending) == (20, 0)


async def test_a_refund_takes_back_what_was_earned_and_gives_back_what_was_spent(shop: ShopId) -> None:
    li, apples = await a_customer(), await a_product("苹果", "10.00", stock=9)
    await with_points(shop, li, 1000)
    await an_order(li, (apples, 2))
    placed = await orders.use_points(shop, li, now=NOW)
    await pay(placed)
    boss = await a_clerk()
    for left, pending in ((500, 5), (1000, 0)):
        case = await refunds.give(placed.id, boss, What(units=((apples, Quantity.of(1)),)), "", now=NOW)
        await refunds.submit(case.id, now=NOW)
        await refunds.paid_back(case.number, now=NOW)
        has = await points.balance(shop, li)
        assert (has.spendable, has.pending) == (left, pending)


async def test_the_same_points_pay_once(shop: ShopId) -> None:
    li, apples = await a_customer(), await a_product("苹果", "10.00", stock=9)
    await with_points(shop, li, 500)
    await an_order(li, (apples, 2))

    async def once() -> int:
        return (await unit_of_work(lambda: orders.use_points(shop, li, now=NOW))).payable.fen

    assert set(await asyncio.gather(*(once() for _ in range(8)))) == {1500}
    assert await spendable(shop, li) == 0


# ── offers ──────────────────────────────────────────────────────────────────────────────────────────────────────


def flash(goods: str, limit: int) -> dict[str, Any]:
    until = after(days=1).isoformat()
    return {"kind": "flash", "price": "5", "limit": limit, "goods": [goods], "until": until}


async def test_who_takes_more_pays_less_for_each_also_after_an_edit(shop: ShopId) -> None:
    li, apples = await a_customer(), await a_product("苹果", "10.00", stock=9)
    await running(shop, {"kind": "tier", "steps": [[3, "9"]], "goods": [apples], "unit": "箱"})
    assert (await an_order(li, (apples, 2))).payable == Money(2000)
    assert (await orders.edit(shop, li, [want(apples, 3, "set")], now=NOW)).payable == Money(2700)
    assert (await orders.edit(shop, li, [want(apples, 2, "set")], now=NOW)).payable == Money(2000)


# ── the merchant's change ───────────────────────────────────────────────────────────────────────────────────────


async def test_the_shop_takes_something_off_and_it_stays_off(shop: ShopId) -> None:
    await running(shop, FULL50)
    li, apples = await a_customer(), await a_product("苹果", "20.00", stock=9)
    placed = await an_order(li, (apples, 3))
    assert (await orders.adjust(placed.id, Money(-300), now=NOW)).payable == Money(5200)
    assert (await orders.edit(shop, li, [want(apples, 2, "set")], now=NOW)).payable == Money(3700)
    assert (await orders.adjust(placed.id, Money(300), now=NOW)).payable == Money(4000)


async def test_a_paid_or_claimed_order_keeps_its_price(shop: ShopId) -> None:
    li, apples = await a_customer(), await a_product("苹果", "20.00", stock=9)
    placed = await an_order(li, (apples, 1))
    await claims.claim(shop, li, now=NOW)
    with pytest.raises(SaidToBePaid):
        await orders.adjust(placed.id, Money(-100), now=NOW)
    await pay(placed)
    with pytest.raises(AlreadyPaid):
        await orders.adjust(placed.id, Money(-100), now=NOW)
