"""第二件半价: of the same goods, every second (third, …) piece at a rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from shop.kit.money import Money, zhe
from shop.kit.terms import Terms, rate, whole
from shop.rules.promotions import About, BasketPromotion, Reduction, nearly_by_pieces, pieces, spread, worth
from shop.rules.quotes import Nearly, Priced

HALF = 5_000


@dataclass(frozen=True, slots=True)
class NthPiece(BasketPromotion):
    nth: int
    left: int  # basis points of that piece that are left to pay

    def reduce(self, lines: Sequence[Priced]) -> Reduction:
        off: dict[str, Money] = {}
        nearly: list[Nearly] = []
        for _sku, found in groupby(sorted(lines, key=_sku_of), key=_sku_of):
            same = list(found)
            times, over = divmod(pieces(same), self.nth)
            off |= spread(Money(self._saves(same).fen * times), same)
            if over == self.nth - 1:
                nearly.append(self._nearly(same))
        return Reduction(off, self.say(), max(nearly, key=lambda near: near.saves, default=None))

    def _nearly(self, same: Sequence[Priced]) -> Nearly:
        unit = same[0].item.unit
        return nearly_by_pieces(self.about.rule, self.say(), self._saves(same), more=1, unit=unit)

    def _saves(self, same: Sequence[Priced]) -> Money:
        """On one piece, which costs what one of them costs on the average after S1."""
        milli = sum(line.qty.milli for line in same)
        piece = Money(worth(same).fen * 1000 // milli)
        return piece - piece.at_rate(self.left)

    def say(self) -> str:
        return f"第{'二' if self.nth == 2 else self.nth}件{'半价' if self.left == HALF else zhe(self.left)}"


def _sku_of(line: Priced) -> str:
    return line.item.goods[0]


def from_terms(about: About, said: Terms) -> NthPiece:
    """From {"nth": 2, "rate": "5"}: every second piece at half its price. Raises ValueError."""
    nth, left = said.read("nth", whole, 2), said.read("rate", rate, HALF)
    if nth < 2:
        raise ValueError("nth: the first piece pays in full")
    return NthPiece(about, nth, left)
