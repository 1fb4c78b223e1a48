"""积分、佣金: S8 and S9, what is earned with an order that is paid; kept per line, so that it can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.kit.money import BASIS, Money
from shop.rules.promotions import worth
from shop.rules.quotes import Priced


def points_earned(lines: Sequence[Priced], *, per_yuan: int) -> dict[str, int]:
    """Points for the goods of an order together, rounded down once, by line key; delivery earns nothing."""
    goods = worth(lines)
    by_line = Money(goods.fen * per_yuan // 100)
    weights = {line.key: line.net.fen * per_yuan for line in lines}
    return {key: share.fen for key, share in by_line.share(weights).items()}


@dataclass(frozen=True, slots=True)
class Commission:
    """What the two levels above a buyer get of one line."""

    first: Money
    second: Money


def commission(net: Money, *, first: int, second: int, cap: int) -> Commission:
    """Rates in basis points of the goods. What is above the cap is taken from the second level, then from the first."""
    most = _part(net, cap)
    one = min(_part(net, first), most)
    return Commission(one, min(_part(net, second), most - one))


def _part(net: Money, rate: int) -> Money:
    return Money(net.fen * rate // BASIS)
