"""用券、不用券: the open order with the best coupon, or without any."""

from __future__ import annotations

from dialogs.engine import Data, Dialogue, Done
from dialogs.ordering import edited
from dialogs.turn import Turn
from shop import orders

WITHOUT = ("不用券", "别用券", "不要用券", "不用优惠券", "这单不用券", "先不用券", "券留着", "券先留着")
WITH = ("用券", "用优惠券", "把券用上", "券用上")


class UseCoupons(Dialogue):
    id = "use_coupon"
    intents = ()
    starts = (*WITH, *WITHOUT)
    examples = ("用券", "不用券")
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        yes = turn.text.strip().lstrip("/") in WITH
        slip = await orders.use_coupons(turn.shop, turn.person.id, yes, now=turn.now)
        return Done(edited(turn, slip), facts={"单号": slip.code, "用券": "是" if yes else "否"})
