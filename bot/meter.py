"""节奏: how fast a channel may be spoken on; what was said in the last minute and day, and in which place last."""

from __future__ import annotations

import random
from collections import defaultdict, deque
from datetime import datetime, timedelta

from bot.channels.channel import Pace
from shop.mail import Sealed

Place = tuple[str, str | None, str | None]  # channel, room, account
MOST_PLACES = 10_000  # that are remembered; then all of them are forgotten
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SILENCE, SLOW = timedelta(minutes=1), timedelta(minutes=30)  # after 操作过于频繁


def place(letter: Sealed) -> Place:
    return letter.channel, letter.room, letter.account


class Window:
    """So many within so long. What is longer than the whole window may go when it is empty, so that it ever goes."""

    def __init__(self, most: int, length: timedelta) -> None:
        self._most, self._length = most, length
        self._said: deque[datetime] = deque()

    def admits(self, parts: int, now: datetime) -> bool:
        while self._said and self._said[0] <= now - self._length:
            self._said.popleft()
        return not (self._most and self._said and len(self._said) + parts > self._most)

    def note(self, parts: int, now: datetime) -> None:
        if self._most:
            self._said += [now] * parts


class Lists:
    """When each rolling list was last said: fifty who join in a minute are not fifty lists."""

    def __init__(self, gap: timedelta) -> None:
        self._gap = gap
        self._last: dict[tuple[Place, str], datetime] = {}

    def is_too_soon(self, letter: Sealed, now: datetime) -> bool:
        if letter.lane != "list" or letter.fold is None:
            return False
        last = self._last.get((place(letter), letter.fold))
        return last is not None and now - last < self._gap

    def note(self, letter: Sealed, now: datetime) -> None:
        if letter.lane == "list" and letter.fold is not None:
            if len(self._last) > MOST_PLACES:
                self._last.clear()
            self._last[place(letter), letter.fold] = now


class Meter:
    """One channel's."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._windows = (Window(pace.per_minute, MINUTE), Window(pace.per_day, DAY))
        self._here = self._places()
        self._last: dict[Place, datetime] = {}
        self._breath_until: datetime | None = None
        self._slow_until: datetime | None = None

    def slow_down(self, now: datetime) -> None:
        """The account was told that it is too fast: nothing for a while, then half as much, and no promotions."""
        self._breath_until, self._slow_until = now + SILENCE, now + SLOW

    def is_slow(self, now: datetime) -> bool:
        return self._slow_until is not None and now < self._slow_until

    def admit(self, letter: Sealed, parts: int, now: datetime) -> bool:
        """Whether this letter, in so many parts, may go now; then it counts as gone."""
        if len(self._here) > MOST_PLACES or len(self._last) > MOST_PLACES:
            self._here, self._last = self._places(), {}
        if self.is_slow(now):
            if letter.lane == "promo":
                return False
            parts *= 2
        where = place(letter)
        windows = (*self._windows, self._here[where])
        last = self._last.get(where)
        if self._breath_until is not None and now < self._breath_until:
            return False
        if self._pace.gap and last is not None and now - last < self._pace.gap:
            return False
        if not all(window.admits(parts, now) for window in windows):
            return False
        for window in windows:
            window.note(parts, now)
        if self._pace.gap:
            self._last[where] = now
        if self._pace.breath:
            self._breath_until = now + self._pace.breath * parts * random.uniform(1, 2)
        return True

    def _places(self) -> defaultdict[Place, Window]:
        return defaultdict(lambda: Window(self._pace.per_minute_in_a_place, MINUTE))
