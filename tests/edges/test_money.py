"""1–18, money and prices: to the fen, with the reason on the slip, and after a no nothing has moved."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from shop import catalogue, orders, refunds, slips, weighing
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.kit.refusal import Refusal
from shop.refusals import LessThanNothing, NotEnoughPoints, OnlyWhole, QuoteChanged, TooMuch, TooMuchOff
from shop.rules.orders import Status
from shop.rules.pricing import Buyer, Cut, quote
from shop.settled import settle_rules
from shop.slips import Slip
from shop.transaction import unit_of_work
from tests.support.carts import coupon, item, promo
from tests.support.purse import RULES, a_coupon, running, spendable, state, with_points
from tests.support.street import PRIVATE, Street, orders_by_name
from tests.support.world import (
    FULL50,
    NOW,
    a_clerk,
    a_customer,
    a_paid_order,
    a_product,
    after,
    an_order,
    books,
    facts,
    hand_over,
    shelf,
    want,
)


def nets(slip: Slip) -> list[int]:
    return [line.net.fen for line in slip.lines]


def lines(slip: Slip) -> list[tuple[str, int, str]]:
    return [(str(line.qty), line.net.fen, line.price_why) for line in slip.lines]


async def members_pay(shop: ShopId, rate_bp: int) -> None:
    """Everybody is a member, and pays so much of the list price."""
    levels = [{"name": "金卡", "from_points": 0, "pays_bp": rate_bp}]
    await settle_rules(shop, {"points": {"per_yuan": 1, "levels": levels}})


async def test_01_ten_yuan_off_three_equal_lines(shop: ShopId) -> None:
    li = await a_customer()
    three = [await a_product(name, "10.00") for name in ("苹果", "梨", "橙子")]
    await a_coupon(shop, li, "十元券", terms={"off": "10"})
    placed = await an_order(li, *((sku, 1) for sku in three))
    assert (placed.payable, nets(placed)) == (Money(2000), [666, 667, 667])


async def test_02_a_coupon_worth_more_than_the_order(shop: ShopId) -> None:
    """The rest of it is lost, nobody is paid to shop, and there is nothing to wait for."""
    li, pears = await a_customer(), await a_product("梨", "5.50")
    ticket = await a_coupon(shop, li, "十元券", terms={"off": "10"})
    placed = await an_order(li, (pears, 1))
    assert (placed.payable, placed.status) == (Money(0), Status.PREPARING)
    assert placed.lines[0].cuts == (Cut("coupon", "券 减10", Money(550)),)
    assert (await state(ticket), await facts()) == ("used", [])


async def test_03_a_gift_of_zero_fen(shop: ShopId) -> None:
    li, gift, apples = await a_customer(), await a_product("赠品", "0"), await a_product("苹果", "50.00")
    await running(shop, FULL50)
    placed = await an_order(li, (apples, 1), (gift, 1))
    assert [(line.net.fen, len(line.cuts)) for line in placed.lines] == [(4500, 1), (0, 0)]
    flower = await a_customer("阿花")
    ticket = await a_coupon(shop, flower, "十元券", terms={"off": "10"})
    assert (await an_order(flower, (gift, 1))).payable == Money(0)
    assert await state(ticket) == "available"  # a gift does not eat a coupon


@pytest.mark.parametrize(
    ("unit", "qty", "no"),
    [
        ("箱", "0", LessThanNothing),
        ("箱", "-1", LessThanNothing),
        ("箱", "1.5", OnlyWhole),
        ("箱", "999999", TooMuch),
        ("斤", "999999", TooMuch),
        ("斤", "-0.5", LessThanNothing),
    ],
)
async def test_04_a_quantity_that_cannot_be(shop: ShopId, unit: str, qty: str, no: type[Refusal]) -> None:
    li, goods = await a_customer(), await a_product(unit=unit, stock=2_000_000)
    before = await books()
    with pytest.raises(no):
        await unit_of_work(lambda: orders.place(shop, li, [want(goods, qty)], now=NOW))
    assert await books() == before


async def test_04_as_people_say_it(street: Street) -> None:
    for said in ("来0箱橙子", "来-1箱橙子", "来999999箱橙子"):
        assert await street.texts("王姐", said, PRIVATE) == ["橙子要几箱？说个准数，比如“橙子2箱”"]
    assert await street.texts("王姐", "来1.5箱橙子", PRIVATE) == ["橙子按整箱卖，要几箱？比如“橙子1箱”"]
    assert await orders_by_name() == {}
    (first,) = await street.texts("小李", "来两斤半香蕉", PRIVATE)
    (second,) = await street.texts("阿花", "来半斤香蕉", PRIVATE)
    assert first.startswith("0501-001  香蕉2.5斤 ¥12.00\n合计 ¥12.00")
    assert second.startswith("0501-002  香蕉0.5斤 ¥2.40\n合计 ¥2.40")


async def test_05_a_rate_on_nine_ninety_nine(shop: ShopId) -> None:
    li, flower, plums = await a_customer(), await a_customer("阿花"), await a_product("李子", "9.99")
    await a_coupon(shop, li, "八八折", terms={"rate": "8.8"})
    assert (await an_order(li, (plums, 1))).payable == Money(879)  # 8.7912
    await members_pay(shop, 8_800)
    assert (await an_order(flower, (plums, 1))).payable == Money(879)


async def test_06_a_threshold_is_met_to_the_fen_or_short_by_one(shop: ShopId) -> None:
    await running(shop, FULL50)
    met, short = await a_product("苹果", "50.00"), await a_product("梨", "49.99")
    assert (await an_order(await a_customer(), (met, 1))).payable == Money(4500)
    placed = await an_order(await a_customer("阿花"), (short, 1))
    assert (placed.payable, placed.nearly[0].why, placed.nearly[0].short) == (
        Money(4999),
        "满50减5",
        Money(1),
    )


async def test_07_four_off_every_thirty_and_never_more_than_ten(shop: ShopId) -> None:
    await running(shop, {"kind": "every_save", "spend": "30", "save": "4", "cap": "10"})
    pays = {"29.99": 2999, "30.00": 2600, "60.00": 5200, "99.00": 8900, "999.00": 98_900}
    for n, (price, fen) in enumerate(pays.items()):
        goods = await a_product(f"货{n}", price)
        assert (await an_order(await a_customer(f"客{n}"), (goods, 1))).payable == Money(fen)


async def test_08_two_promotions_on_one_line(shop: ShopId) -> None:
    """Only one of them, the one that the shop holds more important, though the other one would be larger."""
    apples = await a_product("苹果", "30.00")
    more, most = (
        {"kind": "every_save", "spend": "20", "save": "9"},
        {"kind": "spend_save", "steps": [["20", "2"]]},
    )
    await running(shop, more, {**most, "priority": 5})
    placed = await an_order(await a_customer(), (apples, 1))
    assert (placed.payable, [cut.why for cut in placed.lines[0].cuts]) == (Money(2800), ["满20减2"])


def test_08_of_two_that_are_equal_the_first_by_its_id() -> None:
    two, three = (promo("spend_save", id=id, steps=[["20", save]]) for id, save in (("b", "2"), ("c", "3")))
    only_a = promo("spend_save", id="a", steps=[["20", "1"]], goods=["a"])
    assert quote([item("a", 3000)], [three, two]).payable == Money(2800)
    both = quote([item("a", 3000), item("b", 3000)], [two, only_a])
    assert [line.net.fen for line in both.lines] == [2900, 2800]


async def test_09_a_members_price_that_equals_the_timed_one(shop: ShopId) -> None:
    """Never both; the slip gives one reason, always the same."""
    li, apples = await a_customer(), await a_product("苹果", "10.00")
    await members_pay(shop, 9_000)
    until = after(hours=2).isoformat()
    await running(shop, {"kind": "timed", "rate": "9", "from": NOW.isoformat(), "until": until})
    assert lines(await an_order(li, (apples, 1))) == [("1", 900, "限时价")]
    flower = await a_customer("阿花")
    assert lines(await an_order(flower, (apples, 1), now=after(hours=2))) == [("1", 900, "会员价")]


async def test_10_what_is_above_the_limit_is_a_line_of_its_own(shop: ShopId) -> None:
    li, apples = await a_customer(), await a_product("苹果", "10.00", stock=9)
    until = after(days=1).isoformat()
    await running(shop, {"kind": "flash", "price": "5", "limit": 2, "goods": [apples], "until": until})
    placed = await an_order(li, (apples, 5))
    assert lines(placed) == [("2", 1000, "秒杀"), ("3", 3000, "")]
    assert (placed.payable, await shelf(apples)) == (Money(4000), ("9", "5"))
    fewer = await orders.edit(shop, li, [want(apples, 1, "set")], now=NOW)
    assert (lines(fewer), await shelf(apples)) == ([("1", 500, "秒杀")], ("9", "1"))
    again = await orders.edit(shop, li, [want(apples, 3, "set")], now=NOW)
    assert (lines(again), await shelf(apples)) == ([("2", 1000, "秒杀"), ("1", 1000, "")], ("9", "3"))
    await orders.cancel(shop, li, now=NOW)
    assert await shelf(apples) == ("9", "0")


def test_11_a_coupon_that_costs_the_free_delivery() -> None:
    """The price knows it; no order is delivered yet. 40.00 is free of delivery, and 33.00 is not: 39.00 is less."""
    delivery = promo("delivery", fee="6", free_from="40")
    three, seven = coupon("c3", off="3"), coupon("c7", off="7")
    assert quote([item("a", 4000)], [delivery], Buyer(coupons=(three,))).payable == Money(4000)
    assert quote([item("a", 4000)], [delivery], Buyer(coupons=(seven,))).payable == Money(3900)


@pytest.mark.parametrize(("worth", "spent", "paid"), [(1, 400, 401), (3, 133, 402)])
async def test_12_the_cap_of_points_on_an_odd_fen(shop: ShopId, worth: int, spent: int, paid: int) -> None:
    """Half of 8.01 is 400 fen; of points worth three fen each, 133 fit in."""
    li, pears = await a_customer(), await a_product("梨", "8.01")
    await with_points(shop, li, 9_999)
    await settle_rules(shop, {"points": {**RULES["points"], "worth_fen": worth}})
    await an_order(li, (pears, 1))
    assert (await orders.use_points(shop, li, now=NOW)).payable == Money(paid)
    assert await spendable(shop, li) == 9_999 - spent


async def test_12_a_point_that_is_worth_more_than_the_cap(shop: ShopId) -> None:
    li, pears = await a_customer(), await a_product("梨", "8.01")
    await with_points(shop, li, 9_999)
    await settle_rules(shop, {"points": {**RULES["points"], "worth_fen": 500}})
    placed = await an_order(li, (pears, 1))
    with pytest.raises(NotEnoughPoints):
        await unit_of_work(lambda: orders.use_points(shop, li, now=NOW))
    assert ((await slips.slip(placed.id)).payable, await spendable(shop, li)) == (Money(801), 9_999)


async def test_13_nothing_left_to_pay(shop: ShopId) -> None:
    """Prepared at once, no money in the books; when the shop calls it off the points are the buyer's again."""
    li, pears = await a_customer(), await a_product("梨", "5.50")
    await with_points(shop, li, 600)
    await settle_rules(shop, {"points": {**RULES["points"], "most_bp": 10_000}})
    await an_order(li, (pears, 1))
    free = await orders.use_points(shop, li, now=NOW)
    assert (free.payable, free.status, bool(free.pickup_code)) == (Money(0), Status.PREPARING, True)
    assert (await spendable(shop, li), await facts()) == (50, [])
    await orders.shop_cancel(free.id, await a_clerk(), "没货了", now=NOW)
    assert (await spendable(shop, li), await shelf(pears)) == (600, ("5", "0"))


