"""积分: which level somebody has reached, what runs out with a year, what goes back of a line's points; earning them is in
rules/earnings.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.rules.trade import Level


def level_at(levels: Sequence[Level], earned: int) -> Level | None:
    """The highest level that so many points ever earned reach; None below the first."""
    reached = [level for level in levels if level.from_points <= earned]
    return max(reached, key=lambda level: level.from_points, default=None)


def level_after(levels: Sequence[Level], earned: int) -> Level | None:
    """The next one; None at the top."""
    ahead = [level for level in levels if level.from_points > earned]
    return min(ahead, key=lambda level: level.from_points, default=None)


@dataclass(frozen=True, slots=True)
class YearEnd:
    """At `over` everything ends that came in before `before`."""

    over: datetime
    before: datetime


def last_year_end(now: datetime, tz: str, *, years: int) -> YearEnd:
    """The turn of the year that was last: what came in `years` whole years before it has run out."""
    year = now.astimezone(ZoneInfo(tz)).year
    return YearEnd(_new_year(year, tz), _new_year(year - years, tz))


def next_year_end(now: datetime, tz: str, *, years: int) -> YearEnd:
    year = now.astimezone(ZoneInfo(tz)).year + 1
    return YearEnd(_new_year(year, tz), _new_year(year - years, tz))


def run_out(came_in: int, went_out: int) -> int:
    """What is left of points that came in before a day, of all that ever went out: the oldest go first. Never more than
    somebody has."""
    return max(0, came_in - went_out)


def _new_year(year: int, tz: str) -> datetime:
    return datetime(year, 1, 1, tzinfo=ZoneInfo(tz))


@dataclass(frozen=True, slots=True)
class Back:
    """Points that go back with a refund: spent ones to the buyer, earned ones from the buyer."""

    spent: int = 0
    earned: int = 0

    def __add__(self, other: Back) -> Back:
        return Back(self.spent + other.spent, self.earned + other.earned)


@dataclass(frozen=True, slots=True)
class LinePoints:
    """A line as it was paid, its points, and how much of it had gone back before."""

    spent: int
    earned: int
    net: Money
    qty: Quantity
    given: Money
    gone: Quantity

    def with_part(self, money: Money, units: Quantity) -> Back:
        """What goes back with this part: pro rata by money; of a line that cost none, by units. The parts of a line sum
        to all of its points, whatever they are. Raises ValueError for a part that is not there."""
        whole, gone, more = (
            (self.net.fen, self.given.fen, money.fen)
            if self.net
            else (self.qty.milli, self.gone.milli, units.milli)
        )
        if not 0 <= gone <= gone + more <= whole:
            raise ValueError(f"{more} after {gone} is no part of {whole}")
        return Back(
            *(all * (gone + more) // whole - all * gone // whole for all in (self.spent, self.earned))
        )
