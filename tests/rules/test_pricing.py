"""What a basket costs and why (docs/pricing.md tells the same in prose)."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.kit.money import ZERO, Money
from shop.kit.quantity import Quantity
from shop.promotions import from_terms, kinds
from shop.promotions.spend_save import SpendSave
from shop.rules.pricing import Cut, Item, Nearly, Offer, Reduction, quote

M50 = from_terms("spend_save", {"steps": [["50", "5"]]})
STEPS = from_terms("spend_save", {"steps": [["100", "12"], ["50", "5"]]})  # said in the wrong order


def item(key: str, fen: int, qty: int | str = 1, *offers: Offer) -> Item:
    return Item(key, Quantity.of(qty), (Offer(Money(fen)), *offers))


@dataclass(frozen=True)
class Off:
    """A promotion that takes a fixed sum, for the order of things."""

    rule: str
    fen: int
    priority: int = 0

    def reduce(self, base: Money) -> Reduction:
        return Reduction(Money(min(self.fen, base.fen)), self.rule)


def nets(*items: Item, by: object = M50) -> dict[str, int]:
    return {line.key: line.net.fen for line in quote(items, [by]).lines}  # type: ignore[list-item]


def test_v1_ten_yuan_off_three_equal_lines() -> None:
    result = quote([item("a", 1000), item("b", 1000), item("c", 1000)], [Off("ten", 1000)])
    assert [line.net.fen for line in result.lines] == [666, 667, 667]
    assert (result.gross, result.payable, result.saved) == (Money(3000), Money(2000), Money(1000))


def test_v2_a_cut_above_the_whole_leaves_nothing_to_pay_and_never_less() -> None:
    result = quote([item("a", 550)], [Off("ten", 1000)])
    assert (result.payable, result.lines[0].cuts) == (ZERO, (Cut("ten", "ten", Money(550)),))


def test_a_promotion_that_takes_more_than_there_is_stops_everything() -> None:
    """odoo #63106, dshop #723: nine real orders were negative. Nothing is clamped: the rule is wrong."""

    class Greedy(Off):
        def reduce(self, base: Money) -> Reduction:
            return Reduction(Money(self.fen), self.rule)

    with pytest.raises(ValueError, match="cannot share 551 fen over 550"):
        quote([item("a", 550)], [Greedy("greedy", 551)])


def test_v6_five_off_fifty_is_shared_by_weight() -> None:
    assert nets(item("a", 3000), item("b", 2500)) == {"a": 2727, "b": 2273}


def test_v7_the_step_is_met_to_the_fen_or_not_at_all() -> None:
    met = quote([item("a", 5000)], [M50])
    short = quote([item("a", 4999)], [M50])
    assert (met.payable, met.nearly) == (Money(4500), ())
    assert (short.payable, short.nearly) == (
        Money(4999),
        (Nearly("spend_save", "满50减5", Money(1), Money(500)),),
    )


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


def test_todays_special_beats_the_list_price() -> None:
    (line,) = quote([item("a", 2990, 2, Offer(Money(1990), "今日特价", rank=50))]).lines
    assert (line.price, line.price_why, line.gross) == (Money(1990), "今日特价", Money(3980))


def test_a_special_that_is_dearer_is_no_special() -> None:
    (line,) = quote([item("a", 2990, 1, Offer(Money(3990), "今日特价", rank=50))]).lines
    assert (line.price, line.price_why) == (Money(2990), "")


def test_at_the_same_price_the_special_is_named() -> None:
    (line,) = quote([item("a", 2990, 1, Offer(Money(2990), "今日特价", rank=50))]).lines
    assert line.price_why == "今日特价"


def test_a_frozen_price_is_the_only_offer() -> None:
    frozen = Item("a", Quantity.of(2), (Offer(Money(2990), "今日特价"),))
    (line,) = quote([frozen]).lines
    assert (line.price, line.price_why, line.net) == (Money(2990), "今日特价", Money(5980))


def test_the_threshold_looks_at_what_is_paid_not_at_the_list() -> None:
    assert quote([item("a", 5000, 1, Offer(Money(4999), "今日特价", rank=50))], [M50]).payable == Money(4999)


def test_an_exclusive_line_neither_counts_nor_is_cut() -> None:
    flash = Item(
        "f", Quantity.of(1), (Offer(Money(9900)), Offer(Money(4000), "秒杀", rank=1, exclusive=True))
    )
    result = quote([flash, item("a", 4000)], [M50])
    assert (result.payable, result.nearly) == (
        Money(8000),
        (Nearly("spend_save", "满50减5", Money(1000), Money(500)),),
    )
    assert {line.key: line.net.fen for line in quote([flash, item("a", 5000)], [M50]).lines} == {
        "a": 4500,
        "f": 4000,
    }


