"""What a basket costs and why (docs/pricing.md tells the same in prose)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.kit.money import ZERO, Money
from shop.kit.quantity import NONE, Quantity
from shop.refusals import TooMuchOff
from shop.rules.pricing import BasketPromotion, Buyer, Cut, Item, Nearly, Offer, Promotion, Reduction, quote
from shop.rules.promotions import About
from tests.support.carts import NOON, TODAY, a_cart, coupon, hold, item, promo

M50 = promo("spend_save", steps=[["50", "5"]])
STEPS = promo("spend_save", steps=[["100", "12"], ["50", "5"]])  # said in the wrong order
SPECIAL = "今日特价"


@dataclass(frozen=True, slots=True)
class Off(BasketPromotion):
    """A promotion that takes a fixed sum from the first line it sees."""

    fen: int

    def reduce(self, lines: Sequence[object]) -> Reduction:
        return Reduction({line.key: Money(self.fen) for line in lines[:1]}, self.about.rule)  # type: ignore[attr-defined]  # lines are Priced

    def say(self) -> str:
        return self.about.rule


def off(rule: str, fen: int, priority: int = 0) -> Off:
    return Off(About(rule, priority=priority), fen)


def nets(*items: Item, by: Promotion = M50) -> dict[str, int]:
    return {line.key: line.net.fen for line in quote(items, [by]).lines}


def paid(price: int, *offers: Offer, qty: int | str = 1) -> tuple[int, str]:
    (line,) = quote([item("a", price, qty, *offers)]).lines
    return line.net.fen, line.price_why


# ── S1 one offer ────────────────────────────────────────────────────────────────────────────────────────────────


def test_todays_special_beats_the_list_price() -> None:
    (line,) = quote([item("a", 2990, 2, Offer(Money(1990), SPECIAL, "timed"))]).lines
    assert (line.price, line.price_why, line.gross, line.listed) == (
        Money(1990),
        SPECIAL,
        Money(3980),
        Money(5980),
    )


def test_a_special_that_is_dearer_is_no_special_and_at_the_same_price_it_is_named() -> None:
    assert paid(2990, Offer(Money(3990), SPECIAL, "timed")) == (2990, "")
    assert paid(2990, Offer(Money(2990), SPECIAL, "timed")) == (2990, SPECIAL)


def test_at_one_price_the_offer_with_the_better_name_is_taken() -> None:
    offers = [Offer(Money(5), rule, rule) for rule in ("tier", "member", "timed", "bargain", "team", "flash")]
    assert paid(9, *offers) == (5, "flash")
    assert paid(9, *offers[:-1]) == (5, "bargain")
    assert paid(9, *offers[:3]) == (5, "timed")
    assert paid(9, *offers[:2]) == (5, "member")


def test_the_lowest_total_counts_not_the_lowest_unit_price() -> None:
    """One for 1.00 and four for 10.00 is dearer than five for 8.00."""
    flash = Offer(Money(100), "秒杀", "flash", limit=Quantity.of(1))
    assert paid(1000, flash, Offer(Money(800), SPECIAL, "timed"), qty=5) == (4000, SPECIAL)


def test_what_is_above_a_limit_is_a_line_of_its_own_at_the_list_price() -> None:
    flash = Offer(Money(500), "秒杀", "flash", exclusive=True, limit=Quantity.of(2))
    result = quote([item("a", 1000, 5, flash)])
    assert [(line.key, str(line.qty), line.net.fen) for line in result.parts("a")] == [
        ("a", "2", 1000),
        ("a#over", "3", 3000),
    ]
    assert result.saved == Money(1000)


def test_two_lines_of_one_sku_share_the_limit() -> None:
    """Who orders for a neighbour as well does not get the flash price twice."""
    flash = promo("flash", price="5", limit=2, goods=["a"], **TODAY)
    result = quote([item("a", 1000, 1), item("a|王姐", 1000, 3)], [flash], Buyer(now=NOON))
    assert [(line.key, str(line.qty), line.net.fen) for line in result.lines] == [
        ("a", "1", 500),
        ("a|王姐", "1", 500),
        ("a|王姐#over", "2", 2000),
    ]


def test_two_lines_of_one_sku_reach_a_step_together() -> None:
    tier = promo("tier", steps=[[3, "9"], [6, "8"]], goods=["a"])
    result = quote([item("a", 1000, 1), item("a|王姐", 1000, 2)], [tier])
    assert [line.net.fen for line in result.lines] == [900, 1800]
    assert result.nearly == (Nearly("tier", "6件起¥8", ZERO, Money(600), Quantity.of(3)),)


def test_a_limit_on_weighed_goods_loses_no_fen_between_its_two_lines() -> None:
    flash = Offer(Money(100), "秒杀", "flash", limit=Quantity.of("0.333"))
    first, over = quote([item("a", 398, "1.234", flash)]).lines
    assert first.listed + over.listed == Money(398).times(1234)


def test_what_stands_on_an_order_gets_no_new_offers() -> None:
    timed = promo("timed", rate="5", **TODAY)
    new = item("a", 2990)
    standing = replace(new, frozen=True)
    assert quote([new], [timed], Buyer(now=NOON)).payable == Money(1495)
    assert quote([standing], [timed], Buyer(now=NOON)).payable == Money(2990)


def test_what_stands_on_an_order_keeps_the_offers_it_had_with_their_conditions() -> None:
    tier = promo("tier", steps=[[3, "9"]], goods=["a"])
    (line,) = quote([item("a", 1000, 3)], [tier]).lines
    fewer = replace(line.item, qty=Quantity.of(2), frozen=True)
    assert quote([fewer]).payable == Money(2000)  # 3件起: two of them cost the list price of that day
    assert quote([replace(fewer, qty=Quantity.of(4))]).payable == Money(3600)


def test_a_basket_that_is_none_is_refused() -> None:
    for qty in ("0", "-1"):
        with pytest.raises(ValueError, match="nothing to price"):
            quote([item("a", 100, qty)])
    with pytest.raises(ValueError, match="same key"):
        quote([item("a", 100), item("a", 200)])
    with pytest.raises(ValueError, match="no list price"):
        quote([Item("a", Quantity.of(1), (Offer(Money(1), "秒杀", "flash"),))])


# ── S2 cuts over the basket ─────────────────────────────────────────────────────────────────────────────────────


def test_a_promotion_that_takes_more_than_there_is_stops_everything() -> None:
    """odoo #63106, dshop #723: nine real orders were negative. Nothing is clamped: the rule is wrong."""
    with pytest.raises(ArithmeticError, match="line a"):
        quote([item("a", 550)], [off("greedy", 551)])


