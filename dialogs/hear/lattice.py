"""词路: cut a folded message into pieces along the cheapest path through everything each stretch could be.

Product names, amounts, specs, times, places, small words and jieba's ordinary words all offer an edge; few and well
understood pieces are cheap. So 虾 in 龙虾 loses to 龙虾, 牛奶 in 牛奶糖 to 牛奶糖, while 香蕉苹果 is two products.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from dialogs.hear.codes import find_codes
from dialogs.hear.costs import cost_of
from dialogs.hear.dictionary import LONGEST, flags, notes, sound
from dialogs.hear.kinds import LONGEST as LONGEST_CUE
from dialogs.hear.kinds import Kinds
from dialogs.hear.lexicon import cues
from dialogs.hear.money import find_money
from dialogs.hear.names import Names
from dialogs.hear.normalise import Typed
from dialogs.hear.numbers import HAN, NUMBER, parse
from dialogs.hear.places import find_places
from dialogs.hear.quantities import Amounts, Quantity
from dialogs.hear.remarks import FoundRemark, find_remarks
from dialogs.hear.shorthand import ends_of_packs, find_short, find_sorts
from dialogs.hear.specs import GRAMS, MEASURE_ONLY, Spec, find_specs, measures_of
from dialogs.hear.times import find_times
from dialogs.hear.whom import find_people

NUMERAL = re.compile(  # 一二三 is no amount, nor is 50%
    rf"(?<![\d.a-z])(?![一二三四五六七八九]{{3}}){NUMBER}(?![\d.]| ?%)"
)
MEASURED = re.compile(rf"\d ?(?:{'|'.join((*GRAMS, *MEASURE_ONLY))})$")
LATIN = re.compile(r"[a-z][a-z'’._-]*")
GLUED, LONGEST_GLUED = re.compile(rf"[a-z](?=\d)|[{HAN}](?=[\d{HAN}])"), 12
DIGITS = re.compile(r"\d+")
NUMBERING = re.compile(r"(?m)(?:^|(?<=\n))\s*\d{1,2}[.、)](?!\d)|^- ?(?=[\u4e00-\u9fff])")
ONE_FIRST = re.compile(
    "(?:我|要|来|买|订|单|下|清|麻烦|老板)*[:：, ]*1[.、)](?!\\d)"
)  # 要：1、香蕉3斤 2、苹果2斤
INLINE = re.compile(r"(?<=[ :：,，;；\n])\d{1,2}[.、)](?=[\u4e00-\u9fff])")
ORDER = re.compile(r"(?<![\d.-])(?:\d{4}-\d{3}|20\d{6}-?\d{3})(?![\d-])")
MENTION = re.compile(r"@(?P<who>[^\s,，@]{1,20})")
BREAKS = "，,。;；!！?？\n、…"


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A stretch of one message; two are the same only where they are one."""

    kind: str
    start: int
    end: int
    text: str
    value: Any = None
    source: str = "exact"
    tag: str = ""  # what a cue does


Edge = tuple[
    int, str, Any, str, str
]  # end, kind, value, source, tag: a piece before anybody knows that it is needed
Step = tuple[float, int, Edge | None]  # what the way here costs, where its last edge began, and the edge


