"""意: what a message is about, by the weight of its signs. The worths are in words/intents.toml."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from dialogs.hear.lexicon import table
from dialogs.hear.signs import Signs


@dataclass(frozen=True, slots=True)
class Intent:
    name: str
    score: int
    why: str  # the sign that weighed most, in the words of the message


def weigh(signs: Signs) -> list[Intent]:
    """Every intent that anything speaks for, the heaviest first."""
    found, worths = signs.found, _worths()
    score: dict[str, int] = defaultdict(int)
    best: dict[str, tuple[int, str]] = {}
    for sign, shown in found.items():
        for others, name, worth in worths.get(sign, ()):
            if all(other in found for other in others):
                score[name] += worth
                if shown and worth > best.get(name, (0, ""))[0]:
                    best[name] = (worth, shown)
    ranked = sorted(score.items(), key=lambda one: -one[1])
    return [Intent(name, worth, best.get(name, (0, ""))[1]) for name, worth in ranked if worth > 0]


@cache
def speaking_for(name: str) -> frozenset[str]:
    """The signs that are worth something for an intent, alone or with others."""
    return frozenset(sign for signs, worth in _listed(name) if worth > 0 for sign in signs)


@dataclass(frozen=True, slots=True)
class Manners:
    """When an intent may be answered: in a group that did not ask the shop, and beside an order."""

    group: str  # goods, clean, near or never
    plain: re.Pattern[str] | None
    left: int  # characters that may stay unexplained
    beside: bool  # and, anywhere: may it be answered beside a full order


@cache
def manners(name: str) -> Manners:
    one = table("intents.toml")[name]
    plain = re.compile(one["plain"].replace("〇", "〇+")) if "plain" in one else None
    return Manners(one.get("group", "never"), plain, one.get("left", 2), one.get("beside", False))


@cache
def _worths() -> Mapping[str, tuple[tuple[tuple[str, ...], str, int], ...]]:
    """Sign → the signs that must be there as well, the intent, what it is worth."""
    found: dict[str, list[tuple[tuple[str, ...], str, int]]] = defaultdict(list)
    for name in table("intents.toml"):
        for (first, *others), worth in _listed(name):
            found[first].append((tuple(others), name, worth))
    return {sign: tuple(worths) for sign, worths in found.items()}


def _listed(name: str) -> Iterator[tuple[list[str], int]]:
    """Signs that count when they come together, and what they are worth."""
    for key, needed in table("intents.toml")[name].items():
        if key.lstrip("-").isdigit():
            for signs in needed.split():
                yield signs.split("+"), int(key)
