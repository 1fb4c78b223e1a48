"""积分: S8, what is earned with an order that is paid; kept per line, so that it can be taken back. S9 is rules/commission."""

from __future__ import annotations

from collections.abc import Mapping

from shop.kit.money import Money, total


def points_on(nets: Mapping[str, Money], *, per_yuan: int) -> dict[str, int]:
    """Points for the goods of an order together, rounded down once, by line key; delivery earns nothing."""
    points = Money(total(nets.values()).fen * per_yuan // 100)
    weights = {key: net.fen * per_yuan for key, net in nets.items()}
    return {key: share.fen for key, share in points.share(weights).items()}
