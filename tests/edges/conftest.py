"""A shop whose books must be in order when a test is over, and the same shop on a street with the whole line."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.shop.conftest import careless_shop, shop
from tests.support.street import Street, open_street

__all__ = ["careless_shop", "shop", "street"]


@pytest.fixture
async def street(database_url: str) -> AsyncIterator[Street]:
    async with open_street(database_url) as opened:
        yield opened
