"""Defects of payments and of the way to the provider."""

from __future__ import annotations

import os
from typing import Any

from bot import clock
from shop import payments, refunds
from shop.kit.ids import OrderId, PersonId
from shop.kit.money import Money
from shop.records.orders import Order
from shop.records.payments import PayIntent
from shop.refusals import AlreadyCancelled
from shop.rules.orders import Status
from tests.mutants.mutant import Mutant

_settle, _not_ours, _confirm = payments.settle, payments._not_ours, payments.confirm_transfer


async def _book_each_notice(provider: str, event: str, trade_no: str, amount: Money, *, now: Any) -> str:
    return await _settle(provider, f"{event[:40]} {os.urandom(4).hex()}", trade_no, amount, now=now)


async def _drop_late_money(provider: str, event: str, trade_no: str, amount: Money, *, now: Any) -> str:
    intent = await PayIntent.get(trade_no=trade_no).select_related("order")
    late = intent.order.status == Status.CANCELLED
    return "late" if late else await _settle(provider, event, trade_no, amount, now=now)


async def _refuse_late_money(order: Order, fact: int, amount: Money, standing: str, now: Any) -> None:
    if standing == "late":
        raise AlreadyCancelled(order.code)
    await _not_ours(order, fact, amount, standing, now)


def _take_any_amount(order: Order, amount: Money) -> str:
    return "settled" if order.paid_at is None and order.status == Status.UNPAID else "surplus"


async def _keep_it(*_: Any, **__: Any) -> None:
    pass


async def _confirm_again(order_id: OrderId, by: PersonId, *, now: Any) -> None:
    await Order.filter(id=order_id, status=Status.PREPARING).update(paid_at=None)
    await _confirm(order_id, by, now=now)


async def _ask_nobody(*_: Any) -> bool:
    return True


MUTANTS = (
    Mutant("a notice that comes twice is booked twice", payments, "settle", _book_each_notice),
    Mutant("a late payment is dropped", payments, "settle", _drop_late_money),
    Mutant("an exception inside the payment callback", payments, "_not_ours", _refuse_late_money),
    Mutant("any amount settles", payments, "_standing", _take_any_amount),
    Mutant("late and double money is kept", refunds, "owe", _keep_it),
    Mutant("a transfer is confirmed twice", payments, "confirm_transfer", _confirm_again),
    Mutant("time runs out and the provider is not asked", clock, "_closed_there", _ask_nobody),
)
