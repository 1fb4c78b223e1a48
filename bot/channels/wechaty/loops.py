"""回音: another program that answers every answer of ours would talk to us for ever; it is not listened to for a while."""

from __future__ import annotations

import logging
from collections import deque
from datetime import datetime, timedelta

log = logging.getLogger(__name__)

SAME = 8  # of the same words by one account in one place
WITHIN, DEAF = timedelta(minutes=1), timedelta(minutes=30)
MOST = 2_000  # accounts that are watched; then all of them are forgotten

Place = tuple[str | None, str]  # room, account


class Loops:
    def __init__(self) -> None:
        self._said: dict[Place, tuple[str, deque[datetime]]] = {}
        self._deaf: dict[Place, datetime] = {}

    def is_one(self, room: str | None, who: str, text: str, now: datetime) -> bool:
        """Whether this is a word of somebody who only repeats himself; every word is to be told here once."""
        place = room, who
        if len(self._said) > MOST or len(self._deaf) > MOST:
            self._said, self._deaf = {}, {}
        if (until := self._deaf.get(place)) is not None and now < until:
            return True
        before, times = self._said.get(place, ("", deque()))
        if before != text:
            times = deque(maxlen=SAME)
        times.append(now)
        self._said[place] = text, times
        if len(times) < SAME or now - times[0] > WITHIN:
            return False
        log.warning("%s says the same again and again in %s; not heard for %s", who, room, DEAF)
        self._deaf[place] = now + DEAF
        return True
