"""A quote is kept as plain data, comes back the same, and one that was tampered with does not come back."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.rules.frozen import from_json, nearly_in, nearly_out, seal, to_json
from shop.rules.pricing import Buyer, Nearly, Offer, Quote, quote
from shop.rules.reasons import reasons
from tests.support.carts import NOON, TODAY, a_cart, coupon, item, promo


def a_quote() -> Quote:
    """With something of everything."""
    return quote(
        [
            item("a|", 1000, 5, product="水果"),
            item("b|王姐", 333, "1.5", Offer(Money(300), "今日特价", "timed")),
            item("c|", 500, 4),
        ],
        [
            promo("flash", price="5", limit=2, goods=["a"], **TODAY),
            promo("packs", packs=[[3, "12"]], goods=["c"]),
            promo("spend_save", steps=[["20", "2"], ["60", "9"]], goods=["水果"]),
            promo("points", value="0.01", cap=10),
            promo("delivery", fee="6", free_from="99"),
        ],
        Buyer(
            coupons=(coupon("k1", off="3"), coupon("k2", delivery="4"), coupon("k3", off="1", spend="999")),
            points=50,
            now=NOON,
        ),
    )


def test_a_quote_comes_back_the_same_through_any_store_of_json() -> None:
    kept = json.dumps(to_json(a_quote()))
    assert from_json(json.loads(kept)) == a_quote()
    assert json.dumps(to_json(from_json(json.loads(kept)))) == kept


def test_every_kind_of_thing_is_in_it() -> None:
    row = to_json(a_quote())
    assert all(row[key] for key in ("lines", "nearly", "delivery_cuts", "coupons", "unused"))
    assert row["lines"][0]["offers"] == [
        {"fen": 1000},
        {"fen": 500, "rule": "flash", "why": "秒杀", "exclusive": True, "limit": 2000},
    ]


def damaged(row: dict[str, Any]) -> list[dict[str, Any]]:
    line = row["lines"][0]
    return [
        {},
        row | {"v": 2},
        row | {"lines": None},
        row | {"lines": [{}]},
        row | {"payable": "12"},
        row | {"lines": [line | {"taken": 9}]},
        row | {"lines": [line | {"net": 1.5}]},
    ]


def test_what_is_no_quote_is_refused() -> None:
    for row in damaged(to_json(a_quote())):
        with pytest.raises((ValueError, TypeError)):
            from_json(row)


def test_sums_that_were_changed_are_noticed() -> None:
    row = to_json(a_quote())
    cheaper = [row["lines"][0] | {"net": 0}, *row["lines"][1:]]
    for wrong in (row | {"payable": row["payable"] - 1}, row | {"lines": cheaper}, row | {"delivery": -600}):
        with pytest.raises(ArithmeticError):
            from_json(wrong)


def test_a_near_miss_of_an_older_row_has_no_pieces() -> None:
    old = {"rule": "spend_save", "why": "满50减5", "short": 320, "saves": 500}
    assert nearly_in(old) == Nearly("spend_save", "满50减5", Money(320), Money(500))
    assert nearly_out(nearly_in(old)) == old
    by_pieces = nearly_out(Nearly("tier", "3盒起¥9", Money(0), Money(300), Quantity.of(1), "盒"))
    assert by_pieces == {
        "rule": "tier",
        "why": "3盒起¥9",
        "short": 0,
        "saves": 300,
        "more": 1000,
        "unit": "盒",
    }


def test_the_seal_is_about_goods_and_money_and_not_about_advice() -> None:
    one = quote([item("a", 4999)], [promo("spend_save", steps=[["50", "5"]])])
    assert seal(one) == seal(quote([item("a", 4999)])) == seal(replace(one, nearly=()))
    other = [
        quote([item("a", 4998)]),
        quote([item("b", 4999)]),
        quote([item("a", 4999, 2)]),
        quote([item("a", 4999)], [promo("delivery", fee="6")]),
        quote([item("a", 5999)], (), Buyer(coupons=(coupon("k", off="10"),))),
    ]
    assert len({seal(quote_) for quote_ in [one, *other]}) == 6


def test_the_same_price_with_and_without_points_is_not_the_same_yes() -> None:
    points = promo("points", value="0.01")
    paid = quote([item("a", 1000)], [points], Buyer(points=100))
    assert seal(paid) != seal(quote([item("a", 900)]))


def test_the_reasons_lead_from_the_list_price_to_what_is_paid() -> None:
    told = [(one.key, one.step, one.why, one.amount.fen) for one in reasons(a_quote())]
    assert told == [
        ("a|", "list", "", 2000),
        ("a|", "offer", "秒杀", -1000),
        ("a|", "cut", "积分抵扣", -9),
        ("a|#over", "list", "", 3000),
        ("a|#over", "cut", "满20减2", -200),
        ("a|#over", "cut", "券 减3", -170),
        ("a|#over", "cut", "积分抵扣", -23),
        ("b|王姐", "list", "", 500),
        ("b|王姐", "offer", "今日特价", -50),
        ("b|王姐", "cut", "券 减3", -27),
        ("b|王姐", "cut", "积分抵扣", -4),
        ("c|", "list", "", 2000),
        ("c|", "cut", "3件12", -300),
        ("c|", "cut", "券 减3", -103),
        ("c|", "cut", "积分抵扣", -14),
        ("", "delivery", "配送费", 600),
        ("", "cut", "运费券 减4", -400),
        ("", "payable", "", 5800),
    ]


def test_any_basket_keeps_its_size_in_bounds() -> None:
    """A row of an order with ten lines and all that could be cut stays below 16 KiB."""
    rows = [json.dumps(to_json(a_cart(Random(seed)).quote())) for seed in range(50)]
    assert max(len(row.encode()) for row in rows) < 16_384