async def test_14_what_became_dearer_is_asked_again(shop: ShopId) -> None:
    oranges = await a_product("橙子", "29.90")
    li = await a_customer()
    shown = await orders.preview(shop, [want(oranges, 2)], now=NOW)
    assert await catalogue.change_price(shop, oranges, Money(3090)) == Money(2990)
    before = await books()
    with pytest.raises(QuoteChanged):
        await orders.place(shop, li, [want(oranges, 2)], now=NOW, seal=shown.seal)
    assert await books() == before
    again = await orders.preview(shop, [want(oranges, 2)], now=NOW)
    slip = await orders.place(shop, li, [want(oranges, 2)], now=NOW, seal=again.seal)
    assert slip.payable == Money(6180)


async def test_14_what_became_cheaper_is_passed_on(shop: ShopId) -> None:
    oranges = await a_product("橙子", "29.90")
    shown = await orders.preview(shop, [want(oranges, 2)], now=NOW)
    await catalogue.change_price(shop, oranges, Money(1990))
    slip = await orders.place(shop, await a_customer(), [want(oranges, 2)], now=NOW, seal=shown.seal)
    assert slip.payable == Money(3980)


async def test_15_an_offer_that_ends_before_the_yes(shop: ShopId) -> None:
    """A second late the yes is asked for again, at the usual price."""
    li, apples = await a_customer(), await a_product("苹果", "25.00")
    await running(shop, {**FULL50, "until": after(minutes=5).isoformat()})
    shown = await orders.preview(shop, [want(apples, 2)], now=after(minutes=4, seconds=59))
    assert shown.payable == Money(4500)
    with pytest.raises(QuoteChanged):
        await orders.place(shop, li, [want(apples, 2)], now=after(minutes=5), seal=shown.seal)
    assert await shelf(apples) == ("5", "0")
    again = await orders.preview(shop, [want(apples, 2)], now=after(minutes=5))
    placed = await orders.place(shop, li, [want(apples, 2)], now=after(minutes=5), seal=again.seal)
    assert placed.payable == Money(5000)


