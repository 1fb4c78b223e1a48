"""tortoise's own engines, for the negative controls: what happens to a shop that trusts them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.context import TortoiseContext

from shop.database import configuration

STOCK = {
    "shop.engines.sqlite": "tortoise.backends.sqlite",
    "shop.engines.postgres": "tortoise.backends.asyncpg",
}


@asynccontextmanager
async def stock_database(
    url: str, *, models: Sequence[str], **credentials: Any
) -> AsyncIterator[BaseDBAsyncClient]:
    """Open `url` with the stock engine for the current task, and close it by force: its locks may be stuck."""
    config = configuration(url, models)
    place = config["connections"]["default"]
    place["engine"] = STOCK[place["engine"]]
    place["credentials"] |= credentials
    EXECUTOR_CACHE.clear()
    async with TortoiseContext() as context:
        await context.init(config=config, use_tz=True, timezone="UTC")
        client = context.db()
        await client.create_connection(with_db=True)
        try:
            yield client
        finally:
            if pool := getattr(client, "_pool", None):
                pool.terminate()
