"""截单: what the end of a campaign means for orders to which something happened before it: a refund, cash, a transfer that
nobody has seen yet, a pause, a word taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shop import campaigns, catalogue, claims, orders, payments, refunds, specials
from shop.campaigns import NewItem
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.refusals import ClaimStays
from shop.rules.campaigns import Kind, OnOffer
from shop.rules.orders import Status
from shop.rules.refunds import What
from shop.slips import Slip, slip
from shop.transaction import unit_of_work
from tests.support.world import (
    NOW,
    TODAY,
    a_clerk,
    a_customer,
    a_product,
    a_room,
    hand_over,
    happened,
    pay,
    shelf,
    the_shop,
    want,
)

FULL, LESS = Money(5800), Money(5000)


def qty(n: int) -> Quantity:
    return Quantity.of(n)


async def a_list(shop: ShopId, item: NewItem, **terms: int) -> OnOffer:
    return await campaigns.set_up(shop, Kind.LIST, "团", [item], by=None, now=NOW, terms=terms)


async def falling(shop: ShopId) -> tuple[str, OnOffer]:
    """¥58, and ¥50 from ten pieces on."""
    sku = await a_product(price="58", stock=40)
    return sku, await a_list(shop, NewItem(sku, FULL, steps=((qty(10), LESS),)))


async def join(of: OnOffer, who: PersonId, n: int) -> Slip:
    return await orders.place(await the_shop(), who, [want(of.items[0].sku, n)], now=NOW, campaign=of)


async def settle(of: OnOffer) -> bool:
    """What the clock does; True when the campaign is over."""
    for order in await campaigns.unsettled(of.id):
        await campaigns.settle_order(order, now=NOW)
    return await campaigns.settled(of.id, now=NOW)


async def differences(placed: Slip) -> list[Money]:
    return [case.amount for case in await refunds.of_order(placed.id) if case.kind == "steps"]


# ── 阶梯价 ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_difference_is_of_the_pieces_that_were_not_given_back(shop: ShopId) -> None:
    sku, of = await falling(shop)
    li, wang = await a_customer("小李"), await a_customer("王姐")
    placed, other = await join(of, li, 5), await join(of, wang, 10)
    for one in (placed, other):
        await pay(one)
    await refunds.give(placed.id, li, What(units=((sku, qty(2)),)), "坏了", now=NOW)
    await campaigns.close(of.id, now=NOW)
    assert await settle(of)
    assert await differences(placed) == [Money(3 * 800)]
    assert await differences(other) == [Money(10 * 800)]


async def test_no_more_goes_back_than_is_left(shop: ShopId) -> None:
    _, of = await falling(shop)
    li, wang = await a_customer("小李"), await a_customer("王姐")
    placed = await join(of, li, 5)
    await pay(placed)
    await pay(await join(of, wang, 10))
    await refunds.give(placed.id, li, What(amount=Money(5 * 5800 - 100)), "坏了", now=NOW)
    await campaigns.close(of.id, now=NOW)
    assert await settle(of)
    assert await differences(placed) == [Money(100)]


async def test_a_cash_order_costs_less_at_the_counter(shop: ShopId) -> None:
    _, of = await falling(shop)
    li, boss = await a_customer("小李"), await a_clerk()
    placed = await join(of, li, 10)
    await orders.choose_cash(shop, li, now=NOW)
    await campaigns.close(of.id, now=NOW)
    assert await settle(of)
    assert (await slip(placed.id)).payable == Money(10 * 5000)
    await hand_over(placed, boss)
    assert (await slip(placed.id)).status == Status.FULFILLED


async def test_a_transfer_that_nobody_has_seen_is_waited_for(shop: ShopId) -> None:
    """Whether the difference comes off or goes back is known when it is known whether the money came."""
    _, of = await falling(shop)
    li, wang, boss = await a_customer("小李"), await a_customer("王姐"), await a_clerk()
    claimed, other = await join(of, li, 4), await join(of, wang, 6)
    await claims.claim(shop, li, now=NOW)
    await campaigns.close(of.id, now=NOW)
    assert not await settle(of)
    assert ((await slip(claimed.id)).payable, (await slip(other.id)).payable) == (
        Money(4 * 5800),
        Money(6 * 5000),
    )
    assert await campaigns.unsettled(of.id) == ()  # the clock does not ask for it each second
    assert not await campaigns.settle_order(claimed.id, now=NOW)
    await payments.confirm_transfer(claimed.id, boss, now=NOW)
    assert await settle(of)
    assert await differences(claimed) == [Money(4 * 800)]


async def test_what_was_said_of_an_order_in_a_campaign_stays_said(shop: ShopId) -> None:
    """Its time to pay may be over, and its end may wait for it: the shop looks first."""
    _, of = await falling(shop)
    li = await a_customer("小李")
    claimed = await join(of, li, 4)
    await claims.claim(shop, li, now=NOW)
    with pytest.raises(ClaimStays):
        await unit_of_work(lambda: claims.take_back(shop, li, now=NOW))
    assert (await slip(claimed.id)).claimed_at == NOW


async def test_who_says_paid_and_then_pays_at_the_counter_keeps_nobody_waiting(shop: ShopId) -> None:
    """Such an order once stopped the end of its campaign for ever: nobody else heard anything either."""
    _, of = await falling(shop)
    li, wang = await a_customer("小李"), await a_customer("王姐")
    claimed, other = await join(of, li, 4), await join(of, wang, 6)
    await claims.claim(shop, li, now=NOW)
    await orders.choose_cash(shop, li, now=NOW)
    await campaigns.close(of.id, now=NOW)
    assert await settle(of)
    assert [(await slip(one.id)).payable for one in (claimed, other)] == [Money(4 * 5000), Money(6 * 5000)]


async def test_who_chose_the_counter_and_then_says_paid_is_waited_for(shop: ShopId) -> None:
    _, of = await falling(shop)
    li, boss = await a_customer("小李"), await a_clerk()
    claimed = await join(of, li, 10)
    await orders.choose_cash(shop, li, now=NOW)
    await claims.claim(shop, li, now=NOW)
    await campaigns.close(of.id, now=NOW)
    assert not await settle(of)
    await payments.confirm_transfer(claimed.id, boss, now=NOW)
    assert await settle(of)
    assert await differences(claimed) == [Money(10 * 800)]


# ── too few ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_enough_at_the_close_stays_enough(shop: ShopId) -> None:
    of = await a_list(shop, NewItem(await a_product(stock=10)), least=5000)
    placed = [await join(of, await a_customer(name), n) for name, n in (("小李", 3), ("王姐", 2))]
    await campaigns.close(of.id, now=NOW)
    await campaigns.settle_order(placed[0].id, now=NOW)
    await orders.cancel(shop, placed[0].buyer, now=NOW)
    assert await settle(of)
    assert (await slip(placed[1].id)).status == Status.UNPAID


async def test_too_few_at_the_close_is_too_few_for_all_of_them(shop: ShopId) -> None:
    """The first one undone makes it fewer still, and no other reason."""
    of = await a_list(shop, NewItem(await a_product(stock=10)), least=6000)
    placed = [await join(of, await a_customer(name), n) for name, n in (("小李", 3), ("王姐", 2))]
    await campaigns.close(of.id, now=NOW)
    assert await settle(of)
    assert [(await slip(one.id)).status for one in placed] == [Status.CANCELLED] * 2
    assert (await happened()).count("OrderCancelledByShop") == 2


# ── 暂停, 撤销 ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_given_back_during_a_pause_is_there_after_it(shop: ShopId) -> None:
    sku, li, wang = await a_product(stock=10), await a_customer("小李"), await a_customer("王姐")
    of = await a_list(shop, NewItem(sku, LESS, qty(6)))
    await join(of, li, 4)
    await campaigns.pause(of.id, now=NOW)
    await orders.cancel(shop, li, now=NOW)
    assert await shelf(sku) == ("10", "6")  # still nobody else's
    of = await campaigns.resume(of.id, now=NOW)
    assert (await campaigns.progress(of.id)).left == {sku: qty(6)}
    await join(of, wang, 6)
    await campaigns.close(of.id, now=NOW)
    assert await shelf(sku) == ("10", "6")


async def test_a_special_taken_back_keeps_what_was_ordered(shop: ShopId) -> None:
    sku, li, wang = await a_product(price="58", stock=10), await a_customer("小李"), await a_customer("王姐")
    rooms = [(await a_room()).id]
    posted = await specials.post(shop, {sku: LESS}, rooms, by=None, day=TODAY, tz="Asia/Shanghai", now=NOW)
    of = next(one for one in (await catalogue.goods(shop)).campaigns if one.id == posted.campaign)
    unpaid, paid = await join(of, li, 1), await join(of, wang, 2)
    await pay(paid)
    await specials.take_back(shop, posted, now=NOW + timedelta(minutes=1))
    assert await settle(of)
    assert [(await slip(one.id)).status for one in (unpaid, paid)] == [Status.UNPAID, Status.PREPARING]
    assert (await slip(unpaid.id)).payable == LESS