def test_a_promotion_that_makes_it_dearer_stops_everything() -> None:
    with pytest.raises(ArithmeticError, match="line a"):
        quote([item("a", 550)], [off("odd", -1)])


@pytest.mark.parametrize(
    ("fen", "payable", "near"),
    [
        (2499, 2499, None),  # less than half of the way: nothing is said
        (2500, 2500, ("满50减5", 2500, 500)),
        (4680, 4680, ("满50减5", 320, 500)),
        (5000, 4500, ("满100减12", 5000, 1200)),
        (9999, 9499, ("满100减12", 1, 1200)),
        (10_000, 8800, None),
        (99_999, 98_799, None),  # the highest step counts, and only that one
    ],
)
def test_the_highest_step_that_is_reached_counts_and_the_next_is_told(
    fen: int, payable: int, near: tuple[str, int, int] | None
) -> None:
    result = quote([item("a", fen)], [STEPS])
    assert result.payable == Money(payable)
    told = [(n.why, n.short.fen, n.saves.fen) for n in result.nearly]
    assert told == ([near] if near else [])


def test_the_reason_stands_at_every_line_that_was_cut() -> None:
    lines = quote([item("a", 6000), item("b", 6000)], [STEPS]).lines
    assert [line.cuts for line in lines] == [(Cut("spend_save", "满100减12", Money(600)),)] * 2


def test_the_threshold_looks_at_what_is_paid_not_at_the_list() -> None:
    special = Offer(Money(4999), SPECIAL, "timed")
    assert quote([item("a", 5000, 1, special)], [M50]).payable == Money(4999)


def test_an_exclusive_line_neither_counts_nor_is_cut() -> None:
    flash = item("f", 9900, 1, Offer(Money(4000), "秒杀", "flash", exclusive=True))
    result = quote([flash, item("a", 4000)], [M50])
    assert (result.payable, result.nearly) == (
        Money(8000),
        (Nearly("spend_save", "满50减5", Money(1000), Money(500)),),
    )
    assert nets(flash, item("a", 5000)) == {"a": 4500, "f": 4000}


def test_a_promotion_of_some_goods_counts_and_cuts_only_those() -> None:
    fruit = promo("spend_save", steps=[["50", "5"]], goods=["a", "水果"])
    basket = [item("a", 2000), item("b", 3000, product="水果"), item("c", 9000, product="茶")]
    assert {line.key: line.net.fen for line in quote(basket, [fruit]).lines} == {
        "a": 1800,
        "b": 2700,
        "c": 9000,
    }


