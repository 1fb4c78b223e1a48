"""核销: 核销 4829-31 → who and what, handed over; cash still owed is asked about first."""

from __future__ import annotations

from datetime import timedelta

from dialogs import voice
from dialogs.command import YES, Command, slot_of
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Pending
from dialogs.turn import Turn
from shop import people, pickups, slips, tries
from shop.kit.ids import OrderId
from shop.kit.money import Money
from shop.kit.refusal import Refusal
from shop.people import AGENT, MANAGER, OWNER
from shop.refusals import AlreadyHandedOver, NoSuchPickup
from shop.slips import Slip


class Redeem(Command):
    id = "redeem"
    intents = ("admin.order_redeem",)
    starts = ("核销",)
    examples = ("核销 883012", "核销 8830-12")
    roles = frozenset({OWNER, MANAGER, AGENT})
    undo_for = timedelta(minutes=5)
    code = Slot(slot_of("code", "order"), "取货码是六位数字，比如“核销 4829-31”")

    async def check(self, turn: Turn, data: Data) -> Question | None:
        await tries.knock(tries.PICKUP, turn.person.id, now=turn.now)
        waiting = await pickups.look_up(turn.shop, str(data["code"]))
        if not waiting.to_collect:
            return None
        slip = await slips.slip(waiting.order)
        text = f"{await _who(slip)}，到店付 {waiting.to_collect}。钱收了吗？收了回“确认”"
        return Question(
            (turn.here(text, buttons=YES),), pending=Pending("confirm"), seal=str(waiting.to_collect.fen)
        )

    async def refused(self, turn: Turn, data: Data, refusal: Refusal) -> Question | None:
        """A wrong code is counted here, where what the refusal undid is over."""
        if isinstance(refusal, NoSuchPickup) and (
            shut := await tries.wrong(tries.PICKUP, turn.person.id, now=turn.now)
        ):
            raise shut
        return None

    def words(self, refusal: Refusal) -> str | None:
        return f"{refusal.code} 已经取走了，这个码用过了" if isinstance(refusal, AlreadyHandedOver) else None

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        cash = Money(int(seal)) if seal else Money(0)
        order = await pickups.redeem(turn.shop, str(data["code"]), turn.person.id, cash=cash, now=turn.now)
        slip = await slips.slip(order)
        who, after = await _who(slip), {"order": slip.code}
        if cash:  # the money is counted: no way back by a word
            return Done((turn.here(f"{who}，交给他了，收现金 {cash}"),), after=after)
        text = f"{who}，交给他了，已付 {slip.payable}（给错了 5 分钟内回“撤销”）"
        return Done((turn.here(text),), undo={"order": order, "code": slip.code}, after=after)

    async def take_back(self, turn: Turn, undo: Data) -> str:
        await pickups.take_back(OrderId(undo["order"]), now=turn.now)
        return f"{undo['code']} 没有交货，取货码还能用"


async def _who(slip: Slip) -> str:
    buyer = await people.person(slip.buyer)
    return f"{slip.code} {buyer.name}：{voice.all_goods(slip.lines)}"
