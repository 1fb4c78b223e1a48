"""改预约: 我的预约; 改到4点, 预约改到周日10点; 取消预约."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from dialogs import appointing
from dialogs.command import YES
from dialogs.engine import Data, Dialogue, Done, Question, Slot
from dialogs.hear.reading import Pending, Reading
from dialogs.hear.times import find_times
from dialogs.turn import Turn
from shop import appointments, bookings
from shop.kit.refusal import Refusal
from shop.refusals import NoAppointment, TimeTaken
from shop.rules.bookings import Appointment, State

_MOVE = re.compile(
    r"(?:@\S+\s*)?(?:我|想|要|能不能|可不可以|能|可以|帮我|把)*(?:我的)?(?P<word>预约|约)?(?:的?时间)?(?:改到|改成|改约|换到|挪到)\s*(?=\S)"
)
_CANCEL = re.compile(
    r"(?:@\S+\s*)?(?:我要|帮我)?(?:取消|退掉?|不要)(?:我的|这个)?预约了?|(?:我的)?预约(?:取消|不要)了?|(?:我|那|先)?不预?约了"
)
IN_PRIVATE = "预约的事私聊我说，时间只有你看得到"


def parse_which(reading: Reading, old: Any, asked: bool) -> Any:
    said = reading.text.strip(" 个第号。")
    return int(said) if asked and re.fullmatch(r"[1-9]", said) else None


def parse_when(reading: Reading, old: Any, asked: bool) -> Any:
    return reading.text if any(True for _ in find_times(reading.text)) else None


def _heard(turn: Turn) -> bool:
    return bool(turn.shelf.services) and (turn.room is None or turn.addressed)


class MyBookings(Dialogue):
    id = "my_bookings"
    intents = ()
    starts = ("我的预约", "我约了什么", "我约了几点")
    examples = ("我的预约",)
    is_answer = True

    def is_meant(self, turn: Turn) -> bool:
        return turn.text.strip(" 。?？") in self.starts and (turn.room is None or turn.addressed)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        mine = await appointments.coming(turn.shop, turn.person.id, now=turn.now)
        if not mine:
            return Done((turn.privately("你还没有预约。要约就说“预约”"),))
        lines = [appointing.line(one, turn.now) for one in mine]
        last = "改时间说“预约改到周日10点”，不来了说“取消预约”"
        return Done((turn.privately("\n".join([*lines, last])),))


class Changing(Dialogue):
    """Which of his appointments is meant is asked where he has several."""

    which = Slot(parse_which, optional=True, insists=True)

    async def theirs(self, turn: Turn, data: Data) -> Appointment | None:
        """The one that is meant; None while nobody can say. Raises NoAppointment."""
        mine = await appointments.coming(turn.shop, turn.person.id, now=turn.now)
        if not mine:
            raise NoAppointment
        if len(mine) == 1:
            return mine[0]
        ids = data.get("offered") or [one.id for one in mine]
        number = data.get("which", 0)
        meant = ids[number - 1] if 1 <= number <= len(ids) else None
        return next((one for one in mine if one.id == meant), None)

    async def ask_which(self, turn: Turn, data: Data) -> Question:
        mine = await appointments.coming(turn.shop, turn.person.id, now=turn.now)
        text = "\n".join(["哪一个？回数字", *_numbered(mine, turn)])
        kept = {key: value for key, value in data.items() if key != "which"}
        return Question((turn.here(text),), asked="which", data=kept | {"offered": [one.id for one in mine]})

    def words(self, refusal: Refusal) -> str | None:
        return "你现在没有预约。要约就说“预约”" if isinstance(refusal, NoAppointment) else None


def _numbered(mine: Sequence[Appointment], turn: Turn) -> list[str]:
    return [f"{n} {appointing.line(one, turn.now)}" for n, one in enumerate(mine, start=1)]


class MoveBooking(Changing):
    id = "booking_move"
    intents = ()
    first_words = ("预约改到",)
    examples = ("预约改到 周日10点",)
    when = Slot(parse_when, optional=True, insists=True)

    def is_meant(self, turn: Turn) -> bool:
        """改到4点 may be about a pick-up; only where something can be booked it is about that."""
        found = _MOVE.match(turn.text)
        if found is None or (turn.room is not None and not turn.addressed):
            return False
        return found["word"] == "预约" or (_heard(turn) and _has_time(turn.text))

    async def check(self, turn: Turn, data: Data) -> Question | None:
        if turn.room is not None:
            return None
        one = await self.theirs(turn, data)
        if one is None:
            return await self.ask_which(turn, data)
        when = _when(turn, data, one)
        if when is None or when.at is not None:
            return Question((turn.here("改到哪天几点？"),), asked="when") if when is None else None
        free = await bookings.free_on(turn.shop, one.service, when.day, now=turn.now)
        text = appointing.free_of(when, one.service, free, turn.now) or "那时候没空，换个时间？"
        kept = {key: value for key, value in data.items() if key != "when"}
        return Question(
            (turn.here(text),), asked="when", data=kept | {"before": appointing.day_words(when.day)}
        )

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        one = await self.theirs(turn, data) if turn.room is None else None
        when = _when(turn, data, one) if one is not None else None
        if one is None or when is None or when.at is None:
            return Done((turn.here(IN_PRIVATE),))
        before, after = await bookings.move(turn.shop, turn.person.id, one.id, when.at, now=turn.now)
        was = appointing.moment(before.starts, turn.now)
        text = f"{was} 改好了：{appointing.what(after, turn.now)}。{appointing.HOW_TO_LEAVE}"
        return Done((turn.privately(text),))

    async def refused(self, turn: Turn, data: Data, refusal: Refusal) -> Question | None:
        if not isinstance(refusal, TimeTaken) or not refusal.near:
            return None
        near = appointing.times(refusal.near, turn.now)
        text = f"{appointing.moment(refusal.at, turn.now)} 约不上，你原来的还在。近的有 {near}，改到几点？"
        kept = {key: value for key, value in data.items() if key != "when"}
        kept["before"] = appointing.day_words(refusal.near[0].date())
        return Question((turn.here(text),), asked="when", data=kept)


def _has_time(text: str) -> bool:
    return any(found.moment.has_clock for found in find_times(text))


def _when(turn: Turn, data: Data, one: Appointment) -> appointing.When | None:
    """4点 is on the day of his appointment."""
    if "when" not in data:
        return None
    before = data.get("before") or appointing.day_words(one.starts.date())
    return appointing.said_when(data["when"], appointing.local(turn), before=before)


class CancelBooking(Changing):
    id = "booking_cancel"
    intents = ()
    starts = ("取消预约",)
    examples = ("取消预约",)

    def is_meant(self, turn: Turn) -> bool:
        return bool(_CANCEL.fullmatch(turn.text.strip(" 。!！~"))) and (turn.room is None or turn.addressed)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        if turn.room is not None:
            return None
        one = await self.theirs(turn, data)
        if one is None:
            return await self.ask_which(turn, data)
        if not one.costs_deposit(turn.now) or data.get("leaves") == one.id:
            return None
        text = f"{appointing.what(one, turn.now)}，离开始不到 2 小时，定金 {one.service.deposit} 不退。还要取消就回“确认”"
        return Question(
            (turn.here(text, buttons=YES),), pending=Pending("confirm"), data=data | {"leaves": one.id}
        )

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        one = await self.theirs(turn, data) if turn.room is None else None
        if one is None:
            return Done((turn.here(IN_PRIVATE),))
        leaves = data.get("leaves") == one.id
        await bookings.cancel(turn.shop, turn.person.id, one.id, leaves_deposit=leaves, now=turn.now)
        back = f"，定金 {one.service.deposit} 原路退回" if _gets_back(one, turn) else ""
        text = f"{appointing.what(one, turn.now)}取消了{back}。想来了再说“预约”"
        return Done((turn.privately(text),))


def _gets_back(one: Appointment, turn: Turn) -> bool:
    return one.order is not None and one.state == State.BOOKED and not one.costs_deposit(turn.now)
