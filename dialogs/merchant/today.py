"""今日订单: how many, how much, and each order in one line; of one that is named (0501-017到账没) its own line alone."""

from __future__ import annotations

from dialogs import voice
from dialogs.command import Command, slot_of
from dialogs.engine import Data, Done, Slot
from dialogs.turn import Turn
from shop import people, slips
from shop.people import AGENT, MANAGER, OWNER
from shop.rules.orders import Status
from shop.slips import Slip

SHOWN = 20


class Today(Command):
    id = "today"
    intents = ("admin.orders_today", "admin.report", "admin.order_find")
    examples = ("今日订单", "今天有哪些单")
    roles = frozenset({OWNER, MANAGER, AGENT})
    is_answer = True
    order = Slot(slot_of("order"), optional=True)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        if code := data.get("order"):
            slip = await slips.find(turn.shop, str(code), now=turn.now, tz=turn.tz)
            return Done((turn.here(_line(slip, (await people.person(slip.buyer)).name)),))
        everything = await slips.of_day(turn.shop, turn.day)
        alive = [slip for slip in everything if slip.status != Status.CANCELLED]
        if not alive:
            return Done((turn.here("今天还没有单"),))
        names = {id: (await people.person(id)).name for id in {slip.buyer for slip in alive}}
        paid = [slip for slip in alive if slip.money_in]
        head = f"今天 {len(alive)} 单 {voice.sum_of(alive)}，已收 {voice.sum_of(paid)}（{len(paid)} 单）"
        lines = [_line(slip, names[slip.buyer]) for slip in alive[-SHOWN:]]
        more = [f"前面还有 {len(alive) - SHOWN} 单"] if len(alive) > SHOWN else []
        return Done((turn.here("\n".join([head, *more, *lines])),), facts={"单数": len(alive)})


def _line(slip: Slip, name: str) -> str:
    return f"{slip.code} {name}：{voice.all_goods(slip.lines)} {slip.payable} {voice.state(slip)}"
