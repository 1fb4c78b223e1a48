"""送货: what an order keeps of being brought: its fee by the rule of that day, its address, its coupon; and what goes back."""

from __future__ import annotations

from typing import Any

import pytest

from shop import (
    addresses,
    coupon_templates,
    coupons,
    deals,
    ledger,
    orders,
    packing,
    parcels,
    points,
    refunds,
    seed,
    slips,
)
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.refusals import AlreadyPaid, NoDelivery, NothingOpen
from shop.rules.orders import PayMode, Status
from shop.rules.refunds import State, What
from shop.settled import settle_rules
from shop.slips import Slip
from shop.transaction import run_sql, unit_of_work
from tests.support.world import (
    FULL50,
    NO_GOODS,
    NOW,
    a_clerk,
    a_customer,
    a_product,
    after,
    an_order,
    hand_over,
    pay,
    shelf,
    want,
)

HOME = "3栋2单元501"
SOON = after(minutes=30)
FIVE, NOTHING = Money(500), Money(0)


async def delivers(shop: ShopId, *others: dict[str, Any], fee: str = "5", free_from: str = "50") -> None:
    rule = {"kind": "delivery", "fee": fee, "free_from": free_from}
    await seed.fill(shop, NO_GOODS, now=NOW, promotions=[rule, *others])


async def brought(shop: ShopId, buyer: PersonId, *wants: tuple[str, int]) -> Slip:
    await an_order(buyer, *wants)
    return await orders.bring(shop, buyer, HOME, now=NOW)


async def arrived_back(order: Slip) -> list[tuple[int, int]]:
    """Everything that is owed back is paid back; amount and fee of each."""
    cases = await refunds.of_order(order.id)
    for case in cases:
        if case.state == State.APPROVED:
            await refunds.submit(case.id, now=SOON)
            await refunds.paid_back(case.number, now=SOON)
    return [(case.amount.fen, case.delivery.fen) for case in await refunds.of_order(order.id)]


async def stand(order: Slip) -> Status:
    return (await slips.slip(order.id)).status


# ── the bill ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_fee_is_no_part_of_the_goods_and_goes_with_the_bill(shop: ShopId) -> None:
    """Free from ¥50 of goods after 满减, said when it is near, and taken off again with the goods."""
    await delivers(shop, FULL50)
    li, apples = await a_customer(), await a_product("苹果", "20.00", stock=20)
    slip = await brought(shop, li, (apples, 1))
    assert (slip.gross, slip.payable, slip.delivery and slip.delivery.why) == (
        Money(2000),
        Money(2500),
        "配送费¥5，满50免",
    )
    slip = await orders.edit(shop, li, [want(apples, 1)], now=NOW)
    assert [(near.why, near.short.fen) for near in slip.nearly] == [("满50减5", 1000), ("免配送费", 1000)]
    slip = await orders.edit(shop, li, [want(apples, 1)], now=NOW)
    assert (slip.payable, slip.delivery and slip.delivery.paid) == (Money(5500), NOTHING)
    slip = await orders.edit(shop, li, [want(apples, 2, "set")], now=NOW)
    assert (slip.payable, slip.lines[0].net) == (Money(4500), Money(4000))
    slip = await orders.fetch(shop, li, now=NOW)
    assert (slip.payable, slip.delivery, await addresses.of(slip.id)) == (Money(4000), None, "")


async def test_an_order_keeps_the_rule_it_was_promised(shop: ShopId) -> None:
    """Dearer, or no delivery any more: whoever has said 送货 before is brought his goods as it was said then."""
    first = await deals.run(shop, "delivery", {"fee": "5", "free_from": "50"}, now=NOW)
    li, apples = await a_customer(), await a_product("苹果", "10.00", stock=20)
    await brought(shop, li, (apples, 1))
    await deals.run(shop, "delivery", {"fee": "9"}, now=NOW, instead_of=[first.id])
    assert (await orders.edit(shop, li, [want(apples, 1)], now=NOW)).payable == Money(2500)
    assert (await orders.bring(shop, li, "4栋", now=NOW)).payable == Money(2500)
    ming = await a_customer("小明")
    assert (await brought(shop, ming, (apples, 1))).payable == Money(1900)
    for one in await deals.running(shop, now=NOW):
        await deals.stop(shop, one.id)
    assert (await orders.edit(shop, li, [want(apples, 1)], now=NOW)).payable == Money(3500)
    await an_order(await a_customer("阿花"), (apples, 1))
    with pytest.raises(NoDelivery):
        await unit_of_work(lambda: orders.bring(shop, PersonId(3), HOME, now=NOW))


