"""字典: what ordinary words there are (jieba's dictionary) and how a character sounds (pypinyin's table).

Both are read from the packages' data files. jieba's own start keeps half a million prefixes and a cache in /tmp
that anybody could plant; the reader needs neither, and one copy serves every shop.
"""

from __future__ import annotations

import json
import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

LONGEST = 4  # longer entries are phrases and names, which only hide the goods in them
COMMON = 50  # jieba's count from which a word is an ordinary one
RARE = 10  # and below which it is often an accident: 条鱼, 要姜
OTHER, THING, NAME = 0, 1, 2  # what a word is, in the two low bits of its flags
SELDOM, KNOWN, OFTEN = 1, 2, 3  # how often it is seen, in the two above; 0 is no word
HAN = "。"  # Python hashes bytes, and those of 捡 are those of ac; with a Han character behind them they are not
BITS = 20  # a million cells, a third of them taken
LAST, MARKS = (1 << BITS) - 1, (1 << 28) - 1


def package_file(package: str, name: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"{package} is not installed")
    return Path(spec.origin).parent / name


class Lexicon:
    """342,000 words in four megabytes: of each only a fingerprint and what is asked of it, in a table of cells.

    A word's cell is found by its hash; a taken cell sends the search to the next. No word is kept, so two words with
    one fingerprint in neighbouring cells would be one: once in some hundred million look-ups.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._cells = cells = array("I", bytes(4 << BITS))
        levels, kinds = _Levels(), _Kinds()
        for line in lines:
            word, count, tag = line.split(" ")
            if len(word) > LONGEST:
                continue
            hashed = hash(word + HAN)
            at, mark = hashed & LAST, (hashed >> BITS & MARKS) << 4
            while (cell := cells[at]) and cell >> 4 != mark >> 4:
                at = (at + 1) & LAST
            cells[at] = mark | levels[count] | kinds[tag]

    def flags(self, word: str) -> int:
        """What is known of a word: its level and its kind; 0 for a word nobody wrote down."""
        cells, hashed = self._cells, hash(word + HAN)
        at, mark = hashed & LAST, hashed >> BITS & MARKS
        while cell := cells[at]:
            if cell >> 4 == mark:
                return cell & 15
            at = (at + 1) & LAST
        return 0


class _Levels(dict[str, int]):
    """A count as written → how often the word is seen, in the two high bits."""

    def __missing__(self, count: str) -> int:
        seen = int(count)
        level = self[count] = (SELDOM if seen < RARE else OFTEN if seen >= COMMON else KNOWN) << 2
        return level


class _Kinds(dict[str, int]):
    """jieba's part of speech → other, thing or name, in the two low bits."""

    def __missing__(self, tag: str) -> int:
        kind = self[tag] = OTHER if tag[0] != "n" else NAME if tag[:2] in ("nr", "ns", "nt") else THING
        return kind


@cache
def lexicon() -> Lexicon:
    with package_file("jieba", "dict.txt").open(encoding="utf-8") as lines:
        return Lexicon(lines)


@lru_cache(maxsize=8_192)  # a chat says the same words again and again
def flags(word: str) -> int:
    return lexicon().flags(word)


def is_known(word: str) -> bool:
    return flags(word) > 0


def is_common(word: str) -> bool:
    return flags(word) >> 2 == OFTEN


def is_rare(word: str) -> bool:
    return flags(word) >> 2 <= SELDOM


def is_noun(word: str) -> bool:
    """Things and names. Words the dictionary does not have are things: new goods are what it lacks."""
    return flags(word) & 3 != OTHER or not is_known(word)


def is_thing(word: str) -> bool:
    """Things only; among the names of people jieba files many odd words."""
    return flags(word) & 3 == THING or not is_known(word)


@cache
def syllables() -> Mapping[str, str]:
    """Character → its first reading, without tone."""
    return {char: sounds[0] for char, sounds in readings().items()}


@cache
def readings() -> Mapping[str, tuple[str, ...]]:
    """Character → the ways it is read, without tone: 茄 is jia in 雪茄, qie in 茄子."""
    written = package_file("pypinyin", "pinyin_dict.json").read_text(encoding="utf-8")
    table = json.loads(_toneless(written))
    said = ((chr(int(code)), sounds) for code, sounds in table.items() if int(code) < 0x9FA6)
    return {char: tuple(dict.fromkeys(sounds.split(","))) for char, sounds in said}


def _toneless(text: str) -> str:
    """The whole table at once: a call for each of its sounds would take longer than to read it."""
    marked = unicodedata.normalize("NFD", text).replace("u\u0308", "v")
    return re.sub("[\u0300-\u036f]+", "", marked)


def sound(text: str) -> tuple[str, ...]:
    """How a text is read, a syllable each; characters without a sound stand for themselves."""
    table = syllables()
    return tuple(table.get(char, char) for char in text)


def notes(heard: Iterable[str]) -> str:
    """A text as it sounds, one character a syllable, so that it stands beside what is written place by place."""
    table = _notes()
    return "".join(table.get(syllable, syllable) for syllable in heard)


@cache
def _notes() -> Mapping[str, str]:
    """Syllable → a character nobody can type: normalise drops those for private use."""
    every = dict.fromkeys(sound for heard in readings().values() for sound in heard)
    return {syllable: chr(0xE000 + n) for n, syllable in enumerate(every)}


def sounds(name: str) -> Iterator[tuple[str, ...]]:
    """How a name may be read: by the first reading of each character, or with the second of one of them."""
    first = sound(name)
    yield first
    for at, char in enumerate(name):
        for other in readings().get(char, ())[1:2]:
            yield (*first[:at], other, *first[at + 1 :])


FOLDS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))


@cache
def slurred(syllable: str) -> str:
    """A syllable as a southern ear hears it: zh=z, ch=c, sh=s, ng=n, l=n."""
    for wide, narrow in FOLDS:
        syllable = syllable.replace(wide, narrow)
    return re.sub("^l", "n", syllable)
