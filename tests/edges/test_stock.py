"""19–26, stock: what is promised is promised once, and comes back once."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from shop import catalogue, orders, payments, shelves, slips, stock
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.records.orders import Order  # the careless verbs write rows by hand
from shop.refusals import NotSold, SoldOut, StillPromised
from shop.rules.orders import Status
from shop.transaction import transaction, unit_of_work
from tests.support.at_once import Meeting, at_once
from tests.support.purse import running
from tests.support.street import PRIVATE, Street, held, orders_by_name
from tests.support.world import (
    NOW,
    a_clerk,
    a_customer,
    a_product,
    after,
    an_order,
    books,
    hand_over,
    happened,
    pay,
    shelf,
    want,
)


async def test_19_fifty_buyers_and_the_last_one(shop: ShopId) -> None:
    oranges = await a_product(stock=1)
    buyers = [await a_customer(f"客{n}") for n in range(50)]
    came = await at_once(*(partial(orders.place, shop, b, [want(oranges)], now=NOW) for b in buyers))
    assert came == {"done": 1, "SoldOut": 49}
    assert await shelf(oranges) == ("1", "1")


async def test_20_the_same_yes_twice_at_once(street: Street) -> None:
    """Two messages of the channel, not one twice: there is one order, and one amount to pay."""
    await street.say("小李", "来35斤香蕉", PRIVATE)
    answers = await asyncio.gather(*(street.texts("小李", "确认", PRIVATE) for _ in range(2)))
    assert (await orders_by_name(), await held("F02-1")) == ({"小李": "unpaid 35斤香蕉"}, 35)
    assert sum("¥163.00" in text and "付款：" in text for said in answers for text in said) == 1


# ── 21 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_21_the_money_and_then_the_end_of_the_time(shop: ShopId) -> None:
    oranges = await a_product()
    slip = await an_order(await a_customer(), (oranges, 2))
    trade = await trade_of(slip)
    assert await pay(slip, now=after(minutes=15), trade_no=trade) == "settled"
    assert not await orders.expire(slip.id, now=after(minutes=15))
    assert (await slips.slip(slip.id)).status == Status.PREPARING
    assert (await shelf(oranges), await happened()) == (("5", "2"), ["OrderPaid"])


async def test_21_the_end_of_the_time_and_then_the_money(shop: ShopId) -> None:
    oranges = await a_product()
    slip = await an_order(await a_customer(), (oranges, 2))
    trade = await trade_of(slip)
    assert await orders.expire(slip.id, now=after(minutes=15))
    assert await pay(slip, now=after(minutes=15), trade_no=trade) == "late"
    assert (await slips.slip(slip.id)).status == Status.CANCELLED
    assert (await shelf(oranges), await happened()) == (("5", "0"), ["OrderExpired", "MoneyCameLate"])


async def test_21_both_at_once(shop: ShopId) -> None:
    """Whoever is first: paid and promised, or ended, free, and the money on its way back."""
    oranges = await a_product(stock=40)
    for n in range(6):
        slip = await an_order(await a_customer(f"客{n}"), (oranges, 2))
        trade, late, before = await trade_of(slip), after(minutes=15), await shelf(oranges)
        came = await at_once(
            partial(pay, slip, trade_no=trade, now=late), partial(orders.expire, slip.id, now=late)
        )
        status, there = (await slips.slip(slip.id)).status, await shelf(oranges)
        if came["settled"]:
            assert (status, there) == (Status.PREPARING, before)
        else:
            assert (status, there) == (Status.CANCELLED, ("40", str(int(before[1]) - 2)))
            assert came == {"late": 1, "done": 1}


async def test_21_control_reading_before_saving_frees_goods_that_are_paid(
    careless_shop: ShopId, database: str
) -> None:
    meeting, oranges = Meeting(database, 2), await a_product()
    slip = await an_order(await a_customer(), (oranges, 2))

    async def careless_pay() -> str:
        if (await Order.get(id=slip.id)).status != Status.UNPAID:
            return "late"
        await meeting.wait()
        await Order.filter(id=slip.id).update(status=Status.PREPARING, paid_at=NOW)
        return "settled"

    async def careless_expire() -> str:
        if (await Order.get(id=slip.id)).status != Status.UNPAID:
            return "paid"
        await meeting.wait()
        await stock.release(slip.id)
        return "expired"

    came = await at_once(careless_pay, careless_expire)
    both = came == {"settled": 1, "expired": 1}
    assert both == (database == "postgres")
    if both:
        assert await shelf(oranges) == ("5", "0")  # somebody has paid for these two


async def trade_of(slip: slips.Slip) -> str:
    """The request to pay was made while there was time."""
    return (await payments.ask(slip.token, "gateway", now=NOW)).trade_no


# ── 22–24 ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_22_giving_back_twice_gives_back_once(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    li = await a_customer("小李")
    slip = await an_order(li, (oranges, 2))
    await an_order(await a_customer("阿花"), (oranges, 1))
    await orders.cancel(shop, li, now=NOW)
    before = await books()
    async with transaction():
        await stock.release(slip.id)
    assert await books() == before
    assert await shelf(oranges) == ("5", "1")


async def test_22_the_buyer_the_shop_and_the_clock_end_it_at_once(shop: ShopId) -> None:
    oranges, boss, late = await a_product(stock=20), await a_clerk(), after(minutes=16)
    await an_order(await a_customer("阿花"), (oranges, 1))
    for n in range(4):
        li = await a_customer(f"客{n}")
        slip = await an_order(li, (oranges, 3))
        await at_once(
            partial(orders.cancel, shop, li, now=late, code=slip.code),
            partial(orders.shop_cancel, slip.id, boss, "没货了", now=late),
            partial(orders.expire, slip.id, now=late),
        )
        assert (await slips.slip(slip.id)).status == Status.CANCELLED
        assert await shelf(oranges) == ("20", "1")


async def test_23_a_count_below_what_is_promised_moves_nothing(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    await an_order(await a_customer(), (oranges, 2))
    before = await books()
    assert await catalogue.count(shop, oranges, Quantity.of(1), now=NOW) is None
    assert await books() == before
    assert await catalogue.count(shop, oranges, Quantity.of(2), now=NOW) == Quantity.of(5)
    assert (await shelves.standing(shop, oranges)).free == Quantity.of(0)


async def test_24_what_is_promised_is_not_sold_at_the_counter(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    await an_order(await a_customer(), (oranges, 2))
    before = await books()
    with pytest.raises(StillPromised) as no:
        await shelves.sold_here(shop, oranges, Quantity.of("3.001"), now=NOW)
    assert (no.value.on_hand, no.value.held) == (Quantity.of(5), Quantity.of(2))
    assert await books() == before


async def test_24_the_counter_and_the_chat_never_sell_the_same_box(shop: ShopId) -> None:
    """Five boxes, five buyers and five sales at the counter at once: five of the ten get one."""
    oranges = await a_product(stock=5)
    buyers = [await a_customer(f"顾客{n}") for n in range(5)]
    by_chat = [partial(orders.place, shop, b, [want(oranges)], now=NOW) for b in buyers]
    here = partial(shelves.sold_here, shop, oranges, Quantity.of(1), now=NOW)
    came = await at_once(*(verb for chat in by_chat for verb in (here, chat)))
    assert (came["done"], came["StillPromised"] + came["SoldOut"]) == (5, 5)
    on_hand, promised = await shelf(oranges)
    assert on_hand == promised


# ── 25, 26 ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_25_one_shelf_for_the_flash_price_and_the_usual_one(shop: ShopId) -> None:
    """Two at the flash price and the rest at the usual one come from the same five; one too many takes none of them."""
    apples, li, flower = await a_product("苹果", "10.00"), await a_customer(), await a_customer("阿花")
    until = after(days=1).isoformat()
    await running(shop, {"kind": "flash", "price": "5", "limit": 2, "goods": [apples], "until": until})
    assert (await an_order(li, (apples, 3))).payable == Money(2 * 500 + 1000)
    before = await books()
    with pytest.raises(SoldOut) as no:
        await unit_of_work(lambda: orders.place(shop, flower, [want(apples, 3)], now=NOW))
    assert (no.value.shortages[0].left, await books()) == (Quantity.of(2), before)
    assert (await an_order(flower, (apples, 2))).payable == Money(1000)
    assert await shelf(apples) == ("5", "5")
    await orders.cancel(shop, li, now=NOW)
    assert await shelf(apples) == ("5", "2")


async def withdraw(shop: ShopId, sku: str) -> str:
    return await catalogue.withdraw(shop, (await catalogue.goods(shop)).catalogue.sku[sku].product)


async def test_26_goods_withdrawn_while_they_stand_on_an_order(shop: ShopId) -> None:
    """They are kept, can become fewer or go, and cannot become more."""
    oranges, pears = await a_product("橙子", "29.90"), await a_product("梨", "12.00")
    li = await a_customer()
    await an_order(li, (oranges, 3), (pears, 1))
    assert await withdraw(shop, oranges) == "橙子"
    before = await books()
    for more in (want(oranges, 1), want(oranges, 4, "set")):
        with pytest.raises(NotSold) as no:
            await orders.edit(shop, li, [more], now=NOW)
        assert no.value.name == "橙子"
    assert await books() == before
    slip = await orders.edit(shop, li, [want(pears, 1)], now=NOW)
    assert slip.payable == Money(3 * 2990 + 2 * 1200)
    assert (await orders.edit(shop, li, [want(oranges, 1, "dec")], now=NOW)).payable == Money(
        2 * 2990 + 2 * 1200
    )
    assert (await orders.edit(shop, li, [want(oranges, 1, "set")], now=NOW)).payable == Money(2990 + 2 * 1200)
    assert await shelf(oranges) == ("5", "1")
    slip = await orders.edit(shop, li, [want(oranges, 0, "remove")], now=NOW)
    assert [line.name for line in slip.lines] == ["梨"]
    assert await shelf(oranges) == ("5", "0")


async def test_26_a_withdrawn_order_can_still_be_paid_and_handed_over(shop: ShopId) -> None:
    oranges = await a_product()
    slip = await an_order(await a_customer(), (oranges, 2))
    await withdraw(shop, oranges)
    assert await pay(slip) == "settled"
    await hand_over(slip, await a_clerk())
    assert await shelf(oranges) == ("3", "0")


async def test_26_withdrawn_between_the_question_and_the_yes(street: Street) -> None:
    assert "对吗" in "".join(await street.texts("小李", "来35斤香蕉", PRIVATE))
    await street.say("店主", "下架 香蕉", PRIVATE)
    assert await street.texts("小李", "确认", PRIVATE) == ["香蕉下架了，回“菜单”看今天有什么"]
    assert (await orders_by_name(), await held("F02-1")) == ({}, 0)