def test_a_gift_of_nothing_is_never_cut() -> None:
    assert nets(item("a", 5000), item("gift", 0)) == {"a": 4500, "gift": 0}


def test_one_promotion_a_line_the_more_important_first() -> None:
    first = quote([item("a", 1000)], [Off("small", 10, priority=1), Off("big", 500, priority=9)])
    assert [cut.rule for cut in first.lines[0].cuts] == ["big"]
    by_name = quote([item("a", 1000)], [Off("b", 10), Off("a", 20)])
    assert [cut.rule for cut in by_name.lines[0].cuts] == ["a"]


def test_nothing_costs_nothing() -> None:
    result = quote([], [M50])
    assert (result.lines, result.nearly, result.payable) == ((), (), ZERO)


# ── 满减 as the merchant writes it ──────────────────────────────────────────────────────────────────────────────


def test_the_words_of_the_banner() -> None:
    promotion = from_terms("spend_save", {"steps": [["39.90", "3.50"]]})
    assert promotion.reduce(Money(3990)).why == "满39.90减3.50"


@pytest.mark.parametrize(
    "steps", [[["50", "51"]], [["50", "0"]], [["50", "-5"]], [["0", "1"]], [["五十", "5"]]]
)
def test_a_promotion_that_gives_more_than_is_spent_is_refused(steps: list[list[str]]) -> None:
    with pytest.raises(ValueError, match=r"满减|not an amount"):
        from_terms("spend_save", {"steps": steps})


def test_an_unknown_promotion_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"known: .*spend_save"):
        from_terms("buy_one_get_two", {})
    assert "spend_save" in kinds()


# ── whatever is in the basket ───────────────────────────────────────────────────────────────────────────────────

OFFERS = st.builds(
    Offer, st.integers(0, 9_999).map(Money), st.just("特价"), st.integers(0, 99), st.booleans()
)
ITEMS = st.dictionaries(
    st.text("abcxyz|", min_size=1, max_size=3),
    st.tuples(st.integers(0, 20_000), st.integers(1, 9_000), st.lists(OFFERS, max_size=2)),
    max_size=7,
).map(
    lambda found: [
        Item(k, Quantity(milli), (Offer(Money(fen)), *more)) for k, (fen, milli, more) in found.items()
    ]
)
PROMOTIONS = st.lists(
    st.one_of(
        st.builds(Off, st.sampled_from("abc"), st.integers(1, 3_000), st.integers(0, 2)),
        st.lists(st.tuples(st.integers(1, 30_000), st.integers(1, 30_000)), min_size=1, max_size=3).map(
            lambda steps: SpendSave(tuple(sorted((Money(max(s)), Money(min(s))) for s in steps)))
        ),
    ),
    max_size=3,
)


@given(ITEMS, PROMOTIONS)
def test_every_fen_is_accounted_for_and_nobody_is_paid_to_shop(
    items: list[Item], promotions: list[Off | SpendSave]
) -> None:
    result = quote(items, promotions)
    assert result.payable == Money(sum(line.net.fen for line in result.lines))
    assert result.gross == Money(sum(line.gross.fen for line in result.lines))
    for line in result.lines:
        assert ZERO <= line.net <= line.gross
        assert line.gross - line.net == Money(sum(cut.amount.fen for cut in line.cuts))
        assert all(cut.amount > ZERO and cut.why for cut in line.cuts)
        assert len(line.cuts) <= 1
        assert not (line.exclusive and line.cuts)
    assert all(near.short > ZERO for near in result.nearly)


@given(st.data(), ITEMS, PROMOTIONS)
def test_shuffling_the_basket_changes_nothing(
    data: st.DataObject, items: list[Item], promotions: list[Off | SpendSave]
) -> None:
    assert quote(items, promotions) == quote(data.draw(st.permutations(items)), promotions)


@given(ITEMS, PROMOTIONS)
def test_a_promotion_never_makes_it_dearer(items: list[Item], promotions: list[Off | SpendSave]) -> None:
    assert quote(items, promotions).payable <= quote(items).payable


@pytest.mark.parametrize("kind", sorted(kinds()))
@given(base=st.integers(0, 10**7))
def test_no_promotion_takes_more_than_its_base(kind: str, base: int) -> None:
    terms = {"spend_save": {"steps": [["0.01", "0.01"], ["50", "5"], ["100", "100"]]}}
    assert ZERO <= from_terms(kind, terms[kind]).reduce(Money(base)).amount <= Money(base)
