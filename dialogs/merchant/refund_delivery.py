"""退配送费: 退配送费 0501-017 gives back what was paid for bringing an order, and none of its goods."""

from __future__ import annotations

import re
from typing import Any

from dialogs import refunding
from dialogs.command import YES, Command
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Pending, Reading
from dialogs.turn import Turn
from shop import people, refunds, slips
from shop.kit.money import Money
from shop.refusals import QuoteChanged
from shop.rules.refunds import What
from shop.slips import Slip

_ORDER = re.compile(r"(?<!\d)(\d{4}-?\d{3,5}|\d{1,3})(?![\d.])")
_MEANT = re.compile(
    r"退(?:了|掉|还|他|她|给)*(?:配送费|运费|送货费)|(?:配送费|运费|送货费)(?:也|都|给他|给她)*退"
)
FEE = What(delivery=True)


def parse_order(reading: Reading, old: Any, asked: bool) -> Any:
    found = _ORDER.search(reading.text) if old is None or asked else None
    return found[1] if found else None


class RefundDelivery(Command):
    id = "refund_delivery"
    intents = ()
    first_words = ("退配送费", "退运费")
    starts = first_words
    examples = ("退配送费 0501-017",)
    order = Slot(parse_order, "退哪一单的配送费？说单号，比如“退配送费 0501-017”")

    def is_meant(self, turn: Turn) -> bool:
        return turn.room is None and turn.person.is_staff and _MEANT.search(turn.text) is not None

    async def check(self, turn: Turn, data: Data) -> Question | None:
        slip = await _slip(turn, data)
        money = await refunds.preview(slip.id, FEE, code=slip.code)
        buyer = await people.person(slip.buyer)
        text = f"{slip.code} {buyer.name} 付了 {slip.payable}，退他配送费 {money}？回“确认”就退"
        return Question((turn.here(text, buttons=YES),), pending=Pending("confirm"), seal=str(money.fen))

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        slip = await _slip(turn, data)
        if await refunds.preview(slip.id, FEE, code=slip.code) != Money(int(seal)):
            raise QuoteChanged
        case = await refunds.give(slip.id, turn.person.id, FEE, "", kind="delivery", now=turn.now)
        buyer = await people.person(slip.buyer)
        text = f"{slip.code} 退配送费 {case.amount} 给{buyer.name}，{refunding.way(case)}"
        return Done((turn.here(text),), after={"refund": case.number, "fen": case.amount.fen})


async def _slip(turn: Turn, data: Data) -> Slip:
    return await slips.find(turn.shop, str(data["order"]), now=turn.now, tz=turn.tz)
