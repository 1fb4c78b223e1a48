"""取消: while no money is in, one word is enough; the goods go back to the shelf."""

from __future__ import annotations

from dialogs.engine import Data, Dialogue, Done, Slot
from dialogs.ordering import told_of_campaign
from dialogs.turn import Turn
from shop import orders


class Cancel(Dialogue):
    id = "cancel"
    intents = ("order.cancel",)
    examples = ("取消订单", "不要了", "算了都不要了")
    order = Slot(lambda reading, old, asked: reading.slots.get("order"), optional=True)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        slip = await orders.cancel(turn.shop, turn.person.id, now=turn.now, code=data.get("order"))
        if campaign := turn.campaign_of(slip):
            return Done(await told_of_campaign(turn, slip, campaign), facts={"单号": slip.code})
        back = "转过的钱店里看到就退你" if slip.claimed_at else "想要了说“老样子”"
        text = f"{slip.code} 取消了，货放回去了。{back}"
        return Done((turn.here(f"{turn.name}：{text}" if turn.room else text),), facts={"单号": slip.code})
