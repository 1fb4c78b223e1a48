"""洗字: one spelling for everything people type, with a map back to what they typed.

Full-width and circled forms (NFKC), traditional characters, emoji, zero-width characters and runs of blanks are
folded. Every normalised character knows the stretch of typed text it came from, so spans never lie.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from dialogs.hear.dictionary import package_file
from dialogs.hear.lexicon import pairs, words
from dialogs.hear.reading import Span

SPECIAL = {
    "×": "x",
    "✖": "x",
    "✕": "x",
    "〜": "~",
    "～": "~",
    "—": "-",
    "－": "-",
    "−": "-",
    "–": "-",
    "＃": "#",
    "➕": "+",
    "℃": "度",
}
STICKER = re.compile(r"\[([\u4e00-\u9fffA-Za-z0-9]{1,5})\]")  # [强]
SIGNS = ("So", "Sk")  # drawn or set apart; the others that are left out are seen by nobody
BLANKS = " \t\r\u00a0\u3000"


@dataclass(frozen=True, slots=True)
class Typed:
    """A message after folding. `starts`/`ends` give, for each character, where it came from."""

    text: str
    raw: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    emoji: frozenset[int]  # positions that were drawn, not written
    circled: frozenset[int]  # positions that were ①②③: item numbers rather than amounts

    def span(self, start: int, end: int) -> Span:
        if start >= end:
            at = self.starts[start] if start < len(self.starts) else len(self.raw)
            return Span(at, at)
        return Span(self.starts[start], self.ends[end - 1])

    def typed(self, start: int, end: int) -> str:
        span = self.span(start, end)
        return self.raw[span.start : span.end]


def normalise(raw: str) -> Typed:
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    emoji: set[int] = set()
    circled: set[int] = set()
    apart = False  # a sign was left out here
    for start, end, word, kind in _folded(raw):
        if not word:
            apart = True
            continue
        numerals = bool(text) and text[-1].isdigit() and word[0].isdigit()
        if numerals and (apart or kind == "circled" or len(text) - 1 in circled):
            word = f" {word}"  # 3❤5斤 and 2³斤 are no 35 and no 23
        apart = False
        if word == " " and (not text or text[-1] in " \n"):
            continue
        if word == "\n" and text and text[-1] == " ":
            text.pop(), starts.pop(), ends.pop()
        if kind:
            marked = emoji if kind == "emoji" else circled
            marked.update(range(len(text), len(text) + len(word)))
        text += word
        starts += [start] * len(word)
        ends += [end] * len(word)
    return Typed("".join(text), raw, tuple(starts), tuple(ends), frozenset(emoji), frozenset(circled))


def fold(name: str) -> str:
    """A name as the reader will meet it in a folded message; where its characters came from is not asked."""
    return re.sub(" +", " ", "".join(word for _, _, word, _ in _folded(name))).strip()


def _folded(raw: str) -> Iterator[tuple[int, int, str, str]]:
    drawn, simple = _drawn(), _simplified()
    stuck = {
        at
        for match in STICKER.finditer(raw)
        if match[1] in words("stickers.txt")
        for at in range(*match.span())
    }
    for at, char in enumerate(raw):
        if at in stuck:
            continue
        if char in drawn:
            yield at, at + 1, drawn[char], "emoji"
            continue
        word = _plain(char)
        kind = "circled" if unicodedata.category(char) == "No" else ""
        if word or unicodedata.category(char) in SIGNS:
            yield at, at + 1, word.translate(simple), kind


@cache
def _plain(char: str) -> str:
    """One typed character as zero or more folded ones."""
    if char in BLANKS:
        return " "
    if char == "\n" or char in SPECIAL:
        return SPECIAL.get(char, char)
    if unicodedata.category(char) in ("Cf", "Mn", "Me", "Cc", "Cs", "Co", "Cn", "Sk", "So") and not _circled(
        char
    ):
        return ""
    folded = unicodedata.normalize("NFKC", char).replace("\u2044", "/")  # ½ is 1/2
    return folded.lower() if len(folded.lower()) == len(folded) else folded


def _circled(char: str) -> bool:
    """㊀ and Ⓐ are filed under symbols, but they are numbers and letters."""
    return any(part.isalnum() for part in unicodedata.normalize("NFKC", char))


@cache
def _drawn() -> Mapping[str, str]:
    return dict(pairs("emoji.txt"))


@cache
def _simplified() -> Mapping[int, str]:
    """Traditional to simplified, character by character: lengths stay, and so do offsets. Of OpenCC only its list of
    characters is needed; where it offers several, the first is the usual one."""
    listed = package_file("opencc", "dictionary/TSCharacters.txt").read_text(encoding="utf-8")
    rows = (line.replace("\t", " ").split(" ") for line in listed.splitlines())
    table = {ord(a): b for a, b, *_ in rows if len(a) == len(b) == 1}
    return table | {ord(a): b for a, b in pairs("variants.txt")}
