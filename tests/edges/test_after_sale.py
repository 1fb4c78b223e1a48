"""65–74, handing over and after-sale: one code, one order; what goes back is what was paid, once."""

from __future__ import annotations

from functools import partial

import pytest

from shop import ledger, parcels, pickups, refunds, seed, slips
from shop.kit.codes import check_digit
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.refusals import NoSuchPickup, NothingToRefund, RefundOpen
from shop.rules.orders import Status
from shop.rules.refunds import NUDGE_AFTER, State, What
from shop.slips import Slip
from shop.transaction import run_sql, unit_of_work
from tests.support.at_once import at_once
from tests.support.street import PRIVATE, Street, rows
from tests.support.world import (
    FULL50,
    NO_GOODS,
    NOW,
    a_clerk,
    a_customer,
    a_paid_order,
    a_product,
    a_shop,
    after,
    books,
    hand_over,
    happened,
    shelf,
)

SOON, NO_LIMIT, ZERO = after(minutes=30), Money(0), Money(0)
BOSS, AGENT = "店主", "客服"


def units(sku: str, qty: int) -> What:
    return What(units=((sku, Quantity.of(qty)),))


async def status(order: Slip) -> Status:
    return (await slips.slip(order.id)).status


# ── 65, 66 ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_65_the_code_of_another_shop_opens_nothing_here(shop: ShopId) -> None:
    """Both shops lie in one database, and both may have given the same code away."""
    mine = await a_paid_order(await a_customer(), (await a_product(), 1))
    other = await a_shop("S2", "隔壁")
    their_clerk = await a_clerk(shop=other)
    before = await books()
    with pytest.raises(NoSuchPickup):
        await pickups.look_up(other, str(mine.pickup_code))
    with pytest.raises(NoSuchPickup):
        await pickups.redeem(other, str(mine.pickup_code), their_clerk, cash=ZERO, now=NOW)
    assert await books() == before
    theirs = await a_paid_order(
        await a_customer("小明", shop=other), (await a_product(shop=other), 1), shop=other
    )
    await run_sql("UPDATE pickup SET code = ? WHERE order_id = ?", [mine.pickup_code, theirs.id])
    assert (await pickups.look_up(other, str(mine.pickup_code))).order == theirs.id
    assert (await pickups.look_up(shop, str(mine.pickup_code))).order == mine.id


async def test_66_five_wrong_codes_shut_the_counter_for_ten_minutes(street: Street) -> None:
    async def said(who: str, text: str) -> str:
        (answer,) = await street.texts(who, text, PRIVATE)
        return answer

    told = [await said(BOSS, f"核销 0000{n}{check_digit(f'0000{n}')}") for n in range(5)]
    assert ["没有这个取货码" in one for one in told] == [True] * 4 + [False]
    assert told[-1] == "错的次数太多，先歇一歇，10 分钟后再试"
    assert await said(BOSS, "核销 000018") == told[-1]
    assert await rows("SELECT what, count FROM tries") == [("pickup", 0)]
    assert "没有这个取货码" in await said(AGENT, f"核销 00001{check_digit('00001')}")


# ── 67 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_67_nothing_is_handed_over_while_the_buyer_wants_money_back(shop: ShopId) -> None:
    apples = await a_product("苹果", "12.00", stock=10)
    paid = await a_paid_order(await a_customer(), (apples, 2))
    boss = await a_clerk()
    asked = await refunds.ask(paid.id, paid.buyer, units(apples, 1), "", at_once=NO_LIMIT, now=SOON)
    with pytest.raises(RefundOpen):
        await hand_over(paid, boss, now=SOON)
    await refunds.approve(asked.id, boss, now=SOON)
    await hand_over(paid, boss, now=SOON)
    assert await shelf(apples) == ("9", "0")


@pytest.mark.parametrize("at_once_up_to", [NO_LIMIT, Money(9_999)])
async def test_67_handed_over_and_asked_for_at_once(shop: ShopId, at_once_up_to: Money) -> None:
    """Either the goods are out and the question is one of after-sale, or they are still the shop's, and are not handed
    over: on the shelf again where the shop has agreed."""
    apples, boss = await a_product("苹果", "12.00", stock=40), await a_clerk()
    for n in range(6):
        paid = await a_paid_order(await a_customer(f"客{n}"), (apples, 2))
        on_hand = int((await shelf(apples))[0])
        ask = partial(refunds.ask, paid.id, paid.buyer, What(), "", at_once=at_once_up_to, now=SOON)
        give = partial(pickups.redeem, shop, str(paid.pickup_code), boss, cash=ZERO, now=SOON)
        came = await at_once(ask, give)
        (case,) = await refunds.of_order(paid.id)
        refused = came["RefundOpen" if at_once_up_to == NO_LIMIT else "NothingToSend"]
        assert (came["done"], case.amount) == (2 - refused, Money(2400))
        there, promised = await shelf(apples)
        went_out = on_hand - int(there)
        assert went_out == (0 if refused else 2)
        if at_once_up_to == NO_LIMIT:
            assert (went_out, promised) == ((2, "0") if came["done"] == 2 else (0, "2"))
            await refunds.withdraw(case.id, now=SOON)
            if not went_out:
                await hand_over(paid, boss, now=SOON)
        assert (await shelf(apples))[1] == "0"


