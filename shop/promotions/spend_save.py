"""满减: spend this much, save that much; the highest step that is reached counts, and only that one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.kit.money import Money
from shop.kit.terms import Terms, some_money, steps
from shop.rules.promotions import About, BasketPromotion, Reduction, worth
from shop.rules.quotes import Nearly, Priced
from shop.rules.steps import Step, highest


@dataclass(frozen=True, slots=True)
class SpendSave(BasketPromotion):
    """Steps as (spend, save), lowest first."""

    steps: tuple[tuple[Money, Money], ...]

    def reduce(self, lines: Sequence[Priced]) -> Reduction:
        base = worth(lines)
        return highest([self._step(base, *step) for step in self.steps], base.fen, lines)

    def _step(self, base: Money, spend: Money, save: Money) -> Step:
        return Step(spend.fen, save, Nearly(self.about.rule, _words(spend, save), spend - base, save))

    def say(self) -> str:
        return "，".join(_words(*step) for step in self.steps)


def _words(spend: Money, save: Money) -> str:
    """满50减5: whole yuan without the zeros, as on a shop's banner."""
    return f"满{spend.short}减{save.short}"


def from_terms(about: About, said: Terms) -> SpendSave:
    """From {"steps": [["50", "5"], …]}. Raises ValueError when a step saves more than it asks for."""
    found = said.read("steps", steps(some_money, some_money))
    for spend, save in found:
        if save > spend:
            raise ValueError(f"满减 never saves more than is spent: {_words(spend, save)}")
    return SpendSave(about, found)
