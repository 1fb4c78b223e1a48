"""先发: 先发 0501-017 苹果2箱 → part of an order is on its way; 送到了 0501-017, 没送到 0501-017 say what became of it."""

from __future__ import annotations

import re
from typing import Any

from dialogs import parting
from dialogs.command import Command
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.parting import Units
from dialogs.turn import Turn
from shop import parcels, people, slips
from shop.people import AGENT, MANAGER, OWNER
from shop.slips import Slip

_ORDER = re.compile(r"(?<!\d)(\d{4}-?\d{3,5}|\d{1,3})(?![\d.])")


def _order(reading: Reading, old: Any, asked: bool) -> Any:
    found = _ORDER.search(reading.text) if old is None or asked else None
    return found[1] if found else None


def _goods(reading: Reading, old: Any, asked: bool) -> Any:
    """What stands behind the number of the order; without that, all of it goes."""
    found = None if asked else _ORDER.search(reading.text)
    said = reading.text if asked else reading.text[found.end() :] if found else ""
    return said.strip() or None


class Send(Command):
    id = "send"
    intents = ()
    first_words = ("先发", "先送")
    starts = first_words
    examples = ("先发 0501-017 苹果2箱", "先发 0501-017")
    roles = frozenset({OWNER, MANAGER, AGENT})
    order = Slot(_order, "先发哪一单？说单号和货，比如“先发 0501-017 苹果2箱”")
    goods = Slot(_goods, "先发哪样？比如“苹果2箱”", optional=True, insists=True)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        units = await _units(turn, data, await _slip(turn, data))
        return units if isinstance(units, Question) else None

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        slip = await _slip(turn, data)
        units = await _units(turn, data, slip)
        assert not isinstance(units, Question), "it was settled when it was asked"
        sent = await parcels.send(slip.id, units, turn.person.id, now=turn.now)
        left = parting.still_here(await parcels.left(slip.id))
        rest = f"，店里还剩 {left}" if left else "，都发了"
        text = (
            f"{await _who(slip)}：{parting.goods(sent.goods)} 发出去了{rest}，告诉他了。"
            f"到了回“送到了 {slip.code}”，没送成回“没送到 {slip.code}”，一天没说就算到了"
        )
        return Done((turn.here(text),), after={"order": slip.code, "parcel": sent.number})


class Arrived(Command):
    id = "arrived"
    intents = ()
    first_words = ("送到了", "送到")
    starts = first_words
    examples = ("送到了 0501-017",)
    roles = frozenset({OWNER, MANAGER, AGENT})
    order = Slot(_order, "哪一单送到了？说单号，比如“送到了 0501-017”")

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        slip = await _slip(turn, data)
        goods = _what(await parcels.arrived(slip.id, turn.person.id, now=turn.now))
        return Done((turn.here(f"{await _who(slip)}：{goods} 送到了，告诉他了"),), after={"order": slip.code})


class CameBack(Command):
    id = "came_back"
    intents = ()
    first_words = ("没送到", "没送成")
    starts = first_words
    examples = ("没送到 0501-017",)
    roles = frozenset({OWNER, MANAGER, AGENT})
    order = Slot(_order, "哪一单没送到？说单号，比如“没送到 0501-017”")

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        slip = await _slip(turn, data)
        goods = _what(await parcels.came_back(slip.id, turn.person.id, now=turn.now))
        text = f"{await _who(slip)}：{goods} 拿回来了，告诉他了。再送说“先发 {slip.code}”，他来取就核销"
        return Done((turn.here(text),), after={"order": slip.code})


async def _slip(turn: Turn, data: Data) -> Slip:
    return await slips.find(turn.shop, str(data["order"]), now=turn.now, tz=turn.tz)


async def _units(turn: Turn, data: Data, slip: Slip) -> Units | Question:
    if not data.get("goods"):
        return ()
    inside = await parcels.left(slip.id)
    units = parting.units_said(str(data["goods"]), inside, turn.shelf.everything)
    if isinstance(units, str) and inside:
        kept = {key: value for key, value in data.items() if key != "goods"}
        return Question((turn.here(parting.unheard(units, inside)),), asked="goods", data=kept)
    return () if isinstance(units, str) else units  # nothing is there: the shop says so


def _what(some: tuple[parcels.Sent, ...]) -> str:
    return parting.goods(part for one in some for part in one.goods)


async def _who(slip: Slip) -> str:
    return f"{slip.code} {(await people.person(slip.buyer)).name}"
