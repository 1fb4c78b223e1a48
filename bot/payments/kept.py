"""留着用: words of a provider that stay good for a while; what is over is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta


class Kept:
    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._words: dict[Hashable, tuple[str, datetime]] = {}

    def get(self, key: Hashable) -> str | None:
        now = self._clock()
        self._words = {known: kept for known, kept in self._words.items() if kept[1] > now}
        return self._words[key][0] if key in self._words else None

    def keep(self, key: Hashable, word: str, good_for: timedelta) -> str:
        self._words[key] = (word, self._clock() + good_for)
        return word
