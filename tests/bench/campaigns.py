"""python -m tests.bench.campaigns --histories 2000: many campaign histories by chance; each seed that leaves the books wrong is
named. --db postgres does it all there."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from pathlib import Path

from shop.database import close_database, migrate, open_database, record_modules
from tests.support.campaign_walk import history
from tests.support.postgres import PostgresServer
from tests.support.world import a_shop

AT_ONCE = 50  # histories in one shop: the books are looked at after each, and the look grows with the shop


async def some(url: str, first: int, many: int) -> tuple[int, int, list[int]]:
    """Orders placed, refusals, and the seeds that went wrong."""
    await open_database(url, models=record_modules())
    try:
        await migrate()
        shop, placed, refused, wrong = await a_shop(), 0, 0, list[int]()
        for seed in range(first, first + many):
            one, breaches = await history(shop, seed)
            placed, refused = placed + len(one.placed), refused + one.refused
            if breaches:
                print(f"seed {seed}: {breaches[0].name}: {breaches[0].sentence}", flush=True)
                return placed, refused, [*wrong, seed]
        return placed, refused, wrong
    finally:
        await close_database()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.campaigns", description=__doc__)
    parser.add_argument("--histories", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--db", choices=("sqlite", "postgres"), default="sqlite")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    placed, refused, wrong, began = 0, 0, list[int](), time.perf_counter()
    server = PostgresServer() if given.db == "postgres" else None
    with tempfile.TemporaryDirectory(prefix="qundian-campaigns-") as name:
        try:
            for n, first in enumerate(range(given.first, given.first + given.histories, AT_ONCE)):
                if server:
                    server.run(f"CREATE DATABASE c{n}")
                url = server.url(f"c{n}") if server else f"sqlite:///{Path(name) / f'{n}.db'}"
                many = min(AT_ONCE, given.first + given.histories - first)
                more = asyncio.run(some(url, first, many))
                placed, refused, wrong = placed + more[0], refused + more[1], [*wrong, *more[2]]
        finally:
            if server:
                server.close()
    print(
        f"{given.histories} histories from seed {given.first}: {placed} orders, {refused} refusals, "
        f"{len(wrong)} went wrong, {time.perf_counter() - began:.0f} s"
    )
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main())
