"""范围: which goods something is about, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shop.kit import terms
from shop.kit.terms import Terms


@dataclass(frozen=True, slots=True)
class Scope:
    """Skus or products by their keys, none for all of them; from `since` on, before `until`."""

    goods: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None

    def covers(self, keys: Iterable[str]) -> bool:
        """Whether goods that go by these keys (the sku's, the product's) are meant."""
        return not self.goods or not self.goods.isdisjoint(keys)

    def begun(self, now: datetime | None) -> bool:
        return self.since is None or self.since <= _known(now)

    def over(self, now: datetime | None) -> bool:
        return self.until is not None and self.until <= _known(now)

    def runs(self, now: datetime | None) -> bool:
        """Raises ValueError when it depends on the moment and nobody says which."""
        return self.begun(now) and not self.over(now)


EVERYTHING = Scope()


def read(said: Terms) -> Scope:
    """From "goods", "from" and "until", each of them optional. Raises ValueError."""
    scope = Scope(
        said.read("goods", terms.names, frozenset()),
        said.read("from", terms.moment, None),
        said.read("until", terms.moment, None),
    )
    if scope.since and scope.until and scope.since >= scope.until:
        raise ValueError("until: it would be over before it begins")
    return scope


def _known(now: datetime | None) -> datetime:
    if now is None:
        raise ValueError("what has a time cannot be priced without a moment")
    return now
