"""Numbers as a merchant writes them."""

from __future__ import annotations

from typing import Any

import pytest

from shop.kit import terms
from shop.kit.money import Money, zhe


@pytest.mark.parametrize(
    ("said", "points", "shown"),
    [
        ("8.8", 8800, "8.8折"),
        ("88", 8800, "8.8折"),
        (88, 8800, "8.8折"),
        (9, 9000, "9折"),
        ("9.5", 9500, "9.5折"),
        (9.5, 9500, "9.5折"),
        ("95", 9500, "9.5折"),
        ("8.85", 8850, "8.85折"),
        ("0.5", 500, "0.5折"),
        ("5", 5000, "5折"),
    ],
)
def test_a_rate_is_said_in_two_ways(said: Any, points: int, shown: str) -> None:
    assert terms.rate(said) == points
    assert zhe(points) == shown


@pytest.mark.parametrize(
    "said",
    ["0", "10", "100", "-5", "", ".", "8折", "1e1", "٨", "８", "8.888", None, True, [], 10**9, float("nan")],
)
def test_no_rate(said: Any) -> None:
    with pytest.raises(ValueError, match="rate"):
        terms.rate(said)


@pytest.mark.parametrize(("said", "fen"), [("29.90", 2990), (5, 500), (0.5, 50), ("0", 0)])
def test_an_amount_is_a_text_or_a_number(said: Any, fen: int) -> None:
    assert terms.money(said) == Money(fen)


@pytest.mark.parametrize("said", ["0.005", 0.1 + 0.2, float("inf"), float("nan"), False, None, []])
def test_no_amount(said: Any) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        terms.money(said)


@pytest.mark.parametrize("said", ["0", 0, -1, 1.5, "２", "1000", True, None, "9" * 5000])
def test_no_number_of_pieces(said: Any) -> None:
    with pytest.raises(ValueError, match=r"not a whole number|not between"):
        terms.whole(said)


def test_a_banner_has_no_zeros() -> None:
    assert [Money(fen).short for fen in (5000, 3990, 5, 0)] == ["50", "39.90", "0.05", "0"]
