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

MOST = 2_000  # of each kind, the newest; more than may wait between the stream and the shop
LATE = 60.0  # seconds; an echo that has not come by then never comes
MOMENT = 0.05  # seconds that an echo may be faster than the answer of its call


@dataclass(frozen=True, slots=True)
class Line:
    id: str
    place: str
    text: str
    number: int
    at: float


class Lines:
    """The newest. One is found by its id or, where either side has none, by its place and words."""

    def __init__(self) -> None:
        self._named: dict[str, Line] = {}
        self._nameless: deque[Line] = deque(maxlen=MOST)

    def __iter__(self) -> Iterator[Line]:
        yield from self._named.values()
        yield from self._nameless

    def __contains__(self, id: str) -> bool:
        return id in self._named

    def __len__(self) -> int:
        return len(self._named) + len(self._nameless)

    def add(self, line: Line) -> None:
        if not line.id:
            self._nameless.append(line)
            return
        self._named[line.id] = line
        if len(self._named) > MOST:
            del self._named[next(iter(self._named))]

    def take(self, id: str) -> Line | None:
        return self._named.pop(id, None)

    def take_one_with(self, line: Line) -> Line | None:
        if line.id in self._named:
            return self.take(line.id)
        others = self._nameless if line.id else self
        found = next((one for one in others if (one.place, one.text) == (line.place, line.text)), None)
        if found is not None:
            self.remove(found)
        return found

    def remove(self, line: Line) -> None:
        if line.id:
            del self._named[line.id]
        else:
            self._nameless.remove(line)


class Echoes:
    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lost: deque[Line] = deque(maxlen=MOST)  # tried, and nobody could tell
        self._calls: dict[str, set[asyncio.Future[None]]] = {}  # under way, by the place that is spoken to
        self._answered = Lines()  # and not come back yet
        self._come_back = Lines()  # and not explained
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
        calls, done = self._calls.setdefault(place, set()), asyncio.get_running_loop().create_future()
        calls.add(done)
        try:
            yield
        finally:
            done.set_result(None)
            calls.discard(done)
            if not calls:
                self._calls.pop(place, None)

    async def is_ours(self, id: str) -> bool:
        """Whether the message of this id is an echo that an answered call explains: nobody need ask for its words.
        Gateways tell it just before the answer, so calls under way are waited for, a moment."""
        if self._calls and id not in self._answered:
            await asyncio.wait({call for calls in self._calls.values() for call in calls}, timeout=MOMENT)
        return self._answered.take(id) is not None

    async def is_by_hand(self, id: str, place: str, text: str) -> bool:
        """Of what has come back: whether a person typed it. Not where any line of ours to the same place still waits
        for its echo, since some gateways change the words and the ids of echoes."""
        while calls := self._calls.get(place):
            await asyncio.wait({next(iter(calls))})
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
        found = next(
            (one for one in self._come_back if one.number > since and (one.place, one.text) == (place, text)),
            None,
        )
        if found is not None:
            self._come_back.remove(found)
        return found is not None

    def _pair(self, line: Line, others: Lines, own: Lines) -> None:
        if others.take_one_with(line) is None:
            own.add(line)

    def _line(self, id: str, place: str, text: str) -> Line:
        self.count += 1
        return Line(id, place, text, self.count, self._clock())
