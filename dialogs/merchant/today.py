"""今日订单: how many, how much, and each order in one line."""

from __future__ import annotations

from dialogs import voice
from dialogs.command import Command
from dialogs.engine import Data, Done
from dialogs.turn import Turn
from shop import people, slips
from shop.kit.ids import PersonId
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

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        everything = await slips.of_day(turn.shop, turn.day)
        alive = [slip for slip in everything if slip.status != Status.CANCELLED]
        if not alive:
            return Done((turn.here("今天还没有单"),))
        names = {id: (await people.person(id)).name for id in {slip.buyer for slip in alive}}
        paid = [slip for slip in alive if slip.money_in]
        head = f"今天 {len(alive)} 单 {voice.sum_of(alive)}，已收 {voice.sum_of(paid)}（{len(paid)} 单）"
        lines = [_line(slip, names) for slip in alive[-SHOWN:]]
        more = [f"前面还有 {len(alive) - SHOWN} 单"] if len(alive) > SHOWN else []
        return Done((turn.here("\n".join([head, *more, *lines])),), facts={"单数": len(alive)})


def _line(slip: Slip, names: dict[PersonId, str]) -> str:
    return (
        f"{slip.code} {names[slip.buyer]}：{voice.all_goods(slip.lines)} {slip.payable} {voice.state(slip)}"
    )
