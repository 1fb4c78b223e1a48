"""老样子: the last order again; always asked about first, at today's price."""

from __future__ import annotations

from dialogs.engine import Data, Question
from dialogs.ordering import Ordering
from dialogs.turn import Turn


class Repeat(Ordering):
    id = "repeat"
    intents = ("order.repeat",)
    examples = ("老样子", "和上次一样来一单")

    async def question(self, turn: Turn, data: Data, slot: str) -> Question:
        return Question((turn.here("还没有上一单。要什么直接说，比如“苹果2斤”"),), asked="lines")

    async def check(self, turn: Turn, data: Data) -> Question | None:
        return await super().check(turn, data | {"unsure": True})
