"""店规: what each shop may settle for itself; a shop that says nothing has these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from shop.kit.money import ZERO, Money
from shop.kit.terms import word
from shop.rules import commission
from shop.rules.commission import Referral

A_FEN = Money(1)
A_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Level:
    """会员等级: from so many points ever earned on, this part (basis points) of the list price is paid."""

    name: str
    from_points: int
    pays_bp: int = 10_000


@dataclass(frozen=True, slots=True)
class Points:
    """`per_yuan` points for each whole yuan of goods paid, each worth `worth` when spent, on at most `most_bp` of the
    goods. 0 per yuan: the shop has no points. They run out at the end of the year, `years` after the one they came in;
    0: never."""

    per_yuan: int = 0
    worth: Money = A_FEN
    most_bp: int = 5_000
    levels: tuple[Level, ...] = ()
    years: int = 0


@dataclass(frozen=True, slots=True)
class TradeRules:
    points: Points = field(default_factory=Points)
    refund_at_once: Money = ZERO  # up to this much a buyer's request needs no yes
    after_sale: timedelta = A_DAY
    referral: Referral = field(default_factory=Referral)


def from_row(row: Mapping[str, Any] | None) -> TradeRules:
    """From Shop.rules, {"points": {"per_yuan": 1, "worth_fen": 1, "most_bp": 5000, "levels": [...], "years": 1},
    "refund_at_once_fen": 2000, "after_sale_hours": 24, "referral": {"first_bp": 300, "second_bp": 200}}. Raises ValueError for a word that it does not know or a
    number out of range."""
    said = dict(row or {})
    rules = TradeRules(
        points=_points(said.pop("points", {})),
        refund_at_once=Money(_number(said.pop("refund_at_once_fen", 0), 0, 10_000_000)),
        after_sale=timedelta(hours=_number(said.pop("after_sale_hours", 24), 0, 24 * 365)),
        referral=commission.from_row(said.pop("referral", {})),
    )
    if said:
        raise ValueError(f"not a rule of the shop: {', '.join(sorted(said))}")
    return rules


def _points(row: Mapping[str, Any]) -> Points:
    said = dict(row)
    levels = [_level(level) for level in said.pop("levels", ())]
    points = Points(
        per_yuan=_number(said.pop("per_yuan", 0), 0, 1_000),
        worth=Money(_number(said.pop("worth_fen", 1), 1, 10_000)),
        most_bp=_number(said.pop("most_bp", 5_000), 0, 10_000),
        levels=tuple(sorted(levels, key=lambda level: level.from_points)),
        years=_number(said.pop("years", 0), 0, 10),
    )
    if said:
        raise ValueError(f"not a rule for points: {', '.join(sorted(said))}")
    return points


def _level(row: Mapping[str, Any]) -> Level:
    level = Level(**row)
    word(level.name)
    _number(level.from_points, 0, 100_000_000)
    _number(level.pays_bp, 1, 10_000)
    return level


def _number(value: Any, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{value!r} is not a whole number from {least} to {most}")
    return value
