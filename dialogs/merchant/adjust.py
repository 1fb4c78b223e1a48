"""便宜: 便宜 0501-017 3 takes something off an unpaid order; 撤销 puts it back."""

from __future__ import annotations

import re

from dialogs.command import UNDO_FOR, Command, parse_order
from dialogs.engine import Data, Done, Slot
from dialogs.hear.reading import Reading
from dialogs.turn import Turn
from shop import orders, people, slips
from shop.kit.ids import OrderId
from shop.kit.money import Money


def _amount(reading: Reading, old: object, asked: bool) -> object:
    """3, 3块, 3.5: what stands behind the code, or what is answered."""
    behind = re.search(r"\d{4}-\d{3,5} *(\d+(?:\.\d{1,2})?)", reading.text)
    if behind:
        return behind[1]
    answer = re.fullmatch(r" *(\d+(?:\.\d{1,2})?) *(?:元|块钱?)? *", reading.text) if asked else None
    return answer[1] if answer else None


class Adjust(Command):
    id = "adjust"
    intents = ("admin.adjust",)
    starts = ("便宜",)
    examples = ("便宜 0501-017 3", "便宜 0501-017 3.5 老顾客")
    undo_for = UNDO_FOR
    order = Slot(parse_order, "哪一单便宜？说单号和多少钱，比如“便宜 0501-017 3”", insists=True)
    amount = Slot(_amount, "便宜多少钱？比如“3”")

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        off = Money.parse(str(data["amount"]))
        slip = await slips.find(turn.shop, str(data["order"]), now=turn.now, tz=turn.tz)
        after = await orders.adjust(slip.id, -off, now=turn.now)
        buyer = await people.person(slip.buyer)
        text = f"{slip.code} {buyer.name} 便宜了 {off}，现在 {after.payable}，告诉他了（撤销 2 分钟内有效）"
        undo = {"order": slip.id, "code": slip.code, "fen": off.fen}
        return Done((turn.here(text),), undo=undo, after={"order": slip.code, "fen": -off.fen})

    async def take_back(self, turn: Turn, undo: Data) -> str:
        slip = await orders.adjust(OrderId(undo["order"]), Money(undo["fen"]), now=turn.now)
        return f"{undo['code']} 恢复成 {slip.payable}"