def test_a_promotion_that_is_not_running_does_nothing_and_one_with_a_time_asks_for_the_moment() -> None:
    over = promo("spend_save", steps=[["50", "5"]], until="2026-05-01T12:00+08:00")
    assert quote([item("a", 5000)], [over], Buyer(now=NOON)).payable == Money(5000)
    with pytest.raises(ValueError, match="moment"):
        quote([item("a", 5000)], [over])


def test_nothing_costs_nothing() -> None:
    result = quote([], [M50, promo("points", value="0.01")], Buyer(points=5))
    assert (result.lines, result.nearly, result.payable) == ((), (), ZERO)


# ── S3 coupon ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_coupon_that_is_not_used_says_why() -> None:
    buyer = Buyer(
        now=NOON,
        coupons=(
            coupon("best", off="5"),
            coupon("later", off="9", **{"from": "2026-05-02T00:00+08:00"}),
            coupon("over", off="9", until="2026-05-01T12:00+08:00"),
            coupon("short", off="9", spend="30.01"),
            coupon("other", off="9", goods=["b"]),
            coupon("small", off="4.99"),
            coupon("bring", delivery="6"),
        ),
    )
    result = quote([item("a", 3000)], (), buyer)
    assert [one.coupon for one in result.coupons] == ["best"]
    assert [(one.coupon, one.reason, one.by.fen) for one in result.unused] == [
        ("bring", "worse", 0),
        ("later", "not_yet", 0),
        ("other", "nothing", 0),
        ("over", "expired", 0),
        ("short", "short", 1),
        ("small", "worse", 1),
    ]


def test_the_choice_looks_at_what_is_left_to_pay_after_points() -> None:
    """7.00 off loses a free delivery of 6.00: still worth it, but not when points pay for half of the goods."""
    rules = (promo("delivery", fee="6", free_from="40"), promo("points", value="0.01", cap=50))
    mine = (coupon("seven", off="7"),)
    assert quote([item("a", 4000)], rules, Buyer(coupons=mine)).payable == Money(3900)
    result = quote([item("a", 4000)], rules, Buyer(coupons=mine, points=9999))
    assert (result.payable, result.unused[0].by) == (Money(2000), Money(1650 + 600 - 2000))


def test_the_buyer_may_name_a_coupon_though_another_is_better() -> None:
    mine = (coupon("big", off="5"), coupon("small", off="3"))
    assert quote([item("a", 3000)], (), Buyer(coupons=mine)).payable == Money(2500)
    result = quote([item("a", 3000)], (), Buyer(coupons=mine, named="small"))
    assert (result.payable, [one.coupon for one in result.coupons]) == (Money(2700), ["small"])
    assert [(one.coupon, one.reason, one.by.fen) for one in result.unused] == [("big", "worse", -200)]


def test_a_named_coupon_that_cannot_be_used_says_why_and_the_best_is_taken() -> None:
    mine = (coupon("big", off="5", spend="99"), coupon("small", off="3"))
    result = quote([item("a", 3000)], (), Buyer(coupons=mine, named="big"))
    assert (result.payable, result.unused[0].reason, result.unused[0].by) == (
        Money(2700),
        "short",
        Money(6900),
    )


def test_one_coupon_for_the_goods_and_one_for_the_delivery() -> None:
    mine = (coupon("goods", off="5"), coupon("bring", delivery="4"), coupon("bring2", delivery="9"))
    result = quote([item("a", 3000)], [promo("delivery", fee="6")], Buyer(coupons=mine))
    assert (result.payable, result.delivery) == (Money(2500), ZERO)
    assert result.delivery_cuts == (Cut("coupon", "运费券 减9", Money(600)),)
    assert [one.coupon for one in result.coupons] == ["goods", "bring2"]
    assert result.saved == Money(1100)


def test_a_promotion_may_keep_coupons_away_and_a_coupon_may_keep_away_from_promotions() -> None:
    basket = [item("a", 5000), item("b", 5000, product="x")]
    closed = promo("spend_save", steps=[["50", "5"]], goods=["x"], coupons=False)
    open_ = promo("spend_save", steps=[["50", "5"]], goods=["x"])
    half, alone = coupon("half", rate="5"), coupon("alone", rate="5", alone=True)
    assert quote(basket, [closed], Buyer(coupons=(half,))).payable == Money(2500 + 4500)
    assert quote(basket, [open_], Buyer(coupons=(alone,))).payable == Money(2500 + 4500)
    assert quote(basket, [open_], Buyer(coupons=(half,))).payable == Money(2500 + 2250)


def test_a_coupon_among_the_promotions_is_everybodys() -> None:
    result = quote([item("a", 3000)], [coupon("hello", off="3", spend="30")])
    assert [(one.coupon, one.why, one.amount.fen) for one in result.coupons] == [("hello", "券 满30减3", 300)]


