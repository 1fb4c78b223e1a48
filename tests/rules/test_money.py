"""Money: whole fen, shared without losing one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.kit.money import ZERO, Money, total

WEIGHTS = st.dictionaries(
    st.text("abcdefgh|", min_size=1, max_size=3), st.integers(0, 50_000), min_size=1, max_size=8
)


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("29.90", 2990),
        ("5", 500),
        ("0.1", 10),
        ("0.01", 1),
        ("0", 0),
        ("-5.00", -500),
        ("999999999.99", 99_999_999_999),
    ],
)
def test_a_price_as_typed(typed: str, fen: int) -> None:
    assert Money.parse(typed) == Money(fen)


@pytest.mark.parametrize(
    "typed", ["29.905", "", "¥5", "1e3", "5.", ".5", "1,000", " 5", "5\n", "NaN", "9999999999"]
)
def test_no_price(typed: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        Money.parse(typed)


def test_no_float_comes_in() -> None:
    with pytest.raises(TypeError):
        Money(29.9)  # type: ignore[arg-type]  # that is the test
    with pytest.raises(TypeError):
        Money(True)


@pytest.mark.parametrize(
    ("fen", "shown", "typed"),
    [(2990, "¥29.90", "29.90"), (-500, "−¥5.00", "-5.00"), (1, "¥0.01", "0.01"), (0, "¥0.00", "0.00")],
)
def test_shown_as_people_write_it(fen: int, shown: str, typed: str) -> None:
    assert (str(Money(fen)), Money(fen).yuan) == (shown, typed)


@given(st.integers(-(10**11) + 1, 10**11 - 1))
def test_what_is_shown_can_be_typed_again(fen: int) -> None:
    assert Money.parse(Money(fen).yuan) == Money(fen)


@pytest.mark.parametrize(
    ("price", "milli", "gross"),
    [
        (398, 2500, 995),
        (398, 1860, 740),
        (999, 500, 500),
        (1, 499, 0),
        (1, 500, 1),
        (2990, 1000, 2990),
        (333, 3003, 1000),
    ],
)
def test_weighed_goods_are_rounded_half_up_once(price: int, milli: int, gross: int) -> None:
    assert Money(price).times(milli) == Money(gross)


@pytest.mark.parametrize(
    ("fen", "rate", "left"), [(999, 8800, 879), (2980, 9000, 2682), (1, 5000, 1), (0, 8800, 0)]
)
def test_a_rate_leaves_half_up(fen: int, rate: int, left: int) -> None:
    assert Money(fen).at_rate(rate) == Money(left)


def test_v1_ten_yuan_over_three_equal_lines() -> None:
    """The left-over fen goes to the smallest key; macrozheng/mall #356 gives 9.99 here."""
    assert Money(1000).share({"c": 1000, "a": 1000, "b": 1000}) == {
        "a": Money(334),
        "b": Money(333),
        "c": Money(333),
    }


def test_v6_the_largest_remainder_goes_first() -> None:
    assert Money(500).share({"a": 3000, "b": 2500}) == {"a": Money(273), "b": Money(227)}
    assert Money(800).share({"a": 2727, "b": 2273}) == {"a": Money(436), "b": Money(364)}


def test_of_equal_remainders_the_heavier_line_gets_the_fen() -> None:
    assert Money(1).share({"light": 3, "heavy": 3 + 6}) == {"light": ZERO, "heavy": Money(1)}
    assert Money(2).share({"a": 1, "b": 3}) == {"a": ZERO, "b": Money(2)}  # 0.5 and 1.5: the same remainder


def test_v13_a_gift_gets_no_share() -> None:
    assert Money(333).share({"a": 1000, "gift": 0}) == {"a": Money(333), "gift": ZERO}


def test_nothing_is_shared_over_nothing() -> None:
    assert ZERO.share({"gift": 0}) == {"gift": ZERO}
    assert ZERO.share({}) == {}


@pytest.mark.parametrize(("fen", "weights"), [(1, {}), (1, {"gift": 0}), (551, {"a": 550})])
def test_a_cut_larger_than_what_it_cuts_is_refused(fen: int, weights: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="cannot share"):
        Money(fen).share(weights)


@given(st.data(), WEIGHTS)
def test_shares_are_exact_and_never_more_than_their_line(
    data: st.DataObject, weights: dict[str, int]
) -> None:
    amount = Money(data.draw(st.integers(0, sum(weights.values()))))
    shares = amount.share(weights)
    assert total(list(shares.values())) == amount
    assert all(ZERO <= shares[key] <= Money(weights[key]) for key in weights)
    assert all(
        abs(shares[k].fen * sum(weights.values()) - amount.fen * weights[k]) <= sum(weights.values())
        for k in weights
    )


@given(st.data(), WEIGHTS)
def test_shuffling_the_basket_moves_no_fen(data: st.DataObject, weights: dict[str, int]) -> None:
    amount = Money(data.draw(st.integers(0, sum(weights.values()))))
    shuffled = dict(data.draw(st.permutations(list(weights.items()))))
    assert amount.share(weights) == amount.share(shuffled)
