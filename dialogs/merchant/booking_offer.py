"""能约什么: 预约 剪发 45分钟 38元 定金10 offers a service, 师傅 阿强 10-19 says who does it and when."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import time
from typing import Any

from dialogs import appointing
from dialogs.command import UNDO_FOR, Command, as_money
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.numbers import parse
from dialogs.hear.reading import Reading
from dialogs.turn import Turn
from shop import resources
from shop.kit.money import Money
from shop.resources import Terms
from shop.rules.bookings import LONGEST, Service

OFFER, EMPLOY = "预约 剪发 45分钟 38元 定金10", "师傅 阿强 10-19 周日休"
LONGEST_NAME = 12
_HEAD = re.compile(r"/?(?:开|上)?预约\s+")
_MINUTES = re.compile(r"(\d{1,3})\s*分钟?|([\d一两三四半]+(?:\.5)?)\s*个?(?:小时|钟头)(半)?")
_DEPOSIT = re.compile(r"[定订]金\s*¥?(\d{1,5}(?:\.\d{1,2})?)\s*(?:元|块钱?)?")
_PRICE = re.compile(r"¥?(\d{1,5}(?:\.\d{1,2})?)\s*(?:元|块钱?)")
_WHO = re.compile(
    r"/?师傅\s*(?P<name>[^\s\d]{1,12})\s+(?P<start>\d{1,2})(?:[:：](?P<m1>[0-5]\d))?\s*点?\s*[-~到至－—]\s*"
    r"(?P<end>\d{1,2})(?:[:：](?P<m2>[0-5]\d))?\s*点?(?P<rest>.*)"
)
_OFF = re.compile(r"(?:每?周|星期)([一二三四五六日天]+)(?:不上班|休息?)")
_CAPACITY = re.compile(r"一?次?([1-9])\s*[位人个]")
DAYS = "一二三四五六日"


def parse_words(reading: Reading, old: Any, asked: bool) -> Any:
    return reading.text if asked or old is None else None


@dataclass(frozen=True, slots=True)
class Said:
    name: str
    minutes: int
    price: Money
    deposit: Money

    @property
    def service(self) -> Service:
        """As it would be told."""
        return Service(0, self.name, self.minutes, self.price, self.deposit)


def _said(text: str) -> Said | None:
    rest = _HEAD.sub("", text.strip(), count=1)
    lasts, deposit = _MINUTES.search(rest), _DEPOSIT.search(rest)
    plain = _DEPOSIT.sub(" ", _MINUTES.sub(" ", rest))
    price = _PRICE.search(plain)
    name = "".join(_PRICE.sub(" ", plain).split()[:1])
    if lasts is None or price is None or not 0 < len(name) <= LONGEST_NAME or re.search(r"\d", name):
        return None
    minutes, money = _minutes(lasts), as_money(price[1])
    kept = as_money(deposit[1]) if deposit else Money(0)
    if money is None or kept is None or not 0 < minutes <= LONGEST or kept > money:
        return None
    return Said(name, minutes, money, kept)


def _minutes(found: re.Match[str]) -> int:
    if found[1]:
        return int(found[1])
    hours = 0.5 if found[2] == "半" else float(parse(found[2]) or 0)
    return int(hours * 60) + (30 if found[3] else 0)


class OfferService(Command):
    id = "booking_offer"
    intents = ()
    starts = ("预约", "开预约")
    first_words = starts
    examples = (OFFER,)
    undo_for = UNDO_FOR
    words_said = Slot(parse_words, optional=True)

    def is_meant(self, turn: Turn) -> bool:
        return bool(_HEAD.match(turn.text) and _MINUTES.search(turn.text))

    async def check(self, turn: Turn, data: Data) -> Question | None:
        said = _said(data["words_said"])
        if said is None:
            text = f"名字、时长（最长 {LONGEST} 分钟）、价钱都要说，定金不超过价钱。比如“{OFFER}”"
            return Question((turn.here(text),), asked="words_said", data={})
        return self.preview(turn, f"可以约：{appointing.terms(said.service)}")

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        said = _said(data["words_said"])
        assert said is not None, "it was looked at"
        made, before = await resources.offer(
            turn.shop, said.name, said.minutes, said.price, said.deposit, by=turn.person.id, now=turn.now
        )
        nobody = not await resources.all_of(turn.shop)
        more = f"还没有师傅，先说“{EMPLOY}”" if nobody else f"顾客说“预约 {made.name}”就能约"
        undo = {"service": made.id, "name": made.name, "before": _kept(before)}
        text = f"{appointing.terms(made)}，开始预约了。{more}（撤销 2 分钟内有效）"
        return Done((turn.here(text),), undo=undo, after={"service": made.name})

    async def take_back(self, turn: Turn, undo: Data) -> str:
        was = undo["before"]
        terms = (
            Terms(was["minutes"], Money(was["price"]), Money(was["deposit"]), was["offered"]) if was else None
        )
        await resources.put_back(turn.shop, undo["service"], terms)
        return f"{undo['name']}改回去了" if terms and terms.offered else f"{undo['name']}不再预约。约好的照旧"


def _kept(before: Terms | None) -> Data | None:
    """As JSON."""
    if before is None:
        return None
    return asdict(before) | {"price": before.price.fen, "deposit": before.deposit.fen}


class Employ(Command):
    id = "booking_employ"
    intents = ()
    first_words = ("师傅",)
    examples = (EMPLOY,)
    words_said = Slot(parse_words, optional=True)

    def is_meant(self, turn: Turn) -> bool:
        return bool(_WHO.match(turn.text.strip()))

    async def check(self, turn: Turn, data: Data) -> Question | None:
        found = _WHO.match(data["words_said"].strip())
        start, end = _hours(found) if found else (None, None)
        if found is None or start is None or end is None or start >= end or len(_off(found)) == len(DAYS):
            text = f"几点到几点上班？比如“{EMPLOY}”"
            return Question((turn.here(text),), asked="words_said", data={})
        return self.preview(turn, f"师傅{_told(found, start, end)}")

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        found = _WHO.match(data["words_said"].strip())
        assert found is not None, "it was looked at"
        start, end = _hours(found)
        assert start is not None and end is not None, "they were looked at"
        many = _CAPACITY.search(found["rest"])
        await resources.employ(
            turn.shop, found["name"], start, end, off=_off(found), capacity=int(many[1]) if many else 1
        )
        text = f"师傅{_told(found, start, end)}，记下了。请假说“休息 {found['name']} 明天下午”"
        return Done((turn.here(text),), after={"resource": found["name"]})


def _hours(found: re.Match[str]) -> tuple[time | None, time | None]:
    return _clock(found["start"], found["m1"]), _clock(found["end"], found["m2"])


def _clock(hour: str, minute: str | None) -> time | None:
    """24 is the last minute of the day."""
    if int(hour) == 24 and not int(minute or 0):
        return time(23, 59)
    return time(int(hour), int(minute or 0)) if int(hour) < 24 else None


def _off(found: re.Match[str]) -> tuple[int, ...]:
    said = _OFF.search(found["rest"])
    return tuple(sorted({DAYS.index(day.replace("天", "日")) + 1 for day in said[1]})) if said else ()


def _told(found: re.Match[str], start: time, end: time) -> str:
    off, many = _off(found), _CAPACITY.search(found["rest"])
    rests = f"，周{'、'.join(DAYS[day - 1] for day in off)}休息" if off else ""
    together = f"，一次 {many[1]} 位" if many else ""
    return f"{found['name']} {start:%H:%M}–{end:%H:%M}{rests}{together}"