def test_two_coupons_of_one_id_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="same id"):
        quote([item("a", 1)], (), Buyer(coupons=(coupon("c", off="1"), coupon("c", off="2"))))


# ── S4 points, S5 delivery, S6 the merchant's change ────────────────────────────────────────────────────────────


def test_points_are_kept_line_by_line_with_the_money_they_paid() -> None:
    rule = promo("points", value="0.10", cap=100)
    result = quote([item("a", 95), item("b", 5)], [rule], Buyer(points=10))
    assert (result.payable, result.points) == (ZERO, 10)
    assert [(line.key, line.net, line.points) for line in result.lines] == [("a", ZERO, 10), ("b", ZERO, 0)]


def test_points_are_not_spent_unasked_or_without_a_rule() -> None:
    rule = promo("points", value="0.01")
    assert quote([item("a", 500)], [rule]).points == 0
    assert quote([item("a", 500)], (), Buyer(points=100)).payable == Money(500)
    assert quote([item("a", 500)], [rule], Buyer(points=100)).payable == Money(400)


def test_delivery_stands_apart_and_says_how_near_it_is_to_being_free() -> None:
    rule = promo("delivery", fee="6", free_from="40")
    result = quote([item("a", 3680)], [rule])
    assert (result.goods, result.delivery, result.payable) == (Money(3680), Money(600), Money(4280))
    assert result.nearly == (Nearly("delivery", "免配送费", Money(320), Money(600)),)
    assert quote([item("a", 4000)], [rule]).delivery == ZERO
    assert quote([item("a", 100)], [rule], delivered=False).payable == Money(100)


def test_the_merchants_change_is_shared_like_a_discount_and_taken_back_from_what_was_cut() -> None:
    basket = [item("a", 3000), item("b", 2500)]
    off_ten = quote(basket, [M50], change=Money(-1000))
    assert [line.cuts[-1].amount.fen for line in off_ten.lines] == [545, 455]
    assert off_ten.payable == Money(4000)
    back = quote(basket, [M50], change=Money(200))
    assert (back.payable, [line.net.fen for line in back.lines]) == (Money(5200), [2836, 2364])
    assert quote(basket, [M50], change=Money(500)).payable == Money(5500)


@pytest.mark.parametrize(("change", "most"), [(-5001, 5000), (501, 500)])
def test_a_change_that_no_line_can_bear_is_refused(change: int, most: int) -> None:
    with pytest.raises(TooMuchOff) as no:
        quote([item("a", 3000), item("b", 2500)], [M50], change=Money(change))
    assert (no.value.change, no.value.most) == (Money(change), Money(most))


# ── near misses by pieces ───────────────────────────────────────────────────────────────────────────────────────


def test_one_more_piece_is_told() -> None:
    tier = promo("tier", steps=[[3, "9"]], goods=["a"])
    assert quote([item("a", 1000, 2)], [tier]).nearly == (
        Nearly("tier", "3件起¥9", ZERO, Money(300), Quantity.of(1)),
    )
    assert quote([item("a", 800, 2)], [tier]).nearly == ()  # what is dearer is no advice
    second = promo("nth_piece")
    assert quote([item("a", 1000, 1)], [second]).nearly == (
        Nearly("nth_piece", "第二件半价", ZERO, Money(500), Quantity.of(1)),
    )
    assert all(
        near.more > NONE
        for near in quote([item("a", 100, 2)], [promo("pieces_save", steps=[[3, "1"]])]).nearly
    )


def test_the_next_step_that_saves_something_is_told() -> None:
    """A pound and a half at 9.00: two pounds cost the same, three cost less."""
    tier = promo("tier", steps=[[2, "9"], [3, "8"]], goods=["a"])
    assert quote([item("a", 900, "1.5")], [tier]).nearly == (
        Nearly("tier", "3件起¥8", ZERO, Money(300), Quantity.of("1.5")),
    )


def test_of_several_second_pieces_the_dearest_is_told() -> None:
    (near,) = quote([item("a", 1000), item("b", 3000), item("c", 2000)], [promo("nth_piece")]).nearly
    assert near.saves == Money(1500)


def test_a_rate_that_is_near_says_what_it_would_save_there() -> None:
    (near,) = quote([item("a", 4900)], [promo("spend_rate", steps=[["50", "9"]])]).nearly
    assert (near.short, near.saves) == (Money(100), Money(500))


# ── whatever is in the basket ───────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=300)
@given(st.integers(0, 2**32))
def test_every_law_of_a_price_holds_for_any_basket(seed: int) -> None:
    """python -m tests.bench.carts does the same with 60,000 of them."""
    r = Random(seed)
    hold(a_cart(r), r)
