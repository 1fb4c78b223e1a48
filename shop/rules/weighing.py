"""称重差价: what the scale means for what was ordered; pure."""

from __future__ import annotations

from dataclasses import dataclass

from shop.kit.quantity import NONE, Quantity

MUCH = 30  # percent: then it is asked about


@dataclass(frozen=True, slots=True)
class Weighed:
    """Of what was ordered: what is handed over and paid, what stays in the shop, what the scale says beyond it."""

    counts: Quantity
    stays: Quantity
    beyond: Quantity = NONE

    @property
    def ordered(self) -> Quantity:
        return self.counts + self.stays

    @property
    def is_much(self) -> bool:
        return (self.stays + self.beyond).milli * 100 > self.ordered.milli * MUCH


def weigh(ordered: Quantity, scale: Quantity) -> Weighed:
    """Nobody pays for more than was ordered. Raises ValueError for a scale that says nothing."""
    if scale <= NONE:
        raise ValueError("the scale says nothing")
    counts = min(ordered, scale)
    return Weighed(counts, ordered - counts, scale - counts)
