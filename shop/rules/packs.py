"""打包价: 2包420; the cheapest way to make up a number from packs and single pieces."""

from __future__ import annotations

from functools import lru_cache

from shop.kit.money import Money

Packs = tuple[tuple[int, Money], ...]


@lru_cache(maxsize=4096)
def cheapest(pieces: int, single: Money, packs: Packs) -> Money:
    """What so many whole pieces cost at best. Taking the largest pack first is not always that."""
    best = [0]
    for count in range(1, pieces + 1):
        ways = [best[count - size] + price.fen for size, price in packs if size <= count]
        best.append(min([best[count - 1] + single.fen, *ways]))
    return Money(best[pieces])
