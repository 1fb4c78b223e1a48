"""促销: what runs, with its numbers; 停 2: one of them is stopped."""

from __future__ import annotations

import re
from typing import Any

from dialogs.command import UNDO_FOR, Command
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.promoting import title
from dialogs.turn import Turn
from shop import deals

_NUMBER = re.compile(r"\d{1,9}")


class ListPromotions(Command):
    id = "promotion_list"
    intents = ()
    first_words = ("促销", "在跑的促销", "看促销")
    starts = first_words
    examples = ("促销",)
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        some = await deals.running(turn.shop, now=turn.now)
        if not some:
            return Done((turn.here("没有在跑的促销。要开一个就说，比如“满50减5”或“限时 苹果8折 18-20点”"),))
        lines = [f"{one.id}号 {title(one, turn.shelf, turn.now)}" for one in some]
        return Done((turn.here("\n".join([*lines, f"要停就说“停 {some[-1].id}”"])),))


def parse_number(reading: Reading, old: Any, asked: bool) -> Any:
    found = _NUMBER.search(reading.text)
    return int(found[0]) if found else None


class StopPromotion(Command):
    id = "promotion_stop"
    intents = ()
    first_words = ("停", "取消促销", "停促销")
    starts = first_words
    examples = ("停 2", "取消促销 2")
    undo_for = UNDO_FOR
    number = Slot(parse_number, "停几号？回“促销”看有哪些")

    async def check(self, turn: Turn, data: Data) -> Question | None:
        one = next((d for d in await deals.running(turn.shop, now=turn.now) if d.id == data["number"]), None)
        if one is None:
            return Question(
                (turn.here(f"没有 {data['number']}号促销，回“促销”看有哪些"),), asked="number", data={}
            )
        return self.preview(turn, f"停 {one.id}号：{title(one, turn.shelf, turn.now)}\n下了的单不变")

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        stopped = await deals.stop(turn.shop, data["number"])
        if not stopped:
            return Done((turn.here(f"{data['number']}号已经停了"),))
        text = f"{data['number']}号促销停了，新下的单不再算（撤销 2 分钟内有效）"
        return Done((turn.here(text),), undo={"deal": data["number"]})

    async def take_back(self, turn: Turn, undo: Data) -> str:
        await deals.go_on(turn.shop, [undo["deal"]])
        return f"{undo['deal']}号促销接着算"
