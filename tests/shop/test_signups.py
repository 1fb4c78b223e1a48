"""报名: places of an event, which are goods that never stand on the menu."""

from __future__ import annotations

from functools import partial

import pytest

from shop import campaigns, orders, signups
from shop.catalogue import goods, left_of, menu
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.refusals import CampaignOver, NameTaken, NothingOpen, QuotaGone
from shop.rules.baskets import Want
from shop.rules.campaigns import Kind, OnOffer
from shop.rules.orders import Status
from shop.slips import Slip
from tests.support.at_once import at_once
from tests.support.world import NOW, TODAY, a_clerk, a_customer, a_product, a_room, after, happened, pay

FREE, FEE = Money(0), Money(990)


async def an_event(shop: ShopId, *, price: Money = FREE, places: int = 2, hours: int = 48) -> OnOffer:
    rooms = [(await a_room()).id]
    return await signups.open(
        shop, "品鉴会", Quantity.of(places), price, after(hours=hours), rooms, by=await a_clerk(), now=NOW
    )


async def come(shop: ShopId, of: OnOffer, who: PersonId, many: int = 1) -> Slip:
    return await orders.place(shop, who, [Want(of.items[0].sku, Quantity.of(many))], now=NOW, campaign=of)


async def free(of: OnOffer) -> Quantity | None:
    return (await campaigns.progress(of.id)).left[of.items[0].sku]


async def test_the_places_are_goods_that_are_not_on_the_menu(shop: ShopId) -> None:
    of = await an_event(shop)
    assert (of.kind, of.items[0].quota, of.deadline) == (Kind.EVENT, Quantity.of(2), after(hours=48))
    assert of.items[0].sku not in {one.sku.id for one in await menu(shop, TODAY)}
    assert (await goods(shop)).everything.called(of.items[0].sku) == "品鉴会"
    assert await left_of(shop, [of.items[0].sku]) == {of.items[0].sku: Quantity.of(0)}


async def test_goods_of_that_name_are_left_alone(shop: ShopId) -> None:
    await a_product("品鉴会", "9.90", stock=3)
    with pytest.raises(NameTaken):
        await an_event(shop)


async def test_the_same_event_a_week_later_has_its_own_places(shop: ShopId) -> None:
    first = await an_event(shop)
    await campaigns.close(first.id, now=NOW)
    assert await free(await an_event(shop)) == Quantity.of(2)


async def test_a_free_place_is_ready_at_once_with_a_code(shop: ShopId) -> None:
    slip = await come(shop, await an_event(shop), await a_customer())
    assert (slip.status, slip.payable) == (Status.PREPARING, FREE)
    assert slip.pickup_code


async def test_full_is_full(shop: ShopId) -> None:
    of = await an_event(shop)
    await come(shop, of, await a_customer(), 2)
    with pytest.raises(QuotaGone):
        await come(shop, of, await a_customer("王姐"))


async def test_who_does_not_come_leaves_his_place_to_another(shop: ShopId) -> None:
    of, li = await an_event(shop, places=1), await a_customer()
    await come(shop, of, li)
    assert (await signups.leave(of, li, now=NOW)).status == Status.CANCELLED
    assert await free(of) == Quantity.of(1)
    with pytest.raises(NothingOpen):
        await signups.leave(of, li, now=NOW)


async def test_who_has_paid_and_does_not_come_has_his_money_back(shop: ShopId) -> None:
    of, li = await an_event(shop, price=FEE), await a_customer()
    slip = await come(shop, of, li)
    assert slip.payable == FEE
    await pay(slip)
    assert (await signups.leave(of, li, now=NOW)).status == Status.CANCELLED
    assert await free(of) == Quantity.of(2)


async def test_when_it_has_begun_nobody_leaves_and_it_is_no_more_to_come(shop: ShopId) -> None:
    of, li = await an_event(shop, hours=1), await a_customer()
    await come(shop, of, li)
    with pytest.raises(CampaignOver):
        await signups.leave(of, li, now=after(hours=1))
    assert [slip.buyer for slip in await signups.mine(shop, li, now=NOW)] == [li]
    assert await signups.mine(shop, li, now=after(hours=1)) == ()


async def test_everybody_is_reminded_the_day_before_and_two_hours_before(shop: ShopId) -> None:
    of = await an_event(shop)
    await come(shop, of, await a_customer())
    await come(shop, of, await a_customer("王姐"))
    assert await signups.remind_due(now=after(hours=23)) == 0
    assert await signups.remind_due(now=after(hours=24)) == 2
    assert await signups.remind_due(now=after(hours=25)) == 0
    assert await signups.remind_due(now=after(hours=46)) == 2
    assert await signups.remind_due(now=after(hours=47)) == 0
    assert (await happened()).count("EventSoon") == 4


async def test_a_reminder_that_was_missed_is_not_made_up_beside_the_next(shop: ShopId) -> None:
    of = await an_event(shop)
    await come(shop, of, await a_customer())
    assert await signups.remind_due(now=after(hours=47)) == 1
    assert await signups.remind_due(now=after(hours=47, minutes=5)) == 0
    assert await signups.remind_due(now=after(hours=49)) == 0


async def test_who_signs_up_for_tomorrow_is_reminded_only_two_hours_before(shop: ShopId) -> None:
    of = await an_event(shop, hours=20)
    await come(shop, of, await a_customer())
    assert await signups.remind_due(now=after(hours=1)) == 0
    assert await signups.remind_due(now=after(hours=18)) == 1


async def test_ten_people_at_once_have_three_places(shop: ShopId) -> None:
    of = await an_event(shop, places=3)
    who = [await a_customer(f"友{n}") for n in range(10)]
    assert await at_once(*(partial(come, shop, of, one) for one in who)) == {"done": 3, "QuotaGone": 7}
