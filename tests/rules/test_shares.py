"""What goes back of a line, and what is earned with it: exact, in whatever parts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.kit.money import ZERO, Money, total
from shop.kit.quantity import Quantity
from shop.rules.commission import Referral, shares
from shop.rules.earnings import points_on
from shop.rules.pricing import quote
from shop.rules.quotes import Priced
from shop.rules.shares import part_share
from tests.support.carts import item


def unit_share(net: Money, qty: int, k: int) -> Money:
    """Unit k (from 0) of so many whole units."""
    return part_share(net, Quantity.of(qty), gone=Quantity.of(k), more=Quantity.of(1))


def test_the_units_of_a_line_differ_by_a_fen_at_most() -> None:
    assert [unit_share(Money(1000), 3, k).fen for k in range(3)] == [333, 333, 334]
    assert [unit_share(Money(1), 3, k).fen for k in range(3)] == [0, 0, 1]


@given(st.integers(0, 10**7), st.integers(1, 300))
def test_the_units_sum_to_the_line(net: int, qty: int) -> None:
    shares = [unit_share(Money(net), qty, k) for k in range(qty)]
    assert total(shares) == Money(net)
    assert max(shares) - min(shares) <= Money(1)


@given(st.integers(0, 10**7), st.lists(st.integers(1, 5000), min_size=1, max_size=6))
def test_weighed_parts_sum_to_the_line(net: int, parts: list[int]) -> None:
    qty = Quantity(sum(parts))
    back = [
        part_share(Money(net), qty, gone=Quantity(sum(parts[:n])), more=Quantity(part))
        for n, part in enumerate(parts)
    ]
    assert total(back) == Money(net)
    assert min(back) >= ZERO


@pytest.mark.parametrize(("gone", "more", "qty"), [(0, 4, 3), (3, 1, 3), (-1, 1, 3), (1, -1, 3), (0, 0, 0)])
def test_a_part_that_is_not_there(gone: int, more: int, qty: int) -> None:
    with pytest.raises(ValueError, match="no parts of"):
        part_share(Money(100), Quantity.of(qty), gone=Quantity.of(gone), more=Quantity.of(more))


# ── S8 points, S9 commission ────────────────────────────────────────────────────────────────────────────────────


def points_earned(lines: Sequence[Priced], *, per_yuan: int) -> dict[str, int]:
    return points_on({line.key: line.net for line in lines}, per_yuan=per_yuan)


def test_points_are_counted_once_for_the_whole_and_kept_by_line() -> None:
    lines = quote([item("a", 333), item("b", 333), item("c", 333), item("gift", 0)]).lines
    assert points_earned(lines, per_yuan=1) == {"a": 3, "b": 3, "c": 3, "gift": 0}
    assert points_earned(quote([item("a", 199)]).lines, per_yuan=1) == {"a": 1}
    assert sum(points_earned(quote([item("a", 150), item("b", 149)]).lines, per_yuan=10).values()) == 29
    assert points_earned(lines, per_yuan=0) == dict.fromkeys(("a", "b", "c", "gift"), 0)


@pytest.mark.parametrize(
    ("net", "rates", "first", "second"),
    [
        (9_999, (500, 200, 1_000), 499, 199),
        (10_000, (800, 400, 1_000), 800, 200),  # together above the cap: the second level gives way
        (10_000, (1_200, 400, 1_000), 1_000, 0),
        (10_000, (500, 0, 1_000), 500, 0),
        (0, (500, 200, 1_000), 0, 0),
        (19, (500, 500, 500), 0, 0),
    ],
)
def test_commission_is_rounded_down_and_capped(
    net: int, rates: tuple[int, int, int], first: int, second: int
) -> None:
    one, two, cap = rates
    assert shares(Money(net), Referral(one, two, cap)) == (Money(first), Money(second))


@given(st.integers(0, 10**7), st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 10_000))
def test_both_levels_together_are_never_above_the_cap(net: int, first: int, second: int, cap: int) -> None:
    one, two = shares(Money(net), Referral(first, second, cap))
    assert ZERO <= one <= Money(net)
    assert two >= ZERO
    assert (one + two).fen <= net * cap // 10_000
