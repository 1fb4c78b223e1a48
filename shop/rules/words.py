"""学词: which words may become another name of goods, as far as their form tells."""

from __future__ import annotations

from collections.abc import Container

SHORTEST, LONGEST = 2, 12  # characters: one says too little, a sentence is no name
NUMERALS = frozenset("零〇一二三四五六七八九十百千万两半几俩仨")


def may_be_a_name(word: str, units: Container[str]) -> bool:
    """Letters only, neither a number nor a unit."""
    return (
        SHORTEST <= len(word) <= LONGEST
        and word.isalpha()
        and not NUMERALS.issuperset(word)
        and word not in units
    )
