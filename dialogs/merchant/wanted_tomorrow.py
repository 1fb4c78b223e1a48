"""明天备什么: what people said they would buy tomorrow, and how many of them."""

from __future__ import annotations

from datetime import timedelta

from dialogs.command import Command
from dialogs.engine import Data, Done
from dialogs.turn import Turn
from shop import day_wishes


class WhatTomorrow(Command):
    id = "wanted_tomorrow"
    intents = ()
    starts = ("明天想要什么", "明天备什么", "明天要备什么")
    examples = ("明天备什么",)
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        found = await day_wishes.wanted(turn.shop, turn.day + timedelta(days=1))
        if not found:
            return Done((turn.here("明天还没有人说想要什么。顾客说“明天想要草莓”就记上了"),))
        lines = [f"{what} {people} 位" for what, people in found]
        return Done((turn.here("\n".join(["明天有人想要：", *lines])),))
