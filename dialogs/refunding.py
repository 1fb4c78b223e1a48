"""退款的话: what of an order is meant, and which refund; shared by the buyer's and the shop's dialogues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dialogs import voice
from dialogs.turn import Turn
from shop import people, refunds, slips
from shop.kit.quantity import Quantity
from shop.refunds import Case
from shop.refusals import MoreThanBought, NoSuchRefund
from shop.rules.refunds import BY_HAND, State, What
from shop.slips import Slip, SlipLine


def units_of(turn: Turn, slip: Slip, product: str, qty: str | None, unit: str | None) -> What:
    """So much of these goods, or all of them. Raises MoreThanBought when the order has none."""
    known = turn.shelf.everything
    lines = [line for line in slip.lines if known.sku[line.sku].product == product]
    lines = [line for line in lines if unit in (None, line.unit)] or lines
    if not lines:
        raise MoreThanBought(known.product[product].name, "", Quantity.of(0))
    if qty is None:
        return What(units=tuple((line.sku, line.qty) for line in lines))
    return What(units=((lines[0].sku, Quantity.of(qty)),))


def named(turn: Turn, slip: Slip, goods: Sequence[dict[str, Any]]) -> What:
    """苹果1箱、梨2斤, as a buyer says them."""
    units: list[tuple[str, Quantity]] = []
    for one in goods:
        product = one.get("product") or turn.shelf.everything.sku[one["sku"]].product
        units += units_of(turn, slip, product, one["qty"], one.get("unit")).units
    return What(units=tuple(units))


def meant(slip: Slip, what: What) -> str:
    """苹果1箱、梨2斤; empty for an amount; 配送费; 全部 for everything."""
    if what.amount is not None:
        return ""
    if what.delivery:
        return "配送费"
    if not what.units:
        return "全部"
    line: dict[str, SlipLine] = {one.sku: one for one in slip.lines}
    return "、".join(f"{line[sku].called}{qty}{line[sku].unit}" for sku, qty in what.units)


async def waiting(turn: Turn, said: str | None, *states: State) -> Case:
    """The refund that a member of staff means: of the order named, or the only one there is. Raises NoSuchRefund,
    NoSuchOrder."""
    cases = await refunds.waiting(turn.shop, *states)
    if said:
        slip = await slips.find(turn.shop, said, now=turn.now, tz=turn.tz)
        cases = tuple(case for case in cases if case.order == slip.id)
    if not cases or (said is None and len(cases) > 1):
        raise NoSuchRefund(said or "")
    return cases[0]


async def listed(turn: Turn) -> str:
    """退款: what waits for the shop, each with the words to say."""
    asked = await refunds.waiting(turn.shop, State.REQUESTED)
    by_hand = await refunds.waiting(turn.shop, State.MANUAL)
    if not asked and not by_hand:
        return "没有等你的退款。要退就说“退款 单号 金额”，比如“退款 0501-003 12.8 坏果”"
    lines = [f"{await who(case)}想退，回“同意退 {case.code}”或“不退 {case.code}”" for case in asked]
    lines += [f"{await who(case)}等你转给他，转好回“已退 {case.code}”" for case in by_hand]
    return "\n".join([f"{len(lines)} 笔退款在等你：", *lines])


async def who(case: Case) -> str:
    """0501-003 小李 ¥12.00（苹果1箱：烂了）"""
    buyer = await people.person(case.buyer)
    about = "：".join(part for part in (voice.returned(case), case.why) if part)
    return f"{case.code} {buyer.name} {case.amount}{f'（{about}）' if about else ''}"


def way(case: Case) -> str:
    """How the money goes back, said to the shop."""
    return f"请转给他，转好回“已退 {case.code}”" if case.provider in BY_HAND else "原路退回，到了会告诉他"
