"""满减: spend this much, save that much; the highest step that is reached counts, and only that one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shop.kit.money import Money
from shop.rules.pricing import Nearly, Reduction


@dataclass(frozen=True, slots=True)
class SpendSave:
    """Steps as (spend, save), lowest first. A near miss is told when at least half of the step is reached."""

    steps: tuple[tuple[Money, Money], ...]
    rule: str = "spend_save"
    priority: int = 0

    def reduce(self, base: Money) -> Reduction:
        reached = [step for step in self.steps if base >= step[0]]
        ahead = [step for step in self.steps if base < step[0] and base.fen * 2 >= step[0].fen]
        nearly = self._nearly(ahead[0], base) if ahead else None
        if not reached:
            return Reduction(nearly=nearly)
        spend, save = reached[-1]
        return Reduction(min(save, base), words(spend, save), nearly)

    def _nearly(self, step: tuple[Money, Money], base: Money) -> Nearly:
        return Nearly(self.rule, words(*step), step[0] - base, step[1])


def words(spend: Money, save: Money) -> str:
    """满50减5: whole yuan without the zeros, as on a shop's banner."""
    return f"满{_short(spend)}减{_short(save)}"


def _short(amount: Money) -> str:
    return amount.yuan.removesuffix(".00")


def from_terms(terms: Mapping[str, Any]) -> SpendSave:
    """From {"steps": [["50", "5"], …]}. Raises ValueError when a step saves more than it asks for."""
    steps = tuple(sorted((Money.parse(str(a)), Money.parse(str(b))) for a, b in terms["steps"]))
    for spend, save in steps:
        if not Money(0) < save <= spend:
            raise ValueError(f"满减 must save something and never more than is spent: {words(spend, save)}")
    return SpendSave(steps)
