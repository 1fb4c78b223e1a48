"""促销的话: what a merchant says about a promotion taken apart: hours, day, rate, price, goods. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from dialogs.hear.names import written_names
from dialogs.hear.numbers import DIGITS
from shop.goods import Catalogue

T = TypeVar("T")
_PART = r"(凌晨|早上|早|上午|中午|下午|傍晚|晚上|晚)?"
_CLOCK = _PART + r" ?(\d{1,2})(?:[:点](\d{2}|半)?)?"
_SPAN = re.compile(rf"(?<![\d.]){_CLOCK} ?(?:-|~|到|至) ?{_CLOCK}点?(?![\d.])")
_ONE_CLOCK = re.compile(rf"(?<![\d.]){_PART} ?(\d{{1,2}})[:点](\d{{2}}|半)?")
_RATE = re.compile(rf"打? ?(\d{{1,2}}(?:\.\d)?|[{''.join(DIGITS)}]{{1,2}}) ?折|半价")
_PRICE = re.compile(r"¥? ?(\d{1,6}(?:\.\d{1,2})?) ?(?:元|块钱?)?(?: ?[/一每] ?[\u4e00-\u9fff]{1,2})?")
_DAYS_LONG = re.compile(r"(\d{1,2}) ?天")
_WEEK = "一二三四五六日"
_WEEKDAY = re.compile(
    r"(?:每?(?:周|星期|礼拜))([一二三四五六日天])(?:(?:到|至|-|~)(?:周|星期|礼拜)?([一二三四五六日天]))?"
)
_GROUPS = {"工作日": range(1, 6), "周末": (6, 7), "每天": range(1, 8), "天天": range(1, 8)}
_LATE = ("下午", "傍晚", "晚上", "晚")
AWAY = {"今天": 0, "今日": 0, "今": 0, "明天": 1, "明日": 1, "明": 1, "后天": 2}
_AWAY = re.compile("今天|今日|明天|明日|后天|今(?=晚|早)|明(?=晚|早)")


@dataclass(frozen=True, slots=True)
class Clocks:
    """18-20点; the end may be 24:00, which is midnight."""

    start: time
    end: time
    past_midnight: bool

    def shown(self) -> str:
        return f"{self.start:%H:%M}-{'24:00' if self.end == time(0) else f'{self.end:%H:%M}'}"

    @property
    def term(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """What was found, and the words that are left."""

    what: T
    rest: str


def clocks(text: str) -> Found[Clocks | None]:
    match = _SPAN.search(text)
    if match is None:
        return Found(None, text)
    first, h1, m1, second, h2, m2 = match.groups()
    start = _minutes(first, h1, m1)
    goes_on = first in _LATE and int(h1) < int(h2)  # 晚上8点到10点; 晚上10点到2点 is past midnight
    end = _minutes(second or (first if goes_on else None), h2, m2)
    if start is None or end is None or start == end or start == 1440:
        return Found(None, text)
    made = Clocks(time(start // 60, start % 60), time(end // 60 % 24, end % 60), end <= start)
    return Found(made, _without(text, match))


def clock(text: str) -> Found[int | None]:
    """The first time of day, in minutes: 8点, 早上8点半, 17:30."""
    match = _ONE_CLOCK.search(text)
    total = _minutes(match[1], match[2], match[3]) if match else None
    if match is None or total is None or total >= 1440:
        return Found(None, text)
    return Found(total, _without(text, match))


def _minutes(part: str | None, hour: str, minute: str | None) -> int | None:
    hours = int(hour) + (12 if part in _LATE and int(hour) < 12 else 0)
    total = hours * 60 + (30 if minute == "半" else int(minute or 0))
    return total if total <= 1440 and (minute in (None, "半") or int(minute) < 60) else None


def rate(text: str) -> Found[str | None]:
    """8折, 8.8折, 八八折, 半价: as shop/kit/terms.rate reads it."""
    match = _RATE.search(text)
    if match is None:
        return Found(None, text)
    said = match[1] or "5"
    return Found("".join(str(DIGITS.get(char, char)) for char in said), _without(text, match))


def price(text: str) -> Found[str | None]:
    """The first amount of yuan: 4.9, ¥25, 25块."""
    match = _PRICE.search(text)
    return Found(match[1], _without(text, match)) if match else Found(None, text)


def weekdays(text: str) -> Found[frozenset[int]]:
    """周一到周五, 周末, 工作日: Monday is 1; empty when no day is named."""
    days, rest = set[int](), text
    for word, meant in _GROUPS.items():
        if word in rest:
            days |= set(meant)
            rest = rest.replace(word, " ")
    for match in _WEEKDAY.finditer(rest):
        first = _weekday(match[1])
        last = _weekday(match[2]) if match[2] else first
        days |= {(first - 1 + n) % 7 + 1 for n in range((last - first) % 7 + 1)}
    return Found(frozenset(days), _WEEKDAY.sub(" ", rest))


def _weekday(char: str) -> int:
    return _WEEK.index("日" if char == "天" else char) + 1


def days_shown(days: Iterable[int]) -> str:
    """每天, 周一到周五, 周六、周日."""
    some = sorted(days)
    if len(some) == 7:
        return "每天"
    if len(some) > 2 and some == list(range(some[0], some[-1] + 1)):
        return f"周{_WEEK[some[0] - 1]}到周{_WEEK[some[-1] - 1]}"
    return "、".join(f"周{_WEEK[day - 1]}" for day in some)


def goods(text: str, catalogue: Catalogue) -> Found[tuple[str, ...]]:
    """Products that are named, in the order they are; the longest name first, so that 红富士苹果 is not 苹果."""
    names = {name: product.id for product in catalogue.products for name in written_names(product)}
    found: dict[str, int] = {}
    rest = text
    for name in sorted(names, key=len, reverse=True):
        at = rest.find(name)
        if at >= 0:
            found.setdefault(names[name], at)
            rest = rest.replace(name, " " * len(name))
    return Found(tuple(sorted(found, key=found.__getitem__)), " ".join(rest.split()))


def span(text: str, now: datetime, tz: str) -> Found[tuple[datetime, datetime] | None]:
    """From when until when: 18-20点, 明天 18-20点, 周六 18-20点, 今天, 3天, 到周日. None when nothing says so. What is
    under way began before now; what is over today is tomorrow's."""
    local = now.astimezone(ZoneInfo(tz))
    hours = clocks(text)
    day = _day(hours.rest, local.date())
    if hours.what is not None:
        said = hours.what
        first = day.what or local.date()
        begin, end = _between(first, said, tz)
        if end <= now and day.what is None:
            begin, end = _between(first + timedelta(days=1), said, tz)
        return Found((begin, end), day.rest)
    if long := _DAYS_LONG.search(text):
        return Found((now, _midnight(local.date() + timedelta(days=int(long[1])), tz)), _without(text, long))
    if day.what is None:
        return Found(None, text)
    starts_later = day.what > local.date() and "到" not in text
    begin = _midnight(day.what, tz) if starts_later else now
    return Found((begin, _midnight(day.what + timedelta(days=1), tz)), day.rest.replace("到", " "))


