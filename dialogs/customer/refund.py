"""退款、坏了: the buyer says which goods; the money is reserved and the shop decides. What is no refund goes to a
person. Never in the group."""

from __future__ import annotations

import re
from typing import Any

from dialogs import refund_words, refunding, voice
from dialogs.agent.triggers import AFTER_SALE, skill_of
from dialogs.calling import look_at_it, tell_the_staff
from dialogs.engine import Data, Dialogue, Done, Question, Slot
from dialogs.hear.reading import Pending
from dialogs.ordering import YES_NO
from dialogs.turn import Turn
from shop import refunds, slips
from shop.kit.ids import PersonId
from shop.refusals import QuoteChanged, StillTeaming
from shop.rules.orders import Status
from shop.rules.refunds import State, What
from shop.settled import shop_rules
from shop.slips import Slip

KEPT = re.compile(
    "(?:算了|那就?|先|还是|我|[,， ])*(?:不|别|不用|不要)(?:给我)?退(?:款|钱|货)*(?:了|吧|啦|[。!！~])+"
)


class AskForMoney(Dialogue):
    id = "refund_ask"
    intents = ("aftersale.report",)
    starts = refund_words.BARE
    examples = ("我要退款", "梨坏了两个", "收到的草莓烂了")
    goods = Slot(refund_words.goods, optional=True, insists=True)
    why = Slot(refund_words.why, optional=True)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        slip = await _paid(turn, turn.person.id)
        if slip is None and "退" in turn.text and (waits := await _for_a_team(turn)):
            raise StillTeaming(waits.code)
        if turn.room or slip is None or not _is_about_money(turn, data):
            return None
        if not data.get("goods"):
            data = {**data, **await _told_already(turn, slip)}
        data = {**data, "goods": refund_words.with_names(slip, data.get("goods"))}
        if not data["goods"]:
            return _which(turn, slip, {key: value for key, value in data.items() if key != "goods"})
        what = _what(turn, slip, data)
        money = await refunds.preview(slip.id, what, code=slip.code)
        text = f"{slip.code} 退{refunding.meant(slip, what)} {money}，对吗？回“对”就交给店里"
        return Question(
            (turn.here(text, buttons=YES_NO),),
            pending=Pending("confirm"),
            seal=str(money.fen),
            data={**data, "is_about_money": True},
        )

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        slip = await _paid(turn, turn.person.id)
        if not seal or slip is None:
            hint = "。想退钱就回“退款”" if slip else ""
            return await tell_the_staff(turn, sorry="抱歉。有照片就发来，坏了的店里会处理。", hint=hint)
        what = _what(turn, slip, data)
        if str((await refunds.preview(slip.id, what, code=slip.code)).fen) != seal:
            raise QuoteChanged
        rules = await shop_rules(turn.shop)
        case = await refunds.ask(
            slip.id,
            turn.person.id,
            what,
            str(data.get("why") or ""),
            at_once=rules.refund_at_once,
            now=turn.now,
        )
        facts = {"退款": case.number, "金额": str(case.amount)}
        if case.state != State.REQUESTED:  # the shop has said yes beforehand; the notice tells how it goes on
            return Done((), facts=facts)
        comes = ""
        if turn.facts.calls.is_dear(case.amount):
            await look_at_it(turn, f"{slip.code} 想退 {case.amount}", skill=AFTER_SALE)
            comes = "，也叫客服来跟你说"
        text = f"{slip.code} 退 {case.amount} 交给店里了{comes}，最晚 48 小时有结果。不退了就说“不退了”"
        return Done((turn.here(text),), facts=facts)


class KeepIt(Dialogue):
    """不退了: the request is taken back."""

    id = "refund_withdraw"
    intents = ()
    starts = ("不退了", "不用退了", "不退款了")
    examples = ("不退了",)

    def is_meant(self, turn: Turn) -> bool:
        return turn.room is None and bool(KEPT.fullmatch(turn.text.strip()))

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        mine = [
            case for case in await refunds.waiting(turn.shop, State.REQUESTED) if case.buyer == turn.person.id
        ]
        if not mine:
            return Done((turn.here("没有在等的退款。看看订单：回“我的订单”"),))
        case = await refunds.withdraw(mine[-1].id, now=turn.now)
        return Done((turn.here(f"{case.code} 不退了，{case.amount} 的货给你留着"),))


def _is_about_money(turn: Turn, data: Data) -> bool:
    """橙子坏了三个 is for a person; 退 is for the till. Once it was said, what follows need not say it again."""
    return "退" in turn.text or bool(data.get("is_about_money"))


async def _told_already(turn: Turn, slip: Slip) -> Data:
    """橙子坏了一箱 has just gone to a person: the first 退款 that follows is about it. Three oranges of a box are not
    counted as they were bought, and are asked for."""
    why = turn.ticket.why if turn.ticket else ""
    if skill_of(why) != AFTER_SALE or await refunds.of_order(slip.id):
        return {}
    bought = {(turn.shelf.everything.sku[line.sku].product, line.unit) for line in slip.lines}
    goods = refund_words.goods(turn.read(why), None, False)
    if not isinstance(goods, list) or not all(
        (_product(turn, one), one.get("unit")) in bought for one in goods
    ):
        return {}
    return {"goods": goods, "why": why[: refund_words.LONGEST_WHY]}


def _which(turn: Turn, slip: Slip, data: Data) -> Question:
    one = slip.lines[0]
    text = (
        f"{slip.code}：{voice.all_goods(slip.lines)}，付了 {slip.payable}。退哪些？"
        f"全退回“全退”，退一部分说货名和数量，比如“{one.called}1{one.unit}，烂了”"
    )
    return Question((turn.here(text),), asked="goods", data={**data, "is_about_money": True})


def _product(turn: Turn, one: dict[str, Any]) -> str:
    return str(one.get("product") or turn.shelf.everything.sku[one["sku"]].product)


def _what(turn: Turn, slip: Slip, data: Data) -> What:
    return What() if data["goods"] == "all" else refunding.named(turn, slip, data["goods"])


async def _for_a_team(turn: Turn) -> Slip | None:
    """The order that is paid and waits for its team: out of the team is the way to that money."""
    recent = await slips.recent(turn.shop, turn.person.id)
    return next((slip for slip in recent if slip.status == Status.WAITING_TEAM), None)


async def _paid(turn: Turn, buyer: PersonId) -> Slip | None:
    """The newest order whose money is in and can still go back."""
    recent = await slips.recent(turn.shop, buyer)
    return next((slip for slip in recent if slip.money_in and slip.may_come_back), None)
