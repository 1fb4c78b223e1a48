"""同意退: the buyer's request is granted."""

from __future__ import annotations

from dialogs import refunding
from dialogs.command import Command, slot_of
from dialogs.engine import Data, Done, Slot
from dialogs.turn import Turn
from shop import refunds
from shop.rules.refunds import State


class AgreeToRefund(Command):
    id = "refund_agree"
    intents = ("admin.refund_agree",)
    starts = ("同意退",)
    examples = ("同意退 0501-017", "同意退款 0501-017")
    order = Slot(slot_of("order"), optional=True)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        asked = await refunding.waiting(turn, data.get("order"), State.REQUESTED)
        case = await refunds.approve(asked.id, turn.person.id, now=turn.now)
        text = f"{await refunding.who(case)}同意了，{refunding.way(case)}"
        return Done((turn.here(text),), after={"refund": case.number, "fen": case.amount.fen})
