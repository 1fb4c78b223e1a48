"""今天预约: who comes today and tomorrow; 到了 小李, 没来 小李, each taken back by 撤销."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from dialogs import appointing
from dialogs.command import UNDO_FOR, Command
from dialogs.engine import Data, Done, Slot
from dialogs.hear.reading import Reading
from dialogs.hear.times import find_times
from dialogs.turn import Turn
from shop import appointments, bookings
from shop.kit.refusal import Refusal
from shop.people import AGENT, MANAGER, OWNER
from shop.refusals import NoAppointment
from shop.rules.bookings import LIFE, Appointment, State

STAFF = frozenset({OWNER, MANAGER, AGENT})
_DAY = re.compile(r"/?(?P<day>今天|今日|明天|明日)?的?预约(?:表|单)?")
_CAME = re.compile(r"/?到了\s+(?P<who>\S.*)")
_MISSED = re.compile(r"/?没来\s+(?P<who>\S.*)")


def parse_words(reading: Reading, old: Any, asked: bool) -> Any:
    return reading.text if old is None else None


class BookingsOfDay(Command):
    id = "bookings_of_day"
    intents = ()
    starts = ("今天预约", "明天预约", "预约表")
    examples = starts
    roles = STAFF
    is_answer = True

    def is_meant(self, turn: Turn) -> bool:
        return bool(_DAY.fullmatch(turn.text.strip(" 。?？")))

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        found = _DAY.fullmatch(turn.text.strip(" 。?？"))
        is_tomorrow = found is not None and (found["day"] or "").startswith("明")
        day = turn.day + timedelta(days=1) if is_tomorrow else turn.day
        listed = await appointments.of_day(turn.shop, day)
        name = "明天" if is_tomorrow else "今天"
        if not listed:
            return Done((turn.here(f"{name}没有预约"),))
        lines = [f"{name} {len(listed)} 位", *[_line(one) for one in listed]]
        if not is_tomorrow:
            lines.append(f"来了说“到了 {listed[0].who}”，没来说“没来 {listed[0].who}”")
        return Done((turn.here("\n".join(lines)),), facts={"预约": len(listed)})


def _line(one: Appointment) -> str:
    note = "" if one.state == State.BOOKED else f" {LIFE.shown[one.state]}"
    hit = "，要改时间" if one.hit and one.state == State.BOOKED else ""
    return f"{one.starts:%H:%M} {one.who} {one.service.name}（{one.resource}）{note}{hit}"


class Spoken(Command):
    """A word about one customer of today, by name; with the hour where he comes twice."""

    roles = STAFF
    undo_for = UNDO_FOR
    words_said = Slot(parse_words, optional=True)
    pattern: ClassVar[re.Pattern[str]]
    word: ClassVar[str]

    def is_meant(self, turn: Turn) -> bool:
        return bool(self.pattern.fullmatch(turn.text.strip()))

    async def named(self, turn: Turn) -> tuple[str, Sequence[Appointment]]:
        found = self.pattern.fullmatch(turn.text.strip())
        said = found["who"] if found else ""
        when = appointing.said_when(said, appointing.local(turn))
        for time in find_times(said):
            said = said.replace(time.moment.text, " ")
        name = said.strip()
        listed = [one for one in await appointments.of_day(turn.shop, turn.day) if one.state == State.BOOKED]
        his = [one for one in listed if one.who == name] or [one for one in listed if name in one.who]
        at = when.at if when else None
        return name, [one for one in his if at is None or one.starts == at]

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        name, his = await self.named(turn)
        if len(his) > 1:
            return self.unclear(turn, name, his)
        if not his:
            raise NoAppointment
        one, text = await self.noted(turn, his[0].id)
        undo = {"appointment": one.id}
        return Done((turn.here(f"{text}（撤销 2 分钟内有效）"),), undo=undo, after=undo)

    async def take_back(self, turn: Turn, undo: Data) -> str:
        one = await bookings.not_said(turn.shop, undo["appointment"], now=turn.now)
        return f"{one.who} {appointing.what(one, turn.now)}还约着"

    async def noted(self, turn: Turn, which: int) -> tuple[Appointment, str]:
        """What is done about this appointment, and what is said of it."""
        raise NotImplementedError

    def unclear(self, turn: Turn, name: str, his: Sequence[Appointment]) -> Done:
        lines = [_line(one) for one in his]
        again = f"带上时间再说：{self.word} {his[0].who} {his[0].starts:%H:%M}"
        return Done((turn.here("\n".join([f"“{name}”有 {len(his)} 个预约", *lines, again])),))

    def words(self, refusal: Refusal) -> str | None:
        if isinstance(refusal, NoAppointment):
            return "今天没有能这样记的预约。看看有谁：回“今天预约”"
        return None


class Came(Spoken):
    id = "booking_came"
    intents = ()
    first_words = ("到了",)
    examples = ("到了 小李",)
    pattern, word = _CAME, "到了"

    async def noted(self, turn: Turn, which: int) -> tuple[Appointment, str]:
        one = await bookings.came(turn.shop, which, turn.person.id, now=turn.now)
        return one, f"{one.who} {one.service.name}来了，{appointing.rest_to_pay(one)}"


class Missed(Spoken):
    id = "booking_missed"
    intents = ()
    first_words = ("没来",)
    examples = ("没来 小李",)
    pattern, word = _MISSED, "没来"

    async def noted(self, turn: Turn, which: int) -> tuple[Appointment, str]:
        one = await bookings.missed(turn.shop, which, turn.person.id, now=turn.now)
        kept = f"，定金 {one.service.deposit} 留在店里。要退说“退款 {one.order}”" if one.order else ""
        return one, f"{one.who} 没来，记下了{kept}"
