"""Ordering, changing, cancelling, running out of time: with exact numbers, and nothing moves after a no."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest

from shop import catalogue, claims, orders, seed, slips
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.kit.refusal import Refusal
from shop.refusals import (
    AlreadyCancelled,
    AlreadyHandedOver,
    AlreadyPaid,
    LessThanNothing,
    NoSuchOrder,
    NothingOpen,
    NotOnOrder,
    NotSold,
    OnlyWhole,
    QuoteChanged,
    SaidToBePaid,
    SoldOut,
    TooMuch,
)
from shop.rules.baskets import Op
from shop.rules.orders import PayMode, Status
from shop.rules.pricing import Cut, Nearly
from tests.support.world import (
    FULL50,
    NO_GOODS,
    NOW,
    TODAY,
    a_cash_order,
    a_clerk,
    a_customer,
    a_paid_order,
    a_product,
    a_room,
    a_shop,
    after,
    an_order,
    books,
    hand_over,
    happened,
    shelf,
    want,
)

R = TypeVar("R", bound=Refusal)


@asynccontextmanager
async def refused(no: type[R]) -> AsyncIterator[pytest.ExceptionInfo[R]]:
    """The shop says this no, and every row is what it was."""
    before = await books()
    with pytest.raises(no) as said:
        yield said
    assert await books() == before


# ── 下单 ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_two_boxes_of_oranges(shop: ShopId) -> None:
    oranges = await a_product("橙子", "29.90", stock=5)
    li = await a_customer("小李")
    room = await a_room()
    slip = await orders.place(shop, li, [want(oranges, 2, note="要甜的")], now=NOW, room=room.id)
    assert (slip.code, slip.status, slip.pay_mode) == ("0501-001", Status.UNPAID, PayMode.PREPAY)
    assert (slip.gross, slip.payable, slip.joined) == (Money(5980), Money(5980), False)
    assert (slip.placed_at, slip.pay_due_at, slip.room) == (NOW, after(minutes=15), room.id)
    (line,) = slip.lines
    assert (line.name, str(line.qty), line.unit, line.price, line.net) == (
        "橙子",
        "2",
        "箱",
        Money(2990),
        Money(5980),
    )
    assert line.note == "要甜的"
    assert await shelf(oranges) == ("5", "2")
    assert await slips.slip(slip.id) == slip
    assert await slips.slip_by_token(slip.token) == slip


async def test_the_lines_stand_as_they_were_said(shop: ShopId) -> None:
    oranges, cherries = await a_product("橙子"), await a_product("车厘子", "39.80", stock=20, unit="斤")
    slip = await an_order(await a_customer(), (cherries, "2.5"), (oranges, 1), want(oranges, 1, whom="奶奶"))
    shown = [(line.name, str(line.qty), line.net.fen, line.for_whom) for line in slip.lines]
    assert shown == [("车厘子", "2.5", 9950, None), ("橙子", "1", 2990, None), ("橙子", "1", 2990, "奶奶")]
    assert slip.payable == Money(15_930)
    assert (await shelf(oranges), await shelf(cherries)) == (("5", "2"), ("20", "2.5"))


async def test_the_last_boxes_can_be_had_and_not_one_more(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    await an_order(await a_customer("小李"), (oranges, 2))
    flower = await a_customer("阿花")
    async with refused(SoldOut) as no:
        await an_order(flower, (oranges, 4))
    (short,) = no.value.shortages
    assert (short.sku, short.name, short.unit, str(short.left), str(short.wanted)) == (
        oranges,
        "橙子",
        "箱",
        "3",
        "4",
    )
    await an_order(flower, (oranges, 3))
    assert await shelf(oranges) == ("5", "5")


async def test_every_shortage_is_told_at_once_and_the_rest_is_not_taken(shop: ShopId) -> None:
    oranges, pears, eggs = (
        await a_product("橙子", stock=1),
        await a_product("梨", stock=9),
        await a_product("鸡蛋", stock=0),
    )
    li = await a_customer()
    async with refused(SoldOut) as no:
        await an_order(li, (eggs, 1), (pears, 2), (oranges, 3))
    assert [(s.name, str(s.left)) for s in no.value.shortages] == [("橙子", "1"), ("鸡蛋", "0")]


async def test_my_box_and_grandmothers_come_from_one_shelf(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    li = await a_customer()
    async with refused(SoldOut) as no:
        await an_order(li, (oranges, 3), want(oranges, 3, whom="奶奶"))
    assert str(no.value.shortages[0].wanted) == "6"


async def test_what_was_withdrawn_is_not_sold_and_named_as_people_know_it(shop: ShopId) -> None:
    oranges = await a_product("橙子")
    key = (await catalogue.goods(shop)).catalogue.sku[oranges].product
    await catalogue.withdraw(shop, key)
    li = await a_customer()
    async with refused(NotSold) as no:
        await an_order(li, (oranges, 1))
    assert no.value.name == "橙子"


async def test_half_a_box_and_a_thousand_boxes_are_refused(shop: ShopId) -> None:
    oranges = await a_product(stock=1000)
    li = await a_customer()
    async with refused(OnlyWhole):
        await an_order(li, (oranges, "1.5"))
    async with refused(TooMuch):
        await an_order(li, (oranges, 999))
    async with refused(LessThanNothing):
        await an_order(li, (oranges, -1))


async def test_an_order_of_nothing_is_no_order(shop: ShopId) -> None:
    oranges = await a_product()
    li = await a_customer()
    async with refused(NothingOpen):
        await orders.place(shop, li, [], now=NOW)
    async with refused(NothingOpen):
        await an_order(li, (oranges, 2), want(oranges, 2, "dec"))


async def test_a_refused_order_takes_no_number(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    li, flower = await a_customer("小李"), await a_customer("阿花")
    assert (await an_order(li, (oranges, 1))).code == "0501-001"
    async with refused(SoldOut):
        await an_order(flower, (oranges, 9))
    assert (await an_order(flower, (oranges, 1))).code == "0501-002"


async def test_the_day_is_the_shops_day(shop: ShopId) -> None:
    """At 16:00 UTC it is midnight in Shanghai, and numbers begin again."""
    oranges = await a_product()
    assert (await an_order(await a_customer("小李"), (oranges, 1), now=after(hours=13.99))).code == "0501-001"
    assert (await an_order(await a_customer("阿花"), (oranges, 1), now=after(hours=14))).code == "0502-001"


async def test_another_shop_has_its_own_numbers_and_shelves(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    await an_order(await a_customer(), (oranges, 2))
    other = await a_shop("S2", "隔壁")
    their = await a_product("橙子", "19.90", stock=1, shop=other)
    assert their == oranges  # the same key, another row
    buyer = (await catalogue.goods(other)).row_of[their]
    assert buyer != (await catalogue.goods(shop)).row_of[oranges]
    ming = await a_customer("小明", shop=other)
    slip = await an_order(ming, (their, 1), shop=other)
    assert (slip.code, slip.payable) == ("0501-001", Money(1990))
    assert (await catalogue.left_of(shop, [oranges]))[oranges] == Quantity.of(3)


# ── 一张单 ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_more_while_the_order_is_open_is_one_bill(shop: ShopId) -> None:
    oranges, pears = await a_product("橙子", "29.90"), await a_product("梨", "12.00")
    li = await a_customer()
    first = await an_order(li, (oranges, 2))
    second = await an_order(li, (oranges, 1), (pears, 1), now=after(minutes=5))
    assert (second.id, second.code, second.joined) == (first.id, "0501-001", True)
    assert [(line.name, str(line.qty)) for line in second.lines] == [("橙子", "3"), ("梨", "1")]
    assert (second.payable, second.pay_due_at) == (Money(10_170), after(minutes=15))
    assert (await shelf(oranges), await shelf(pears)) == (("5", "3"), ("5", "1"))


async def test_when_the_rest_is_sold_out_the_open_order_stays_as_it_is(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    li = await a_customer()
    await an_order(li, (oranges, 2))
    async with refused(SoldOut) as no:
        await an_order(li, (oranges, 4))
    assert str(no.value.shortages[0].left) == "3"


async def test_an_order_that_is_paid_or_whose_time_is_over_is_not_joined(shop: ShopId) -> None:
    oranges = await a_product()
    li, flower = await a_customer("小李"), await a_customer("阿花")
    paid = await a_paid_order(li, (oranges, 1))
    assert (await an_order(li, (oranges, 1))).id != paid.id
    late = await an_order(flower, (oranges, 1))
    assert (await an_order(flower, (oranges, 1), now=after(minutes=15))).id != late.id
    assert await shelf(oranges) == ("5", "4")


# ── 先问后下 ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_preview_takes_nothing(shop: ShopId) -> None:
    oranges = await a_product()
    before = await books()
    shown = await orders.preview(shop, [want(oranges, 2)], now=NOW)
    assert (shown.payable, shown.lines[0].name, shown.seal) == (Money(5980), "橙子", shown.seal)
    assert await books() == before


async def test_yes_to_what_was_shown(shop: ShopId) -> None:
    oranges = await a_product()
    shown = await orders.preview(shop, [want(oranges, 2)], now=NOW)
    slip = await orders.place(
        shop, await a_customer(), [want(oranges, 2)], now=after(minutes=3), seal=shown.seal
    )
    assert slip.payable == shown.payable


async def test_a_yes_is_a_yes_to_that_basket_only(shop: ShopId) -> None:
    oranges = await a_product()
    li = await a_customer()
    shown = await orders.preview(shop, [want(oranges, 2)], now=NOW)
    async with refused(QuoteChanged):
        await orders.place(shop, li, [want(oranges, 3)], now=NOW, seal=shown.seal)


# ── 满减与特价 ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_five_off_fifty_is_on_the_slip_with_its_reason(shop: ShopId) -> None:
    await seed.fill(shop, NO_GOODS, now=NOW, promotions=[FULL50])
    oranges, pears = await a_product("橙子", "30.00"), await a_product("梨", "25.00")
    slip = await an_order(await a_customer(), (oranges, 1), (pears, 1))
    assert (slip.gross, slip.payable) == (Money(5500), Money(5000))
    assert [(line.net, line.cuts) for line in slip.lines] == [
        (Money(2727), (Cut("spend_save", "满50减5", Money(273)),)),
        (Money(2273), (Cut("spend_save", "满50减5", Money(227)),)),
    ]
    assert slip.nearly == (Nearly("spend_save", "满100减12", Money(4500), Money(1200)),)


async def test_going_below_fifty_takes_the_five_back(shop: ShopId) -> None:
    await seed.fill(shop, NO_GOODS, now=NOW, promotions=[FULL50])
    oranges, pears = await a_product("橙子", "30.00"), await a_product("梨", "25.00")
    li = await a_customer()
    await an_order(li, (oranges, 1), (pears, 1))
    slip = await orders.edit(shop, li, [want(pears, 1, "dec")], now=NOW)
    assert (slip.gross, slip.payable, slip.lines[0].cuts) == (Money(3000), Money(3000), ())
    slip = await orders.edit(shop, li, [want(oranges, 4, "set")], now=NOW)
    assert (slip.payable, slip.lines[0].cuts[0].why) == (Money(10_800), "满100减12")


async def test_todays_special_is_todays(shop: ShopId) -> None:
    oranges = await a_product("橙子", "29.90")
    assert await catalogue.set_specials(shop, {oranges: Money(1990)}, TODAY) == {oranges: None}
    today = await an_order(await a_customer("小李"), (oranges, 1))
    assert (today.payable, today.lines[0].price_why) == (Money(1990), "今日特价")
    tomorrow = await an_order(await a_customer("阿花"), (oranges, 1), now=after(days=1))
    assert (tomorrow.payable, tomorrow.lines[0].price_why) == (Money(2990), "")


async def test_an_order_that_stands_keeps_its_price_and_new_goods_have_todays(shop: ShopId) -> None:
    oranges, pears = await a_product("橙子", "29.90"), await a_product("梨", "12.00")
    li = await a_customer()
    await an_order(li, (oranges, 1))
    await catalogue.change_price(shop, oranges, Money(3990))
    await catalogue.change_price(shop, pears, Money(900))
    slip = await orders.edit(shop, li, [want(oranges, 1), want(pears, 1)], now=NOW)
    assert [(line.name, line.price.fen, line.net.fen) for line in slip.lines] == [
        ("橙子", 2990, 5980),
        ("梨", 900, 900),
    ]
    assert (await an_order(await a_customer("阿花"), (oranges, 1))).payable == Money(3990)


# ── 改单 ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_add_less_set_and_take_off(shop: ShopId) -> None:
    oranges, pears = await a_product("橙子", "29.90"), await a_product("梨", "12.00")
    li = await a_customer()
    await an_order(li, (oranges, 2))
    steps = [
        ([want(oranges, 1)], 8970, "3", "0"),
        ([want(oranges, 2, "dec")], 2990, "1", "0"),
        ([want(oranges, 5, "set"), want(pears, 1)], 16_150, "5", "1"),
        ([want(pears, 3, "inc")], 19_750, "5", "4"),
        ([want(oranges, 0, "remove")], 4800, "0", "4"),
    ]
    for changes, payable, held_oranges, held_pears in steps:
        slip = await orders.edit(shop, li, changes, now=NOW)
        assert slip.payable == Money(payable)
        assert (await shelf(oranges), await shelf(pears)) == (("5", held_oranges), ("5", held_pears))
        assert slip == await slips.slip(slip.id)


async def test_an_edit_that_is_short_changes_nothing_at_all(shop: ShopId) -> None:
    oranges, pears = await a_product("橙子", stock=5), await a_product("梨", stock=5)
    li = await a_customer()
    await an_order(li, (oranges, 2), (pears, 2))
    await an_order(await a_customer("阿花"), (oranges, 2))
    async with refused(SoldOut) as no:
        await orders.edit(shop, li, [want(pears, 1, "dec"), want(oranges, 4, "set")], now=NOW)
    assert [(s.name, str(s.left), str(s.wanted)) for s in no.value.shortages] == [("橙子", "1", "2")]


async def test_a_swap_inside_one_edit_needs_no_stock_to_spare(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    li = await a_customer()
    await an_order(li, (oranges, 5))
    slip = await orders.edit(shop, li, [want(oranges, 2, "dec"), want(oranges, 2, whom="奶奶")], now=NOW)
    assert [(str(line.qty), line.for_whom) for line in slip.lines] == [("3", None), ("2", "奶奶")]
    assert await shelf(oranges) == ("5", "5")


async def test_an_order_that_becomes_empty_is_cancelled(shop: ShopId) -> None:
    oranges = await a_product()
    li = await a_customer()
    await an_order(li, (oranges, 2))
    slip = await orders.edit(shop, li, [want(oranges, 2, "dec")], now=after(minutes=1))
    assert (slip.status, slip.ended_why, slip.ended_at) == (
        Status.CANCELLED,
        "buyer_cancelled",
        after(minutes=1),
    )
    assert await shelf(oranges) == ("5", "0")
    assert await slips.open_order(shop, li) is None


async def test_edits_that_make_no_sense(shop: ShopId) -> None:
    oranges, pears = await a_product("橙子"), await a_product("梨")
    li = await a_customer()
    async with refused(NothingOpen):
        await orders.edit(shop, li, [want(oranges, 1)], now=NOW)
    await an_order(li, (oranges, 2))
    async with refused(NotOnOrder) as no:
        await orders.edit(shop, li, [want(pears, 1, "dec")], now=NOW)
    assert (no.value.name, no.value.code) == ("梨", "0501-001")
    async with refused(NotOnOrder):
        await orders.edit(shop, li, [want(pears, 0, "set")], now=NOW)
    async with refused(LessThanNothing):
        await orders.edit(shop, li, [want(oranges, 3, "dec")], now=NOW)
    async with refused(NothingOpen):
        await orders.edit(shop, li, [want(oranges, 1)], now=after(minutes=15))


@pytest.mark.parametrize("op", ["add", "dec", "set", "remove"])
async def test_goods_that_never_were_are_not_sold(shop: ShopId, op: Op) -> None:
    oranges = await a_product()
    li = await a_customer()
    await an_order(li, (oranges, 2))
    async with refused(NotSold):
        await orders.edit(shop, li, [want("N999-1", 1, op)], now=NOW)


async def test_a_paid_order_is_not_changed_by_chat(shop: ShopId) -> None:
    oranges = await a_product()
    li = await a_customer()
    await a_paid_order(li, (oranges, 1))
    async with refused(AlreadyPaid) as no:
        await orders.edit(shop, li, [want(oranges, 1)], now=NOW)
    assert no.value.code == "0501-001"


# ── 取消 ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_cancelled_and_everything_is_back(shop: ShopId) -> None:
    oranges, pears = await a_product("橙子"), await a_product("梨")
    li = await a_customer()
    await an_order(li, (oranges, 2), (pears, 3))
    slip = await orders.cancel(shop, li, now=after(minutes=1))
    assert (slip.status, slip.ended_why, len(slip.lines)) == (Status.CANCELLED, "buyer_cancelled", 2)
    assert (await shelf(oranges), await shelf(pears)) == (("5", "0"), ("5", "0"))
    async with refused(NothingOpen):
        await orders.cancel(shop, li, now=after(minutes=2))
    for said in ("0501-001", "1", "#001"):
        async with refused(AlreadyCancelled):
            await orders.cancel(shop, li, now=after(minutes=2), code=said)


async def test_a_cash_order_can_be_cancelled_and_its_code_is_dead(shop: ShopId) -> None:
    oranges = await a_product()
    li = await a_customer()
    slip = await a_cash_order(li, (oranges, 2))
    assert slip.pickup_code is not None
    assert (await orders.cancel(shop, li, now=NOW)).pickup_code is None
    assert await shelf(oranges) == ("5", "0")


async def test_money_and_goods_are_past_cancelling(shop: ShopId) -> None:
    oranges = await a_product()
    li, clerk = await a_customer(), await a_clerk()
    paid = await a_paid_order(li, (oranges, 1))
    for code in (None, "1"):
        async with refused(AlreadyPaid):
            await orders.cancel(shop, li, now=NOW, code=code)
    await hand_over(paid, clerk)
    async with refused(AlreadyHandedOver):
        await orders.cancel(shop, li, now=NOW, code="0501-001")


async def test_nobody_cancels_for_somebody_else(shop: ShopId) -> None:
    oranges = await a_product()
    await an_order(await a_customer("小李"), (oranges, 1))
    flower = await a_customer("阿花")
    for said in ("0501-001", "1", "橙子"):
        async with refused(NoSuchOrder):
            await orders.cancel(shop, flower, now=NOW, code=said)


# ── 过时 ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_not_paid_in_fifteen_minutes(shop: ShopId) -> None:
    oranges = await a_product()
    slip = await an_order(await a_customer(), (oranges, 2))
    assert await orders.due_unpaid(now=after(minutes=14, seconds=59)) == ()
    assert not await orders.expire(slip.id, now=after(minutes=14, seconds=59))
    assert await orders.due_unpaid(now=after(minutes=15)) == (slip.id,)
    assert await orders.expire(slip.id, now=after(minutes=15))
    ended = await slips.slip(slip.id)
    assert (ended.status, ended.ended_why, ended.ended_at) == (
        Status.CANCELLED,
        "not_paid_in_time",
        after(minutes=15),
    )
    assert (await shelf(oranges), await happened()) == (("5", "0"), ["OrderExpired"])


async def test_expiring_twice_gives_back_once_and_tells_once(shop: ShopId) -> None:
    oranges = await a_product()
    slip = await an_order(await a_customer("小李"), (oranges, 2))
    await an_order(await a_customer("阿花"), (oranges, 2), now=after(minutes=10))
    assert await orders.expire(slip.id, now=after(minutes=16))
    assert not await orders.expire(slip.id, now=after(minutes=16))
    assert (await shelf(oranges), await happened()) == (("5", "2"), ["OrderExpired"])


async def test_the_oldest_goes_first_and_only_so_many(shop: ShopId) -> None:
    oranges = await a_product()
    ids = [
        (await an_order(await a_customer(f"客{n}"), (oranges, 1), now=after(minutes=n))).id for n in (3, 1, 2)
    ]
    assert await orders.due_unpaid(now=after(minutes=60)) == (ids[1], ids[2], ids[0])
    assert await orders.due_unpaid(now=after(minutes=60), limit=2) == (ids[1], ids[2])


# ── 到店付、已转账 ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_paying_at_the_counter_stops_the_clock_and_gives_a_code(shop: ShopId) -> None:
    oranges = await a_product()
    li = await a_customer()
    placed = await an_order(li, (oranges, 2))
    slip = await orders.choose_cash(shop, li, now=after(minutes=2))
    assert (slip.id, slip.status, slip.pay_mode, slip.pay_due_at) == (
        placed.id,
        Status.PREPARING,
        PayMode.COD,
        None,
    )
    assert slip.pickup_code is not None and not slip.money_in
    assert await orders.choose_cash(shop, li, now=after(minutes=3)) == slip  # said twice
    assert await orders.due_unpaid(now=after(days=9)) == ()
    more = await orders.edit(shop, li, [want(oranges, 1)], now=after(days=1))
    assert (more.payable, more.pickup_code) == (Money(8970), slip.pickup_code)


async def test_a_claimed_transfer_stops_the_clock_and_tells_the_staff_once(shop: ShopId) -> None:
    oranges = await a_product()
    li = await a_customer()
    await an_order(li, (oranges, 2))
    slip = await claims.claim(shop, li, now=after(minutes=14))
    assert (slip.status, slip.claimed_at, slip.pay_due_at) == (Status.UNPAID, after(minutes=14), None)
    assert await claims.claim(shop, li, now=after(minutes=20)) == slip
    assert await orders.due_unpaid(now=after(days=9)) == ()
    assert await happened() == ["TransferClaimed"]


async def test_an_order_that_is_said_to_be_paid_keeps_its_amount(shop: ShopId) -> None:
    """Otherwise the staff would confirm the transfer of one sum and the books would hold another."""
    oranges = await a_product("橙子", "29.90")
    li = await a_customer()
    slip = await an_order(li, (oranges, 2))
    await claims.claim(shop, li, now=NOW)
    async with refused(SaidToBePaid):
        await orders.edit(shop, li, [want(oranges, 1)], now=NOW)
    more = await an_order(li, (oranges, 1))
    assert (more.id == slip.id, more.joined, more.payable) == (False, False, Money(2990))


async def test_too_late_to_choose(shop: ShopId) -> None:
    oranges = await a_product()
    li, flower = await a_customer("小李"), await a_customer("阿花")
    await an_order(li, (oranges, 1))
    for verb in (orders.choose_cash, claims.claim):
        async with refused(NothingOpen):
            await verb(shop, li, now=after(minutes=15))
        async with refused(NothingOpen):
            await verb(shop, flower, now=NOW)
    await a_paid_order(flower, (oranges, 1))
    for verb in (orders.choose_cash, claims.claim):
        async with refused(AlreadyPaid):
            await verb(shop, flower, now=NOW)


# ── 找单 ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_found_by_number_by_buyer_and_by_day(shop: ShopId) -> None:
    oranges = await a_product()
    li = await a_customer()
    first = await a_paid_order(li, (oranges, 1))
    second = await an_order(li, (oranges, 2), now=after(minutes=1))
    for said in ("0501-002", "2", "#002"):
        assert (await slips.find(shop, said, now=NOW, tz="Asia/Shanghai")).id == second.id
    with pytest.raises(NoSuchOrder):
        await slips.find(shop, "9", now=NOW, tz="Asia/Shanghai")
    with pytest.raises(NoSuchOrder):
        await slips.find(shop, "橙子", now=NOW, tz="Asia/Shanghai")
    assert [s.id for s in await slips.recent(shop, li)] == [second.id, first.id]
    assert [s.id for s in await slips.of_day(shop, date(2026, 5, 1))] == [first.id, second.id]
    assert await slips.open_order(shop, li) == second
    assert await slips.last_order(shop, li) == second
    assert await slips.placing_now(shop, oranges) == 1
    assert [str(one.qty) for one in second.wants] == ["2"]


async def test_the_zone_of_a_moment_does_not_matter(shop: ShopId) -> None:
    """On SQLite moments are text; a Shanghai clock once made orders expire eight hours early."""
    oranges = await a_product()
    li = await a_customer()
    shanghai = NOW.astimezone(ZoneInfo("Asia/Shanghai"))
    slip = await orders.place(shop, li, [want(oranges, 1)], now=shanghai)
    assert await orders.due_unpaid(now=after(minutes=14)) == ()
    assert await orders.due_unpaid(now=after(minutes=15).astimezone(ZoneInfo("Asia/Shanghai"))) == (slip.id,)


async def test_an_order_that_an_edit_makes_free_is_prepared_at_once(shop: ShopId) -> None:
    gift, oranges = await a_product("小样", "0"), await a_product("橙子", "29.90")
    li = await a_customer()
    await an_order(li, (gift, 1), (oranges, 1))
    slip = await orders.edit(shop, li, [replace(want(oranges, 1), op="remove")], now=NOW)
    assert (slip.payable, slip.status, slip.money_in) == (Money(0), Status.PREPARING, True)
    assert slip.pickup_code is not None
