"""核销: 核销 4829-31 → who and what, handed over; with goods behind it, only those. Cash still owed is asked about first."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from dialogs import parting, voice
from dialogs.command import YES, Command, slot_of
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Pending, Reading
from dialogs.parting import Units
from dialogs.turn import Turn
from shop import parcels, people, pickups, slips, tries
from shop.kit.ids import OrderId
from shop.kit.money import Money
from shop.kit.refusal import Refusal
from shop.parcels import Sent
from shop.people import AGENT, MANAGER, OWNER
from shop.refusals import AlreadyHandedOver, NoSuchPickup
from shop.slips import Slip

_CODE = re.compile(r"(?<!\d)(\d{4}[- ]?\d{2})(?!\d)")


def _code(reading: Reading, old: Any, asked: bool) -> Any:
    """Six digits, whatever number stands behind them."""
    found = _CODE.search(reading.text)
    return found[1] if found else slot_of("code", "order")(reading, old, asked)


def _goods(reading: Reading, old: Any, asked: bool) -> Any:
    """What stands behind the code: only that is handed over now."""
    found = _CODE.search(reading.text)
    said = reading.text[found.end() :] if found else reading.text if asked else ""
    return said.strip() or None


class Redeem(Command):
    id = "redeem"
    intents = ("admin.order_redeem",)
    starts = ("核销",)
    examples = ("核销 883012", "核销 8830-12", "核销 8830-12 苹果2箱")
    roles = frozenset({OWNER, MANAGER, AGENT})
    undo_for = timedelta(minutes=5)
    code = Slot(_code, "取货码是六位数字，比如“核销 4829-31”")
    goods = Slot(_goods, "先交哪样？比如“苹果2箱”", optional=True, insists=True)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        await tries.knock(tries.PICKUP, turn.person.id, now=turn.now)
        waiting = await pickups.look_up(turn.shop, str(data["code"]))
        units = await _units(turn, data, waiting.order)
        if isinstance(units, Question):
            return units
        if not waiting.to_collect:
            return None
        slip = await slips.slip(waiting.order)
        now = "，这次先交一部分，钱一次收齐" if units else ""
        how = "货到付" if slip.delivery else "到店付"
        text = f"{await _who(slip)}，{how} {waiting.to_collect}{now}。钱收了吗？收了回“确认”"
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
        waiting = await pickups.look_up(turn.shop, str(data["code"]))
        units = await _units(turn, data, waiting.order)
        assert not isinstance(units, Question), "it was settled when it was asked"
        order = await pickups.redeem(
            turn.shop, str(data["code"]), turn.person.id, cash=cash, units=units, now=turn.now
        )
        slip = await slips.slip(order)
        parcel = next(iter((await parcels.of_order(order))[-1:]), None)
        who, money = await _handed(slip, parcel), f"收现金 {cash}" if cash else f"已付 {slip.payable}"
        left = parting.still_here(await parcels.left(order))
        rest = f"。还剩 {left}，取货码接着用" if left else ""
        after = {"order": slip.code}
        if cash:  # the money is counted: no way back by a word
            return Done((turn.here(f"{who}，交给他了，{money}{rest}"),), after=after)
        text = f"{who}，交给他了，{money}{rest}（给错了 5 分钟内回“撤销”）"
        undo = {"order": order, "code": slip.code, "parcel": parcel.id if parcel else None}
        return Done((turn.here(text),), undo=undo, after=after)

    async def take_back(self, turn: Turn, undo: Data) -> str:
        await pickups.take_back(OrderId(undo["order"]), parcel=undo.get("parcel"), now=turn.now)
        return f"{undo['code']} 没有交货，取货码还能用"


async def _units(turn: Turn, data: Data, order: OrderId) -> Units | Question:
    if not data.get("goods"):
        return ()
    inside = await parcels.left(order)
    units = parting.units_said(str(data["goods"]), inside, turn.shelf.everything)
    if isinstance(units, str):
        kept = {key: value for key, value in data.items() if key != "goods"}
        return Question((turn.here(parting.unheard(units, inside)),), asked="goods", data=kept)
    return units


async def _handed(slip: Slip, parcel: Sent | None) -> str:
    if parcel is None:
        return await _who(slip)
    return f"{slip.code} {(await people.person(slip.buyer)).name}：{parting.goods(parcel.goods)}"


async def _who(slip: Slip) -> str:
    buyer = await people.person(slip.buyer)
    return f"{slip.code} {buyer.name}：{voice.all_goods(slip.lines)}"
