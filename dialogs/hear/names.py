"""名: every name of every product, ready to be found in a sentence: as written, by sound, by a part of it.

One dictionary of prefixes each: looking a name up costs the length of the name, however many names a shop has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dialogs.hear.dictionary import is_common, slurred, sound, sounds, syllables
from dialogs.hear.normalise import fold
from shop.goods import Product

Ids = tuple[str, ...]
BRACKETS = re.compile(r"[(\[【「].*?[)\]】」]")
SPEC_TAIL = re.compile(
    r"[ /]*\d[\d.]*(?:ml|l|g|kg|斤|克|升|毫升|公斤|枚|只|个|片|支|根)(?:[*x]\d+[一-鿿]?)?装?$"
)


@dataclass(frozen=True, slots=True)
class Names:
    written: Mapping[str, Ids]  # a prefix of some name has ()
    sounds: Mapping[tuple[str, ...], Ids]
    slurred: Mapping[tuple[str, ...], Ids]
    latin: Mapping[str, Ids]  # pingguo, pg
    parts: Mapping[str, Ids]  # any character of a name
    spelled: Mapping[str, tuple[str, ...]]  # each product's names as they may be typed

    def at(self, text: str, start: int) -> Iterator[tuple[int, Ids]]:
        """Where names begin at `start`: their ends and products."""
        for end in range(start + 1, len(text) + 1):
            ids = self.written.get(text[start:end])
            if ids is None:
                return
            if ids:
                yield end, ids

    def heard_at(self, text: str, heard: tuple[str, ...], start: int) -> Iterator[tuple[int, Ids]]:
        """Names that sound exactly like what begins at `start` and are written otherwise."""
        for end in range(start + 1, len(text) + 1):
            ids = self.sounds.get(heard[start:end])
            if ids is None:
                return
            word = text[start:end]
            if ids and not is_common(word) and not self.written.get(word):
                yield end, ids

    def like(self, word: str) -> Ids:
        """Products somebody may have meant: by sound, by letters, then by a part of the name."""
        found = [*self.latin.get(word, ())]
        if not word.isascii():
            found += self.sounds.get(sound(word), ())
            found += self.slurred.get(tuple(map(slurred, sound(word))), ())
        return tuple(dict.fromkeys(found))

    def having(self, word: str) -> Ids:
        """Products with a name that ends with the word (橙 → 橙, 脐橙), or else contains it."""
        return self.ending_with(word) or tuple(
            id for id, names in self._with(word) if any(word in n for n in names)
        )

    def ending_with(self, word: str) -> Ids:
        return tuple(id for id, names in self._with(word) if any(n.endswith(word) for n in names))

    def _with(self, word: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The products that may have it in a name: those of its rarest character."""
        if not word or word.isascii():
            return
        for id in min((self.parts.get(char, ()) for char in word), key=len):
            yield id, self.spelled[id]


def written_names(product: Product) -> Iterator[str]:
    """Each way a name may be typed: whole, without its brackets, without the pack size behind it."""
    for name in (product.name, *product.aliases):
        whole = fold(name)
        short = SPEC_TAIL.sub("", BRACKETS.sub("", whole)).strip()
        open_ = re.sub(r"[()\[\]【】「」]", "", whole)
        yield from dict.fromkeys(one for one in (whole, open_, short, whole.replace(" ", "")) if one)


Table = dict[Any, dict[str, None]]  # ids in order, each once


def index(products: Iterable[Product]) -> Names:
    written: Table = {}
    by_sound: Table = {}
    slurs: Table = {}
    latin: Table = {}
    parts: Table = {}
    spelled: dict[str, tuple[str, ...]] = {}
    for product in products:
        spelled[product.id] = tuple(dict.fromkeys(written_names(product)))
        for name in spelled[product.id]:
            _put(written, name, product.id)
            for char in name:
                _add(parts, char, product.id)
            if len(name) > 1 and all(char in syllables() for char in name):
                heard = sound(name)
                for one in sounds(name):
                    _put(by_sound, one, product.id)
                _add(slurs, tuple(map(slurred, heard)), product.id)
                _add(latin, "".join(heard), product.id)
                _add(latin, "".join(syllable[0] for syllable in heard), product.id)
    return Names(_ids(written), _ids(by_sound), _ids(slurs), _ids(latin), _ids(parts), spelled)


def _ids(table: Table) -> dict[Any, Ids]:
    return {key: tuple(ids) for key, ids in table.items()}


def _put(table: Table, key: Any, id: str) -> None:
    """Add a name and every prefix of it, so that a search knows when to stop."""
    for end in range(1, len(key)):
        table.setdefault(key[:end], {})
    _add(table, key, id)


def _add(table: Table, key: Any, id: str) -> None:
    table.setdefault(key, {})[id] = None
