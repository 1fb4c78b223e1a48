"""Random days of the shop, checked after every event, and what they have found.

`python -m tests.bench.walk` takes more and longer walks, and shortens one that goes wrong; `python -m tests.mutants`
shows that a walk goes wrong where it should.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from bot.clock import JOBS
from shop import orders, payments, refunds
from shop.invariants import broken
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.kit.refusal import Refusal
from shop.refusals import NoSuchRefund
from shop.rules.refunds import What
from shop.transaction import run_sql, unit_of_work
from tests.support import walk_goods, walk_money, walk_orders, walk_refunds
from tests.support.walk import Empty, Walk, WentWrong, attempt
from tests.support.world import NOW, a_clerk, a_customer, a_paid_order, a_product, want

WALKS = {"sqlite": 30, "postgres": 6}
EVENTS = 60
PARTS = 6  # for as many workers


@pytest.fixture
def empty(database: str, request: pytest.FixtureRequest, models: tuple[str, ...]) -> Empty:
    give = request.getfixturevalue("empty_file" if database == "sqlite" else "template")
    return give if database == "sqlite" else lambda: give(database, models)


@pytest.mark.parametrize("part", range(PARTS))
async def test_random_days_leave_the_books_in_order(empty: Empty, database: str, part: int) -> None:
    done = refused = 0
    for seed in range(part, WALKS[database], PARTS):
        walk, wrong = await attempt(empty, seed, EVENTS)
        assert wrong is None, wrong
        done, refused = done + walk.done, refused + walk.refusals
    assert done > refused


async def test_a_walk_can_be_taken_again(empty: Empty) -> None:
    """The same seed is the same walk, but for the numbers that are made by chance."""
    first, _ = await attempt(empty, 5, 25)
    again, _ = await attempt(empty, 5, 25)
    assert [line[:20] for line in first.log] == [line[:20] for line in again.log]


async def test_everybody_at_once_leaves_the_books_in_order(shop: ShopId) -> None:
    """No turns here: ten verbs at a time over real connections, and the books are looked at between the rounds."""
    walk = Walk(0)
    await walk.open()
    verbs = [
        walk_orders.place,
        walk_orders.place,
        walk_orders.edit,
        walk_orders.cancel,
        walk_orders.choose_cash,
    ]
    verbs += [walk_orders.claim, walk_orders.unclaim, walk_orders.shop_cancel, walk_orders.use_points]
    verbs += [
        walk_goods.redeem,
        walk_goods.receive,
        walk_goods.price,
        walk_money.ask,
        walk_money.confirm,
        walk_money.notice,
    ]
    verbs += [walk_refunds.ask, walk_refunds.give, walk_refunds.answer]

    async def attempt_one(verb: Callable[[Walk], Awaitable[None]]) -> None:
        with suppress(Refusal, WentWrong):  # what a walker saw a moment ago may no longer be so
            await unit_of_work(lambda: verb(walk))

    for _ in range(12):
        await asyncio.gather(*(attempt_one(walk.rng.choice(verbs)) for _ in range(10)))
        walk.now += timedelta(minutes=2)
        assert await broken(walk.shop) == []
    assert len(await run_sql('SELECT id FROM "order" WHERE shop_id = ?', [walk.shop])) > 2


async def test_three_clocks_at_once_pay_nothing_back_twice(shop: ShopId) -> None:
    """The house was started three times by mistake, while everybody has paid three times; some answers are lost."""
    walk = Walk(3)
    await walk.open()
    for buyer in walk.buyers:
        placed = await orders.place(walk.shop, buyer, [want(walk.limes, 3)], now=walk.now)
        asked = await payments.ask(placed.token, walk.gateway.name, now=walk.now)
        walk.gateway.begin(asked.trade_no, asked.order, asked.amount)
        for _ in range(3):
            await walk_money.hear(walk, walk.gateway.pay(asked.trade_no, asked.amount))
    for _ in range(5):
        walk.now += timedelta(hours=1)
        walk.gateway.now = walk.now
        await asyncio.gather(*(job(walk.now, walk.gateway) for job in [*JOBS.values()] * 3))  # type: ignore[arg-type]  # of a provider these jobs need no more
        await walk.check()
    assert len(walk.gateway.backs) > 2


# ── what walks have found ───────────────────────────────────────────────────────────────────────────────────────


async def test_an_order_that_the_shop_cancels_takes_requests_for_money_alone_along(shop: ShopId) -> None:
    """One that names no goods was left open, and its money stayed with the shop when somebody said no to it."""
    li, boss = await a_customer(), await a_clerk()
    paid = await a_paid_order(li, (await a_product(), 1))
    asked = await refunds.ask(paid.id, li, What(amount=Money(1)), "", at_once=Money(0), now=NOW)
    await orders.shop_cancel(paid.id, boss, "没货了", now=NOW)
    with pytest.raises(NoSuchRefund):
        await refunds.reject(asked.id, boss, "", now=NOW)
    (everything,) = refunds.open_cases(await refunds.of_order(paid.id))
    assert everything.amount == paid.payable
