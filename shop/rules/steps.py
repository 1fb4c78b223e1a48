"""阶梯: of several steps the highest that is reached counts, and only that one; the next is told when it is near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.kit.money import Money
from shop.rules.promotions import Reduction, is_near, spread, worth
from shop.rules.quotes import Nearly, Priced


@dataclass(frozen=True, slots=True)
class Step:
    """From `at` on (fen or pieces) `off` comes off; `nearly` is what to say before it is reached."""

    at: int
    off: Money
    nearly: Nearly


def highest(steps: Sequence[Step], have: int, lines: Sequence[Priced]) -> Reduction:
    """Steps lowest first. Never more comes off than the lines cost."""
    near = next((step.nearly for step in steps if is_near(have, step.at)), None)
    reached = [step for step in steps if step.at <= have]
    if not reached:
        return Reduction(nearly=near)
    return Reduction(spread(min(reached[-1].off, worth(lines)), lines), reached[-1].nearly.why, near)
