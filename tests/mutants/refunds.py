"""Defects of refunds."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from tortoise.expressions import F

from bot import refunding
from bot.payments import RefundFact
from shop import commission, coupons, refunds, stock, till
from shop.kit.ids import OrderId
from shop.kit.money import Money
from shop.records.orders import Line, Order
from shop.records.payments import PayFact
from shop.records.refunds import GivenBack, Refund, RefundPart
from shop.records.stock import StockItem, StockMove
from shop.refunds import Case
from shop.rules.orders import GONE_OUT, Status
from shop.rules.refunds import Fee, Room, State
from tests.mutants import scenes
from tests.mutants.mutant import Mutant

_room, _submit, _agree, _paid_back = refunds._room, refunds.submit, refunds._agree, refunds.paid_back
_fee = refunds._fee
_pay_back, _heard = till.pay_back, refunding._heard


def _room_at_list_price(line: Line, back: GivenBack | None) -> Room:
    return replace(_room(line, back), net=Money(line.gross_fen))


async def _submit_under_a_new_number(id: int, *, now: Any) -> Case | None:
    retries = await Refund.filter(id=id, state=State.PROCESSING).exists()
    case = await _submit(id, now=now)
    if case is None or not retries:
        return case
    await Refund.filter(id=id).update(number=f"{case.number[:20]}-{os.urandom(4).hex()}")
    return await refunds.case(id)


async def _put_back_on_the_shelf(order: Order, refund: Refund, event: str, by: Any, now: Any) -> None:
    await _agree(order, refund, event, by, now)
    if Status(order.status) in GONE_OUT:
        for part in await RefundPart.filter(refund_id=refund.id, qty__gt=0).select_related("line"):
            await StockItem.filter(sku_id=part.line.sku_id).update(on_hand=F("on_hand") + part.qty)
            await StockMove.create(
                sku_id=part.line.sku_id, change=part.qty, reason="returned", ref=order.code, at=now
            )


async def _give_the_coupon_back_with_any_part(number: str, *, now: Any, **more: Any) -> bool:
    case = await refunds.by_number(number)
    await coupons.give_back(case.order, now=now)
    return await _paid_back(number, now=now, **more)


async def _promise_on(line: int, qty: int) -> None:
    pass


async def _reserve_for_ever(order: Order, refund: Refund) -> None:
    pass


async def _always_with_the_goods(order: Order) -> Fee:
    return replace(await _fee(order), follows=True)


def _all_is_sales(whole: int, delivery: int) -> dict[str, int]:
    return {"sales": whole}


async def _pay_back_twice(order: Order, refund: Refund, fact: PayFact, *, now: Any) -> bool:
    number, refund.number = refund.number, f"{refund.number[:30]} again"
    await _pay_back(order, refund, fact, now=now)
    refund.number = number
    return await _pay_back(order, refund, fact, now=now)


async def _no_answer_is_a_no(case: Case, fact: RefundFact, now: Any) -> None:
    await _heard(case, replace(fact, may_retry=False), now)


async def _leave_the_commission(order: OrderId, number: str, *, now: Any) -> int:
    return 0


MUTANTS = (
    Mutant("a refund at list price", refunds, "_room", _room_at_list_price),
    Mutant("a new refund number on retry", refunds, "submit", _submit_under_a_new_number),
    Mutant("delivered goods are restocked on refund", refunds, "_agree", _put_back_on_the_shelf),
    Mutant("the coupon comes back with a part", refunds, "paid_back", _give_the_coupon_back_with_any_part),
    Mutant("goods that are given back stay promised", stock, "keep", _promise_on),
    Mutant("a refused refund keeps its money reserved", refunds, "_let_go", _reserve_for_ever),
    Mutant(
        "what was brought gives its fee back with the goods",
        refunds,
        "_fee",
        _always_with_the_goods,
        scenes.brought_and_all_of_it_bad,
    ),
    Mutant("the fee is booked as goods", till, "_earned", _all_is_sales),
    Mutant("a refund leaves the till twice", till, "pay_back", _pay_back_twice),
    Mutant("commission is not taken back", commission, "reverse", _leave_the_commission),
    Mutant("no answer is taken for a no", refunding, "_heard", _no_answer_is_a_no),
)
