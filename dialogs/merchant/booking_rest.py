"""请假: 休息 阿强 周日, 休息 阿强 明天下午; whoever has an appointment then is shown first, and told."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Any

from dialogs import appointing
from dialogs.command import UNDO_FOR, Command
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.hear.times import find_times
from dialogs.turn import Turn
from shop import appointments, resources
from shop.refusals import NoSuchResource
from shop.rules.bookings import Appointment, Span

EXAMPLE = "休息 阿强 周日"
_HEAD = re.compile(r"/?(?:休息|请假)\s+(?=\S)")


def parse_words(reading: Reading, old: Any, asked: bool) -> Any:
    return reading.text if asked or old is None else None


class Rest(Command):
    id = "booking_rest"
    intents = ()
    first_words = ("休息", "请假")
    examples = (EXAMPLE,)
    undo_for = UNDO_FOR
    words_said = Slot(parse_words, optional=True)

    def is_meant(self, turn: Turn) -> bool:
        return bool(_HEAD.match(turn.text))

    async def check(self, turn: Turn, data: Data) -> Question | None:
        span = _span(data["words_said"], appointing.local(turn))
        if span is None:
            text = f"哪天休息？比如“{EXAMPLE}”“休息 阿强 明天下午”"
            return Question((turn.here(text),), asked="words_said", data={})
        who = await _who(turn, data["words_said"])
        hit = await resources.met(turn.shop, who, span, now=turn.now)
        lines = [_line(await appointments.appointment(id), turn.now) for id in hit]
        told = [f"这 {len(lines)} 位已经约了，会通知他们改时间：", *lines] if lines else ["那时候没人约"]
        preview = self.preview(turn, "\n".join([_told(who, span, turn.now), *told]))
        return Question(
            preview.says,
            pending=preview.pending,
            data=data | {"who": who, "from": span.start.isoformat(), "until": span.end.isoformat()},
        )

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        span = Span(datetime.fromisoformat(data["from"]), datetime.fromisoformat(data["until"]))
        made, hit = await resources.rest(turn.shop, data["who"], span, now=turn.now)
        more = f"，已通知 {len(hit)} 位改时间" if hit else ""
        text = f"{_told(data['who'], span, turn.now)}，记下了{more}（撤销 2 分钟内有效）"
        return Done((turn.here(text),), undo={"absences": list(made), "hit": list(hit)}, after=dict(data))

    async def take_back(self, turn: Turn, undo: Data) -> str:
        await resources.work_after_all(turn.shop, undo["absences"], undo["hit"], now=turn.now)
        return "不休息了，照常预约" + ("。通知过的顾客，会再告诉他们照旧" if undo["hit"] else "")


async def _who(turn: Turn, said: str) -> str | None:
    """Who is named; nobody means everybody. Raises NoSuchResource for a name that nobody has."""
    rest = _HEAD.sub("", said, count=1)
    for found in find_times(rest):
        rest = rest.replace(found.moment.text, " ")
    named = re.sub(r"[-~到至]|全天|一?整天|都|大家|全店", " ", rest).split()
    if not named:
        return None
    known = {one.name for one in await resources.all_of(turn.shop)}
    if named[0] not in known:
        raise NoSuchResource(named[0])
    return named[0]


def _span(said: str, now: datetime) -> Span | None:
    """A day, a part of it, or from one hour to another; never what is over."""
    whens = [
        when
        for found in find_times(said)
        if (when := appointing.said_when(found.moment.text, now)) is not None
    ]
    if not whens:
        return None
    first = whens[0]
    midnight = datetime.combine(first.day, time(0), now.tzinfo)
    start, end = (midnight + timedelta(hours=hour) for hour in first.hours)
    if first.at is not None:
        start, end = first.at, midnight + timedelta(days=1)
    if len(whens) > 1 and (until := whens[1].at) is not None:
        end = datetime.combine(first.day, until.time(), now.tzinfo)
    return Span(start, end) if start < end and end > now else None


def _told(who: str | None, span: Span, now: datetime) -> str:
    whole = span.end - span.start == timedelta(days=1)
    day = appointing.named_day(span.start.date(), now.astimezone(span.start.tzinfo).date())
    last = "24:00" if span.end.date() > span.start.date() else f"{span.end:%H:%M}"
    return f"{who or '全店'} {day}{'全天' if whole else f' {span.start:%H:%M}–{last} '}休息"


def _line(one: Appointment, now: datetime) -> str:
    return f"{one.who} {appointing.what(one, now)}"