async def test_only_an_order_without_money_in_it_is_brought(shop: ShopId) -> None:
    await delivers(shop)
    li, apples = await a_customer(), await a_product("苹果", "10.00", stock=20)
    with pytest.raises(NothingOpen):
        await unit_of_work(lambda: orders.bring(shop, li, HOME, now=NOW))
    await pay(await an_order(li, (apples, 1)))
    with pytest.raises(AlreadyPaid):
        await unit_of_work(lambda: orders.bring(shop, li, HOME, now=NOW))
    ming = await a_customer("小明")
    await an_order(ming, (apples, 1))
    await orders.choose_cash(shop, ming, now=NOW)
    slip = await orders.bring(shop, ming, HOME, now=NOW)
    assert (slip.pay_mode, slip.payable) == (PayMode.COD, Money(1500))
    await hand_over(slip, await a_clerk(), now=SOON)
    accounts = [await ledger.balance(shop, one) for one in ("cash:cash", "sales", "delivery_income")]
    assert accounts == [1500, -2000, -500]


async def test_points_are_earned_and_spent_on_goods_alone(shop: ShopId) -> None:
    await delivers(shop)
    await settle_rules(shop, {"points": {"per_yuan": 1, "most_bp": 10_000}})
    li, apples = await a_customer(), await a_product("苹果", "10.00", stock=20)
    await points.give(shop, li, 5_000, await a_clerk(), "开店", NOW, "present")
    await brought(shop, li, (apples, 1))
    slip = await orders.use_points(shop, li, now=NOW)
    assert (slip.payable, slip.lines[0].net) == (FIVE, NOTHING)
    assert (await orders.fetch(shop, li, now=NOW)).status == Status.PREPARING  # nothing is left to pay


async def test_a_coupon_for_the_delivery_stands_beside_one_for_the_goods(shop: ShopId) -> None:
    """Both are locked, let go with 自提, used with the money, and both come back when the order comes to nothing."""
    await delivers(shop)
    li, apples = await a_customer(), await a_product("苹果", "20.00", stock=20)
    for code, title in (("C1", "满20减3"), ("C2", "运费减4")):
        made = await coupon_templates.make_template(shop, code, title)
        await coupons.give(made.id, [li], now=NOW, quietly=True)
    states = "SELECT state, for_delivery FROM coupon ORDER BY id"

    async def held() -> list[tuple[str, bool]]:
        return [(row["state"], bool(row["for_delivery"])) for row in await run_sql(states)]

    slip = await brought(shop, li, (apples, 1))
    assert (slip.payable, slip.delivery and slip.delivery.paid) == (Money(1800), Money(100))
    assert await held() == [("locked", False), ("locked", True)]
    assert (await orders.fetch(shop, li, now=NOW)).payable == Money(1700)
    assert [state for state, _ in await held()] == ["locked", "available"]
    await pay(await orders.bring(shop, li, HOME, now=NOW))
    assert [state for state, _ in await held()] == ["used", "used"]
    await orders.shop_cancel(slip.id, await a_clerk(), "没货了", now=SOON)
    assert [state for state, _ in await held()] == ["available", "available"]
    assert await arrived_back(slip) == [(1800, 100)]
    assert await ledger.balance(shop, "delivery_income") == 0


