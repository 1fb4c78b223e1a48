"""数量: how much, in thousandths of the unit it is sold by (2.5斤 is 2500); never a float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation


@dataclass(frozen=True, slots=True, order=True)
class Quantity:
    milli: int

    @classmethod
    def of(cls, amount: Decimal | int | str) -> Quantity:
        """From a plain amount (2, "2.5"). Raises ValueError when it is finer than a thousandth or no number."""
        try:
            milli = Decimal(amount) * 1000
            if milli != milli.to_integral_value():
                raise ValueError(f"finer than a thousandth: {amount}")
            return cls(int(milli))
        except (InvalidOperation, OverflowError) as exc:
            raise ValueError(f"not an amount: {amount!r}") from exc

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.milli + other.milli)

    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(self.milli - other.milli)

    @property
    def is_whole(self) -> bool:
        return self.milli % 1000 == 0

    @property
    def amount(self) -> Decimal:
        return Decimal(self.milli) / 1000

    def __str__(self) -> str:
        """As people write it: 2, 2.5, 0.5."""
        whole, rest = divmod(abs(self.milli), 1000)
        text = f"{whole}.{rest:03d}".rstrip("0").rstrip(".")
        return f"-{text}" if self.milli < 0 else text


NONE = Quantity(0)