@dataclass(frozen=True, slots=True)
class Lattice:
    """What a shop's messages are cut by."""

    names: Names
    amounts: Amounts
    kinds: Kinds

    def cut(self, typed: Typed, *, codes: bool = False, by_sound: bool = True) -> tuple[Piece, ...]:
        """The pieces, in order, covering the message. A name heard only by sound must stand beside an amount."""
        pieces = self._path(typed, codes, by_sound)
        if by_sound and any(piece.source == "sound" for piece in pieces) and not _has_amount(pieces):
            return self._path(typed, codes, by_sound=False)
        return pieces

    def _path(self, typed: Typed, codes: bool, by_sound: bool) -> tuple[Piece, ...]:
        text, size = typed.text, len(typed.text)
        edges: list[list[Edge]] = [[] for _ in range(size)]
        for piece in self._special(typed, codes):
            edges[piece.start].append((piece.end, piece.kind, piece.value, piece.source, piece.tag))
        heard = notes(sound(text)) if by_sound else ""
        best: list[Step] = [(0.0, 0, None), *((1e9, 0, None) for _ in range(size))]
        for start in range(size):
            cost = best[start][0]
            for edge in (*edges[start], *self._plain(text, start), *self._heard(text, heard, start)):
                end = edge[0]
                total = cost + cost_of(edge[1], edge[3], text, start, end)
                if total < best[end][0] - 1e-9:
                    best[end] = (total, start, edge)
        return tuple(reversed(list(_back(best, text))))

    def _special(self, typed: Typed, codes: bool) -> Iterator[Piece]:
        """Pieces with numbers in them, found before any word is."""
        text = typed.text
        people = [
            one for one in find_people(text) if not any(self.names.at(text, one.start))
        ]  # 替换刷头 is goods
        for remark in find_remarks(text, self.amounts.units):
            if any(found.start == remark.start for found in people):
                continue  # A+1（给我姐）
            said = text[remark.said_from : remark.said_to]
            if remark.kind != "note" or not (self.names.written.get(said) or self._is_amount(said)):
                yield self._remark(typed, remark)  # +1（车厘子） names the goods
        for found in people:
            who = typed.typed(found.who_start, found.who_end)
            source = "behind" if found.behind else "exact"
            yield Piece("for", found.start, found.end, text[found.start : found.end], who, source)
        for match in MENTION.finditer(text):
            yield Piece("mention", match.start(), match.end(), match[0], match["who"])
        numbering = (NUMBERING, INLINE) if ONE_FIRST.match(text) else (NUMBERING,)
        for match in (found for pattern in numbering for found in pattern.finditer(text)):
            yield Piece("blank", match.start(), match.end(), match[0])
        for at in typed.circled:
            if at + 1 < len(text) and at + 1 not in typed.circled and any(self.names.at(text, at + 1)):
                yield Piece("break", at, at + 1, text[at])  # ①香蕉3斤②豆腐2块
        yield from self._counted(text)
        for short in find_short(text, self.kinds, self.names, self.amounts.units):
            said = text[short.start : short.end]
            spec = Spec(word=short.word, firm=True, text=said)
            yield Piece("specword", short.start, short.end, said, spec, "short")
        if codes:
            for code in find_codes(typed, self.amounts.unit):
                source = "run" if code.in_run else "exact"
                yield Piece("code", code.start, code.end, text[code.start : code.end], code.code, source)

    def _remark(self, typed: Typed, found: FoundRemark) -> Piece:
        kind, source = ("instead", "exact") if found.kind == "instead" else ("note", found.kind)
        said = typed.typed(found.said_from, found.said_to)
        return Piece(kind, found.start, found.end, typed.text[found.start : found.end], said, source)

    def _is_amount(self, note: str) -> bool:
        return bool(re.fullmatch(rf"{NUMBER} ?{self.amounts.unit}装?的?", note))

    def _counted(self, text: str) -> Iterator[Piece]:
        for match in ORDER.finditer(text):
            yield Piece("order", match.start(), match.end(), match[0], match[0])
        for place in find_places(text):
            kind, value = ("phone", place.phone) if place.phone else ("place", place.address)
            yield Piece(kind, place.start, place.end, text[place.start : place.end], value)
        for time in find_times(text):
            yield Piece("time", time.start, time.end, text[time.start : time.end], time.moment)
        for spec in find_specs(text, self.amounts.unit):
            yield Piece("spec", spec.start, spec.end, text[spec.start : spec.end], spec.spec)
        for amount in self.amounts.find(text):
            yield Piece("qty", amount.start, amount.end, text[amount.start : amount.end], amount.quantity)
        for at in self._ends_of_names(text):
            for amount in self.amounts.find(text[at:]):
                if not amount.start:  # 维C7瓶
                    yield Piece("qty", at, at + amount.end, text[at : at + amount.end], amount.quantity)
        yield from self._run_together(text)
        for sorts in find_sorts(text):
            yield Piece("sorts", sorts.start, sorts.end, text[sorts.start : sorts.end], sorts.count)
        for money in find_money(text):
            yield Piece("money", money.start, money.end, text[money.start : money.end], money.yuan)
        for match in NUMERAL.finditer(text):
            if (number := parse(match[0])) is not None:
                yield Piece("number", match.start(), match.end(), match[0], number)

    def _run_together(self, text: str) -> Iterator[Piece]:
        """500ml*12 and 4箱 of 500ml*124箱; where no such pack is sold the amount is not clear."""
        for start, digits, cut in ends_of_packs(text, self.kinds):
            for amount in self.amounts.find(text[cut or digits :]):
                if amount.start:
                    continue
                at, end = cut or start, (cut or digits) + amount.end
                unclear = Quantity(None, amount.quantity.unit, "unclear")
                quantity = amount.quantity if cut else unclear
                yield Piece("qty", at, end, text[at:end], quantity, "run")
                if cut:
                    spec = Spec(measures_of(text[start:cut]), firm=True, text=text[start:cut])
                    yield Piece("spec", start, cut, text[start:cut], spec, "run")

    def _ends_of_names(self, text: str) -> Iterator[int]:
        """Where a number is glued to a name or a size that ends with a Latin letter or a numeral: 牛二四瓶, 黑色M9件."""
        for end in (match.end() for match in GLUED.finditer(text)):
            starts = range(max(end - LONGEST_GLUED, 0), end)
            named = any(end == to for start in starts for to, _ in self.names.at(text, start))
            if named or any(text[start:end] in self.kinds.words for start in starts):
                yield end

    def _plain(self, text: str, start: int) -> Iterator[Edge]:
        char = text[start]
        for end, ids in self.names.at(text, start):
            if _whole_word(text, start, end) or self._ends_a_size(text, start):
                yield end, "product", ids, "exact", ""
        if char in BREAKS:
            yield start + 1, "break", None, "exact", ""
        elif not char.isalnum():
            yield start + 1, "blank", None, "exact", ""
        elif (latin := LATIN.match(text, start)) and not (
            start and text[start - 1].isascii() and text[start - 1].isalpha()
        ):
            if tag := cues().get(latin[0]):
                yield latin.end(), "cue", None, "exact", tag
            yield latin.end(), "latin", None, "exact", ""
        elif digits := DIGITS.match(text, start):
            yield digits.end(), "digits", None, "exact", ""
        yield start + 1, "char", None, "exact", ""
        if char.isalnum():
            yield from self._words(text, start)

    def _ends_a_size(self, text: str, at: int) -> bool:
        """黑色M before T恤 in 黑色MT恤."""
        return any(text[start:at] in self.kinds.words for start in range(max(at - LONGEST_CUE, 0), at - 1))

    def _words(self, text: str, start: int) -> Iterator[Edge]:
        tags, specs = cues(), self.kinds.words
        if text[start] in "这那":
            yield from self._pointing(text, start)
        longest = LONGEST_CUE if text[start : start + LONGEST] in self.kinds.heads else LONGEST
        for end in range(start + 1, min(start + longest, len(text)) + 1):
            word = text[start:end]
            if (tag := tags.get(word)) and word not in specs and _whole_word(text, start, end):
                goods = self.names.written.get(word[2:]) if tag == "note" and word[:2] == "不要" else ()
                yield end, "cue", goods or None, "exact", tag
            elif word in specs and (not word[0].isascii() or _whole_word(text, start, end)):
                yield end, "specword", Spec(word=specs[word], firm=True, text=word), "exact", ""
            elif 1 < end - start <= LONGEST and flags(word):
                yield end, "word", None, "exact", ""

    def _pointing(self, text: str, start: int) -> Iterator[Edge]:
        """那份, 这箱."""
        for end in range(start + 2, min(start + 4, len(text) + 1)):
            if text[start + 1 : end] in self.amounts.units:
                yield end, "cue", None, "exact", "this"

    def _heard(self, text: str, heard: str, start: int) -> Iterator[Edge]:
        if heard:
            for end, ids in self.names.heard_at(text, heard, start):
                yield end, "product", ids, "sound", ""


