"""One of several processes that write into the same SQLite file: python -m tests.support.clerk ours|stock URL TIMES."""

from __future__ import annotations

import asyncio
import sys

from tortoise.context import require_context
from tortoise.exceptions import OperationalError, TransactionManagementError
from tortoise.expressions import F
from tortoise.transactions import in_transaction

from shop.database import close_database, open_database
from tests.support.stock import stock_database
from tests.support.tables import Till

MODELS = ("tests.support.tables",)


async def ours(url: str, times: int) -> int:
    await open_database(url, models=MODELS)
    assert require_context().inited
    locked = await _read_and_write(times)
    await close_database()
    return locked


async def stock(url: str, times: int) -> int:
    async with stock_database(url, models=MODELS, busy_timeout=10_000):
        return await _read_and_write(times)


async def _read_and_write(times: int) -> int:
    """Read, then write, in one transaction: the order that a deferred BEGIN cannot bear. Returns how often it failed."""
    locked = 0
    for _ in range(times):
        try:
            async with in_transaction():
                await Till.get(id=1)
                await Till.filter(id=1).update(fen=F("fen") + 1)
        except (OperationalError, TransactionManagementError) as exc:
            assert "locked" in str(exc), exc
            locked += 1
    return locked


if __name__ == "__main__":
    who, url, times = sys.argv[1:]
    print(asyncio.run({"ours": ours, "stock": stock}[who](url, int(times))))
