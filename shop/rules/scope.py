"""范围: which goods something is about, and when."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shop.kit import terms
from shop.kit.terms import Terms

EVERY_DAY = frozenset(range(1, 8))
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class DayHours:
    """闲时: the same hours of every day, or of some days of the week (Monday is 1), by the clock on the shop's wall,
    whatever summer time does. Hours that end before they begin run past midnight and belong to the day they began on."""

    start: time
    end: time
    tz: str
    days: frozenset[int] = EVERY_DAY

    def are_now(self, now: datetime) -> bool:
        local = now.astimezone(ZoneInfo(self.tz))
        clock, today = local.time(), local.isoweekday()
        if self.start < self.end:
            return today in self.days and self.start <= clock < self.end
        yesterday = (local - timedelta(days=1)).isoweekday()
        return (clock >= self.start and today in self.days) or (clock < self.end and yesterday in self.days)


@dataclass(frozen=True, slots=True)
class Scope:
    """Skus or products by their keys, none for all of them; from `since` on, before `until`, within these hours."""

    goods: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    hours: DayHours | None = None

    def covers(self, keys: Iterable[str]) -> bool:
        """Whether goods that go by these keys (the sku's, the product's) are meant."""
        return not self.goods or not self.goods.isdisjoint(keys)

    def begun(self, now: datetime | None) -> bool:
        return self.since is None or self.since <= _known(now)

    def over(self, now: datetime | None) -> bool:
        return self.until is not None and self.until <= _known(now)

    def runs(self, now: datetime | None) -> bool:
        """Raises ValueError when it depends on the moment and nobody says which."""
        return (
            self.begun(now) and not self.over(now) and (self.hours is None or self.hours.are_now(_known(now)))
        )


EVERYTHING = Scope()


def read(said: Terms) -> Scope:
    """From "goods", "from", "until", and "hours" ("14:00-16:00") with "tz" and "weekdays" ([1, 2, 3]), each of them
    optional. Raises ValueError."""
    scope = Scope(
        said.read("goods", terms.names, frozenset()),
        said.read("from", terms.moment, None),
        said.read("until", terms.moment, None),
        _day_hours(said),
    )
    if scope.since and scope.until and scope.since >= scope.until:
        raise ValueError("until: it would be over before it begins")
    return scope


def _day_hours(said: Terms) -> DayHours | None:
    found = said.read("hours", _clocks, None)
    zone = said.read("tz", _zone, "")
    days = said.read("weekdays", _weekdays, EVERY_DAY)
    if found is None:
        if zone or days != EVERY_DAY:
            raise ValueError("'hours' is missing: tz and weekdays are about hours of the day")
        return None
    if not zone:
        raise ValueError("'tz' is missing: hours are by the clock on whose wall?")
    return DayHours(*found, zone, days)


def _clocks(value: object) -> tuple[time, time]:
    match = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"hours are written like 14:00-16:00, not {value!r}")
    start, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    if start == end:
        raise ValueError(f"these hours end when they begin: {value!r}")
    return start, end


def _zone(value: object) -> str:
    try:
        return ZoneInfo(terms.word(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise ValueError(f"no such time zone: {value!r}") from exc


def _weekdays(value: object) -> frozenset[int]:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("not a list of days, 1 (Monday) to 7")
    return frozenset(terms.whole(day, most=7) for day in value)


def _known(now: datetime | None) -> datetime:
    if now is None:
        raise ValueError("what has a time cannot be priced without a moment")
    return now
