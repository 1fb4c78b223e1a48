"""60–64, 佣金: for the one who brought the buyer, once, below the cap, and back with what goes back."""

from __future__ import annotations

from functools import partial

import pytest

from bot.clock import tick
from shop import commission, orders, referrals, refunds
from shop.commission import Account
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.refusals import AlreadyInvited, InvitedTooLate, InvitesInACircle, NothingToDraw
from shop.rules.commission import Referral, shares
from shop.rules.refunds import What
from shop.slips import Slip
from shop.transaction import run_sql
from tests.support.at_once import at_once
from tests.support.world import (
    NOW,
    a_clerk,
    a_customer,
    a_paid_order,
    a_product,
    a_refund,
    after,
    hand_over,
    happened,
)

LATER = after(days=9)  # a day to complain, a week of frost, and one more


async def a_promoter(shop: ShopId, name: str = "阿花") -> PersonId:
    await referrals.settle(shop, first_bp=1_000, second_bp=0, cap_bp=1_000, least_fen=100)
    person = await a_customer(name)
    await referrals.promote(shop, person, now=NOW)
    return person


async def brings(shop: ShopId, inviter: PersonId, newcomer: PersonId) -> None:
    await referrals.bind(shop, newcomer, await referrals.code_of(shop, inviter), now=NOW)


async def a_friends_order(shop: ShopId, promoter: PersonId, boxes: int = 2) -> tuple[Slip, str]:
    """¥20 a box, bought by a friend of the promoter and handed over."""
    friend, apples = await a_customer("小李"), await a_product("苹果", "20.00", stock=20)
    await brings(shop, promoter, friend)
    paid = await a_paid_order(friend, (apples, boxes))
    await hand_over(paid, await a_clerk(), now=NOW)
    return paid, apples


async def has(shop: ShopId, person: PersonId) -> tuple[int, int, int, int]:
    """Frozen, available, asked, paid, in fen."""
    now = await commission.account(shop, person)
    return now.frozen.fen, now.available.fen, now.asked.fen, now.paid.fen


async def test_commission_waits_until_the_order_is_over_and_a_week_more(shop: ShopId) -> None:
    promoter = await a_promoter(shop)
    await a_friends_order(shop, promoter)
    assert await has(shop, promoter) == (400, 0, 0, 0)
    await tick(after(days=2))
    await tick(after(days=8))
    assert await has(shop, promoter) == (400, 0, 0, 0)
    await tick(LATER)
    await tick(LATER)
    assert await has(shop, promoter) == (0, 400, 0, 0)


async def test_new_money_is_told_once_a_day_and_the_day_is_the_shops(shop: ShopId) -> None:
    """At seven, at nine, and half an hour after midnight in Shanghai: the first two are one day, though UTC turns between
    them; the second and the third are two, though it does not."""
    promoter = await a_promoter(shop)
    friend, apples, boss = (
        await a_customer("小李"),
        await a_product("苹果", "20.00", stock=20),
        await a_clerk(),
    )
    await brings(shop, promoter, friend)
    told = []
    for hours in (-3, -1, 14.5):  # from ten in the morning
        paid = await a_paid_order(friend, (apples, 1))
        await hand_over(paid, boss, now=NOW)
        (one,) = [
            row["id"] for row in await run_sql("SELECT id FROM commission WHERE order_id = ?", [paid.id])
        ]
        await commission.begin_to_thaw(paid.id, now=NOW)
        assert await commission.release(one, now=after(days=9, hours=hours))
        told.append((await happened()).count("CommissionFreed"))
    assert told == [1, 1, 2]