# ── 68 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_68_picked_up_in_parts(street: Street) -> None:
    """The code opens the order until the last of it is gone; each part leaves the shelf once."""
    paid = await a_paid_order(await a_customer(), (await a_product("苹果", "20.00", stock=10), 3))
    sold = "SELECT gone, (SELECT sum(change) FROM stock_move WHERE reason = 'sold') AS moved FROM hold"
    told = []
    for said in ("苹果1箱", "苹果1箱", "苹果2箱", "", ""):
        (answer,) = await street.texts(BOSS, f"核销 {paid.pickup_code} {said}".strip(), PRIVATE)
        told.append((answer.split("，")[0], await rows(sold)))
    one = "0501-001 小李：苹果1箱"
    assert told == [
        (one, [(1000, -1000)]),
        (one, [(2000, -2000)]),
        ("苹果这单在店里只有 1 箱", [(2000, -2000)]),
        (one, [(3000, -3000)]),
        ("0501-001 已经取走了", [(3000, -3000)]),
    ]
    assert await status(paid) == Status.FULFILLED


# ── 69 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_69_one_unit_of_three_and_then_two(shop: ShopId) -> None:
    """满50减5 on three boxes of 20.00: 55.00 was paid, and 18.33 + 36.67 comes back: no fen more, none less."""
    await seed.fill(shop, NO_GOODS, now=NOW, promotions=[FULL50])
    apples, boss = await a_product("苹果", "20.00", stock=10), await a_clerk()
    paid = await a_paid_order(await a_customer(), (apples, 3))
    back = []
    for qty, left in ((1, ("10", "2")), (2, ("10", "0"))):
        case = await refunds.give(paid.id, boss, units(apples, qty), "烂了", now=SOON)
        await refunds.submit(case.id, now=SOON)
        await refunds.paid_back(case.number, now=SOON)
        back.append(case.amount.fen)
        assert await shelf(apples) == left
    assert (back, sum(back)) == ([1833, 3667], paid.payable.fen)
    assert (await ledger.balance(shop, "cash:gateway"), await status(paid)) == (0, Status.REFUNDED)
    with pytest.raises(NothingToRefund):
        await unit_of_work(lambda: refunds.give(paid.id, boss, What(), "", now=SOON))


# ── 71–73 ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_71_what_no_provider_pays_back_is_left_to_a_person(shop: ShopId) -> None:
    apples = await a_product("苹果", "12.00", stock=10)
    paid = await a_paid_order(await a_customer(), (apples, 2))
    boss = await a_clerk()
    case = await refunds.give(paid.id, boss, units(apples, 1), "", now=SOON)
    await refunds.submit(case.id, now=SOON)
    await refunds.leave_to_a_person(case.id, "商户余额不足", now=SOON)
    await refunds.leave_to_a_person(case.id, "商户余额不足", now=SOON)  # said twice, told once
    assert (await refunds.case(case.id)).state == State.MANUAL
    assert (await happened()).count("RefundByHand") == 1
    assert not await refunds.nudge(case.id, now=SOON)
    assert await refunds.nudge(case.id, now=SOON + NUDGE_AFTER)
    assert await refunds.paid_back(case.number, now=SOON, by=boss, proof="转账截图")
    assert await ledger.balance(shop, "cash:gateway") == 1200


async def test_73_two_days_of_silence_are_a_yes(shop: ShopId) -> None:
    apples = await a_product("苹果", "12.00", stock=10)
    paid = await a_paid_order(await a_customer(), (apples, 2))
    asked = await refunds.ask(paid.id, paid.buyer, units(apples, 1), "烂了", at_once=NO_LIMIT, now=NOW)
    assert not await refunds.silence_is_a_yes(asked.id, now=after(hours=47))
    assert await refunds.silence_is_a_yes(asked.id, now=after(hours=48))
    assert not await refunds.silence_is_a_yes(asked.id, now=after(hours=49))
    assert (await refunds.case(asked.id)).state == State.APPROVED
    assert (await happened())[-2:] == ["RefundAsked", "RefundAgreed"]


# ── 74 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_74_one_parcel_arrives_and_the_other_is_void(shop: ShopId) -> None:
    """What was given up while it was under way goes back on the shelf when it comes back; the rest is a fulfilled order."""
    apples, pears = await a_product("苹果", "20.00", stock=10), await a_product("梨", "8.00", stock=10)
    paid, boss = await a_paid_order(await a_customer(), (apples, 2), (pears, 1)), await a_clerk()
    await parcels.send(paid.id, ((apples, Quantity.of(2)),), boss, now=NOW)
    await parcels.arrived(paid.id, boss, now=SOON)
    await parcels.send(paid.id, ((pears, Quantity.of(1)),), boss, now=SOON)
    case = await refunds.give(paid.id, boss, units(pears, 1), "不要了", now=SOON)
    await refunds.submit(case.id, now=SOON)
    await refunds.paid_back(case.number, now=SOON)
    assert (await status(paid), await shelf(pears), case.amount) == (Status.PREPARING, ("9", "0"), Money(800))
    await parcels.came_back(paid.id, boss, now=SOON)
    stand = await rows("SELECT number, state FROM parcel ORDER BY number")
    assert stand == [(1, "done"), (2, "void")]
    assert (await status(paid), await shelf(apples), await shelf(pears)) == (
        Status.FULFILLED,
        ("8", "0"),
        ("10", "0"),
    )
