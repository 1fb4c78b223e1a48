"""满折: from this much on, at that rate; the highest step that is reached counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.kit.money import Money, zhe
from shop.kit.terms import Terms, rate, some_money, steps
from shop.rules.promotions import About, BasketPromotion, Reduction, worth
from shop.rules.quotes import Nearly, Priced
from shop.rules.steps import Step, highest


@dataclass(frozen=True, slots=True)
class SpendRate(BasketPromotion):
    """Steps as (spend, basis points left to pay), lowest first."""

    steps: tuple[tuple[Money, int], ...]

    def reduce(self, lines: Sequence[Priced]) -> Reduction:
        base = worth(lines)
        return highest([self._step(base, *step) for step in self.steps], base.fen, lines)

    def _step(self, base: Money, spend: Money, left: int) -> Step:
        saves = spend - spend.at_rate(left)
        nearly = Nearly(self.about.rule, _words(spend, left), spend - base, saves)
        return Step(spend.fen, base - base.at_rate(left), nearly)

    def say(self) -> str:
        return "，".join(_words(*step) for step in self.steps)


def _words(spend: Money, left: int) -> str:
    return f"满{spend.short}打{zhe(left)}"


def from_terms(about: About, said: Terms) -> SpendRate:
    """From {"steps": [["100", "9"], …]}: from 100 yuan on at 9折. Raises ValueError."""
    return SpendRate(about, said.read("steps", steps(some_money, rate)))
