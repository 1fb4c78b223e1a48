"""没动: words that speak of a command and do not give it (先别下架橙子, 小李说他付了), or give several at once, change nothing, and
hear how it is given."""

from __future__ import annotations

from dialogs.command import Command
from dialogs.engine import Data, Done
from dialogs.turn import Turn
from shop.people import AGENT, MANAGER, OWNER


class Unsure(Command):
    id = "unsure"
    intents = ("admin.unsure",)
    examples = ("先别下架橙子", "小李说他付了")
    roles = frozenset({OWNER, MANAGER, AGENT})
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        about = turn.reading.slots["about"]
        meant = next((one for one in turn.dialogues.values() if about in one.intents), None)
        like = f"，比如“{meant.examples[0]}”" if meant else ""
        how = "一次说一样" if turn.reading.slots.get("several") else "要现在办就直说"
        return Done((turn.here(f"没动。{how}{like}"),), facts={"听着像": about})
