"""错款: 错款 0501-017 退 gives back a sum that was not what the order asked; 好了 says that it is settled; alone, it lists them."""

from __future__ import annotations

import re
from typing import Any

from dialogs.command import Command
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.turn import Turn
from shop import slips, wrong_sums
from shop.kit.money import total
from shop.refusals import NoWrongSum
from shop.slips import Slip

_ORDER = re.compile(r"(?<!\d)(\d{4}-?\d{3,5}|\d{1,3})(?![\d.])")
_END = {"退": "back", "好了": "settled", "不用退": "settled"}


def _order(reading: Reading, old: Any, asked: bool) -> Any:
    found = _ORDER.search(reading.text) if old is None or asked else None
    return found[1] if found else None


def _end(reading: Reading, old: Any, asked: bool) -> Any:
    words = sorted(_END, key=len, reverse=True)
    return next((_END[word] for word in words if word in reading.text), None)


class WrongSum(Command):
    id = "wrong_sum"
    intents = ()
    first_words = ("错款",)
    starts = first_words
    examples = ("错款", "错款 0501-017 退", "错款 0501-017 好了")
    order = Slot(_order, optional=True)
    end = Slot(_end, "退给他就回“退”，已经说好了就回“好了”", optional=True, insists=True)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        if not data.get("order"):
            return None
        slip = await _slip(turn, data)
        mine = [one for one in await wrong_sums.waiting(turn.shop) if one.order == slip.id]
        if not mine:
            raise NoWrongSum(slip.code)
        came = total([one.came for one in mine])
        if "end" not in data:
            text = f"{slip.code} {mine[0].who} 应付 {slip.payable}，收到 {came}。{self.slots()['end'].ask}"
            return Question((turn.here(text),), asked="end", data=dict(data))
        if data["end"] == "settled":
            return None
        return self.preview(turn, f"{slip.code} {mine[0].who} 付错的 {came}，原路退他？")

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        if not data.get("order"):
            return Done((turn.here(await _listed(turn)),))
        slip = await _slip(turn, data)
        if data["end"] == "settled":
            came = await wrong_sums.settled(turn.shop, slip.id, now=turn.now)
            return Done((turn.here(f"{slip.code} 的 {came} 记成说好了，钱没动"),), after={"order": slip.code})
        came = await wrong_sums.give_back(turn.shop, slip.id, now=turn.now)
        after = {"order": slip.code, "fen": came.fen}
        return Done((turn.here(f"{slip.code} 付错的 {came} 原路退回，到了会告诉他"),), after=after)


async def _listed(turn: Turn) -> str:
    some = await wrong_sums.waiting(turn.shop)
    if not some:
        return "没有对不上的款"
    lines = [f"{one.code} {one.who} 应付 {one.owed}，收到 {one.came}" for one in some]
    return "\n".join(
        [
            f"{len(some)} 笔对不上：",
            *lines,
            f"退给他回“错款 {some[0].code} 退”，说好了回“错款 {some[0].code} 好了”",
        ]
    )


async def _slip(turn: Turn, data: Data) -> Slip:
    return await slips.find(turn.shop, str(data["order"]), now=turn.now, tz=turn.tz)
