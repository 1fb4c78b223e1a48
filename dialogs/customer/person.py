"""找人: 转人工, 找老板 → an agent is told at once; the customer hears that, or when somebody is back."""

from __future__ import annotations

from dialogs.calling import tell_the_staff
from dialogs.engine import Data, Dialogue, Done
from dialogs.turn import Turn


class WantPerson(Dialogue):
    id = "person"
    intents = ("human.request",)
    examples = ("转人工", "找老板", "是真人客服么")
    is_answer = True  # what was open is asked again when the person has gone

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        return await tell_the_staff(turn)