async def test_60_commission_paid_out_before_the_refund(shop: ShopId) -> None:
    """A late refund is owed: what is earned next fills it, and nothing can be drawn meanwhile."""
    promoter = await a_promoter(shop)
    paid, apples = await a_friends_order(shop, promoter)
    await tick(after(days=2))
    await tick(LATER)
    owed = await commission.draw(shop, promoter, now=LATER)
    assert (await commission.paid(shop, owed.number, now=LATER)).amount == Money(400)
    await a_refund(paid, apples, 1, now=LATER)
    assert await has(shop, promoter) == (0, -200, 0, 400)
    with pytest.raises(NothingToDraw):
        await commission.draw(shop, promoter, now=LATER)
    again = await a_paid_order(paid.buyer, (apples, 3), now=LATER)
    await hand_over(again, await a_clerk(), now=LATER)
    await tick(after(days=11))
    await tick(after(days=20))
    assert await has(shop, promoter) == (0, 400, 0, 400)


async def test_60_the_last_part_takes_the_rest_of_the_commission(shop: ShopId) -> None:
    """Three boxes of 3.33 bring 99 fen; a box back is a third of it, rounded down, and the last one all that is left."""
    promoter = await a_promoter(shop)
    friend, limes = await a_customer("小李"), await a_product("青柠", "3.33", stock=9)
    await brings(shop, promoter, friend)
    paid = await a_paid_order(friend, (limes, 3))
    left = [(await has(shop, promoter))[0]]
    for _ in range(3):
        await a_refund(paid, limes, 1)
        left.append((await has(shop, promoter))[0])
    assert left == [99, 66, 33, 0]
    assert await run_sql("SELECT 1 FROM commission WHERE state = 'reversed' AND back_fen = fen")


async def test_60_a_reversal_beside_a_withdrawal(shop: ShopId) -> None:
    """Whichever is first, what was earned is what stands on the accounts."""
    promoter = await a_promoter(shop)
    paid, apples = await a_friends_order(shop, promoter)
    await tick(after(days=2))
    await tick(LATER)
    what = What(units=((apples, Quantity.of(1)),))
    case = await refunds.give(paid.id, paid.buyer, what, "坏了", now=LATER)
    await refunds.submit(case.id, now=LATER)
    came = await at_once(
        partial(commission.draw, shop, promoter, now=LATER),
        partial(refunds.paid_back, case.number, now=LATER),
    )
    assert came == {"done": 2}
    assert sum(await has(shop, promoter)) == 200


async def test_60_withdrawn_ten_times_at_once(shop: ShopId) -> None:
    promoter = await a_promoter(shop)
    await a_friends_order(shop, promoter)
    await tick(after(days=2))
    await tick(LATER)
    came = await at_once(*[partial(commission.draw, shop, promoter, now=LATER)] * 10)
    assert came == {"done": 1, "NothingToDraw": 9}
    came = await at_once(*[partial(commission.paid, shop, 1, now=LATER)] * 5)
    assert came == {"done": 1, "NoSuchPayout": 4}
    assert await has(shop, promoter) == (0, 0, 0, 400)


async def test_60_paid_by_mistake_and_not_paid_at_all(shop: ShopId) -> None:
    promoter = await a_promoter(shop)
    await a_friends_order(shop, promoter)
    await tick(after(days=2))
    await tick(LATER)
    owed = await commission.draw(shop, promoter, now=LATER)
    for _ in range(2):
        await commission.paid(shop, owed.number, now=LATER)
        await commission.not_paid_after_all(shop, owed.number, now=LATER)
    assert await has(shop, promoter) == (0, 0, 400, 0)
    await commission.drop(shop, owed.number, now=LATER)
    assert await has(shop, promoter) == (0, 400, 0, 0)
    assert (await commission.draw(shop, promoter, now=LATER)).number == 2


# ── 61 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_61_who_refers_himself_or_in_a_circle(shop: ShopId) -> None:
    one, two, three = [await a_customer(name) for name in ("甲", "乙", "丙")]
    with pytest.raises(InvitesInACircle):
        await brings(shop, one, one)
    await brings(shop, one, two)
    await brings(shop, two, three)
    with pytest.raises(InvitesInACircle):
        await brings(shop, three, one)
    with pytest.raises(AlreadyInvited):
        await brings(shop, one, three)


