"""词: the word lists in dialogs/words, read once. Words live in files a shopkeeper can read and extend."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

WORDS = files("dialogs") / "words"


def lines(name: str) -> Iterator[str]:
    """The words of a list: one or several to a line, `#` starts a comment."""
    for line in (WORDS / name).read_text(encoding="utf-8").splitlines():
        if text := line.split("# ", 1)[0].strip():
            yield text


def pairs(name: str) -> Iterator[tuple[str, str]]:
    """Lists of `this that`: what is typed and what it stands for."""
    for line in lines(name):
        typed, meant = line.split()
        yield typed, meant


@cache
def words(name: str) -> frozenset[str]:
    return frozenset(word for line in lines(name) for word in line.split())


@cache
def table(name: str) -> Mapping[str, Any]:
    return tomllib.loads((WORDS / name).read_text(encoding="utf-8"))


@cache
def cues() -> Mapping[str, str]:
    """Every small word of the order language and what it does: 来 → buy, 各 → each, 谢谢 → polite."""
    tags: dict[str, str] = {}
    for tag, listed in table("cues.toml").items():
        for word in listed.split():
            tags.setdefault(word, tag)  # the first list that has a word decides
    return tags


@cache
def faults() -> frozenset[str]:
    """What is wrong with goods that were bought: 漏水, 掉色."""
    signs = table("signs.toml")["words"]
    return frozenset(f"{signs['damage']} {signs['worn']}".split())


@cache
def patterns(name: str) -> Mapping[str, re.Pattern[str]]:
    """A TOML table of lists of regular expressions, each list as one expression."""
    return {key: re.compile("|".join(f"(?:{one})" for one in listed)) for key, listed in table(name).items()}
