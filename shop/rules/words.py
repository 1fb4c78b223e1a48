"""学词: which words may become another name of goods, as far as their form tells."""

from __future__ import annotations

from collections.abc import Container

SHORTEST, LONGEST = 2, 12  # characters: one says too little, a sentence is no name
WHOLE = "…"  # no word begins with it
NUMERALS = frozenset("零〇一二三四五六七八九十百千万两半几俩仨")


def may_be_a_name(word: str, units: Container[str]) -> bool:
    """Letters only, neither a number nor a unit."""
    return (
        SHORTEST <= len(word) <= LONGEST
        and word.isalpha()
        and not NUMERALS.issuperset(word)
        and word not in units
    )


def likeness(text: str, word: str) -> str:
    """What messages have in common that wait for the same lesson: the unknown word; where nobody knows which word it
    is, the whole message without its numbers."""
    if word:
        return word
    return WHOLE + "".join(char for char in text if char.isalpha() and char not in NUMERALS)
