"""计量: which words mean one unit, what weighs, what is counted by the piece."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from dialogs.hear.lexicon import lines
from dialogs.hear.specs import measure
from shop.goods import Catalogue


def tidy(value: Decimal) -> Decimal:
    """2.50 → 2.5, 20 stays 20 (normalize alone would say 2E+1)."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def is_weight(catalogue: Catalogue, unit: str) -> bool:
    known = catalogue.unit.get(unit)
    return known.kind == "weight" if known else measure(Decimal(1), unit)[1] == "g"


def pieces(catalogue: Catalogue, unit: str) -> int | None:
    known = catalogue.unit.get(unit)
    return known.pieces if known and known.pieces else {"打": 12, "对": 2, "双": 2}.get(unit)


def is_piece(catalogue: Catalogue, unit: str) -> bool:
    known = catalogue.unit.get(unit)
    return bool(known and known.kind == "count" and not known.pieces)


def same_unit(catalogue: Catalogue, sold: str, said: str) -> bool:
    """Two words for one unit: what the catalogue says, and what everybody says (听 and 罐)."""
    if sold.lower() == said:
        return True
    aliases = {a.lower() for name in (sold, said) if (unit := catalogue.unit.get(name)) for a in unit.aliases}
    if said in aliases or sold.lower() in aliases:
        return True
    return any(sold in alike and said in alike for alike in _alike())


@cache
def _alike() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(one.split()) for one in lines("units_alike.txt"))
