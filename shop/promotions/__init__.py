"""促销: one file per promotion; each registers its kind here by being in this folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from shop.rules.pricing import BasketPromotion

Maker = Callable[[Mapping[str, Any]], BasketPromotion]


def kinds() -> dict[str, Maker]:
    """Every promotion kind and what makes one from its terms."""
    return {m.name: import_module(f"{__name__}.{m.name}").from_terms for m in iter_modules(__path__)}


def from_terms(kind: str, terms: Mapping[str, Any]) -> BasketPromotion:
    """A promotion from its row or file entry. Raises ValueError for an unknown kind or wrong terms."""
    known = kinds()
    if kind not in known:
        raise ValueError(f"no promotion of kind {kind!r}; known: {', '.join(sorted(known))}")
    return known[kind](terms)