async def test_15_an_offer_that_ended_stays_with_the_order(shop: ShopId) -> None:
    li, apples = await a_customer(), await a_product("苹果", "10.00", stock=9)
    until = after(minutes=5).isoformat()
    await running(shop, {"kind": "flash", "price": "5", "goods": [apples], "until": until})
    await an_order(li, (apples, 2))
    later = await orders.edit(shop, li, [want(apples, 3, "set")], now=after(minutes=10))
    assert later.payable == Money(1500)
    flower = await a_customer("阿花")
    assert (await an_order(flower, (apples, 1), now=after(minutes=10))).payable == Money(1000)


async def test_16_the_same_basket_in_another_order(shop: ShopId) -> None:
    """Eight lines with odd sums, a cut and a coupon: whoever says them in whatever order pays the same, line by line."""
    await running(shop, FULL50)
    goods = [await a_product(f"货{n}", f"{3.33 * n:.2f}", stock=99) for n in range(1, 9)]
    paid = set()
    for n in range(6):
        buyer = await a_customer(f"客{n}")
        await a_coupon(shop, buyer, "三元券", terms={"off": "3"})
        basket: list[tuple[str, int | str]] = [(sku, n) for n, sku in enumerate(goods, start=1)]
        Random(n).shuffle(basket)
        slip = await an_order(buyer, *basket)
        paid.add((slip.payable, tuple(sorted((line.sku, line.net) for line in slip.lines))))
    assert {payable for payable, _ in paid} == {Money(333 * 204 - 1200 - 300)}
    assert len(paid) == 1


