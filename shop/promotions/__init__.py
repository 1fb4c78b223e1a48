"""促销: one file per promotion; each registers its kind here by being in this folder.

Every kind knows "id", "goods" (skus or products), "from", "until", "priority" and "coupons" (false forbids them)
beside the terms of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from shop.kit.terms import Terms
from shop.rules.promotions import About, Promotion, read_about

Maker = Callable[[About, Terms], Promotion]


@cache
def kinds() -> Mapping[str, Maker]:
    """Every promotion kind and what makes one from its terms."""
    return {m.name: import_module(f"{__name__}.{m.name}").from_terms for m in iter_modules(__path__)}


def from_terms(kind: str, terms: Mapping[str, Any]) -> Promotion:
    """A promotion from its row or file entry. Raises ValueError for an unknown kind or wrong terms."""
    known = kinds()
    if kind not in known:
        raise ValueError(f"no promotion of kind {kind!r}; known: {', '.join(sorted(known))}")
    try:
        said = Terms(terms)
        made = known[kind](read_about(kind, said), said)
        said.done()
    except ValueError as exc:
        raise ValueError(f"{kind}: {exc}") from exc
    return made
