"""我的订单: what is ordered and where it is; always in private."""

from __future__ import annotations

from dialogs import appointing, parting, voice
from dialogs.engine import Data, Dialogue, Done
from dialogs.turn import Turn
from shop import parcels, refunds, slips
from shop.rules.orders import Status
from shop.rules.refunds import LIFE, State
from shop.slips import Slip

NOTHING = (State.REJECTED, State.WITHDRAWN)


class MyOrders(Dialogue):
    id = "mine"
    intents = ("order.query", "pickup.query")
    examples = ("我的订单", "我的单到了吗", "我都订了啥来着")
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        recent = await slips.recent(turn.shop, turn.person.id)
        if not recent:
            return Done((turn.here("还没有订过。要什么直接说，比如“苹果2斤”；看货回“菜单”"),))
        newest = recent[0]
        text = "\n".join([await _line(turn, slip) + await _back(slip) for slip in recent])
        if turn.reading.slots.get("about") == "cancel":  # 先别取消, 怎么取消
            text += "\n整单不要就说“取消”，付过钱的说“退款”"
        private = turn.privately(text, card=turn.slip_card(newest), buttons=voice.slip_buttons(newest))
        return Done((private, *turn.pointer()), facts={"单号": [slip.code for slip in recent]})


async def _back(slip: Slip) -> str:
    """What of its money went back, or is on its way."""
    if not slip.money_in and slip.status != Status.CANCELLED:
        return ""
    cases = [case for case in await refunds.of_order(slip.id) if case.state not in NOTHING]
    return "".join(f"\n  退款 {case.amount} {LIFE.shown[case.state]}" for case in cases)


async def _line(turn: Turn, slip: Slip) -> str:
    if booked := await appointing.of_deposit(slip):
        return f"{slip.code} {appointing.stands(booked, slip, turn.now)} {turn.links.order(slip)}"
    goods = f"{voice.all_goods(slip.lines)} {slip.payable}"
    sent = await parcels.of_order(slip.id) if slip.status == Status.PREPARING and slip.money_in else ()
    gone = parting.stand(sent)
    if gone and not await parcels.left(slip.id):  # nothing to come for
        return f"{slip.code} 在路上：{goods} {turn.links.order(slip)}\n  {gone}"
    code = f"，取货码 {voice.code(slip.pickup_code)}" if slip.pickup_code else ""
    more = f"\n  {gone}" if gone else ""
    return f"{slip.code} {voice.state(slip)}：{goods}{code} {turn.links.order(slip)}{more}"