async def test_17_no_line_falls_below_nothing(shop: ShopId) -> None:
    li, apples = await a_customer(), await a_product("苹果", "20.00", stock=9)
    placed = await an_order(li, (apples, 1))
    with pytest.raises(TooMuchOff) as no:
        await unit_of_work(lambda: orders.adjust(placed.id, Money(-2001), now=NOW))
    assert (no.value.most, (await slips.slip(placed.id)).payable) == (Money(2000), Money(2000))
    free = await orders.adjust(placed.id, Money(-2000), now=NOW)
    assert (free.payable, free.status) == (Money(0), Status.PREPARING)


async def weigh(slip: Slip, scale: str, by: PersonId) -> Money:
    return await weighing.settle(slip.id, "N001", Quantity.of(scale), by, "称出来", now=NOW)


@pytest.mark.parametrize(
    ("price", "offers", "paid", "back"),
    [("6.75", (), 1350, 94), ("27.50", (FULL50,), 5000, 350)],  # 0.14 of what was paid, never priced anew
)
async def test_18_what_the_scale_shows_less_goes_back_to_the_fen(
    shop: ShopId, price: str, offers: tuple[dict[str, Any], ...], paid: int, back: int
) -> None:
    apples, boss = await a_product("苹果", price, stock=5, unit="斤"), await a_clerk()
    await running(shop, *offers)
    slip = await a_paid_order(await a_customer(), (apples, 2))
    assert (slip.payable, await weigh(slip, "1.86", boss)) == (Money(paid), Money(back))
    (case,) = await refunds.of_order(slip.id)
    assert (case.kind, case.amount, case.state) == ("weight", Money(back), "approved")
    assert await shelf(apples) == ("5", "1.86")
    await hand_over(slip, boss)
    assert await shelf(apples) == ("3.14", "0")
