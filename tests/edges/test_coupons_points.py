"""55–59, coupons and points: none twice, none out of thin air, and what is owed is owed."""

from __future__ import annotations

from functools import partial

import pytest
from tortoise.exceptions import IntegrityError

from shop import coupon_templates, coupons, orders, points, refunds
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.refusals import NotEnoughPoints
from shop.rules.refunds import What
from shop.settled import settle_rules
from shop.slips import Slip
from shop.transaction import run_sql, unit_of_work
from tests.support.at_once import at_once
from tests.support.purse import RULES, a_coupon, spendable, state, with_points
from tests.support.world import (
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


async def test_55_a_locked_coupon_runs_out_and_then_the_order_ends(shop: ShopId) -> None:
    """While it is on an unpaid order the clock leaves it alone; free again, it is as old as it is."""
    li, apples = await a_customer(), await a_product("苹果", "20.00", stock=9)
    locked = await a_coupon(shop, li, "满30减8", valid_to=after(minutes=10))
    free = await a_coupon(shop, li, "满30减5", valid_to=after(minutes=10))
    placed = await an_order(li, (apples, 2))
    assert (placed.payable, await state(locked)) == (Money(3200), "locked")
    assert await coupons.expire_due(now=after(minutes=11)) == 1
    assert (await state(locked), await state(free)) == ("locked", "expired")
    assert await orders.expire(placed.id, now=after(minutes=16))
    assert (await state(locked), await coupons.offered(shop, li, now=after(minutes=16))) == ("expired", ())
    assert (await an_order(li, (apples, 2), now=after(minutes=17))).payable == Money(4000)


async def test_55_the_order_is_paid_after_its_coupon_ran_out(shop: ShopId) -> None:
    """The price was given while it was good: who pays in time pays that."""
    li, apples = await a_customer(), await a_product("苹果", "20.00", stock=9)
    ticket = await a_coupon(shop, li, valid_to=after(minutes=10))
    placed = await an_order(li, (apples, 2))
    await coupons.expire_due(now=after(minutes=11))
    assert await pay(placed, now=after(minutes=14)) == "settled"
    assert (placed.payable, await state(ticket)) == (Money(3500), "used")


# ── 56, 57 ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def a_template(shop: ShopId, **more: int) -> int:
    return (await coupon_templates.make_template(shop, "C1", "满30减5", **more)).id


async def issued(template: int) -> int:
    return int((await run_sql("SELECT issued FROM coupon_template WHERE id = ?", [template]))[0]["issued"])


async def test_56_the_last_of_fifty_coupons_and_a_hundred_takers(shop: ShopId) -> None:
    template = await a_template(shop, total=50)
    takers = [await a_customer(f"客{n}") for n in range(100)]
    came = await at_once(*(partial(coupons.claim, shop, one, "C1", now=NOW) for one in takers))
    assert came == {"done": 50, "CouponsGone": 50}
    assert await issued(template) == 50
    serials = [int(row["serial"]) for row in await run_sql("SELECT serial FROM coupon ORDER BY serial")]
    assert serials == list(range(1, 51))


async def test_57_one_person_claims_ten_times_at_once_and_may_have_two(shop: ShopId) -> None:
    li = await a_customer()
    await a_template(shop, each=2)
    came = await at_once(*[partial(coupons.claim, shop, li, "C1", now=NOW)] * 10)
    assert came == {"done": 2, "HaveCoupon": 8}
    assert [one.title for one in await coupons.mine(li, now=NOW)] == ["满30减5", "满30减5"]


async def test_57_control_a_careless_claim_is_stopped_by_the_database(
    shop: ShopId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who believes that nobody has one: the unique keys still say no, and nothing is counted."""
    li = await a_customer()
    template = await a_template(shop)
    await coupons.claim(shop, li, "C1", now=NOW)

    async def has_none(template: int, person: PersonId) -> int:
        return 0

    monkeypatch.setattr(coupons, "_has", has_none)
    with pytest.raises(IntegrityError):
        await unit_of_work(partial(coupons.claim, shop, li, "C1", now=NOW))
    assert await issued(template) == 1


# ── 58, 59 ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def all_back(paid: Slip, by: PersonId) -> None:
    case = await refunds.give(paid.id, by, What(), "不要了", now=NOW)
    await refunds.submit(case.id, now=NOW)
    await refunds.paid_back(case.number, now=NOW)


async def test_58_buy_earn_refund_ten_times_leaves_what_was_there(shop: ShopId) -> None:
    """Half of the time the order was over, so that the points had been his: nobody grows rich by sending goods back."""
    li, boss, apples = await a_customer(), await a_clerk(), await a_product("苹果", "10.00", stock=99)
    await with_points(shop, li, 500)
    for turn in range(10):
        await an_order(li, (apples, 2))
        paid = await orders.use_points(shop, li, now=NOW)
        assert (paid.payable, await spendable(shop, li)) == (Money(1500), 0)
        await pay(paid)
        if turn % 2:
            await hand_over(paid, boss)
            assert await orders.complete(paid.id, now=after(hours=25))
        await all_back(paid, boss)
        has = await points.balance(shop, li)
        assert (has.spendable, has.pending) == (500, 0)


async def test_59_what_was_earned_and_spent_is_owed(shop: ShopId) -> None:
    li, boss, apples = await a_customer(), await a_clerk(), await a_product("苹果", "20.00", stock=99)
    await settle_rules(shop, RULES)
    earns = await an_order(li, (apples, 2))
    await pay(earns)
    await hand_over(earns, boss)
    assert await orders.complete(earns.id, now=after(hours=25))
    assert await spendable(shop, li) == 40

    await an_order(li, (apples, 1))
    spends = await orders.use_points(shop, li, now=NOW)
    await pay(spends)
    assert (spends.payable, await spendable(shop, li)) == (Money(1960), 0)
    await all_back(earns, boss)
    assert await spendable(shop, li) == -40

    await orders.place(shop, li, [want(apples, 3)], now=NOW)
    with pytest.raises(NotEnoughPoints) as no:
        await unit_of_work(lambda: orders.use_points(shop, li, now=NOW))
    assert (no.value.have, no.value.wanted) == (-40, 1)
    await orders.cancel(shop, li, now=NOW)

    fills = await an_order(li, (apples, 3))
    await pay(fills)
    await hand_over(fills, boss)
    assert await orders.complete(fills.id, now=after(hours=25))
    assert await spendable(shop, li) == 60 - 40
