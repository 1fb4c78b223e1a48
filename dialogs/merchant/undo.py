"""撤销 and 我做过什么: the last act taken back while it can be; the last acts in plain words."""

from __future__ import annotations

from dialogs import voice
from dialogs.command import Command
from dialogs.engine import Data, Done
from dialogs.turn import Turn
from shop import acts
from shop.people import AGENT, MANAGER, OWNER
from shop.refusals import NothingToUndo

OUTCOMES = {
    "done": "办了",
    "denied": "没权限",
    "refused": "没办成",
    "dropped": "作罢",
    "undone": "办了又撤销",
}


class Undo(Command):
    id = "undo"
    intents = ("undo",)
    examples = ("撤销",)
    roles = frozenset({OWNER, MANAGER, AGENT})

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        act = await acts.last_undoable(turn.shop, turn.person.id, now=turn.now)
        if act is None or act.undo is None:
            raise NothingToUndo
        said = await turn.dialogues[act.command].take_back(turn, act.undo)
        by = await acts.record(turn.shop, turn.person.id, self.id, act.said, "undone", now=turn.now)
        if not await acts.mark_undone(act.id, by):
            raise NothingToUndo
        return Done((turn.here(f"撤销了：{said}"),), facts={"撤销的话": act.said})


class History(Command):
    id = "history"
    intents = ("history",)
    examples = ("我做过什么",)
    roles = frozenset({OWNER, MANAGER, AGENT})
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        rows = await acts.history(turn.shop, turn.person.id)
        if not rows:
            return Done((turn.here("还没有做过什么。所有说法回“帮助”"),))
        lines = [f"{voice.clock(row.at, turn.tz)} {row.said}（{OUTCOMES[row.outcome]}）" for row in rows]
        return Done((turn.here("\n".join(lines)),))
