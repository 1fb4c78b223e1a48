"""认领: 认领 0501-002-7f3a9c: what a neighbour took for me becomes mine, and I pay for it."""

from __future__ import annotations

import re
from typing import Any

from dialogs.engine import Data, Dialogue, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.turn import Turn
from shop import proxies, tries
from shop.kit.refusal import Refusal
from shop.refusals import NoSuchOrder

_WORD = re.compile(r"(\d{4}-\d{3,5}-[0-9a-fA-F]{6})(?![0-9a-zA-Z])")


def parse_word(reading: Reading, old: Any, asked: bool) -> Any:
    found = _WORD.search(reading.text)
    return found[1] if found else None


class TakeOver(Dialogue):
    id = "take_over"
    intents = ()
    starts = ("认领",)
    private_only = True
    examples = ("认领",)
    word = Slot(parse_word, "把邻居转给你的那句发我，比如“认领 0501-002-7f3a9c”")

    def is_meant(self, turn: Turn) -> bool:
        return turn.room is None and turn.text.strip().startswith("认领")

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        await tries.knock(tries.ENTRY, turn.person.id, now=turn.now)
        slip = await proxies.take_over(turn.shop, turn.person.id, data["word"], now=turn.now)
        return Done(
            (turn.privately(turn.slip_text(slip), card=turn.slip_card(slip)),), facts={"单号": slip.code}
        )

    async def refused(self, turn: Turn, data: Data, refusal: Refusal) -> Question | None:
        """What the refusal undid is over: here is the place to count a wrong word."""
        if isinstance(refusal, NoSuchOrder) and (
            shut := await tries.wrong(tries.ENTRY, turn.person.id, now=turn.now)
        ):
            raise shut
        return None

    def words(self, refusal: Refusal) -> str | None:
        if isinstance(refusal, NoSuchOrder):
            return "这句认领不了：可能认领过了，或者已经付了款。问问帮你接的人"
        return None
