"""已退: money that the shop has paid back by hand is in the books now."""

from __future__ import annotations

from dialogs import refunding
from dialogs.command import Command, slot_of
from dialogs.engine import Data, Done, Slot
from dialogs.turn import Turn
from shop import refunds
from shop.rules.refunds import State


class PaidBack(Command):
    id = "refund_done"
    intents = ("admin.refund_done",)
    starts = ("已退",)
    examples = ("已退 0501-017", "已退款 0501-017 微信转的")
    order = Slot(slot_of("order"), optional=True)
    proof = Slot(slot_of("why"), optional=True)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        case = await refunding.waiting(turn, data.get("order"), State.MANUAL)
        proof = str(data.get("proof") or "")
        await refunds.paid_back(case.number, now=turn.now, by=turn.person.id, proof=proof)
        text = f"{await refunding.who(case)}记下了，已经告诉他"
        return Done((turn.here(text),), after={"refund": case.number, "fen": case.amount.fen})
