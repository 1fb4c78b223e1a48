"""Quantities: thousandths of the unit, never a float."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.kit.quantity import NONE, Quantity


@pytest.mark.parametrize(
    ("amount", "milli"),
    [(2, 2000), ("2.5", 2500), (Decimal("0.5"), 500), ("1.860", 1860), ("0.001", 1), (0, 0), (-1, -1000)],
)
def test_an_amount_as_said(amount: Decimal | int | str, milli: int) -> None:
    assert Quantity.of(amount) == Quantity(milli)


@pytest.mark.parametrize("amount", ["0.0005", "两", "", "NaN", "Infinity", "-Infinity", "sNaN"])
def test_no_amount(amount: str) -> None:
    with pytest.raises(ValueError):
        Quantity.of(amount)


@pytest.mark.parametrize(
    ("milli", "shown"),
    [(2000, "2"), (2500, "2.5"), (500, "0.5"), (20, "0.02"), (0, "0"), (-1500, "-1.5"), (10_000, "10")],
)
def test_shown_as_people_write_it(milli: int, shown: str) -> None:
    assert str(Quantity(milli)) == shown


@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9))
def test_sums_are_exact_and_what_is_shown_can_be_said_again(a: int, b: int) -> None:
    assert Quantity(a) + Quantity(b) - Quantity(b) == Quantity(a)
    assert Quantity.of(str(Quantity(a))) == Quantity(a)
    assert Quantity.of(Quantity(a).amount) == Quantity(a)


def test_half_a_box_is_not_whole() -> None:
    assert (Quantity(2000).is_whole, Quantity(500).is_whole, NONE.is_whole) == (True, False, True)
