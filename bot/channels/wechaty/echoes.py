"""回声: our own words as the gateway tells them back; they show which line went out although its answer was lost.

An echo belongs to the call that was answered with its id (or, from gateways that give none, to one with its words). Only
what no answered call explains can be a line of which nobody could tell; the same words are often said twice.

What nothing of ours explains a person has typed on the account's own phone. That is believed only where it must be so:
taking an echo for a person would silence the shop.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

MOST = 500  # of each kind, the newest
LATE = 60.0  # seconds; an echo that has not come by then never comes


@dataclass(frozen=True, slots=True)
class Line:
    id: str
    place: str
    text: str
    number: int
    at: float

    def is_one_with(self, other: Line) -> bool:
        if self.id and other.id:
            return self.id == other.id
        return (self.place, self.text) == (other.place, other.text)


class Echoes:
    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lost: deque[Line] = deque(maxlen=MOST)  # tried, and nobody could tell
        self._calls: dict[str, set[asyncio.Event]] = {}  # under way, by the place that is spoken to
        self._answered: deque[Line] = deque(maxlen=MOST)  # and not come back yet
        self._come_back: deque[Line] = deque(maxlen=MOST)  # and not explained
        self.count = 0

    def answered(self, id: str, place: str, text: str) -> None:
        """The gateway took this line."""
        self._pair(self._line(id, place, text), self._come_back, self._answered)

    def lost(self, place: str, text: str) -> None:
        """Nobody can tell whether this line went out."""
        self._lost.append(self._line("", place, text))

    @contextmanager
    def saying(self, place: str) -> Iterator[None]:
        """While a call is under way its echo may be faster than its answer."""
        calls, done = self._calls.setdefault(place, set()), asyncio.Event()
        calls.add(done)
        try:
            yield
        finally:
            done.set()
            calls.discard(done)
            if not calls:
                self._calls.pop(place, None)

    async def is_by_hand(self, id: str, place: str, text: str) -> bool:
        """Of what has come back: whether a person typed it. Not where any line of ours to the same place still waits
        for its echo, since some gateways change the words and the ids of echoes."""
        while calls := self._calls.get(place):
            await next(iter(calls)).wait()
        found = next(
            (one for one in self._come_back if (one.id, one.place, one.text) == (id, place, text)), None
        )
        if found is None:
            return False  # explained by an answer meanwhile
        since = self._clock() - LATE
        if any(one.place == place and one.at > since for one in (*self._answered, *self._lost)):
            return False
        if any((one.place, one.text) == (place, text) for one in self._lost):
            return False
        self._come_back.remove(found)
        return True

    def came_back(self, id: str, place: str, text: str) -> None:
        """The account said this."""
        self._pair(self._line(id, place, text), self._answered, self._come_back)

    def explain(self, place: str, text: str, *, since: int) -> bool:
        """Whether this line, tried when `count` was `since`, came back; it explains an echo once."""
        line = self._line("", place, text)
        found = next((one for one in self._come_back if one.number > since and one.is_one_with(line)), None)
        if found is not None:
            self._come_back.remove(found)
        return found is not None

    def _pair(self, line: Line, others: deque[Line], own: deque[Line]) -> None:
        other = next((one for one in others if one.is_one_with(line)), None)
        if other is not None:
            others.remove(other)
        else:
            own.append(line)

    def _line(self, id: str, place: str, text: str) -> Line:
        self.count += 1
        return Line(id, place, text, self.count, self._clock())
