"""称重差价: to the fen, once, and the goods that stay are on the shelf again."""

from __future__ import annotations

import pytest

from shop import orders, refunds, seed, slips, weighing
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.refusals import CannotWeigh, WeighedAlready, WeighedDearer
from shop.slips import Slip
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
    an_order,
    books,
    happened,
    shelf,
    want,
)


async def weigh(slip: Slip, scale: str, by: PersonId) -> Money:
    return await weighing.settle(slip.id, "N001", Quantity.of(scale), by, "称出来", now=NOW)


async def test_a_line_is_weighed_once(shop: ShopId) -> None:
    apples, boss = await a_product("苹果", "6.75", stock=5, unit="斤"), await a_clerk()
    slip = await a_paid_order(await a_customer(), (apples, 2))
    await weigh(slip, "1.86", boss)
    before = await books()
    with pytest.raises(WeighedAlready) as no:
        await weigh(slip, "1.5", boss)
    assert no.value.weighed == Quantity.of("1.86")
    assert await books() == before


@pytest.mark.parametrize("scale", ["2", "2.2"])
async def test_nobody_pays_for_more_than_was_ordered(shop: ShopId, scale: str) -> None:
    apples, boss = await a_product("苹果", "6.75", stock=5, unit="斤"), await a_clerk()
    slip = await a_paid_order(await a_customer(), (apples, 2))
    assert await weigh(slip, scale, boss) == Money(0)
    assert await refunds.of_order(slip.id) == ()
    assert await shelf(apples) == ("5", "2")


async def test_what_is_not_paid_yet_costs_less(shop: ShopId) -> None:
    apples, boss = await a_product("苹果", "6.75", stock=5, unit="斤"), await a_clerk()
    slip = await a_cash_order(await a_customer(), (apples, 2))
    assert await weigh(slip, "1.86", boss) == Money(94)  # 13.50 − 12.56
    assert (await slips.slip(slip.id)).payable == Money(1256)
    assert await shelf(apples) == ("5", "1.86")
    assert "OrderWeighed" in await happened()


async def to_the_door(shop: ShopId, buyer: PersonId, *wants: tuple[str, int | str]) -> Slip:
    """Five yuan to bring it, nothing from ¥50 of goods on; paid at the door."""
    rule = {"kind": "delivery", "fee": "5", "free_from": "50"}
    await seed.fill(shop, NO_GOODS, now=NOW, promotions=[rule])
    await a_cash_order(buyer, *wants)
    return await orders.bring(shop, buyer, "3栋2单元501", now=NOW)


def paid_and_fee(slip: Slip) -> tuple[int, int]:
    assert slip.delivery is not None
    return slip.payable.fen, slip.delivery.paid.fen


async def test_the_scale_does_not_make_it_dearer_to_bring(shop: ShopId) -> None:
    """¥52 was free to bring; the scale leaves ¥48.10, and it still is. It costs something again where the buyer's own
    change would have made it so: of the rest, or of what was weighed."""
    apples, boss, li = (
        await a_product("苹果", "6.50", stock=20, unit="斤"),
        await a_clerk(),
        await a_customer(),
    )
    pears = await a_product("梨", "6.00", stock=20, unit="箱")
    slip = await to_the_door(shop, li, (apples, 8))
    assert paid_and_fee(slip) == (5200, 0)
    assert await weigh(slip, "7.4", boss) == Money(390)
    weighed = await slips.slip(slip.id)
    assert (paid_and_fee(weighed), weighed.nearly) == ((4810, 0), ())
    assert weighed.delivery is not None and weighed.delivery.why == "配送费¥5，满50免，按下单的量算"
    assert paid_and_fee(await orders.bring(shop, li, "4栋101", now=NOW)) == (4810, 0)
    assert paid_and_fee(await orders.edit(shop, li, [want(pears, 1)], now=NOW)) == (5410, 0)
    assert paid_and_fee(await orders.edit(shop, li, [want(pears, 1, "remove")], now=NOW)) == (4810, 0)
    slip = await orders.edit(shop, li, [want(apples, 7, "set")], now=NOW)
    assert (paid_and_fee(slip), slip.delivery and slip.delivery.why) == ((5050, 500), "配送费¥5，满50免")


