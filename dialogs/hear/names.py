"""名: every name of every product, ready to be found in a sentence: as written, by sound, by a part of it.

A table of prefixes each: looking a name up costs the length of the name, however many names a shop has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dialogs.hear.dictionary import is_common, notes, slurred, sound, sounds, syllables
from dialogs.hear.lexicon import words
from dialogs.hear.normalise import fold
from dialogs.hear.table import Ids, Table
from shop.goods import Product

HAN_ONLY = re.compile("[\u4e00-\u9fff]+")
LONGEST_PACK = 5
BRACKETS = re.compile(r"[(\[【「].*?[)\]】」]")
CODED = re.compile(r"^([\da-z]+)(?=[\u4e00-\u9fff]{2})")  # 2b的铅笔, of 2b铅笔
SPEC_TAIL = re.compile(
    r"[ /]*\d[\d.]*(?:ml|l|g|kg|斤|克|升|毫升|公斤|枚|只|个|片|支|根)(?:[*x]\d+[一-鿿]?)?装?$"
)


@dataclass(frozen=True, slots=True)
class Names:
    written: Table
    sounds: Table  # in notes, one a character
    slurred: Table  # the same as a southern ear hears them
    latin: Table  # pingguo, pg
    ends: Table  # every end of a name, down to its last character: what a name has in it, begins one of them

    def at(self, text: str, start: int) -> Iterator[tuple[int, Ids]]:
        """Where names begin at `start`: their ends and products."""
        return self.written.at(text, start)

    def heard_at(self, text: str, heard: str, start: int) -> Iterator[tuple[int, Ids]]:
        """Names that sound exactly like what begins at `start` and are written otherwise; `heard` is the text in notes."""
        for end, ids in self.sounds.at(heard, start):
            word = text[start:end]
            if not is_common(word) and not self.written.get(word):
                yield end, ids

    def like(self, word: str) -> Ids:
        """Products somebody may have meant: by sound, by letters, then by a part of the name."""
        found = [*self.latin.get(word)]
        if not word.isascii():
            found += self.sounds.get(notes(sound(word)))
            found += self.slurred.get(notes(map(slurred, sound(word))))
        return tuple(dict.fromkeys(found))

    def having(self, word: str) -> Ids:
        """Products with a name that ends with the word (橙 → 橙, 脐橙), or else contains it."""
        return self.ending_with(word) or (() if word.isascii() else self.ends.beginning_with(word))

    def ending_with(self, word: str) -> Ids:
        return () if word.isascii() else self.ends.get(word)


def written_names(product: Product) -> Iterator[str]:
    """Each way a name may be typed: whole, without its brackets, without the pack size behind it."""
    for name in (product.name, *product.aliases):
        folded = fold(name)
        whole = name if folded == name else folded  # the same text is kept once
        short = SPEC_TAIL.sub("", BRACKETS.sub("", whole)).strip()
        open_ = re.sub(r"[()\[\]【】「」]", "", whole)
        told = CODED.sub(r"\1的", whole)
        yield from dict.fromkeys(one for one in (whole, open_, short, whole.replace(" ", ""), told) if one)


def _by_their_packs(products: Iterable[Product]) -> Iterator[tuple[str, Ids]]:
    """高枕, as the 荞麦枕 in that size is called: a pack's name that ends as the goods' do, of no other goods, and no
    unit (礼盒)."""
    found: dict[str, set[str]] = {}
    for product in products:
        specs = {fold(sku.spec) for sku in product.skus if 1 < len(sku.spec) < LONGEST_PACK}
        heads = {name[-1:] for name in (product.name, *product.aliases)} - words("units.txt")
        for spec in specs if len(product.skus) > 1 else ():
            if spec[-1:] in heads and HAN_ONLY.fullmatch(spec):
                found.setdefault(spec, set()).add(product.id)
    yield from ((spec, tuple(ids)) for spec, ids in found.items() if len(ids) == 1)


def index(products: Iterable[Product]) -> Names:
    products = tuple(products)
    written: list[tuple[str, Ids]] = [*_by_their_packs(products)]
    by_sound: list[tuple[str, Ids]] = []
    seldom: list[tuple[str, Ids]] = []  # 白 as bo: heard only where no name is read so at first
    slurs: list[tuple[str, Ids]] = []
    latin: list[tuple[str, Ids]] = []
    ends: list[tuple[str, Ids]] = []
    for product in products:
        id = product.id
        ids = (id,)  # one for all the tables
        for name in dict.fromkeys(written_names(product)):
            written.append((name, ids))
            ends += ((name[at:], ids) for at in range(len(name)))
            if len(name) > 1 and all(char in syllables() for char in name):
                heard = sound(name)
                first, *others = map(notes, sounds(name))
                by_sound.append((first, ids))
                seldom += ((one, ids) for one in others)
                slurs.append((notes(map(slurred, heard)), ids))
                latin.append(("".join(heard), ids))
                latin.append(("".join(syllable[0] for syllable in heard), ids))
    first_read = {heard for heard, _ in by_sound}
    return Names(
        Table(written),
        Table(by_sound + [one for one in seldom if one[0] not in first_read]),
        Table(slurs),
        Table(latin),
        Table(ends),
    )
