"""What the scale means for what was ordered."""

from __future__ import annotations

import pytest

from shop.kit.quantity import Quantity
from shop.rules.weighing import weigh


@pytest.mark.parametrize(
    ("scale", "counts", "stays", "beyond", "is_much"),
    [
        ("1.86", "1.86", "0.14", "0", False),
        ("2", "2", "0", "0", False),
        ("2.2", "2", "0", "0.2", False),
        ("1.4", "1.4", "0.6", "0", False),
        ("1.399", "1.399", "0.601", "0", True),
        ("2.601", "2", "0", "0.601", True),
    ],
)
def test_two_pounds_on_the_scale(scale: str, counts: str, stays: str, beyond: str, is_much: bool) -> None:
    seen = weigh(Quantity.of(2), Quantity.of(scale))
    assert [str(seen.counts), str(seen.stays), str(seen.beyond)] == [counts, stays, beyond]
    assert seen.is_much is is_much


def test_an_empty_scale_says_nothing() -> None:
    with pytest.raises(ValueError, match="says nothing"):
        weigh(Quantity.of(2), Quantity.of(0))
