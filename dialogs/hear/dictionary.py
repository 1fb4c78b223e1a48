"""字典: what ordinary words there are (jieba's dictionary) and how a character sounds (pypinyin's table).

Both are read from the packages' data files. jieba's own start keeps half a million prefixes and a cache in /tmp
that anybody could plant; the reader needs neither, and one copy serves every shop.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

LONGEST = 4  # longer entries are phrases and names, which only hide the goods in them
COMMON = 50  # jieba's count from which a word is an ordinary one
RARE = 10  # and below which it is often an accident: 条鱼, 要姜
OTHER, THING, NAME = 0, 1, 2  # what a word is, in the two low bits of its entry


def _package_file(package: str, name: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"{package} is not installed")
    return Path(spec.origin).with_name(name)


@cache
def entries() -> Mapping[str, int]:
    """Word → how often jieba's corpus has it, times four, plus what it is: one small number a word."""
    found: dict[str, int] = {}
    with _package_file("jieba", "dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, count, tag = line.split(" ", 2)
            if len(word) <= LONGEST:
                found[word] = int(count) * 4 + _kind(tag)
    return found


def _kind(tag: str) -> int:
    if tag[0] != "n":
        return OTHER
    return NAME if tag[:2] in ("nr", "ns", "nt") else THING


def is_known(word: str) -> bool:
    return word in entries()


def is_common(word: str) -> bool:
    return entries().get(word, 0) >= COMMON * 4


def is_rare(word: str) -> bool:
    return entries().get(word, 0) < RARE * 4


def is_noun(word: str) -> bool:
    """Things and names. Words the dictionary does not have are things: new goods are what it lacks."""
    return entries().get(word, THING) & 3 != OTHER


def is_thing(word: str) -> bool:
    """Things only; among the names of people jieba files many odd words."""
    return entries().get(word, THING) & 3 == THING


@cache
def syllables() -> Mapping[str, str]:
    """Character → its first reading, without tone."""
    table = json.loads(_package_file("pypinyin", "pinyin_dict.json").read_text(encoding="utf-8"))
    return {chr(int(code)): _toneless(sounds) for code, sounds in table.items() if int(code) < 0x9FA6}


def _toneless(sounds: str) -> str:
    marked = unicodedata.normalize("NFD", sounds.split(",", 1)[0]).replace("u\u0308", "v")
    return "".join(char for char in marked if "a" <= char <= "z")


def sound(text: str) -> tuple[str, ...]:
    """How a text is read, a syllable each; characters without a sound stand for themselves."""
    table = syllables()
    return tuple(table.get(char, char) for char in text)


FOLDS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))


@cache
def slurred(syllable: str) -> str:
    """A syllable as a southern ear hears it: zh=z, ch=c, sh=s, ng=n, l=n."""
    for wide, narrow in FOLDS:
        syllable = syllable.replace(wide, narrow)
    return re.sub("^l", "n", syllable)
