"""时: 明天下午3点, 今晚7点半, 周六中午前, 一小时后 — resolved against a moment that is given, never looked up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from dialogs.hear.numbers import NUMBER, parse

DAYS = {
    "大前天": -3,
    "前天": -2,
    "昨天": -1,
    "昨": -1,
    "今天": 0,
    "今日": 0,
    "今儿": 0,
    "今": 0,
    "当天": 0,
    "明天": 1,
    "明日": 1,
    "明儿": 1,
    "明": 1,
    "后天": 2,
    "大后天": 3,
}
PARTS = {
    "凌晨": 2,
    "清早": 7,
    "早上": 8,
    "早晨": 8,
    "早": 8,
    "上午": 10,
    "中午": 12,
    "正午": 12,
    "下午": 15,
    "午后": 14,
    "傍晚": 18,
    "晚上": 20,
    "晚": 20,
    "夜里": 22,
    "半夜": 23,
}
WEEKDAYS = {**{c: n for n, c in enumerate("一二三四五六")}, "日": 6, "天": 6, "末": 5}
_ONE_O_CLOCK = re.compile("[来去过取拿送到开下上,，。 ]|$")
LATE_PARTS = ("下午", "午后", "傍晚", "晚上", "晚", "夜里", "半夜")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as said; `at(now)` is when that is. `side` is before or after when one of them was said."""

    day: int | None = None  # days from now
    weekday: int | None = None
    weeks: int = 0
    month: int | None = None
    month_day: int | None = None
    part: str = ""
    hour: int | None = None
    minute: int = 0
    later: timedelta | None = None
    side: str = ""
    text: str = ""

    @property
    def has_clock(self) -> bool:
        return self.hour is not None or self.later is not None

    def at(self, now: datetime) -> datetime | None:
        """The moment in the shop's own time, or None for a day that does not exist."""
        if self.later is not None:
            return (now + self.later).replace(second=0, microsecond=0)
        try:
            day, hour = self._day(now), self._hour(now)
            return datetime(
                day.year, day.month, day.day, hour % 24, self.minute, tzinfo=now.tzinfo
            ) + timedelta(days=hour // 24)
        except (ValueError, OverflowError):
            return None

    def _day(self, now: datetime) -> date:
        today = now.date()
        if self.day is not None:
            return today + timedelta(days=self.day)
        if self.weekday is not None:
            ahead = self.weekday - today.weekday()
            return today + timedelta(days=(ahead % 7 if not self.weeks else ahead + 7 * self.weeks))
        if self.month_day is not None:
            return _next_date(today, self.month, self.month_day)
        passed = self.hour is not None and (self._hour(now), self.minute) <= (now.hour, now.minute)
        return today + timedelta(days=1 if passed else 0)

    def _hour(self, now: datetime) -> int:
        """The hour of 24; past midnight counts on (晚上12点 is 24)."""
        if self.hour is None:
            return PARTS.get(self.part, 9)
        if self.hour > 24:
            raise ValueError(self.hour)
        if self.part in LATE_PARTS and self.hour <= 12:
            return self.hour + 12 if self.hour < 12 or self.part not in ("下午", "午后") else 12
        if self.part == "中午" and self.hour < 5:
            return self.hour + 12
        today_only = (
            not self.part and self.day in (None, 0) and self.weekday is None and self.month_day is None
        )
        if today_only and 0 < self.hour < 12 and (self.hour, self.minute) <= (now.hour, now.minute):
            return self.hour + 12  # 3点 said at ten in the morning
        if not self.part and 0 < self.hour < 7:
            return self.hour + 12  # shops are closed at three at night
        return self.hour


def _next_date(today: date, month: int | None, day: int) -> date:
    """The next such date that is not over; raises ValueError when there is none within a year."""
    for ahead in range(13):
        index = today.year * 12 + today.month - 1 + ahead
        if month is not None and index % 12 != month - 1:
            continue
        try:
            found = date(index // 12, index % 12 + 1, day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise ValueError(day)


@dataclass(frozen=True, slots=True)
class FoundTime:
    start: int
    end: int
    moment: Moment


def find_times(text: str) -> Iterator[FoundTime]:
    for match in _time().finditer(text):
        moment = _moment(match)
        if moment is not None:
            yield FoundTime(match.start(), match.end(), moment)
    for match in _later().finditer(text):
        if (later := _delay(match)) is not None:
            yield FoundTime(match.start(), match.end(), Moment(later=later, text=match[0]))


@cache
def _time() -> re.Pattern[str]:
    days = "|".join(sorted(DAYS, key=len, reverse=True))
    parts = "|".join(sorted(PARTS, key=len, reverse=True))
    small = r"(?:\d{1,2}|[零〇一二两三四五六七八九十]{1,3})"
    week = r"(?P<weeks>下下|下|本|这)?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末])"
    dated = rf"(?:(?P<month>{small})月(?P<mdate>{small})[日号]?|(?P<date>{small})[号日](?=早|上|中|下|晚|凌|傍|{small}点))"
    # 今/明/昨/早/晚 alone are no times: they need their other half
    day = rf"(?:(?P<day>{days})(?P<year>年)?|{week}|{dated})"
    clock = rf"(?:(?P<hour>{small})(?:点(?!心|儿|些)钟?|:)(?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<minute>[0-5]?\d|[零〇一二三四五]?十?[一二三四五六七八九]?)分?)?|(?P<hh>[01]?\d|2[0-3]):(?P<mm>[0-5]\d))"
    side = r"(?P<side>之?以?前|之?以?后|左右)?"
    begins = r"(?=[大前昨今明后当下本这周星礼早上中晚凌清正午傍夜半\d零〇一二两三四五六七八九十])"  # no empty matches
    return re.compile(rf"(?<![\d.]){begins}{day}? ?(?P<part>{parts})? ?{clock}?{side}")


def _moment(match: re.Match[str]) -> Moment | None:
    group = match.groupdict()
    said = match[0].strip()
    if (
        not said
        or group["year"]
        or said in ("今", "明", "昨", "早", "晚", "前", "后", "左右", "之前", "之后", "以前", "以后")
    ):
        return None
    if not any(group[name] for name in ("day", "weekday", "mdate", "date", "part", "hour", "hh")):
        return None
    if said[0] in "前后左之以" and not group["day"]:
        return None
    if said == "一点" and not _ONE_O_CLOCK.match(match.string, match.end()):
        return None  # 熟一点的
    try:
        return Moment(
            day=DAYS.get(group["day"] or ""),
            weekday=WEEKDAYS.get(group["weekday"] or ""),
            weeks={"下": 1, "下下": 2}.get(group["weeks"] or "", 0),
            month=_whole(group["month"]),
            month_day=_whole(group["mdate"] or group["date"]),
            part=group["part"] or "",
            hour=_whole(group["hour"] or group["hh"]),
            minute=_minute(group),
            side={"前": "before", "后": "after"}.get((group["side"] or " ")[-1], ""),
            text=said,
        )
    except ValueError:
        return None


def _minute(group: dict[str, str | None]) -> int:
    if group["half"]:
        return 30
    if group["quarter"]:
        return {"一": 15, "三": 45}[group["quarter"]]
    return _whole(group["minute"] or group["mm"]) or 0


def _whole(text: str | None) -> int | None:
    if not text:
        return None
    number = parse(text.lstrip("零〇") if len(text) > 1 else text)
    if number is None:
        raise ValueError(text)
    return int(number)


@cache
def _later() -> re.Pattern[str]:
    return re.compile(
        rf"(?:(?:再?过)?(?P<n>{NUMBER}|半)个?(?P<half>半)?(?P<unit>小时|钟头|分钟|刻钟)(?P<more>半)?(?:钟)?(?:以?之?后|内|左右)"
        rf"|再?过(?P<n2>{NUMBER}|半)个?(?P<half2>半)?(?P<unit2>小时|钟头|分钟|刻钟))"
    )


def _delay(match: re.Match[str]) -> timedelta | None:
    said, unit = match["n"] or match["n2"], match["unit"] or match["unit2"]
    number = Decimal("0.5") if said == "半" else parse(said)
    if number is None or number > 1000:
        return None
    number += Decimal("0.5") if (match["half"] or match["half2"] or match["more"]) and said != "半" else 0
    minutes = {"分钟": 1, "刻钟": 15}.get(unit, 60)
    return timedelta(minutes=int(number * minutes))
