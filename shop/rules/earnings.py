"""积分、佣金: S8 and S9, what is earned with an order that is paid; kept per line, so that it can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shop.kit.money import BASIS, Money, total
from shop.rules.quotes import Priced


def points_earned(lines: Sequence[Priced], *, per_yuan: int) -> dict[str, int]:
    """Points for the goods of an order together, rounded down once, by line key; delivery earns nothing."""
    return points_on({line.key: line.net for line in lines}, per_yuan=per_yuan)


def points_on(nets: Mapping[str, Money], *, per_yuan: int) -> dict[str, int]:
    """The same for an order that is kept, from what is paid for each of its lines."""
    points = Money(total(nets.values()).fen * per_yuan // 100)
    weights = {key: net.fen * per_yuan for key, net in nets.items()}
    return {key: share.fen for key, share in points.share(weights).items()}


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
