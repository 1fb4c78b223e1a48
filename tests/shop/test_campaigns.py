"""活动: pieces that are reserved, taken once and given back; lists that are paid after their end; prices that fall."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from shop import campaigns, catalogue, invariants, lists, on_offer, orders, refunds
from shop.campaigns import NewItem
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.records.campaigns import CampaignItem
from shop.records.mail import Event
from shop.refusals import CampaignClash, CampaignOver, NotSold, QuotaGone, QuotaShared, SoldOut
from shop.rules.campaigns import Kind, OnOffer, State
from shop.rules.orders import Status
from shop.slips import Slip, slip
from tests.support.world import NOW, a_customer, a_product, happened, pay, shelf, the_shop, want

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def qty(n: int) -> Quantity:
    return Quantity.of(n)


async def a_list(shop: ShopId, *items: NewItem, kind: Kind = Kind.LIST, **more: object) -> OnOffer:
    return await campaigns.set_up(shop, kind, "周五团", items, by=None, now=NOW, **more)  # type: ignore[arg-type]  # the keywords of set_up


async def join(of: OnOffer, who: PersonId, sku: str, n: int = 1, *, now: datetime = NOW) -> Slip:
    return await orders.place(await the_shop(), who, [want(sku, n)], now=now, campaign=of)


async def settle(of: OnOffer, *, now: datetime) -> None:
    while unsettled := await campaigns.unsettled(of.id):
        for order in unsettled:
            await campaigns.settle_order(order, now=now)
    assert await campaigns.settled(of.id, now=now)


async def test_a_quota_is_reserved_of_the_stock_and_moves_to_whoever_takes_it(shop: ShopId) -> None:
    sku, li, wang = await a_product(stock=10), await a_customer("小李"), await a_customer("王姐")
    of = await a_list(shop, NewItem(sku, Money(1990), qty(6)))
    assert await shelf(sku) == ("10", "6")
    with pytest.raises(SoldOut):
        await orders.place(shop, wang, [want(sku, 5)], now=NOW)
    slip = await join(of, li, sku, 4)
    assert (slip.payable, slip.campaign, await shelf(sku)) == (Money(7960), of.id, ("10", "6"))
    with pytest.raises(QuotaGone) as gone:
        await join(of, wang, sku, 3)
    assert gone.value.left == qty(2)
    await orders.cancel(shop, li, now=NOW)
    assert (await campaigns.progress(of.id)).left == {sku: qty(6)}
    await campaigns.close(of.id, now=NOW)
    assert await shelf(sku) == ("10", "0")


async def test_what_is_given_back_after_the_end_is_free_stock(shop: ShopId) -> None:
    sku, li = await a_product(stock=10), await a_customer()
    of = await a_list(shop, NewItem(sku, None, qty(6)))
    await join(of, li, sku, 4)
    await campaigns.close(of.id, now=NOW)
    assert await shelf(sku) == ("10", "4")
    await orders.cancel(shop, li, now=NOW)
    assert await shelf(sku) == ("10", "0")


async def test_each_has_his_share_over_all_orders_and_no_more(shop: ShopId) -> None:
    sku, li, wang = await a_product(stock=10), await a_customer("小李"), await a_customer("王姐")
    of = await a_list(shop, NewItem(sku, Money(100), qty(9), qty(3)))
    with pytest.raises(QuotaShared):
        await join(of, li, sku, 4)
    await pay(await join(of, li, sku, 2))
    await join(of, li, sku, 1)  # the first is paid: this one is another order
    with pytest.raises(QuotaShared) as refused:
        await join(of, li, sku, 1)
    assert refused.value.has == qty(3)
    await join(of, wang, sku, 3)
    await orders.edit(shop, li, [want(sku, 0, "set")], now=NOW, campaign=of)
    assert (await join(of, li, sku, 1)).lines[0].qty == qty(1)


async def test_a_list_is_paid_after_its_end(shop: ShopId) -> None:
    sku, li = await a_product(stock=10), await a_customer()
    of = await a_list(shop, NewItem(sku), deadline=NOW + HOUR)
    placed = await join(of, li, sku)
    assert placed.pay_due_at is None
    await campaigns.close_due(now=NOW + HOUR)
    await settle(of, now=NOW + HOUR)
    assert (await slip(placed.id)).pay_due_at == NOW + 3 * HOUR
    assert [e for e in await happened() if e in ("CampaignClosed", "PayTheList", "CampaignSettled")] == [
        "CampaignClosed",
        "PayTheList",
        "CampaignSettled",
    ]
    assert await orders.expire(placed.id, now=NOW + 3 * HOUR)


async def test_too_few_and_nothing_comes_of_it(shop: ShopId) -> None:
    sku, li, wang = await a_product(stock=10), await a_customer("小李"), await a_customer("王姐")
    of = await a_list(shop, NewItem(sku), terms={"least": 5000})
    paid, unpaid = await join(of, li, sku, 2), await join(of, wang, sku, 2)
    await pay(paid)
    await campaigns.close(of.id, now=NOW)
    await settle(of, now=NOW)
    assert [(await slip(one.id)).status for one in (paid, unpaid)] == [Status.CANCELLED] * 2
    assert await shelf(sku) == ("10", "0")
    refunded = await refunds.of_order(paid.id)
    assert [case.amount for case in refunded] == [paid.payable]


async def test_the_more_are_taken_the_less_each_costs_in_the_end(shop: ShopId) -> None:
    sku, li, wang, ming = (
        await a_product(price="58", stock=60),
        *[await a_customer(name) for name in ("小李", "王姐", "小明")],
    )
    of = await a_list(shop, NewItem(sku, Money(5800), steps=((qty(20), Money(5500)), (qty(50), Money(5200)))))
    paid = await join(of, li, sku, 30)
    await pay(paid)
    unpaid = await join(of, wang, sku, 20)
    late = await join(of, ming, sku, 1)
    assert paid.payable == Money(30 * 5800)
    await campaigns.close(of.id, now=NOW)
    for _ in range(2):  # a crash in the middle: nobody is given anything twice
        for order in (paid, unpaid, late):
            await campaigns.settle_order(order.id, now=NOW)
    assert [case.amount for case in await refunds.of_order(paid.id)] == [Money(30 * 600)]
    assert [(await slip(one.id)).payable for one in (unpaid, late)] == [Money(20 * 5200), Money(5200)]
    await orders.cancel(shop, ming, now=NOW)
    assert (await campaigns.progress(of.id)).taken == {sku: qty(50)}
    rows = await CampaignItem.all().values("settled_fen")
    assert rows == [{"settled_fen": 5200}]


async def test_nobody_joins_before_the_beginning_while_it_pauses_or_after_the_end(shop: ShopId) -> None:
    sku, li = await a_product(stock=10), await a_customer()
    of = await a_list(shop, NewItem(sku), starts_at=NOW + MINUTE, deadline=NOW + HOUR)
    with pytest.raises(CampaignOver):
        await join(of, li, sku)
    assert await campaigns.start_due(now=NOW + MINUTE) == 1
    await join(of, li, sku, now=NOW + MINUTE)
    await campaigns.pause(of.id, now=NOW + MINUTE)
    with pytest.raises(CampaignOver):
        await join(of, li, sku, now=NOW + MINUTE)
    await campaigns.resume(of.id, now=NOW + MINUTE)
    with pytest.raises(CampaignOver):
        await join(of, li, sku, now=NOW + HOUR)  # late, and the clock has not ticked yet
    await campaigns.close_due(now=NOW + HOUR)
    current = (await catalogue.goods(shop)).campaign[of.key]
    with pytest.raises(CampaignOver):
        await orders.edit(shop, li, [want(sku, 0, "set")], now=NOW + HOUR, campaign=current)


async def test_what_was_due_while_nobody_ticked_is_done_once_in_order_with_its_moment(shop: ShopId) -> None:
    skus = [await a_product(name, stock=5) for name in ("橙子", "苹果")]
    later = [
        await a_list(shop, NewItem(sku), starts_at=NOW + n * MINUTE, deadline=NOW + (n + 10) * MINUTE)
        for n, sku in zip((2, 1), skus, strict=True)
    ]
    morning = NOW + 9 * HOUR
    for _ in range(2):
        await campaigns.start_due(now=morning)
        await campaigns.close_due(now=morning)
    told = [(row.kind, row.data["campaign"], row.at) for row in await Event.all().order_by("id")]
    second, first = (of.id for of in later)
    assert told == [
        ("CampaignOpened", first, NOW + 1 * MINUTE),
        ("CampaignOpened", second, NOW + 2 * MINUTE),
        ("CampaignClosed", first, NOW + 11 * MINUTE),
        ("CampaignClosed", second, NOW + 12 * MINUTE),
    ]


async def test_half_an_hour_before_the_end_it_is_called_once(shop: ShopId) -> None:
    sku = await a_product(stock=10)
    of = await a_list(shop, NewItem(sku), deadline=NOW + 2 * HOUR)
    short = await a_list(shop, NewItem(sku), starts_at=NOW + 80 * MINUTE, deadline=NOW + 2 * HOUR)
    called = []
    for minutes in (60, 89, 90, 91, 100):
        await campaigns.start_due(now=NOW + minutes * MINUTE)
        await campaigns.call_due(now=NOW + minutes * MINUTE)
        called += [
            (minutes, row.data["campaign"]) for row in await Event.filter(kind="CampaignEnding", told=False)
        ]
        await Event.filter(kind="CampaignEnding").update(told=True)
    assert called == [(90, of.id)]  # one that has only just begun needs no last call
    await campaigns.move_deadline(of.id, NOW + 4 * HOUR, now=NOW + 100 * MINUTE)
    await campaigns.call_due(now=NOW + 4 * HOUR - MINUTE)
    assert [e.data["campaign"] for e in await Event.filter(kind="CampaignEnding", told=False)] == [of.id]
    assert (await on_offer.campaign(short.id)).state == State.OPEN


async def test_called_off_it_never_was(shop: ShopId) -> None:
    sku, li = await a_product(stock=10), await a_customer()
    of = await a_list(shop, NewItem(sku, Money(100), qty(5)))
    paid = await join(of, li, sku, 2)
    await pay(paid)
    await campaigns.cancel(of.id, now=NOW)
    await settle(of, now=NOW)
    assert (await slip(paid.id)).status == Status.CANCELLED
    assert await shelf(sku) == ("10", "0")
    assert (await on_offer.campaign(of.id)).state == State.SETTLED
    with pytest.raises(CampaignOver):
        await campaigns.close(of.id, now=NOW)


async def test_the_same_goods_run_in_one_flash_sale_at_a_time(shop: ShopId) -> None:
    sku = await a_product(stock=10)
    await a_list(shop, NewItem(sku, Money(100), qty(5)), kind=Kind.FLASH)
    with pytest.raises(CampaignClash) as clash:
        await a_list(shop, NewItem(sku, Money(100), qty(1)), kind=Kind.FLASH)
    assert clash.value.other == "周五团"
    with pytest.raises(CampaignClash) as scarce:
        await a_list(shop, NewItem(sku, Money(100), qty(6)))
    assert scarce.value.left == qty(5)


async def test_only_what_it_sells_and_that_also_off_the_menu(shop: ShopId) -> None:
    sku, other, li = await a_product("橙子"), await a_product("苹果"), await a_customer()
    of = await a_list(shop, NewItem(sku))
    with pytest.raises(NotSold):
        await join(of, li, other)
    await catalogue.withdraw(shop, "N001")
    assert (await join(of, li, sku)).lines[0].name == "橙子"


async def test_the_list_is_its_orders_first_come_first(shop: ShopId) -> None:
    sku, li, wang = await a_product(stock=10), await a_customer("小李"), await a_customer("王姐")
    of = await a_list(shop, NewItem(sku))
    await pay(await join(of, li, sku, 1))
    await join(of, wang, sku, 2)
    await orders.place(shop, li, [want(sku, 1, whom="妈妈")], now=NOW, campaign=of)
    listed = [(e.no, e.name, e.for_whom, str(e.goods[0][1]), e.paid) for e in await lists.entries(of.id)]
    assert listed == [
        (1, "小李", None, "1", True),
        (1, "小李", "妈妈", "1", False),
        (2, "王姐", None, "2", False),
    ]
    assert (await campaigns.progress(of.id)).people == 2


async def test_a_list_and_the_usual_order_are_two_bills(shop: ShopId) -> None:
    sku, other, li = await a_product("橙子"), await a_product("苹果"), await a_customer()
    of = await a_list(shop, NewItem(sku))
    entry = await join(of, li, sku)
    usual = await orders.place(shop, li, [want(other)], now=NOW)
    more = await orders.place(shop, li, [want(other)], now=NOW)
    assert (usual.code != entry.code, more.joined, more.code) == (True, True, usual.code)
    assert await invariants.broken(shop) == []
