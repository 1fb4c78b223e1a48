"""学过的: every word that was taught, with who and when."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dialogs.command import Command
from dialogs.engine import Data, Done
from dialogs.turn import Turn
from shop import words

SHOWN = 20


class LearntWords(Command):
    id = "learnt"
    intents = ("admin.words",)
    examples = ("学过的", "学过的词")
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        everything = await words.learnt(turn.shop)
        if not everything:
            return Done((turn.here("还没学过词。教我就说“黑珍珠=车厘子”"),))
        zone = ZoneInfo(turn.tz)
        lines = [
            f"{one.word} = {one.name}（{one.by_name} {one.at.astimezone(zone):%m-%d %H:%M}）"
            for one in everything[:SHOWN]
        ]
        more = [f"还有 {len(everything) - SHOWN} 个"] if len(everything) > SHOWN else []
        return Done((turn.here("\n".join([*lines, *more, f"教错了的回“忘掉 {everything[0].word}”"])),))
