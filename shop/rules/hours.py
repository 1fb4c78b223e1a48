"""上班时间: when people of the shop are there, by the week, without its holidays."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_LINE = re.compile(r"(?P<first>[1-7])(?:-(?P<last>[1-7]))? (?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)")
LOOK_AHEAD = 60  # days


@dataclass(frozen=True, slots=True)
class Shift:
    """Monday is 1. A shift begins and ends on the same day."""

    days: frozenset[int]
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Hours:
    """No shifts at all means always."""

    tz: str
    shifts: tuple[Shift, ...] = ()
    holidays: frozenset[date] = frozenset()

    def are_open(self, now: datetime) -> bool:
        local = now.astimezone(ZoneInfo(self.tz))
        if local.date() in self.holidays:
            return False
        return not self.shifts or any(
            local.isoweekday() in one.days and one.start <= local.time() < one.end for one in self.shifts
        )

    def next_opening(self, now: datetime) -> datetime | None:
        """The next moment at which somebody is there, in local time; None when no such day is in sight."""
        zone = ZoneInfo(self.tz)
        local = now.astimezone(zone)
        for ahead in range(LOOK_AHEAD):
            day = local.date() + timedelta(days=ahead)
            starts = [datetime.combine(day, start, zone) for start in self._starts(day)]
            if later := [start for start in sorted(starts) if start > local]:
                return later[0]
        return None

    def _starts(self, day: date) -> list[time]:
        if day in self.holidays:
            return []
        return [one.start for one in self.shifts if day.isoweekday() in one.days] or (
            [] if self.shifts else [time(0)]
        )


def parse(lines: Iterable[str], holidays: Iterable[str], tz: str) -> Hours:
    """["1-5 09:00-21:00", "6-7 10:00-18:00"]. Raises ValueError for a line that says something else."""
    return Hours(tz, tuple(_shift(line) for line in lines), frozenset(map(date.fromisoformat, holidays)))


def _shift(line: str) -> Shift:
    said = _LINE.fullmatch(line.strip())
    if said is None:
        raise ValueError(f"hours are written like 1-5 09:00-21:00, not {line!r}")
    start, end = time.fromisoformat(said["start"]), time.fromisoformat(said["end"])
    first = int(said["first"])
    last = int(said["last"] or first)
    if start >= end or first > last:
        raise ValueError(f"these hours end before they begin: {line!r}")
    return Shift(frozenset(range(first, last + 1)), start, end)
