"""付款: the link again, cash at the counter, or 已付 for a transfer that the shop then looks for."""

from __future__ import annotations

from dialogs import appointing, voice
from dialogs.engine import Data, Dialogue, Done, Slot
from dialogs.speech import Say
from dialogs.turn import Turn
from shop import claims, orders, slips
from shop.refusals import NothingOpen
from shop.rules.orders import PayMode, Status
from shop.slips import Slip


class Pay(Dialogue):
    id = "pay"
    intents = ("pay.ask",)
    examples = ("怎么付", "付款", "到店付")
    way = Slot(lambda reading, old, asked: reading.slots.get("way"), optional=True)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        slip = await slips.open_order(turn.shop, turn.person.id)
        if slip is None:
            raise NothingOpen
        if turn.reading.slots.get("unpaid") and slip.claimed_at:  # 还没付，点错了
            slip = await claims.take_back(turn.shop, turn.person.id, now=turn.now)
        if data.get("way") == "cash":
            slip = await orders.choose_cash(turn.shop, turn.person.id, now=turn.now)
            return Done((_cash(turn, slip), *turn.pointer(slip)), facts={"单号": slip.code, "付法": "到店付"})
        if booked := await appointing.of_deposit(slip):
            say = appointing.to_pay(turn, booked, slip)
            return Done((say, *turn.pointer(slip)), facts={"单号": slip.code, "应付": str(slip.payable)})
        text = turn.slip_text(slip)
        if slip.pay_mode == PayMode.PREPAY and not slip.claimed_at and turn.facts.pays_online:
            text += "\n转账的话，转完回“已付”"
        say = turn.privately(text, card=turn.slip_card(slip), buttons=voice.slip_buttons(slip))
        return Done((say, *turn.pointer(slip)), facts={"单号": slip.code, "应付": str(slip.payable)})


class Paid(Dialogue):
    id = "paid"
    intents = ("pay.notify",)
    examples = ("已付", "钱转了", "付过了，查收一下")

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        newest = await slips.last_order(turn.shop, turn.person.id)
        if newest and newest.money_in:
            booked = await appointing.of_deposit(newest)
            text = (
                f"查到了：{appointing.stands(booked, newest, turn.now)}" if booked else _already(turn, newest)
            )
            return Done(
                (turn.privately(text),),
                facts={"单号": newest.code, "已付": str(newest.payable)},
            )
        slip = await claims.claim(turn.shop, turn.person.id, now=turn.now)
        then = "算约好了" if await appointing.of_deposit(slip) else "把取货码发你"
        text = f"{slip.code} 记下了，{slip.payable} 店里看到就{then}，一般几分钟"
        return Done(
            (turn.privately(text), *turn.pointer(slip)),
            facts={"单号": slip.code, "应付": str(slip.payable)},
        )


def _already(turn: Turn, slip: Slip) -> str:
    if slip.pickup_code:
        paid = voice.clock(slip.paid_at, turn.tz) if slip.paid_at else ""
        link = turn.links.order(slip)
        return f"查到了：{slip.code} 已付 {slip.payable}（{paid}）。取货码 {voice.code(slip.pickup_code)}，二维码：{link}"
    if slip.status == Status.WAITING_TEAM:
        return f"查到了：{slip.code} 已付 {slip.payable}，在等人拼齐，齐了取货码马上发你。看看还差几个人：回“我的团”"
    return f"{slip.code} 已经付过，也取走了。还要什么直接说"


def _cash(turn: Turn, slip: Slip) -> Say:
    code, link = voice.code(slip.pickup_code or ""), turn.links.order(slip)
    how = (
        f"货到付 {slip.payable}。送到时报码 {code}"
        if slip.delivery
        else f"到店付 {slip.payable}。取货码 {code}，到店报码"
    )
    text = f"{slip.code} {how}：{link}\n要改照样说，不要了说“取消”"
    return turn.privately(text, card=turn.slip_card(slip), buttons=voice.slip_buttons(slip))
