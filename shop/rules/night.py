"""夜里: when nothing is said to a group unless somebody asked, and nobody is woken for what can wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Night:
    """In local time; it may go over midnight, and is never when both are the same."""

    tz: str
    start: time = time(22)
    end: time = time(8)

    def over(self, now: datetime) -> datetime:
        """Now, or the moment at which this quiet time ends."""
        local = now.astimezone(ZoneInfo(self.tz))
        over_midnight, at = self.start > self.end, local.time()
        is_quiet = (at >= self.start or at < self.end) if over_midnight else self.start <= at < self.end
        if not is_quiet:
            return now
        day = local.date() + timedelta(days=1) if over_midnight and at >= self.start else local.date()
        return datetime.combine(day, self.end, ZoneInfo(self.tz)).astimezone(UTC)
