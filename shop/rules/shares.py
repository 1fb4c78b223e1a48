"""份额: what a part of a line has cost; parts always sum to the line, whatever the order in which they go back."""

from __future__ import annotations

from shop.kit.money import Money
from shop.kit.quantity import Quantity


def part_share(net: Money, qty: Quantity, *, gone: Quantity, more: Quantity) -> Money:
    """Of a line of `qty` that cost `net`: the next `more` after `gone`. Raises ValueError for a part that is not there."""
    if not 0 <= gone.milli <= (gone + more).milli <= qty.milli or not qty.milli:
        raise ValueError(f"{gone} and {more} are no parts of {qty}")
    upto = net.fen * (gone + more).milli // qty.milli
    return Money(upto - net.fen * gone.milli // qty.milli)
