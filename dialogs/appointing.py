"""约时间: which day and hour is meant, and how times and appointments are told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dialogs.hear.times import Moment, find_times
from dialogs.speech import Say
from dialogs.turn import Turn
from dialogs.voice import Links
from shop import appointments
from shop.bookings import Free
from shop.kit.money import Money
from shop.rules.bookings import LIFE, Appointment, Service, State
from shop.slips import Slip

HOURS = {  # what part of a day is meant, from and to
    "凌晨": (0, 6),
    "清早": (5, 9),
    "早上": (6, 12),
    "早晨": (6, 12),
    "早": (6, 12),
    "上午": (6, 12),
    "中午": (11, 14),
    "正午": (11, 14),
    "下午": (12, 18),
    "午后": (12, 18),
    "傍晚": (16, 20),
    "晚上": (17, 24),
    "晚": (17, 24),
    "夜里": (20, 24),
    "半夜": (22, 24),
}
MOST_SHOWN = 8
_THIS_WEEK = re.compile("[本这]个?(?:周|星期|礼拜)")
HOW_TO_LEAVE = "来不了说“取消预约”"


@dataclass(frozen=True, slots=True)
class When:
    """What was said: a moment, or a part of a day (`hours`, from and to). In the shop's zone."""

    day: date
    at: datetime | None
    hours: tuple[int, int] = (0, 24)

    def includes(self, moment: datetime) -> bool:
        return moment.date() == self.day and self.hours[0] <= moment.hour < self.hours[1]


def local(turn: Turn) -> datetime:
    return turn.now.astimezone(ZoneInfo(turn.tz))


def said_when(text: str, now: datetime, *, before: str = "") -> When | None:
    """周六下午3点 as it is meant now, in the shop's zone; None when no time is said. What is missing is taken from the words `before` (下午, then 3点). A
    weekday whose hour is over means the next one, unless this week was said."""
    moment = _first(text)
    if moment is None:
        return None
    if (known := _first(before)) is not None and not _has_day(moment) and not moment.later:
        moment = replace(
            known,
            part=moment.part or known.part,
            hour=moment.hour,
            minute=moment.minute,
            text=moment.text,
        )
        text = f"{before} {text}"
    at = moment.at(now)
    if at is None:
        return None
    hours = HOURS.get(moment.part, (0, 24))
    ends = at if moment.has_clock else datetime.combine(at.date(), datetime.min.time(), at.tzinfo)
    ends = ends if moment.has_clock else ends + timedelta(hours=hours[1])
    if ends <= now and moment.weekday is not None and not moment.weeks and not _THIS_WEEK.search(text):
        at += timedelta(days=7)
    return When(at.date(), at if moment.has_clock else None, hours)


def _first(text: str) -> Moment | None:
    return next((found.moment for found in find_times(text)), None)


def _has_day(moment: Moment) -> bool:
    return not (moment.day is None and moment.weekday is None and moment.month_day is None)


def day_words(day: date) -> str:
    """A day in words that are read as that day: 5月2日."""
    return f"{day.month}月{day.day}日"


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────


def named_day(day: date, today: date) -> str:
    """今天, 明天, or 5月9日周六."""
    away = (day - today).days
    return {0: "今天", 1: "明天"}.get(away, f"{day_words(day)}周{'一二三四五六日'[day.weekday()]}")


def moment(at: datetime, now: datetime) -> str:
    """明天15:00."""
    day = named_day(at.date(), now.astimezone(at.tzinfo).date())
    return f"{day}{' ' if day[-1] not in '天' else ''}{at:%H:%M}"


def times(found: Sequence[datetime], now: datetime) -> str:
    """明天15:00、15:30, the day once."""
    told, day = list[str](), date.min
    for at in found:
        told.append(moment(at, now) if at.date() != day else f"{at:%H:%M}")
        day = at.date()
    return "、".join(told)


def free_of(when: When, service: Service, free: Sequence[Free], now: datetime) -> str:
    """What is free in a part of a day, to choose from; empty when nothing is."""
    found = [one.at for one in free if when.includes(one.at)]
    if not found:
        return ""
    more = " 等" if len(found) > MOST_SHOWN else ""
    return f"{service.name}有空的：{times(found[:MOST_SHOWN], now)}{more}。约几点？"


def terms(service: Service) -> str:
    """剪发 45分钟 ¥38.00，定金 ¥10.00."""
    deposit = f"，定金 {service.deposit}" if service.deposit else ""
    return f"{service.name} {service.minutes}分钟 {service.price}{deposit}"


def what(one: Appointment, now: datetime) -> str:
    """剪发 明天15:00（阿强）."""
    return f"{one.service.name} {moment(one.starts, now)}（{one.resource}）"


def told(one: Appointment, slip: Slip | None, links: Links, now: datetime, minutes: int) -> str:
    """To who has just booked."""
    if slip is not None and slip.claimed_at is not None and not slip.money_in:
        return f"{what(one, now)}，给你留着，店里看到 {slip.payable} 就算约好了"
    if slip is not None and slip.paid_at is None:
        return (
            f"{what(one, now)}，先给你留着。定金 {slip.payable}，{minutes}分钟内付款：{links.order(slip)}\n"
            f"{rest_to_pay(one)}，{HOW_TO_LEAVE}"
        )
    return f"约好了：{what(one, now)}。{rest_to_pay(one)}，{HOW_TO_LEAVE}"


# ── a deposit, where orders are spoken of ───────────────────────────────────────────────────────────────────────


async def of_deposit(slip: Slip) -> Appointment | None:
    """The appointment whose deposit this order is."""
    return await appointments.of_order(slip.id) if slip.campaign is not None else None


def to_pay(turn: Turn, one: Appointment, slip: Slip | None) -> Say:
    """When it is, and what is to be paid by when: for him alone."""
    said = turn.privately(told(one, slip, turn.links, turn.now, turn.facts.pay_minutes))
    is_open = slip is not None and slip.paid_at is None and slip.claimed_at is None
    return replace(said, pays=slip.id) if slip and is_open and turn.facts.pays_online else said


async def called_off(turn: Turn, slip: Slip) -> tuple[Say, ...]:
    """取消, said of the order: the group hears its number alone."""
    one = await appointments.of_order(slip.id)
    what_ = what(one, turn.now) if one else slip.code
    private = turn.privately(f"{what_}取消了。想来了再说“预约”")
    public = turn.to_room(f"{turn.name}：{slip.code} 取消了")
    return (public, private) if public else (private,)


def stands(one: Appointment, slip: Slip, now: datetime) -> str:
    """烫发 明天14:00（阿强）约好了，定金 ¥20.00 已付."""
    paid = "已付" if slip.money_in else "等店里确认" if slip.claimed_at else "没付"
    state = "" if one.state == State.HELD else LIFE.shown[one.state]
    return f"{what(one, now)}{state}，定金 {slip.payable} {paid}"


def rest_to_pay(one: Appointment) -> str:
    rest = Money(one.service.price.fen - one.service.deposit.fen) if one.order else one.service.price
    return f"到店付 {rest}"


def line(one: Appointment, now: datetime) -> str:
    """One line of 我的预约."""
    note = "，定金没付" if one.state == State.HELD else "，师傅那时不在，改个时间吧" if one.hit else ""
    return f"{what(one, now)}{note}"
