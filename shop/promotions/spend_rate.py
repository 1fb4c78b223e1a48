"""满折: from this much on, at that rate; the highest step that is reached counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.kit.money import Money, zhe
from shop.kit.terms import Terms, rate, some_money, steps
from shop.rules.promotions import About, BasketPromotion, Reduction, near_money, spread, worth
from shop.rules.quotes import Nearly, Priced


@dataclass(frozen=True, slots=True)
class SpendRate(BasketPromotion):
    """Steps as (spend, basis points left to pay), lowest first."""

    steps: tuple[tuple[Money, int], ...]

    def reduce(self, lines: Sequence[Priced]) -> Reduction:
        base = worth(lines)
        nearly = self._nearly(base)
        reached = [step for step in self.steps if step[0] <= base]
        if not reached:
            return Reduction(nearly=nearly)
        spend, left = reached[-1]
        return Reduction(spread(base - base.at_rate(left), lines), _words(spend, left), nearly)

    def _nearly(self, base: Money) -> Nearly | None:
        for spend, left in self.steps:
            if near_money(base, spend):
                saves = spend - spend.at_rate(left)
                return Nearly(self.about.rule, _words(spend, left), spend - base, saves)
        return None

    def say(self) -> str:
        return "，".join(_words(*step) for step in self.steps)


def _words(spend: Money, left: int) -> str:
    return f"满{spend.short}打{zhe(left)}"


def from_terms(about: About, said: Terms) -> SpendRate:
    """From {"steps": [["100", "9"], …]}: from 100 yuan on at 9折. Raises ValueError."""
    return SpendRate(about, said.read("steps", steps(some_money, rate)))
