"""Random days of the shop, checked after every step; and defects of real shops, each of which a walk must notice.

QUNDIAN_WALKS=2000 pytest tests/shop/test_walk.py takes more walks; QUNDIAN_WALK_FIRST=12345 begins with another one.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tortoise.expressions import F

from shop import orders, payments, pickups, slips, stock
from shop.database import close_database, open_database
from shop.invariants import broken
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.kit.money import Money
from shop.kit.refusal import Refusal
from shop.records.orders import Order
from shop.records.payments import PayIntent
from shop.records.pickups import Pickup
from shop.records.stock import Hold, StockItem
from shop.rules.orders import Status, may
from shop.transaction import run_sql, unit_of_work
from tests.support.walk import Walk, WentWrong, walks
from tests.support.world import TODAY

WALKS = int(os.environ.get("QUNDIAN_WALKS", "0"))
FIRST = int(os.environ.get("QUNDIAN_WALK_FIRST", "0"))
STEPS = 25
PARTS = 6  # each in a database of its own: a check costs more the more shops there are


@pytest.mark.parametrize("part", range(PARTS))
async def test_random_days_leave_the_books_in_order(shop: ShopId, database: str, part: int) -> None:
    if database == "sqlite":
        await run_sql("PRAGMA synchronous=OFF")  # losing power is not among the faults of this walk
    many = -(-WALKS // PARTS) or (12 if database == "sqlite" else 2)
    done, refused = await walks(FIRST + part * many, many, STEPS)
    assert done + refused == many * STEPS
    assert done > refused


async def test_everybody_at_once_leaves_the_books_in_order(shop: ShopId) -> None:
    """No turns here: ten verbs at a time over real connections, and the books are looked at between the rounds."""
    walk = Walk(FIRST)
    await walk.open()
    verbs = [
        walk.place,
        walk.edit,
        walk.cancel,
        walk.choose_cash,
        walk.claim,
        walk.confirm,
        walk.ask,
        walk.settle,
    ]
    verbs += [walk.redeem, walk.place, walk.edit, walk.settle, walk.receive, walk.price, walk.expire]

    async def attempt(verb: Callable[[], Awaitable[None]]) -> None:
        with suppress(Refusal, WentWrong):  # what a walker saw a moment ago may no longer be so
            await unit_of_work(verb)

    for _ in range(WALKS or 12):
        await asyncio.gather(*(attempt(walk.rng.choice(verbs)) for _ in range(10)))
        walk.now += timedelta(minutes=2)
        assert await broken(walk.shop) == []
    assert len(await slips.of_day(walk.shop, TODAY)) > 5


# ── what a walk must notice ─────────────────────────────────────────────────────────────────────────────────────


async def _promise_without_a_guard(takes: dict[int, stock.Take]) -> None:
    for sku_id, take in takes.items():
        await StockItem.filter(sku_id=sku_id).update(held=F("held") + take.more.milli)


async def _release_and_forget(order: int) -> None:
    for hold in await stock._holds(order, stock.ACTIVE):
        await StockItem.filter(sku_id=hold.sku_id).update(held=F("held") - hold.qty)


async def _forget_to_release(order: int) -> None:
    await Hold.filter(line__order_id=order).update(state=stock.RELEASED)


_reprice = orders._reprice_line
_settle, _redeem, _confirm = payments.settle, pickups.redeem, payments.confirm_transfer


async def _change_the_line_only(line: Any, want: Any, priced: Any) -> None:
    hold = await Hold.get(line_id=line.id)
    await _reprice(line, want, priced)
    await Hold.filter(id=hold.id).update(qty=hold.qty)


async def _close_nothing(order: int) -> None:
    pass


def _cancel_what_is_paid(status: Status, event: str, *, money_in: bool) -> Status | None:
    return may(status, event, money_in=False)


async def _book_each_notice(provider: str, event: str, trade_no: str, amount: Money, *, now: Any) -> str:
    return await _settle(
        provider, f"{event} {await PayIntent.all().count()} {os.urandom(4).hex()}", trade_no, amount, now=now
    )


async def _drop_late_money(provider: str, event: str, trade_no: str, amount: Money, *, now: Any) -> str:
    intent = await PayIntent.get(trade_no=trade_no).select_related("order")
    late = intent.order.status == Status.CANCELLED
    return "late" if late else await _settle(provider, event, trade_no, amount, now=now)


def _take_any_amount(order: Order, amount: Money) -> str:
    return "settled" if order.paid_at is None and order.status == Status.UNPAID else "surplus"


async def _hand_over_again(shop: ShopId, said: str, by: PersonId, *, cash: Money, now: Any) -> OrderId:
    done = await Pickup.filter(shop_id=shop, code=said, state="done").first()
    return OrderId(done.order_id) if done and not cash else await _redeem(shop, said, by, cash=cash, now=now)


async def _hand_over_what_stays(order: int, code: str, *, now: Any) -> None:
    await stock.release(order)


async def _confirm_again(order_id: OrderId, by: PersonId, *, now: Any) -> None:
    await Order.filter(id=order_id, status=Status.PREPARING).update(paid_at=None)
    await _confirm(order_id, by, now=now)


DEFECTS: dict[str, tuple[Any, str, Any]] = {
    "no stock guard": (stock, "promise", _promise_without_a_guard),
    "a hold is given back and stays": (stock, "release", _release_and_forget),
    "a hold ends and nothing is given back": (stock, "release", _forget_to_release),
    "an edit forgets the hold": (orders, "_reprice_line", _change_the_line_only),
    "an edit leaves the old request to pay open": (orders, "close_intents", _close_nothing),
    "a paid order is cancelled": (orders, "may", _cancel_what_is_paid),
    "a notice that comes twice is booked twice": (payments, "settle", _book_each_notice),
    "late money is dropped": (payments, "settle", _drop_late_money),
    "any amount settles": (payments, "_standing", _take_any_amount),
    "a code hands over twice": (pickups, "redeem", _hand_over_again),
    "what is handed over stays on the shelf": (stock, "hand_over", _hand_over_what_stays),
    "a transfer is confirmed twice": (payments, "confirm_transfer", _confirm_again),
}


@pytest.fixture
async def quick_database(
    template: Callable[[str, tuple[str, ...]], str], models: tuple[str, ...], tmp_path: Path
) -> AsyncIterator[None]:
    """SQLite alone: a defect of the shop's own arithmetic shows on either database."""
    shutil.copyfile(template("sqlite", models), tmp_path / "shop.db")
    await open_database(f"sqlite:///{tmp_path / 'shop.db'}", models=models)
    await run_sql("PRAGMA synchronous=OFF")
    yield
    await close_database()


@pytest.mark.usefixtures("quick_database")
@pytest.mark.parametrize("defect", list(DEFECTS))
async def test_a_walk_notices(defect: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*DEFECTS[defect])
    with pytest.raises(WentWrong):
        await walks(0, 40, STEPS)
