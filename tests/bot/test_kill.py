"""kill -9 at random moments while orders come in: none lost, none doubled, every letter sent, the books in order."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from shop.database import close_database, open_database, record_modules
from shop.invariants import broken
from shop.kit.ids import ShopId
from tests.support.shopkeeper import Customer, Shopkeeper, a_runner, customers
from tests.support.street import rows

KILLS = 15  # on each database
STOCK = {"F01-1": "5000", "F02-1": "9000"}
ORDERS = {"来1箱橙子": ("F01-1", 1), "来2斤香蕉": ("F02-1", 2)}


@pytest.fixture
async def keeper(database_url: str, tmp_path: Path) -> AsyncIterator[Shopkeeper]:
    keeper = a_runner(tmp_path, database_url, STOCK)
    await keeper.start()
    yield keeper
    keeper.close()


async def test_kill_9_loses_nothing_and_doubles_nothing(keeper: Shopkeeper, database_url: str) -> None:
    dice = random.Random(f"kill {database_url.partition(':')[0]}")
    async with customers(keeper.address, 10) as there:

        async def chaos() -> None:
            for _ in range(KILLS):
                await asyncio.sleep(dice.uniform(0.05, 0.5))
                await keeper.kill()
                await keeper.start()

        await ordering_during(chaos, there, dice)
    await settled_and_right(keeper, database_url, there)
    assert sum(customer.retries for customer in there) > KILLS, "nobody noticed that it was killed"


async def ordering_during(
    what: Callable[[], Awaitable[None]], there: list[Customer], dice: random.Random
) -> None:
    """Everybody orders without a pause until it is over; a post that is under way then is brought to its end."""
    is_over = asyncio.Event()

    async def order(customer: Customer) -> None:
        while not is_over.is_set():
            await customer.post(dice.choice(list(ORDERS)))
            with suppress(TimeoutError):
                await asyncio.wait_for(is_over.wait(), dice.uniform(0.3, 0.9))  # 20 lines in 10 s are allowed

    async with asyncio.TaskGroup() as group:
        for customer in there:
            group.create_task(order(customer))
        await what()
        is_over.set()


async def settled_and_right(keeper: Shopkeeper, url: str, there: list[Customer]) -> None:
    """Waits until nothing is under way any more, stops the shop, and looks into its books."""
    await open_database(url, models=record_modules())
    try:
        async with asyncio.timeout(60):
            while await _under_way():  # noqa: ASYNC110 - another process works
                await asyncio.sleep(0.1)
        assert await keeper.stop() == 0
        await _one_effect_per_message(there)
        await _every_letter_once()
        await _stock_is_exact(there)
        assert await broken(ShopId((await rows("SELECT id FROM shop"))[0][0])) == []
    finally:
        await close_database()


async def _under_way() -> int:
    return sum(
        [
            (await rows(f"SELECT count(*) FROM {what}"))[0][0]
            for what in (
                "chat_line WHERE NOT handed",
                "message WHERE state = 'new'",
                "event WHERE NOT told",
                "letter WHERE state IN ('new', 'sending')",
            )
        ]
    )


async def _one_effect_per_message(there: list[Customer]) -> None:
    posted = sum(len(customer.posted) for customer in there)
    assert (await rows("SELECT count(*) FROM chat_line WHERE who <> ''"))[0][0] == posted
    assert await rows("SELECT state, count(*) AS n FROM message GROUP BY state") == [("done", posted)]
    wanted = {
        (customer.name, sku): ORDERS[text][1] * count
        for customer in there
        for text, count in Counter(customer.posted).items()
        for sku in (ORDERS[text][0],)
    }
    got = {
        (name, sku): qty // 1000
        for name, sku, qty in await rows(
            "SELECT p.name, l.sku_key, l.qty FROM line AS l "
            'JOIN "order" AS o ON o.id = l.order_id JOIN person AS p ON p.id = o.buyer_id'
        )
    }
    assert got == wanted


async def _every_letter_once() -> None:
    states = {state for (state,) in await rows("SELECT DISTINCT state FROM letter")}
    assert states <= {"sent", "folded"}
    sent = {id for (id,) in await rows("SELECT id FROM letter WHERE state = 'sent'")}
    folded = {id for (id,) in await rows("SELECT id FROM letter WHERE state = 'folded'")}
    shown = [id for (id,) in await rows("SELECT letter FROM chat_line WHERE letter IS NOT NULL")]
    assert len(shown) == len(set(shown)), "a letter was said twice"
    assert sent <= set(shown) <= sent | folded  # killed before it knew: a newer one may take its place
    silent = "SELECT count(*) FROM message AS m WHERE NOT EXISTS (SELECT 1 FROM letter WHERE cause = m.id)"
    assert (await rows(silent))[0][0] == 0, "an order was taken and nobody was told"


async def _stock_is_exact(there: list[Customer]) -> None:
    taken = Counter[str]()
    for customer in there:
        for text in customer.posted:
            sku, qty = ORDERS[text]
            taken[sku] += qty
    for sku, qty in taken.items():
        (item,) = await rows(
            "SELECT i.on_hand, i.held FROM stock_item AS i JOIN sku AS s ON s.id = i.sku_id "
            'WHERE s."key" = ?',
            sku,
        )
        assert item == (int(STOCK[sku]) * 1000, qty * 1000)
