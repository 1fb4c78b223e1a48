"""SIGTERM while orders come in: status 0, within ten seconds, nothing lost, also with pages open that never end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.test_kill import STOCK, ordering_during, settled_and_right
from tests.support.shopkeeper import Shopkeeper, a_demo, a_runner, customers, say

STOPS = 2  # on each database


@pytest.fixture
async def keeper(database_url: str, tmp_path: Path) -> AsyncIterator[Shopkeeper]:
    keeper = a_runner(tmp_path, database_url, STOCK)
    await keeper.start()
    yield keeper
    keeper.close()


async def test_a_stop_under_load_ends_well_and_loses_nothing(keeper: Shopkeeper, database_url: str) -> None:
    async with customers(keeper.address, 10) as there:

        async def stops() -> None:
            for _ in range(STOPS):
                pages = [asyncio.create_task(customer.watch()) for customer in there[:3]]
                await asyncio.sleep(1)
                assert await keeper.stop() == 0
                assert all(got > 0 for got in await asyncio.gather(*pages)), "open pages end with the shop"
                await keeper.start()

        await ordering_during(stops, there, random.Random(7))
    await settled_and_right(keeper, database_url, there)
    assert "Traceback" not in keeper.log
    assert "ended unexpectedly" not in keeper.log


async def test_a_demo_that_is_stopped_while_it_answers_ends_well(tmp_path: Path) -> None:
    import aiohttp

    keeper = a_demo(tmp_path, STOCK)
    try:
        await keeper.start()
        async with aiohttp.ClientSession() as session:
            asked = [
                asyncio.create_task(say(session, keeper.address, f"邻居{n}", "来1箱橙子")) for n in range(60)
            ]
            await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            assert await keeper.stop() == 0
            ends = await asyncio.gather(*asked, return_exceptions=True)
        answered = [end for end in ends if isinstance(end, dict)]
        assert answered and all(end["said"] for end in answered)
        assert all(isinstance(end, dict | aiohttp.ClientError) for end in ends)
        assert "Traceback" not in keeper.log
    finally:
        keeper.close()
