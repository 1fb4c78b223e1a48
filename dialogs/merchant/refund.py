"""退款: 退款 0501-017 12.8 坏果, 退款 0501-017 苹果1箱; alone, it lists what waits. Shown before it is done."""

from __future__ import annotations

import re

from dialogs import refunding
from dialogs.command import YES, Command, as_money, slot_of
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Pending
from dialogs.turn import Turn
from shop import people, refunds, slips
from shop.kit.money import ZERO
from shop.refusals import QuoteChanged
from shop.rules.refunds import What
from shop.slips import Slip


class GiveRefund(Command):
    id = "refund"
    intents = ("admin.refund",)
    starts = ("退款",)
    examples = ("退款 0501-017 12.8 坏果", "退款 0501-017", "把王姐的钱退了")
    order = Slot(slot_of("order"), optional=True)
    product = Slot(slot_of("product"), optional=True)
    qty = Slot(slot_of("qty"), optional=True)
    unit = Slot(slot_of("unit"), optional=True)
    amount = Slot(slot_of("amount"), optional=True)
    why = Slot(slot_of("why"), optional=True)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        if not data.get("order"):
            return None
        is_no_sum = bool(data.get("amount")) and not as_money(str(data["amount"]))
        if is_no_sum or re.match(r"[-−–]? *\d", str(data.get("why") or "")):  # never taken for "everything"
            return Question(
                (turn.here("没看懂退多少，重说一遍，比如“退款 0501-017 12.8”"),), asked="order", data={}
            )
        slip = await _slip(turn, data)
        what = _what(turn, slip, data)
        money = await refunds.preview(slip.id, what, code=slip.code)
        buyer = await people.person(slip.buyer)
        goods = refunding.meant(slip, what)
        text = f"{slip.code} {buyer.name} 付了 {slip.payable}，退他 {money}{f'（{goods}）' if goods else ''}？回“确认”就退"
        return Question((turn.here(text, buttons=YES),), pending=Pending("confirm"), seal=str(money.fen))

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        if not data.get("order"):
            return Done((turn.here(await refunding.listed(turn)),))
        slip = await _slip(turn, data)
        what = _what(turn, slip, data)
        if str((await refunds.preview(slip.id, what, code=slip.code)).fen) != seal:
            raise QuoteChanged
        case = await refunds.give(slip.id, turn.person.id, what, str(data.get("why") or ""), now=turn.now)
        buyer = await people.person(slip.buyer)
        text = f"{slip.code} 退 {case.amount} 给{buyer.name}，{refunding.way(case)}"
        return Done((turn.here(text),), after={"refund": case.number, "fen": case.amount.fen})


async def _slip(turn: Turn, data: Data) -> Slip:
    return await slips.find(turn.shop, str(data["order"]), now=turn.now, tz=turn.tz)


def _what(turn: Turn, slip: Slip, data: Data) -> What:
    if data.get("amount"):
        return What(amount=as_money(str(data["amount"])) or ZERO)
    if data.get("product"):
        return refunding.units_of(turn, slip, data["product"], data.get("qty"), data.get("unit"))
    return What()