def _whole_word(text: str, start: int, end: int) -> bool:
    """A Latin name or word is not found inside a longer Latin word, but behind a measure: 9W in 9WLED灯泡."""
    inside_left = start > 0 and _is_latin(text[start]) and _is_latin(text[start - 1])
    if inside_left and MEASURED.search(text, max(start - LONGEST, 0), start):
        inside_left = False
    inside_left = inside_left or (text[start] == "x" and text[start - 1 : start].isdigit())  # 3XL is no XL
    inside_right = end < len(text) and _is_latin(text[end - 1]) and _is_latin(text[end])
    return not inside_left and not inside_right


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalpha()


def _back(best: list[Step], text: str) -> Iterator[Piece]:
    at = len(text)
    while at and (edge := best[at][2]) is not None:
        start = best[at][1]
        end, kind, value, source, tag = edge
        yield Piece(kind, start, end, text[start:end], value, source, tag)
        at = start


def _has_amount(pieces: tuple[Piece, ...]) -> bool:
    return any(piece.kind in ("qty", "spec", "number", "money") for piece in pieces)


def mark_emoji(pieces: tuple[Piece, ...], typed: Typed) -> tuple[Piece, ...]:
    """Products that were drawn, not written: they are asked about before they are sold."""
    marked = tuple(
        replace(p, source="emoji") if p.kind == "product" and p.start in typed.emoji else p for p in pieces
    )
    return tuple(replace(p, kind="blank") if _repeats(marked, at) else p for at, p in enumerate(marked))


def _repeats(pieces: tuple[Piece, ...], at: int) -> bool:
    """葡萄🍇3斤: the drawing says again what is written beside it."""
    piece = pieces[at]
    if piece.source != "emoji":
        return False
    beside = [p for p in (*pieces[max(0, at - 1) : at], *pieces[at + 1 : at + 2]) if p.kind == "product"]
    return any(p.value == piece.value and p.source != "emoji" for p in beside)
