"""满件折: from so many pieces on, at that rate (2件9折); the highest step that is reached counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.kit.money import Money, zhe
from shop.kit.terms import Terms, rate, steps, whole
from shop.rules.promotions import About, BasketPromotion, Reduction, nearly_by_pieces, pieces, worth
from shop.rules.quotes import Priced
from shop.rules.steps import Step, highest


@dataclass(frozen=True, slots=True)
class PiecesRate(BasketPromotion):
    """Steps as (pieces, basis points left to pay), fewest first."""

    steps: tuple[tuple[int, int], ...]

    def reduce(self, lines: Sequence[Priced]) -> Reduction:
        base, have = worth(lines), pieces(lines)
        return highest([self._step(base, have, *step) for step in self.steps], have, lines)

    def _step(self, base: Money, have: int, count: int, left: int) -> Step:
        """Near, it would save this much on what is there already: what else will be bought nobody knows."""
        off = base - base.at_rate(left)
        return Step(
            count, off, nearly_by_pieces(self.about.rule, _words(count, left), off, more=count - have)
        )

    def say(self) -> str:
        return "，".join(_words(*step) for step in self.steps)


def _words(count: int, left: int) -> str:
    return f"{count}件{zhe(left)}"


def from_terms(about: About, said: Terms) -> PiecesRate:
    """From {"steps": [[2, "9"], [3, "8.5"]]}: two pieces at 9折. Raises ValueError."""
    return PiecesRate(about, said.read("steps", steps(whole, rate)))
