"""预约: 预约 剪发 周六下午3点 is taken at once; 周六下午 is answered with what is free then."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from dialogs import appointing
from dialogs.appointing import When
from dialogs.calling import ask_the_shop
from dialogs.engine import Data, Dialogue, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.hear.times import find_times
from dialogs.speech import Button
from dialogs.turn import Turn
from shop import bookings
from shop.kit.refusal import Refusal
from shop.refusals import TimeTaken
from shop.rules.bookings import Service

_BOOK = re.compile(
    r"(?:@\S+\s*)?(?:我|帮我|请|麻烦)?(?:想要?|要)?(?P<word>预约|约)(?!改|取消|的)(?:一下|一个|个)?"
)
_NO = re.compile(r"\s*(?:取消|算了|不约了?|不要了?|没事了?|不用了?)\s*[。!！~]*\s*")
IN_PRIVATE = "预约私聊我说，时间只有你看得到"


def parse_words(reading: Reading, old: Any, asked: bool) -> Any:
    """The words that may name the service: those it began with, or the answer."""
    return None if _NO.fullmatch(reading.text) or not (asked or old is None) else reading.text


def parse_when(reading: Reading, old: Any, asked: bool) -> Any:
    """The words of a time; they are read against the clock of the shop later."""
    return reading.text if any(True for _ in find_times(reading.text)) else None


class Book(Dialogue):
    id = "booking"
    intents = ()
    starts = ("预约", "约时间")
    examples = ("预约",)
    service = Slot(parse_words, optional=True, insists=True)
    when = Slot(parse_when, optional=True, insists=True)

    def is_meant(self, turn: Turn) -> bool:
        """约 alone means many things, and 预约两箱橙子 is an order; with a service it means this."""
        found = _BOOK.match(turn.text) if turn.room is None or turn.addressed else None
        if found is None or not turn.shelf.services:
            return False
        return _named(turn, turn.text) is not None or (found["word"] == "预约" and not turn.reading.lines)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        if turn.room is not None or not turn.shelf.services:
            return None
        service = _service(turn, data)
        if service is None:
            lines = [appointing.terms(one) for one in turn.shelf.services]
            kept = {key: value for key, value in data.items() if key != "service"}
            return Question((turn.here("\n".join(["约哪一样？", *lines])),), asked="service", data=kept)
        when = _when(turn, data)
        if when is None:
            return await _ask_when(turn, data, service, appointing.terms(service))
        return await _choose(turn, data, service, when) if when.at is None else None

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        if not turn.shelf.services:
            return await ask_the_shop(turn)
        service, when = _service(turn, data), _when(turn, data)
        if service is None or when is None or when.at is None:
            return Done((turn.here(IN_PRIVATE),))
        made, slip = await bookings.book(
            turn.shop, turn.person.id, service.id, when.at, room=turn.room_id, now=turn.now
        )
        said = appointing.to_pay(turn, made, slip)
        noted = f"{turn.name}：{service.name}记下了"
        public = turn.to_room(f"{noted}，时间私聊发你", unreached=noted)
        return Done((said,) if public is None else (public, said), facts={"预约": made.id})

    async def refused(self, turn: Turn, data: Data, refusal: Refusal) -> Question | None:
        if not isinstance(refusal, TimeTaken) or not refusal.near or turn.room is not None:
            return None
        text = f"{appointing.moment(refusal.at, turn.now)} 约不上，近的有 {appointing.times(refusal.near, turn.now)}。约几点？"
        buttons = tuple(Button(f"{at:%H:%M}", _said(at)) for at in refusal.near)
        kept = data | {"before": appointing.day_words(refusal.near[0].date())}
        kept.pop("when", None)
        return Question((turn.here(text, buttons=buttons),), asked="when", data=kept)


def _named(turn: Turn, text: str) -> Service | None:
    """The longest name that was said."""
    said = [one for one in turn.shelf.services if one.name in text]
    return max(said, key=lambda one: len(one.name)) if said else None


def _service(turn: Turn, data: Data) -> Service | None:
    """The one that was named; where there is only one it goes without saying."""
    only = turn.shelf.services[0] if len(turn.shelf.services) == 1 else None
    return _named(turn, data.get("service", "")) or only


def _when(turn: Turn, data: Data) -> When | None:
    if "when" not in data:
        return None
    return appointing.said_when(data["when"], appointing.local(turn), before=data.get("before", ""))


async def _ask_when(turn: Turn, data: Data, service: Service, head: str) -> Question:
    near = await bookings.nearest(turn.shop, service, turn.now, now=turn.now)
    if not near:
        text = f"{head}。最近都约满了，想约哪天？有人退了就空出来"
    else:
        text = f"{head}。最近有空 {appointing.times(near, turn.now)}，约哪天几点？"
    kept = {key: value for key, value in data.items() if key not in ("when", "before")}
    return Question((turn.here(text),), asked="when", data=kept)


async def _choose(turn: Turn, data: Data, service: Service, when: When) -> Question:
    """周六下午: what is free then."""
    free = await bookings.free_on(turn.shop, service, when.day, now=turn.now)
    if text := appointing.free_of(when, service, free, turn.now):
        kept = {key: value for key, value in data.items() if key != "when"}
        kept["before"] = f"{appointing.day_words(when.day)}{_part(data['when'])}"
        return Question((turn.here(text),), asked="when", data=kept)
    asked = await _ask_when(turn, data, service, f"{service.name}那时候没空")
    return replace(asked, asked="when")


def _part(said: str) -> str:
    """下午 of 周六下午, which holds for 3点 as well."""
    return next((found.moment.part for found in find_times(said)), "")


def _said(at: Any) -> str:
    return f"{appointing.day_words(at.date())}{at:%H:%M}"