async def test_what_would_have_cost_something_to_bring_still_does(shop: ShopId) -> None:
    """¥49 as it was ordered: the scale takes from the goods alone, and what is missing to free delivery is missing to
    what was ordered."""
    apples, boss, li = (
        await a_product("苹果", "7.00", stock=20, unit="斤"),
        await a_clerk(),
        await a_customer(),
    )
    pears = await a_product("梨", "1.00", stock=20, unit="箱")
    slip = await to_the_door(shop, li, (apples, 7))
    assert await weigh(slip, "6.5", boss) == Money(350)
    weighed = await slips.slip(slip.id)
    assert (paid_and_fee(weighed), [near.short.fen for near in weighed.nearly]) == ((5050, 500), [100])
    assert paid_and_fee(await orders.edit(shop, li, [want(pears, 1)], now=NOW)) == (4650, 0)


async def test_two_lines_are_weighed_and_one_is_given_up(shop: ShopId) -> None:
    apples, boss, li = (
        await a_product("苹果", "6.00", stock=20, unit="斤"),
        await a_clerk(),
        await a_customer(),
    )
    plums = await a_product("李子", "5.00", stock=20, unit="斤")
    slip = await to_the_door(shop, li, (apples, 5), (plums, 4))
    assert await weigh(slip, "4.9", boss) == Money(60)
    by_scale = Quantity.of("3.8")
    assert await weighing.settle(slip.id, "N002", by_scale, boss, "称出来", now=NOW) == Money(100)
    assert paid_and_fee(await slips.slip(slip.id)) == (4840, 0)
    assert paid_and_fee(await orders.edit(shop, li, [want(plums, 1, "remove")], now=NOW)) == (3440, 500)


async def test_who_fetches_it_after_all_has_no_promise_left(shop: ShopId) -> None:
    apples, boss, li = (
        await a_product("苹果", "6.50", stock=20, unit="斤"),
        await a_clerk(),
        await a_customer(),
    )
    await weigh(await to_the_door(shop, li, (apples, 8)), "7.4", boss)
    assert (await orders.fetch(shop, li, now=NOW)).payable == Money(4810)
    assert paid_and_fee(await orders.bring(shop, li, "3栋", now=NOW)) == (5310, 500)


async def test_who_would_pay_more_for_less_pays_what_he_was_told(shop: ShopId) -> None:
    apples, boss, li = (
        await a_product("苹果", "6.75", stock=20, unit="斤"),
        await a_clerk(),
        await a_customer(),
    )
    await seed.fill(shop, NO_GOODS, now=NOW, promotions=[FULL50])
    slip = await a_cash_order(li, (apples, 8))
    before = await books()
    with pytest.raises(WeighedDearer) as no:
        await unit_of_work(lambda: weigh(slip, "7.4", boss))
    assert (no.value.more, no.value.worth) == (Money(95), Money(367))  # 49.95 − 49.00; 0.6 of 8 of 49.00
    assert (await books(), (await slips.slip(slip.id)).payable) == (before, Money(4900))


async def test_what_is_not_prepared_or_not_sold_by_weight_is_not_weighed(shop: ShopId) -> None:
    boxes, boss = await a_product("苹果", "6.75", stock=5), await a_clerk()
    paid = await a_paid_order(await a_customer("小李"), (boxes, 2))
    waiting = await an_order(await a_customer("阿花"), (boxes, 2))
    for slip in (paid, waiting):
        with pytest.raises(CannotWeigh):
            await weigh(slip, "1.86", boss)


async def test_an_order_that_was_changed_is_weighed_anew(shop: ShopId) -> None:
    apples, boss, li = (
        await a_product("苹果", "6.75", stock=5, unit="斤"),
        await a_clerk(),
        await a_customer(),
    )
    slip = await a_cash_order(li, (apples, 2))
    await weigh(slip, "1.86", boss)
    await orders.edit(shop, li, [want(apples, 3, "set")], now=NOW)
    assert await weigh(slip, "2.9", boss) == Money(67)  # 20.25 − 19.58