async def test_61_two_who_bind_each_other_at_once_close_no_circle(shop: ShopId) -> None:
    one, two = await a_customer("甲"), await a_customer("乙")
    mine, his = await referrals.code_of(shop, one), await referrals.code_of(shop, two)
    came = await at_once(
        partial(referrals.bind, shop, one, his, now=NOW), partial(referrals.bind, shop, two, mine, now=NOW)
    )
    assert (came["InvitesInACircle"], came.total()) == (1, 2)


async def test_61_one_newcomer_in_two_chats_at_once_has_one_inviter(shop: ShopId) -> None:
    newcomer, codes = await a_customer("新"), []
    for name in "甲乙丙丁":
        codes.append(await referrals.code_of(shop, await a_customer(name)))
    came = await at_once(*(partial(referrals.bind, shop, newcomer, code, now=NOW) for code in codes))
    assert (came["AlreadyInvited"], came.total()) == (3, 4)


# ── 62, 63, 64 ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_62_a_referrer_who_is_gone_earns_nothing_more_and_keeps_what_he_has(shop: ShopId) -> None:
    promoter = await a_promoter(shop)
    paid, apples = await a_friends_order(shop, promoter)
    assert await referrals.stop_promoting(promoter)
    await a_paid_order(paid.buyer, (apples, 5))
    assert await commission.account(shop, promoter) == Account(Money(400), Money(0), Money(0), Money(0))


@pytest.mark.parametrize(("seconds", "counts"), [(-1, True), (0, False)])
async def test_63_the_edge_of_the_time_in_which_a_referral_counts(
    shop: ShopId, seconds: int, counts: bool
) -> None:
    """Thirty days from the moment in which somebody was first seen; the last second counts."""
    one, newcomer = await a_customer("甲"), await a_customer("新")
    bind = partial(
        referrals.bind,
        shop,
        newcomer,
        await referrals.code_of(shop, one),
        now=after(days=30, seconds=seconds),
    )
    if counts:
        assert await bind() == "甲"
    else:
        with pytest.raises(InvitedTooLate):
            await bind()


async def test_63_who_has_bought_is_no_newcomer(shop: ShopId) -> None:
    one, newcomer = await a_customer("甲"), await a_customer("新")
    await a_paid_order(newcomer, (await a_product(), 1))
    with pytest.raises(InvitedTooLate):
        await brings(shop, one, newcomer)


async def test_64_the_cap_of_two_levels(shop: ShopId) -> None:
    """8 % and 5 % of ¥40.00 under a cap of 10 %: the second level has the 2 % that are left."""
    first, second = await a_promoter(shop), await a_promoter(shop, "老王")
    await referrals.settle(shop, first_bp=800, second_bp=500)
    await brings(shop, second, first)
    await a_friends_order(shop, first)
    assert (await has(shop, first), await has(shop, second)) == ((320, 0, 0, 0), (80, 0, 0, 0))


@pytest.mark.parametrize("net", [1, 9, 10, 99, 333, 9_990])
def test_64_no_fen_above_the_cap(net: int) -> None:
    rules = Referral(first_bp=800, second_bp=500, cap_bp=1_000)
    one, two = shares(Money(net), rules)
    assert one.fen + two.fen <= net * 1_000 // 10_000
    assert one.fen == net * 800 // 10_000


async def test_a_coupon_for_the_inviter_comes_with_the_first_order_that_is_over(shop: ShopId) -> None:
    """Once, however much the friend buys; never for one that went back."""
    promoter = await a_promoter(shop)
    paid, _ = await a_friends_order(shop, promoter)
    assert await referrals.brought(promoter) == (1, 0)
    assert await orders.complete(paid.id, now=after(days=2))
    assert await referrals.brought(promoter) == (1, 1)
    assert not await referrals.thank(paid.id, now=after(days=3))
