"""The eighteen edges of the price, one test each; what needs a database for the rest of it stands in tests/shop."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from shop.goods import Catalogue, Product, Sku, Unit
from shop.kit.money import ZERO, Money, total
from shop.kit.quantity import Quantity
from shop.kit.refusal import Refusal
from shop.refusals import LessThanNothing, OnlyWhole, TooMuch, TooMuchOff
from shop.rules.baskets import Want, changed
from shop.rules.frozen import seal
from shop.rules.pricing import Buyer, Cut, Item, Offer, Promotion, quote
from shop.rules.shares import part_share, unit_share
from tests.support.carts import NOON, TODAY, Cart, coupon, item, promo, shuffled

M50 = promo("spend_save", steps=[["50", "5"]])


AT_NOON = Buyer(now=NOON)


def nets(*items: Item, buyer: Buyer = AT_NOON, by: tuple[Promotion, ...] = ()) -> list[int]:
    return [line.net.fen for line in quote(items, by, buyer).lines]


def test_edge_01_ten_yuan_off_three_equal_lines() -> None:
    assert nets(
        item("a", 1000), item("b", 1000), item("c", 1000), buyer=Buyer(coupons=(coupon("c", off="10"),))
    ) == [
        666,
        667,
        667,
    ]


def test_edge_02_a_coupon_above_the_whole() -> None:
    result = quote([item("a", 550)], (), Buyer(coupons=(coupon("c", off="10"),)))
    assert (result.payable, result.lines[0].cuts) == (ZERO, (Cut("coupon", "券 减10", Money(550)),))


def test_edge_03_a_gift_of_nothing_is_never_cut() -> None:
    assert nets(item("a", 5000), item("gift", 0), by=(M50,)) == [4500, 0]
    assert nets(item("gift", 0), buyer=Buyer(coupons=(coupon("c", off="10"),))) == [0]


SHELF = Catalogue(
    shop_id="S1",
    shop_name="",
    tz="Asia/Shanghai",
    now=None,
    groups=(),
    units=(Unit("箱", "pack"), Unit("斤", "weight", 500)),
    products=(
        Product("box", "橙子", (Sku("box", "box", "", "箱", Money(2990)),)),
        Product("loose", "香蕉", (Sku("loose", "loose", "", "斤", Money(480)),)),
    ),
)


@pytest.mark.parametrize(
    ("sku", "qty", "no"),
    [
        ("box", "0", LessThanNothing),
        ("box", "-1", LessThanNothing),
        ("box", "1.5", OnlyWhole),
        ("box", "999999", TooMuch),
        ("loose", "999999", TooMuch),
        ("loose", "-0.5", LessThanNothing),
    ],
)
def test_edge_04_a_quantity_that_cannot_be_is_refused_before_it_has_a_price(
    sku: str, qty: str, no: type[Refusal]
) -> None:
    with pytest.raises(no):
        changed({}, [Want(sku, Quantity.of(qty))], SHELF)


@pytest.mark.parametrize(("qty", "fen"), [("2.5", 1200), ("0.5", 240)])
def test_edge_04_two_and_a_half_pounds_and_half_a_pound_have_one(qty: str, fen: int) -> None:
    (want,) = changed({}, [Want("loose", Quantity.of(qty))], SHELF).values()
    assert nets(Item("loose", want.qty, (Offer(Money(480)),))) == [fen]


def test_edge_05_a_rate_on_an_odd_price() -> None:
    assert nets(item("a", 999), buyer=Buyer(coupons=(coupon("c", rate="8.8"),))) == [879]
    assert nets(item("a", 999), by=(promo("member", rate="8.8"),), buyer=Buyer("金卡")) == [879]


def test_edge_06_a_threshold_is_met_to_the_fen_or_short_by_one() -> None:
    met, short = quote([item("a", 5000)], [M50]), quote([item("a", 4999)], [M50])
    assert (met.payable, short.payable, short.nearly[0].short) == (Money(4500), Money(4999), Money(1))


def test_edge_07_for_every_thirty_four_off_but_never_more_than_ten() -> None:
    every = promo("every_save", spend="30", save="4", cap="10")
    assert [nets(item("a", fen), by=(every,)) for fen in (2999, 3000, 6000, 9900, 99_900)] == [
        [2999],
        [2600],
        [5200],
        [8900],
        [98_900],
    ]


def test_edge_08_of_two_promotions_on_one_line_the_more_important_then_the_first_by_id() -> None:
    ten = promo("spend_save", id="z", steps=[["20", "10"]], priority=5)
    two, three = (promo("spend_save", id=id, steps=[["20", save]]) for id, save in (("b", "2"), ("c", "3")))
    assert nets(item("a", 3000), by=(two, three, ten)) == [2000]
    assert nets(item("a", 3000), by=(three, two)) == [2800]
    only_a = promo("spend_save", id="a", steps=[["20", "1"]], goods=["a"])
    assert nets(item("a", 3000), item("b", 3000), by=(two, only_a)) == [2900, 2800]


def test_edge_09_a_members_price_and_a_timed_one_that_are_equal() -> None:
    both = (promo("member", rate="9"), promo("timed", rate="9", **TODAY))
    (line,) = quote([item("a", 1000)], both, Buyer("金卡", now=NOON)).lines
    assert (line.net, line.price_why) == (Money(900), "限时价")


def test_edge_10_more_than_the_flash_sale_gives_to_one() -> None:
    flash = promo("flash", price="5", limit=2, goods=["a"], **TODAY)
    result = quote([item("a", 1000, 5)], [flash], Buyer(now=NOON))
    assert [(line.key, line.qty.milli, line.net.fen) for line in result.lines] == [
        ("a", 2000, 1000),
        ("a#over", 3000, 3000),
    ]
    assert result.listed == Money(5000)


def test_edge_11_a_coupon_that_would_lose_free_delivery() -> None:
    delivery = promo("delivery", fee="6", free_from="40")
    saves_more = coupon("c7", off="7")
    assert quote([item("a", 4000)], [delivery], Buyer(coupons=(coupon("c3", off="3"),))).payable == Money(
        4000
    )
    assert quote([item("a", 4000)], [delivery], Buyer(coupons=(saves_more,))).payable == Money(3900)


def test_edge_12_the_cap_of_points_on_an_odd_fen_is_rounded_down() -> None:
    half = promo("points", value="0.01", cap=50)
    dear = promo("points", value="0.03", cap=50)
    assert nets(item("a", 801), by=(half,), buyer=Buyer(points=9999)) == [401]
    assert quote([item("a", 801)], [dear], Buyer(points=9999)).points == 133  # 133 × 0.03 = 3.99, not 4.00


def test_edge_13_nothing_to_pay() -> None:
    free = quote([item("a", 550)], [promo("points", value="0.01")], Buyer(points=550))
    assert (free.payable, free.points, free.saved) == (ZERO, 550, Money(550))


def test_edge_14_a_price_that_moved_between_quote_and_yes_breaks_the_seal() -> None:
    """The shop then asks again when it rose; when it fell it passes that on."""
    before, same = quote([item("a", 2990)]), quote([item("a", 2990)])
    risen, fallen = quote([item("a", 2991)]), quote([item("a", 2890)])
    assert seal(before) == seal(same)
    assert len({seal(before), seal(risen), seal(fallen)}) == 3


def test_edge_15_a_promotion_that_ends_between_quote_and_yes_breaks_the_seal() -> None:
    ends = promo("spend_save", steps=[["50", "5"]], until="2026-05-01T12:00:01+08:00")
    late = NOON.replace(second=1)
    before, after = (quote([item("a", 5000)], [ends], Buyer(now=now)) for now in (NOON, late))
    assert (before.payable, after.payable) == (Money(4500), Money(5000))
    assert seal(before) != seal(after)


def test_edge_16_a_shuffled_basket_costs_the_same_line_by_line() -> None:
    cart = Cart(
        tuple(item(key, 333 * n, n) for n, key in enumerate("hgfedcba", start=1)),
        (M50, promo("member", rate="9.5")),
        Buyer("金卡", coupons=(coupon("x", off="3"), coupon("y", off="3")), now=NOON),
    )
    assert {shuffled(cart, Random(n)).quote() for n in range(20)} == {cart.quote()}


@pytest.mark.parametrize("off", [-1001, -99_999])
def test_edge_17_a_merchants_change_never_makes_a_line_negative(off: int) -> None:
    with pytest.raises(TooMuchOff) as no:
        quote([item("a", 400), item("b", 600)], change=Money(off))
    assert no.value.most == Money(1000)
    assert quote([item("a", 400), item("b", 600)], change=Money(-1000)).payable == ZERO


def test_edge_18_goods_that_weigh_less_than_was_ordered() -> None:
    """1.86斤 instead of 2: what is not delivered is worth its share of what was paid, whatever was cut from it."""
    (line,) = quote([item("a", 2750, 2)], [M50]).lines
    less = part_share(line.net, line.qty, gone=Quantity.of("1.86"), more=Quantity.of("0.14"))
    assert (line.net, less) == (Money(5000), Money(350))
    fresh = replace(line.item, qty=Quantity.of("1.86"), frozen=True)
    assert quote([fresh], [M50]).payable == Money(4615)  # priced anew it would only just keep its 满减
    assert total(unit_share(Money(1000), 3, k) for k in range(3)) == Money(1000)