# ── what goes back ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_all_the_goods_before_anything_left_take_the_fee_with_them(shop: ShopId) -> None:
    await delivers(shop)
    li, apples, boss = await a_customer(), await a_product("苹果", "10.00", stock=20), await a_clerk()
    slip = await brought(shop, li, (apples, 3))
    await pay(slip)
    one = What(units=((apples, Quantity.of(1)),))
    first = await refunds.ask(slip.id, li, one, "", at_once=NOTHING, now=SOON)
    rest = await refunds.give(slip.id, boss, What(), "", now=SOON)
    assert (first.delivery, rest.amount, rest.delivery) == (NOTHING, Money(2500), FIVE)
    await refunds.approve(first.id, boss, now=SOON)
    assert await arrived_back(slip) == [(1000, 0), (2500, 500)]
    assert (await stand(slip), await shelf(apples)) == (Status.REFUNDED, ("20", "0"))


async def test_a_request_that_is_taken_back_lets_the_fee_go_again(shop: ShopId) -> None:
    await delivers(shop)
    li, apples, boss = await a_customer(), await a_product("苹果", "10.00", stock=20), await a_clerk()
    slip = await brought(shop, li, (apples, 3))
    await pay(slip)
    asked = await refunds.ask(slip.id, li, What(), "", at_once=NOTHING, now=SOON)
    await refunds.withdraw(asked.id, now=SOON)
    asked = await refunds.ask(slip.id, li, What(), "", at_once=NOTHING, now=SOON)
    await refunds.reject(asked.id, boss, "在路上了", now=SOON)
    assert (await refunds.preview(slip.id, What(delivery=True)), asked.amount) == (FIVE, Money(3500))


async def test_what_was_brought_keeps_its_fee_when_the_goods_go_back(shop: ShopId) -> None:
    """All goods are bad: their money goes back, the ride was ridden, and the order is over like any other."""
    await delivers(shop)
    li, apples, boss = await a_customer(), await a_product("苹果", "10.00", stock=20), await a_clerk()
    slip = await brought(shop, li, (apples, 3))
    await pay(slip)
    await parcels.send(slip.id, (), boss, now=NOW)
    await parcels.arrived(slip.id, boss, now=SOON)
    case = await refunds.give(slip.id, boss, What(), "都烂了", now=SOON)
    assert (case.amount, case.delivery) == (Money(3000), NOTHING)
    await arrived_back(slip)
    assert await stand(slip) == Status.FULFILLED
    assert await orders.complete(slip.id, now=after(days=3))
    accounts = [await ledger.balance(shop, one) for one in ("sales", "delivery_income", "cash:gateway")]
    assert accounts == [0, -500, 500]


async def test_goods_given_up_on_their_way_bring_the_fee_back_when_they_return(shop: ShopId) -> None:
    """While they were under way the fee stayed; they came back, nothing came to the buyer, and nobody owes it."""
    await delivers(shop)
    li, apples, boss = await a_customer(), await a_product("苹果", "10.00", stock=20), await a_clerk()
    slip = await brought(shop, li, (apples, 3))
    await pay(slip)
    await parcels.send(slip.id, (), boss, now=NOW)
    await refunds.give(slip.id, boss, What(), "不要了", now=SOON)
    assert await arrived_back(slip) == [(3000, 0)]
    assert await packing.part_out(slip.id)
    await parcels.came_back(slip.id, boss, now=SOON)
    assert await arrived_back(slip) == [(3000, 0), (500, 500)]
    assert (await stand(slip), await shelf(apples)) == (Status.REFUNDED, ("20", "0"))


# ── where it goes ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_address_is_forgotten_a_week_after_its_order(shop: ShopId) -> None:
    await delivers(shop)
    apples, boss = await a_product("苹果", "10.00", stock=20), await a_clerk()
    kept = await brought(shop, await a_customer("小明"), (apples, 1))
    await pay(kept)
    gone = await brought(shop, await a_customer(), (apples, 1))
    await orders.shop_cancel(gone.id, boss, "没货了", now=SOON)
    assert await addresses.forget_old(now=after(days=7)) == 0
    assert await addresses.forget_old(now=after(days=7, minutes=30)) == 1
    assert await addresses.of_each([kept.id, gone.id]) == {kept.id: HOME}
    await hand_over(kept, boss, now=SOON)
    await orders.complete(kept.id, now=after(days=2))
    assert await addresses.forget_old(now=after(days=9)) == 1
