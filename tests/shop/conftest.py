"""Every test in this folder that opens `shop` ends with the books in order."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shop.invariants import broken
from shop.kit.ids import ShopId
from tests.support.world import a_shop


@pytest.fixture
async def shop(shop_db: str) -> AsyncIterator[ShopId]:
    """An open shop with empty shelves. When the test is over its books must still be in order."""
    opened = await a_shop()
    yield opened
    assert await broken(opened) == []


@pytest.fixture
async def careless_shop(shop_db: str) -> ShopId:
    """A shop whose books a test spoils on purpose."""
    return await a_shop()
