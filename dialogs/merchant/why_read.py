"""为什么没识别 富士3斤: how such words are read, and by which rules; nothing is done with them."""

from __future__ import annotations

import re

from dialogs.command import Command
from dialogs.engine import Data, Done
from dialogs.hear import explain
from dialogs.turn import Turn

_WHY = re.compile(
    r"为(?:什么|啥)(?:没|不)(?:识别|听懂|看懂|认出来?)[\s:：,，]*[“\"「]?(?P<said>[^”\"」]*)[”\"」]?[?？]?"
)
REASON, STEP = "依据：", "由“"  # a step of the reader is no reason to a shopkeeper
ANSWERS = {"act": "照办", "clarify": "先问一句", "ignore": "说没看懂"}


class WhyRead(Command):
    id = "why_read"
    intents = ()
    starts = ("为什么没识别", "为什么没听懂")
    examples = starts
    is_answer = True

    def is_meant(self, turn: Turn) -> bool:
        return bool(_WHY.fullmatch(turn.text.strip()))

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        found = _WHY.fullmatch(turn.text.strip())
        if found is None or not (said := found["said"].strip()):
            return Done((turn.here("哪一句？连着说，比如“为什么没识别 富士3斤”；没听懂的都在“没听懂的”里"),))
        reading = turn.read(said)
        told = [line.removeprefix(REASON) for line in explain(reading) if line.startswith(REASON)]
        why = [line for line in told if not line.startswith(STEP)]
        return Done((turn.here("\n".join([f"“{said}”私聊说，我会{ANSWERS[reading.action]}：", *why])),))
