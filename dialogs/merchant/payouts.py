"""结算: who waits for his commission; 结算 3 已转 says that it was paid by hand, 结算 3 不转 gives it back to his account."""

from __future__ import annotations

import re
from typing import Any

from dialogs.command import UNDO_FOR, Command
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.turn import Turn
from shop import commission
from shop.commission import Owed
from shop.refusals import NoSuchPayout

_NUMBER = re.compile(r"(?<!\d)#?(\d{1,6})(?!\d)")
_ENDS = {"不转": "dropped", "退回": "dropped", "已转": "paid", "转了": "paid", "转好": "paid"}


def parse_number(reading: Reading, old: Any, asked: bool) -> Any:
    found = _NUMBER.search(reading.text) if old is None or asked else None
    return int(found[1]) if found else None


def parse_end(reading: Reading, old: Any, asked: bool) -> Any:
    return next((end for word, end in _ENDS.items() if word in reading.text), None)


class Payouts(Command):
    id = "payouts"
    intents = ()
    first_words = ("结算",)
    starts = first_words
    examples = ("结算", "结算 1 已转", "结算 1 不转")
    undo_for = UNDO_FOR
    number = Slot(parse_number, optional=True)
    end = Slot(parse_end, "转好了回“已转”，不给转回“不转”", optional=True, insists=True)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        if "number" not in data:
            return None
        owed = await _waiting(turn, data["number"])
        if "end" not in data:
            text = f"{_line(owed)}。{self.slots()['end'].ask}"
            return Question((turn.here(text),), asked="end", data=dict(data))
        if data["end"] == "dropped":
            return self.preview(turn, f"不转 {owed.name} 的 {owed.amount}，退回他的佣金里")
        return self.preview(turn, f"{owed.name} 的 {owed.amount} 已经转给他了，对吗？")

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        if "number" not in data:
            some = await commission.to_pay(turn.shop)
            lines = [_line(one) for one in some]
            text = "\n".join([*lines, f"转好回“结算 {some[0].number} 已转”"]) if some else "没有要转的佣金"
            return Done((turn.here(text),))
        after = {"payout": data["number"], "end": data["end"]}
        if data["end"] == "dropped":
            owed = await commission.drop(turn.shop, data["number"], now=turn.now)
            return Done(
                (turn.here(f"{owed.number}号不转，{owed.amount} 退回 {owed.name} 的佣金"),), after=after
            )
        owed = await commission.paid(turn.shop, data["number"], now=turn.now)
        text = f"{owed.number}号记好了：{owed.name} {owed.amount} 已转，告诉他了（撤销 2 分钟内有效）"
        return Done((turn.here(text),), undo={"number": owed.number}, after=after)

    async def take_back(self, turn: Turn, undo: Data) -> str:
        owed = await commission.not_paid_after_all(turn.shop, undo["number"], now=turn.now)
        return f"{owed.number}号改回没转：{owed.name} {owed.amount}"


async def _waiting(turn: Turn, number: int) -> Owed:
    found = [one for one in await commission.to_pay(turn.shop) if one.number == number]
    if not found:
        raise NoSuchPayout(number)
    return found[0]


def _line(one: Owed) -> str:
    owes = f"（退款后他还欠 {one.owes}，可以先不转）" if one.owes else ""
    return f"{one.number}号 {one.name} 提 {one.amount}{owes}"
