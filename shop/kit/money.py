"""钱: whole fen, never a float; sharing loses nothing (DOMAIN: price engine, allocation)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

BASIS = 10_000


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in fen. Sums are exact; a price typed by a person comes in through `parse`."""

    fen: int

    def __post_init__(self) -> None:
        if type(self.fen) is not int:
            raise TypeError(f"fen is a whole number, not {self.fen!r}")

    @classmethod
    def parse(cls, text: str) -> Money:
        """Yuan as typed ("29.90", "5") to fen. Raises ValueError for anything finer than a fen or not a plain number."""
        if not re.fullmatch(r"-?\d{1,9}(\.\d{1,2})?", text):
            raise ValueError(f"not an amount in yuan: {text!r}")
        return cls(int(Decimal(text) * 100))

    def __add__(self, other: Money) -> Money:
        return Money(self.fen + other.fen)

    def __sub__(self, other: Money) -> Money:
        return Money(self.fen - other.fen)

    def __neg__(self) -> Money:
        return Money(-self.fen)

    def __bool__(self) -> bool:
        return self.fen != 0

    def __str__(self) -> str:
        """As people write it: ¥29.90, −¥5.00."""
        sign = "−" if self.fen < 0 else ""
        return f"{sign}¥{abs(self.fen) // 100}.{abs(self.fen) % 100:02d}"

    @property
    def yuan(self) -> str:
        """The bare number a person would type: 29.90."""
        sign = "-" if self.fen < 0 else ""
        return f"{sign}{abs(self.fen) // 100}.{abs(self.fen) % 100:02d}"

    @property
    def short(self) -> str:
        """As on a banner: 50, 39.90."""
        return self.yuan.removesuffix(".00")

    def times(self, milli: int) -> Money:
        """This unit price for `milli` thousandths of a unit, rounded half up once (a line's gross)."""
        return Money((self.fen * milli + 500) // 1000)

    def at_rate(self, basis_points: int) -> Money:
        """The part of a non-negative amount that a rate leaves to pay (8800 = 88折), rounded half up."""
        return Money((self.fen * basis_points + BASIS // 2) // BASIS)

    def share(self, weights: Mapping[str, int]) -> dict[str, Money]:
        """Split this amount over keys by weight: largest remainder first, ties by weight, then key.

        The shares sum to the amount; a weight of 0 gets 0. Raises ValueError when nothing has weight but money is
        to be shared, or when a share would exceed its weight (a cut larger than what it cuts).
        """
        total = sum(weights.values())
        if self.fen == 0:
            return dict.fromkeys(weights, ZERO)
        if total <= 0 or self.fen > total:
            raise ValueError(f"cannot share {self.fen} fen over {total}")
        shares = {key: self.fen * weight // total for key, weight in weights.items()}
        left = self.fen - sum(shares.values())
        by_remainder = sorted(
            (key for key in weights if weights[key] > 0),
            key=lambda key: (-(self.fen * weights[key] % total), -weights[key], key),
        )
        for key in by_remainder[:left]:
            shares[key] += 1
        return {key: Money(fen) for key, fen in shares.items()}


ZERO = Money(0)


def zhe(basis_points: int) -> str:
    """A rate as it is said: 8.8折, 9折."""
    whole, rest = divmod(basis_points, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".") + "折"


def total(amounts: Iterable[Money]) -> Money:
    """The sum of amounts; nothing sums to zero fen."""
    return Money(sum(amount.fen for amount in amounts))
