"""不退: with a reason that the buyer is told."""

from __future__ import annotations

from dialogs import refunding
from dialogs.command import Command, slot_of
from dialogs.engine import Data, Done, Slot
from dialogs.turn import Turn
from shop import refunds
from shop.rules.refunds import State


class RefuseRefund(Command):
    id = "refund_refuse"
    intents = ("admin.refund_refuse",)
    examples = ("不退 0501-017 已经切好了", "拒绝退款 0501-017 超过一天了")
    order = Slot(slot_of("order"), optional=True)
    why = Slot(
        lambda reading, old, asked: reading.slots.get("why") or (reading.text.strip() if asked else None),
        "为什么不退？一句话，会告诉顾客",
    )

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        asked = await refunding.waiting(turn, data.get("order"), State.REQUESTED)
        case = await refunds.reject(asked.id, turn.person.id, str(data["why"]), now=turn.now)
        text = f"{await refunding.who(case)}没同意，原因已经告诉他：{data['why']}"
        return Done((turn.here(text),), after={"refund": case.number, "why": data["why"]})