def _day(text: str, today: date) -> Found[date | None]:
    if match := _AWAY.search(text):
        return Found(today + timedelta(days=AWAY[match[0]]), _without(text, match))
    if match := _WEEKDAY.search(text):
        ahead = (_weekday(match[1]) - today.isoweekday()) % 7
        return Found(today + timedelta(days=ahead), _without(text, match))
    return Found(None, text)


def _between(day: date, said: Clocks, tz: str) -> tuple[datetime, datetime]:
    zone = ZoneInfo(tz)
    last = day + timedelta(days=1 if said.past_midnight or said.end == time(0) else 0)
    return datetime.combine(day, said.start, zone), datetime.combine(last, said.end, zone)


def _midnight(day: date, tz: str) -> datetime:
    return datetime.combine(day, time(0), ZoneInfo(tz))


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


_NOISE = re.compile(
    r"全场|全店|所有|商品|都|不?叠券|不?能?(?:和|跟)券一起用?|不?用券|可|不?发群|发到群里?|发到|起|买|开始|优惠|活动|特价|价格|价|,|，|、|。|;|；|:|：|\s|¥|元|块|-|~|到"
)


def unknown(rest: str) -> str:
    """What is left when everything that means something is gone: goods nobody sells. Empty when nothing is."""
    return _NOISE.sub("", rest)
