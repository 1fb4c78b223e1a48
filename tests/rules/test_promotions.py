"""Every kind of promotion: made from terms, said to customers, and never made from nonsense."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.kit.money import ZERO, Money
from shop.promotions import from_terms, kinds
from shop.rules.packs import cheapest
from shop.rules.pricing import Buyer, Item, Promotion, quote
from tests.support.carts import NOON, TODAY, item, promo

GOOD: dict[str, dict[str, Any]] = {
    "bargain": {"id": "B1", "floor": "1", "goods": ["a"]},
    "coupon": {"off": "3", "spend": "30"},
    "delivery": {"fee": "6", "free_from": "40"},
    "every_save": {"spend": "30", "save": "4", "cap": "10"},
    "flash": {"price": "5", "limit": 2, "goods": ["a"], **TODAY},
    "member": {"rate": "9.5"},
    "nth_piece": {"nth": 2, "rate": "5"},
    "packs": {"packs": [[2, "5"], [3, "7"]], "goods": ["a"]},
    "pieces_rate": {"steps": [[2, "9"]]},
    "pieces_save": {"steps": [[3, "10"]]},
    "points": {"value": "0.01", "cap": 50},
    "spend_rate": {"steps": [["50", "9"]]},
    "spend_save": {"steps": [["50", "5"], ["100", "12"]]},
    "team": {"id": "T1", "price": "12", "size": 3, "goods": ["a"]},
    "tier": {"steps": [[3, "9"], [10, "8.50"]], "goods": ["a"]},
    "timed": {"rate": "8", **TODAY},
}


def test_every_file_in_the_folder_is_a_kind() -> None:
    assert set(kinds()) == set(GOOD)


@pytest.mark.parametrize("kind", GOOD)
def test_each_has_short_words_for_customers(kind: str) -> None:
    said = from_terms(kind, GOOD[kind]).say()
    assert 2 <= len(said) <= 32
    assert "\n" not in said


@pytest.mark.parametrize(
    ("kind", "terms", "said"),
    [
        ("spend_save", {"steps": [["39.90", "3.50"]]}, "满39.90减3.50"),
        ("tier", {"steps": [[3, 9]], "goods": ["a"], "unit": "盒"}, "3盒起¥9"),
        ("packs", {"packs": [[2, 420]], "goods": ["a"], "unit": "包"}, "2包420"),
        ("member", {"price": "9.90", "goods": ["a"], "level": "金卡"}, "金卡¥9.90"),
        ("timed", {"rate": "88", "called": "早市价", **TODAY}, "早市价8.8折"),
        ("coupon", {"rate": "8.8", "spend": "20", "cap": "5"}, "券 满20打8.8折最多减5"),
        ("coupon", {"delivery": 6}, "运费券 减6"),
        ("nth_piece", {"rate": "8"}, "第二件8折"),
        ("every_save", {"spend": "30", "save": "4"}, "每满30减4"),
        ("every_save", {"spend": "5", "save": "5"}, "每满5减5"),
        ("delivery", {"fee": "6"}, "配送费¥6"),
    ],
)
def test_the_words_of_the_banner(kind: str, terms: dict[str, Any], said: str) -> None:
    assert from_terms(kind, terms).say() == said


# ── terms are hostile ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "change", "sentence"),
    [
        (
            "spend_save",
            {"steps": [["50", "51"]]},
            "spend_save: 满减 never saves more than is spent: 满50减51",
        ),
        ("spend_save", {"steps": [["50", "0"]]}, "steps: not more than nothing: '0'"),
        ("spend_save", {"steps": [["50", "-5"]]}, "steps: less than nothing: '-5'"),
        ("spend_save", {"steps": [["五十", "5"]]}, "steps: not an amount in yuan: '五十'"),
        ("spend_save", {"steps": [["50", "5"], ["50.00", "6"]]}, "steps: two steps begin alike"),
        ("spend_save", {"steps": [["50"]]}, "steps: not a pair: ['50']"),
        ("spend_save", {"steps": []}, "steps: not a list of 1 to 20 steps"),
        ("spend_save", {"steps": [[str(n), "1"] for n in range(1, 22)]}, "not a list of 1 to 20 steps"),
        ("spend_save", {"steps": {"50": "5"}}, "steps: not a list of 1 to 20 steps"),
        ("spend_save", {"steps": [[True, "5"]]}, "steps: not an amount in yuan: True"),
        ("spend_save", {"stpes": []}, "unknown terms ['stpes']; known: coupons, from, goods, hours, id,"),
        ("spend_save", {"priority": 10**6}, "priority: not a whole number from -1000 to 1000"),
        ("spend_save", {"priority": True}, "priority: not a whole number"),
        ("spend_save", {"coupons": "no"}, "coupons: neither true nor false: 'no'"),
        ("spend_save", {"goods": []}, "goods: not a list of 1 to 500 names"),
        ("spend_save", {"goods": "a"}, "goods: not a list"),
        ("spend_save", {"goods": [""]}, "goods: not a short name: ''"),
        ("spend_save", {"id": "two\nlines"}, "id: not a short name"),
        ("spend_save", {"from": "tomorrow"}, "from: Invalid isoformat string"),
        ("spend_save", {"from": 5}, "from: not a moment: 5"),
        ("spend_save", {"until": "2026-05-01T10:00"}, "until: a moment needs its offset (+08:00)"),
        ("spend_save", {"from": TODAY["until"], "until": TODAY["from"]}, "over before it begins"),
        ("spend_save", {"from": TODAY["from"], "until": TODAY["from"]}, "over before it begins"),
        ("every_save", {"save": "31"}, "save: more than is spent"),
        ("spend_rate", {"steps": [["50", "10"]]}, "steps: a rate is"),
        ("spend_rate", {"steps": [["50", "0"]]}, "steps: a rate is"),
        ("spend_rate", {"steps": [["50", "九"]]}, "steps: not a rate in 折: '九'"),
        ("spend_rate", {"steps": [["50", "8.888"]]}, "steps: not a rate in 折: '8.888'"),
        ("pieces_rate", {"steps": [[0, "9"]]}, "steps: not between 1 and 999: 0"),
        ("pieces_rate", {"steps": [["1.5", "9"]]}, "steps: not a whole number: '1.5'"),
        ("pieces_save", {"steps": [[10**9, "9"]]}, "steps: not a whole number"),
        ("nth_piece", {"nth": 1}, "nth: the first piece pays in full"),
        ("member", {"price": "5", "goods": ["a"]}, "either 'price' or 'rate', and not both"),
        ("timed", {"rate": "8", "until": TODAY["until"], "called": "x" * 25}, "called: not a short name"),
        ("tier", {"steps": [[3, "9"], [10, "9"]]}, "steps: who takes more pays less for each"),
        ("packs", {"packs": [[1, "5"]]}, "packs: a pack is two pieces or more"),
        ("coupon", {"rate": "9"}, "a coupon has one of 'off', 'rate' and 'delivery'"),
        ("coupon", {"spend": "2.99"}, "off: more than is spent"),
        ("coupon", {"alone": 1}, "alone: neither true nor false: 1"),
        ("points", {"cap": 101}, "cap: not between 1 and 100: 101"),
        ("points", {"value": "0"}, "value: not more than nothing"),
        ("delivery", {"fee": "0.005"}, "fee: not an amount in yuan: '0.005'"),
        ("delivery", {"fee": None}, "fee: not an amount in yuan: None"),
    ],
)
def test_each_fault_is_one_sentence_that_names_its_place(
    kind: str, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValueError) as fault:
        from_terms(kind, GOOD[kind] | change)
    assert sentence in str(fault.value)
    assert str(fault.value).startswith(f"{kind}: ")


@pytest.mark.parametrize(
    ("kind", "needs"),
    [
        ("spend_save", "steps"),
        ("every_save", "spend"),
        ("tier", "goods"),
        ("packs", "goods"),
        ("team", "goods"),
        ("bargain", "goods"),
        ("flash", "until"),
        ("timed", "until"),
        ("points", "value"),
        ("member", "rate"),
        ("coupon", "off"),
    ],
)
def test_what_is_missing_is_named(kind: str, needs: str) -> None:
    fewer = {key: value for key, value in GOOD[kind].items() if key != needs}
    with pytest.raises(ValueError, match=needs):
        from_terms(kind, fewer)


def test_one_price_for_everything_is_no_members_price() -> None:
    with pytest.raises(ValueError, match="one price for everything"):
        from_terms("member", {"price": "5"})


@pytest.mark.parametrize("terms", [None, [], "满50减5", {1: 2}])
def test_terms_are_a_table(terms: Any) -> None:
    with pytest.raises(ValueError, match="not a table of names and values"):
        from_terms("spend_save", terms)


def test_an_unknown_promotion_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"known: .*spend_save"):
        from_terms("buy_one_get_two", {})


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from(["9", "0.5"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)  # fmt: skip


@given(st.sampled_from(sorted(GOOD)), st.data())
def test_whatever_stands_in_a_row_is_a_promotion_or_a_value_error(kind: str, data: st.DataObject) -> None:
    names = [*GOOD[kind], "id", "goods", "until", "priority"]
    terms = GOOD[kind] | data.draw(st.dictionaries(st.sampled_from(names), ANYTHING, max_size=3))
    try:
        made = from_terms(kind, terms)
    except ValueError as fault:
        assert str(fault)
    else:
        assert made.say()


# ── what each does beyond the page about prices ─────────────────────────────────────────────────────────────────


AT_NOON = Buyer(now=NOON)


def net(promotion: Promotion, *items: Item, buyer: Buyer = AT_NOON) -> int:
    return quote(items, [promotion], buyer).payable.fen


def test_a_members_price_is_for_members_and_one_for_a_level_for_that_level() -> None:
    anybody, gold = promo("member", rate="9"), promo("member", rate="8", level="金卡")
    assert [net(anybody, item("a", 1000), buyer=Buyer(level)) for level in ("", "银卡", "金卡")] == [
        1000,
        900,
        900,
    ]
    assert [net(gold, item("a", 1000), buyer=Buyer(level)) for level in ("", "银卡", "金卡")] == [
        1000,
        1000,
        800,
    ]


def test_a_teams_price_is_for_who_takes_part() -> None:
    team = promo("team", **GOOD["team"])
    assert net(team, item("a", 2000)) == 2000
    assert net(team, item("a", 2000), buyer=Buyer(teams=frozenset({"T1"}))) == 1200


def test_a_bargain_never_goes_below_its_floor_and_is_for_one_piece() -> None:
    bargain = promo("bargain", **GOOD["bargain"])
    reached = [
        net(bargain, item("a", 2000), buyer=Buyer(bargains={"B1": Money(fen)})) for fen in (1500, 100, 7)
    ]
    assert reached == [1500, 100, 100]
    assert net(bargain, item("a", 2000, 3), buyer=Buyer(bargains={"B1": Money(500)})) == 4500
    assert net(bargain, item("a", 2000), buyer=Buyer(bargains={"B2": ZERO})) == 2000


def test_a_flash_price_begins_and_ends_to_the_second() -> None:
    flash = promo(
        "flash", price="5", goods=["a"], **{"from": "2026-05-01T12:00+08:00"}, until="2026-05-01T12:01+08:00"
    )
    at = [net(flash, item("a", 1000), buyer=Buyer(now=NOON + timedelta(seconds=s))) for s in (-1, 0, 59, 60)]
    assert at == [1000, 500, 500, 1000]


def test_a_flash_sale_may_let_coupons_in() -> None:
    opened = promo("flash", exclusive=False, **GOOD["flash"])
    cut = promo("spend_save", steps=[["5", "1"]])
    assert quote([item("a", 1000)], [opened, cut], Buyer(now=NOON)).payable == Money(400)


def test_the_second_piece_counts_the_goods_of_everybody_on_the_order() -> None:
    """One for oneself and one for a neighbour are two of the same."""
    assert net(promo("nth_piece"), item("a", 1000), item("a|王姐", 1000)) == 1500
    assert net(promo("nth_piece"), item("a", 1000), item("b", 1000)) == 2000


def test_packs_are_for_whole_pieces_and_the_rest_costs_the_list_price() -> None:
    packs = promo("packs", packs=[[2, "5"]], goods=["a"])
    assert net(packs, item("a", 300, "2.5")) == 500 + 150
    (line,) = quote([item("a", 300, 2)], [packs]).lines
    assert (line.price, line.price_why, [cut.why for cut in line.cuts]) == (Money(300), "", ["2件5"])


@given(
    st.integers(0, 14),
    st.integers(0, 500),
    st.dictionaries(st.integers(2, 6), st.integers(0, 2000), min_size=1, max_size=3),
)
def test_packs_are_put_together_as_cheaply_as_it_goes(
    pieces: int, single: int, packs: dict[int, int]
) -> None:
    counts = product(*(range(pieces // size + 1) for size in packs))
    fits = [c for c in counts if sum(n * size for n, size in zip(c, packs, strict=True)) <= pieces]
    by_hand = min(
        sum(n * price for n, price in zip(c, packs.values(), strict=True))
        + (pieces - sum(n * size for n, size in zip(c, packs, strict=True))) * single
        for c in fits
    )
    priced = tuple((size, Money(price)) for size, price in packs.items())
    assert cheapest(pieces, Money(single), priced) == Money(by_hand)
