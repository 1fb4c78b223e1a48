"""算了: a message that was not understood need not be: 算了 3."""

from __future__ import annotations

from dialogs.command import UNDO_FOR, Command, slot_of
from dialogs.engine import Data, Done, Slot
from dialogs.turn import Turn
from shop import words
from shop.refusals import NoSuchMessage


class Drop(Command):
    id = "drop"
    intents = ("admin.unread_drop",)
    examples = ("算了 3", "3 算了")
    undo_for = UNDO_FOR
    dropped = Slot(slot_of("dropped"), "哪一句？比如“算了 3”")

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        ids = [_in_view(line) for line in data["dropped"]]
        await words.drop(turn.shop, ids)
        text = f"不管了，{len(ids)} 句以后不再问。（撤销 2 分钟内有效）"
        return Done((turn.here(text),), undo={"unread": ids})

    async def take_back(self, turn: Turn, undo: Data) -> str:
        await words.take_up(turn.shop, undo["unread"])
        return "还在“没听懂的”里"


def _in_view(line: Data) -> int:
    if line["unread"] is None:
        raise NoSuchMessage(line["no"])
    return int(line["unread"])
