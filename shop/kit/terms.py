"""条件: what a merchant's file or row says, read as hostile data; every fault is one sentence that names its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from shop.kit.money import ZERO, Money
from shop.kit.quantity import Quantity

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")

MOST_STEPS = 20
MOST_NAMES = 500
MOST_PIECES = 999
_MISSING: object = object()


class Terms:
    """Names and values, each read once by the reader it needs; what nobody reads is a misspelling."""

    def __init__(self, data: object) -> None:
        if not isinstance(data, Mapping) or not all(isinstance(key, str) for key in data):
            raise ValueError("the terms are not a table of names and values")
        self._data: Mapping[str, object] = data
        self._known: set[str] = set()

    def read(self, key: str, reader: Callable[[object], T], default: T | object = _MISSING) -> T:
        """The value under this key. Raises ValueError when it is missing without a default, or wrong."""
        self._known.add(key)
        if key not in self._data:
            if default is _MISSING:
                raise ValueError(f"{key!r} is missing")
            return default  # type: ignore[return-value]  # a default is a T, only the mark of none is not
        try:
            return reader(self._data[key])
        except ValueError as exc:
            raise ValueError(f"{key}: {exc}") from exc

    def done(self) -> None:
        """Raises ValueError for names that nobody has read."""
        if unknown := self._data.keys() - self._known:
            raise ValueError(f"unknown terms {sorted(unknown)}; known: {', '.join(sorted(self._known))}")


def money(value: object) -> Money:
    """Yuan, nothing or more: "29.90", 5."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"not an amount in yuan: {value!r}")
    amount = Money.parse(str(value))
    if amount < ZERO:
        raise ValueError(f"less than nothing: {value!r}")
    return amount


def some_money(value: object) -> Money:
    amount = money(value)
    if not amount:
        raise ValueError(f"not more than nothing: {value!r}")
    return amount


def rate(value: object) -> int:
    """折 as it is said ("8.8", "88", "9"), as the basis points that are left to pay."""
    text = str(value)
    if (
        isinstance(value, bool)
        or not text.isascii()
        or not text.replace(".", "", 1).isdigit()
        or len(text) > 4
    ):
        raise ValueError(f"not a rate in 折: {value!r}")
    said = Decimal(text)
    if not 0 < said < 100 or said == 10:  # 10折 is no rate, and nobody means 1折 by it
        raise ValueError(f"a rate is between 0 and 10 折: {value!r}")
    return int(said * (1000 if said < 10 else 100))


def share_of_all(value: object) -> int:
    """Percent from 1 to 100, in basis points."""
    return whole(value, most=100) * 100


def whole(value: object, *, most: int = MOST_PIECES) -> int:
    """A whole number from 1 to `most`."""
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise ValueError(f"not a whole number: {value!r}")
    if not 1 <= int(text) <= most:
        raise ValueError(f"not between 1 and {most}: {value!r}")
    return int(text)


def pieces(value: object) -> Quantity:
    return Quantity.of(whole(value))


def order(value: object) -> int:
    """A priority: any small whole number."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 1000:
        raise ValueError(f"not a whole number from -1000 to 1000: {value!r}")
    return value


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"neither true nor false: {value!r}")
    return value


def word(value: object) -> str:
    """A name or a few words: 1 to 24 characters, all of them visible."""
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= 24 or not value.isprintable():
        raise ValueError(f"not a short name: {value!r}")
    return value.strip()


def names(value: object) -> frozenset[str]:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MOST_NAMES:
        raise ValueError(f"not a list of 1 to {MOST_NAMES} names")
    return frozenset(word(name) for name in value)


def moment(value: object) -> datetime:
    """A date and time with its place on the globe: 2026-05-01T10:00+08:00."""
    if not isinstance(value, str):
        raise ValueError(f"not a moment: {value!r}")
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError(f"a moment needs its offset (+08:00): {value!r}")
    return found


def steps(
    first: Callable[[object], A], second: Callable[[object], B]
) -> Callable[[object], tuple[tuple[A, B], ...]]:
    """Reads a list of pairs, lowest first; no two begin alike."""

    def read(value: object) -> tuple[tuple[A, B], ...]:
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= MOST_STEPS:
            raise ValueError(f"not a list of 1 to {MOST_STEPS} steps")
        for step in value:
            if not isinstance(step, list | tuple) or len(step) != 2:
                raise ValueError(f"not a pair: {step!r}")
        found = {first(one): second(other) for one, other in value}
        if len(found) != len(value):
            raise ValueError("two steps begin alike")
        return tuple(sorted(found.items()))

    return read
