"""满件减: from so many pieces on, so much off (3件减10); the highest step that is reached counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.kit.money import Money
from shop.kit.terms import Terms, some_money, steps, whole
from shop.rules.promotions import About, BasketPromotion, Reduction, nearly_by_pieces, pieces
from shop.rules.quotes import Priced
from shop.rules.steps import Step, highest


@dataclass(frozen=True, slots=True)
class PiecesSave(BasketPromotion):
    """Steps as (pieces, save), fewest first. Cheap pieces may cost less than is saved: then they are free."""

    steps: tuple[tuple[int, Money], ...]

    def reduce(self, lines: Sequence[Priced]) -> Reduction:
        have = pieces(lines)
        return highest([self._step(have, *step) for step in self.steps], have, lines)

    def _step(self, have: int, count: int, save: Money) -> Step:
        nearly = nearly_by_pieces(self.about.rule, _words(count, save), save, more=count - have)
        return Step(count, save, nearly)

    def say(self) -> str:
        return "，".join(_words(*step) for step in self.steps)


def _words(count: int, save: Money) -> str:
    return f"{count}件减{save.short}"


def from_terms(about: About, said: Terms) -> PiecesSave:
    """From {"steps": [[3, "10"], …]}: three pieces, 10 yuan off. Raises ValueError."""
    return PiecesSave(about, said.read("steps", steps(whole, some_money)))
