"""回声: our own words as the gateway tells them back; they show which line went out although its answer was lost.

An echo belongs to the call that was answered with its id (or, from gateways that give none, to one with its words). Only
what no answered call explains can be a line of which nobody could tell; the same words are often said twice.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

MOST = 500  # of each kind, the newest


@dataclass(frozen=True, slots=True)
class Line:
    id: str
    place: str
    text: str
    number: int

    def is_one_with(self, other: Line) -> bool:
        if self.id and other.id:
            return self.id == other.id
        return (self.place, self.text) == (other.place, other.text)


class Echoes:
    def __init__(self) -> None:
        self._answered: deque[Line] = deque(maxlen=MOST)  # and not come back yet
        self._come_back: deque[Line] = deque(maxlen=MOST)  # and not explained
        self.count = 0

    def answered(self, id: str, place: str, text: str) -> None:
        """The gateway took this line."""
        self._pair(self._line(id, place, text), self._come_back, self._answered)

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
        return Line(id, place, text, self.count)
