"""满件折: from so many pieces on, at that rate (2件9折); the highest step that is reached counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.kit.money import zhe
from shop.kit.terms import Terms, rate, steps, whole
from shop.rules.promotions import (
    About,
    BasketPromotion,
    Reduction,
    near_pieces,
    nearly_by_pieces,
    pieces,
    spread,
    worth,
)
from shop.rules.quotes import Nearly, Priced


@dataclass(frozen=True, slots=True)
class PiecesRate(BasketPromotion):
    """Steps as (pieces, basis points left to pay), fewest first."""

    steps: tuple[tuple[int, int], ...]

    def reduce(self, lines: Sequence[Priced]) -> Reduction:
        base, have = worth(lines), pieces(lines)
        nearly = self._nearly(lines, have)
        reached = [step for step in self.steps if step[0] <= have]
        if not reached:
            return Reduction(nearly=nearly)
        count, left = reached[-1]
        return Reduction(spread(base - base.at_rate(left), lines), _words(count, left), nearly)

    def _nearly(self, lines: Sequence[Priced], have: int) -> Nearly | None:
        """What is saved on the goods that are there already: what else will be bought nobody knows."""
        base = worth(lines)
        for count, left in self.steps:
            if near_pieces(have, count):
                saves = base - base.at_rate(left)
                return nearly_by_pieces(self.about.rule, _words(count, left), saves, more=count - have)
        return None

    def say(self) -> str:
        return "，".join(_words(*step) for step in self.steps)


def _words(count: int, left: int) -> str:
    return f"{count}件{zhe(left)}"


def from_terms(about: About, said: Terms) -> PiecesRate:
    """From {"steps": [[2, "9"], [3, "8.5"]]}: two pieces at 9折. Raises ValueError."""
    return PiecesRate(about, said.read("steps", steps(whole, rate)))
