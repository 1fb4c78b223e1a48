"""砍价: the shares of a price, drawn once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.kit.money import Money
from shop.rules.bargains import draw, price

START, FLOOR = Money(19900), Money(9900)


@given(
    floor=st.integers(0, 10**6),
    more=st.integers(0, 10**6),
    cuts=st.integers(1, 50),
    seed=st.integers(0, 2**31),
)
def test_the_shares_come_to_the_whole_and_each_is_something(
    floor: int, more: int, cuts: int, seed: int
) -> None:
    start = Money(floor + cuts + more)
    shares = draw(start, Money(floor), cuts, seed)
    assert len(shares) == cuts
    assert min(shares) >= Money(1)
    assert price(start, shares, cuts) == Money(floor)
    prices = [price(start, shares, n) for n in range(cuts + 1)]
    assert prices == sorted(prices, reverse=True)


def test_the_same_seed_draws_the_same() -> None:
    assert draw(START, FLOOR, 10, 7) == draw(START, FLOOR, 10, 7) != draw(START, FLOOR, 10, 8)


def test_no_cut_is_many_times_another() -> None:
    shares = draw(START, FLOOR, 10, 7)
    assert max(shares).fen <= 4 * min(shares).fen


def test_before_the_first_cut_it_costs_what_it_did() -> None:
    assert price(START, draw(START, FLOOR, 10, 7), 0) == START


def test_a_share_is_a_fen_at_least() -> None:
    assert draw(Money(12), Money(10), 2, 0) == (Money(1), Money(1))
    with pytest.raises(ValueError, match="a fen"):
        draw(Money(11), Money(10), 2, 0)
