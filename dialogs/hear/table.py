"""表: what stands under a key, and which keys a text begins with. Kept as a trie of bytes (marisa-trie): fifty shops of
five hundred names each are a few megabytes, and a look-up costs the same among fifty names and fifty thousand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from marisa_trie import Trie

Ids = tuple[str, ...]


class Table:
    """Keys and the ids under each, in the order they were given, each once. What stands alone is kept as it was given."""

    __slots__ = ("_ids", "_longest", "_trie")

    def __init__(self, pairs: Iterable[tuple[str, Ids]]) -> None:
        under: dict[str, Ids] = {}
        shared: dict[str, dict[str, None]] = {}
        for key, ids in pairs:
            if key in under:
                shared.setdefault(key, dict.fromkeys(under[key])).update(dict.fromkeys(ids))
            else:
                under[key] = ids
        under.update((key, tuple(ids)) for key, ids in shared.items())
        self._trie = Trie(under)
        self._longest = max(map(len, under), default=0)
        each: list[Ids] = [()] * len(under)
        for key, ids in under.items():
            each[self._trie[key]] = ids
        self._ids = tuple(each)

    def get(self, key: str) -> Ids:
        at = self._trie.get(key)
        return () if at is None else self._ids[at]

    def at(self, text: str, start: int) -> Iterator[tuple[int, Ids]]:
        """The keys that begin at `start`, shortest first: their ends and ids."""
        for key, at in self._trie.iter_prefixes_with_ids(text[start : start + self._longest]):
            yield start + len(key), self._ids[at]

    def beginning_with(self, start: str) -> Ids:
        """The ids under every key that begins so."""
        return tuple(dict.fromkeys(id for key in self._trie.keys(start) for id in self._ids[self._trie[key]]))
