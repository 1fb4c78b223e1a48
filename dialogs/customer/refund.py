"""退款、坏了: the buyer says which goods; the money is reserved and the shop decides. What is no refund goes to a
person. Never in the group."""

from __future__ import annotations

import re
from typing import Any

from dialogs import refunding, voice
from dialogs.agent.triggers import AFTER_SALE, skill_of
from dialogs.calling import look_at_it, tell_the_staff
from dialogs.engine import Data, Dialogue, Done, Question, Slot
from dialogs.hear import numbers
from dialogs.hear.reading import Pending, Reading
from dialogs.ordering import YES_NO
from dialogs.turn import Turn
from shop import refunds, slips
from shop.kit.ids import PersonId
from shop.refusals import QuoteChanged, StillTeaming
from shop.rules.orders import Status
from shop.rules.refunds import State, What
from shop.settled import shop_rules
from shop.slips import Slip

LONGEST_WHY = 120
EVERYTHING = re.compile("全退|全部退|都退|整单退|全部|都不要")
KEPT = re.compile(
    "(?:算了|那就?|先|还是|我|[,， ])*(?:不|别|不用|不要)(?:给我)?退(?:款|钱|货)*(?:了|吧|啦|[。!！~])+"
)
AMOUNT_AND_ALL = re.compile(r"^(?P<n>[\d一二两三四五六七八九十]{1,4})(?P<unit>[^\d,，。都])都退?")  # 两箱都退
AMOUNT = re.compile(
    r"^[^,，。\s\d]{0,8}[\d一二两三四五六七八九十半]+[^,，。\s]{0,2}(?:[,，。\s]+|$)"
)  # 橙子1箱，


def _goods(reading: Reading, old: Any, asked: bool) -> Any:
    """Each with how much of it: None is all of that. What has no name is of the only goods of its unit (check)."""
    if asked and EVERYTHING.search(reading.text):
        if (amount := AMOUNT_AND_ALL.search(reading.text)) and (n := numbers.parse(amount["n"])):
            return [{"product": None, "qty": str(n), "unit": amount["unit"]}]
        return _half_said(reading) or "all"
    said: list[dict[str, Any]] = [
        {"sku": line.sku, "qty": str(line.qty), "unit": line.unit} for line in reading.lines
    ]
    slots = reading.slots
    if not said and slots.get("product") and slots.get("qty"):
        said = [{"product": slots["product"], "qty": str(slots["qty"]), "unit": slots.get("unit")}]
    return said or ("all" if "全退" in reading.text else None) or (_half_said(reading) if asked else None)


def _half_said(reading: Reading) -> list[dict[str, Any]] | None:
    """橙子; 1箱: an order that says too little says enough here."""
    clarify, slots = reading.clarify, reading.slots
    product = slots.get("product") or (clarify.product if clarify else None)
    qty = slots.get("qty") or (clarify.qty if clarify else None)
    if not product and qty is None:
        return None
    unit = slots.get("unit") or (clarify.unit if clarify else None)
    return [{"product": product, "qty": None if qty is None else str(qty), "unit": unit}]


def _why(reading: Reading, old: Any, asked: bool) -> Any:
    """What was said on the way, without the bare word, the goods at its head and the yes."""
    text = AMOUNT.sub("", EVERYTHING.sub("", reading.text.strip()) if asked or old else reading.text.strip())
    text = text.strip(" ,，。")
    is_talk = reading.action == "ignore" or reading.intent.startswith("confirm")
    if not text or text in AskForMoney.starts or is_talk:
        return old
    return f"{old}；{text}"[:LONGEST_WHY] if old else text[:LONGEST_WHY]


class AskForMoney(Dialogue):
    id = "refund_ask"
    intents = ("aftersale.report",)
    starts = ("退款", "我要退款", "申请退款")
    examples = ("我要退款", "梨坏了两个", "收到的草莓烂了")
    goods = Slot(_goods, optional=True, insists=True)
    why = Slot(_why, optional=True)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        slip = await _paid(turn, turn.person.id)
        if slip is None and "退" in turn.text and (waits := await _for_a_team(turn)):
            raise StillTeaming(waits.code)
        if turn.room or slip is None or not _is_about_money(turn, data):
            return None
        if not data.get("goods"):
            data = {**data, **(_of_the_only(turn, slip) or await _told_already(turn, slip))}
        data = {**data, "goods": _with_names(turn, slip, data.get("goods"))}
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


def _with_names(turn: Turn, slip: Slip, goods: Any) -> Any:
    """1箱 is of the goods that are sold by 箱, where the order has only one such; None where nobody can say."""
    if not isinstance(goods, list):
        return goods
    named: list[dict[str, Any]] = []
    for one in goods:
        if one.get("sku") or one.get("product"):
            named.append(one)
            continue
        lines = [line for line in slip.lines if one["unit"] in (None, line.unit)]
        if len(lines) != 1:
            return None
        named.append({**one, "sku": lines[0].sku})
    return named


def _of_the_only(turn: Turn, slip: Slip) -> Data:
    """1箱烂了, of an order that holds nothing else: its goods need no name."""
    qty, unit = turn.reading.slots.get("qty"), turn.reading.slots.get("unit")
    if len(slip.lines) != 1 or qty is None or unit != slip.lines[0].unit:
        return {}
    return {"goods": [{"sku": slip.lines[0].sku, "qty": str(qty), "unit": unit}]}


async def _told_already(turn: Turn, slip: Slip) -> Data:
    """橙子坏了一箱 has just gone to a person: the first 退款 that follows is about it. Three oranges of a box are not
    counted as they were bought, and are asked for."""
    why = turn.ticket.why if turn.ticket else ""
    if skill_of(why) != AFTER_SALE or await refunds.of_order(slip.id):
        return {}
    bought = {(turn.shelf.everything.sku[line.sku].product, line.unit) for line in slip.lines}
    goods = _goods(turn.read(why), None, False)
    if not isinstance(goods, list) or not all(
        (_product(turn, one), one.get("unit")) in bought for one in goods
    ):
        return {}
    return {"goods": goods, "why": why[:LONGEST_WHY]}


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
