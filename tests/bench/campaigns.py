"""python -m tests.bench.campaigns --histories 2000: many campaign histories by chance; each seed that leaves the books wrong is
named. --db postgres does it all there."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from shop.database import close_database, migrate, open_database, record_modules
from tests.support.campaign_walk import KINDS, history
from tests.support.postgres import PostgresServer
from tests.support.world import a_shop

AT_ONCE = 50  # histories in one shop: the books are looked at after each, and the look grows with the shop


@dataclass
class Lived:
    placed: int = 0
    refused: int = 0
    did: Counter[str] = field(default_factory=Counter)
    wrong: list[int] = field(default_factory=list)  # seeds


async def live(lived: Lived, url: str, first: int, many: int) -> None:
    """So many in a shop of their own, until one goes wrong."""
    await open_database(url, models=record_modules())
    try:
        await migrate()
        shop = await a_shop()
        for seed in range(first, first + many):
            try:
                one, breaches = await history(shop, seed)
            except Exception as fault:
                print(f"seed {seed}: {fault!r}", flush=True)
                lived.wrong.append(seed)
                return
            lived.placed, lived.refused = lived.placed + len(one.placed), lived.refused + one.refused
            lived.did += one.did
            if breaches:
                print(f"seed {seed}: {breaches[0].name}: {breaches[0].sentence}", flush=True)
                lived.wrong.append(seed)
                return
    finally:
        await close_database()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.campaigns", description=__doc__)
    parser.add_argument("--histories", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--db", choices=("sqlite", "postgres"), default="sqlite")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    lived, began = Lived(), time.perf_counter()
    server = PostgresServer() if given.db == "postgres" else None
    with tempfile.TemporaryDirectory(prefix="qundian-campaigns-") as name:
        try:
            for n, first in enumerate(range(given.first, given.first + given.histories, AT_ONCE)):
                if server:
                    server.run(f"CREATE DATABASE c{n}")
                url = server.url(f"c{n}") if server else f"sqlite:///{Path(name) / f'{n}.db'}"
                many = min(AT_ONCE, given.first + given.histories - first)
                asyncio.run(live(lived, url, first, many))
        finally:
            if server:
                server.close()
    kinds = ", ".join(f"{lived.did[kind]} {kind}" for kind in KINDS)
    moves = ", ".join(f"{many} {what.strip('_')}" for what, many in lived.did.most_common() if what[0] == "_")
    print(
        f"{given.histories} histories from seed {given.first} ({kinds}; {lived.did['shares']} with shares of groups): "
        f"{lived.placed} orders, {lived.refused} refusals, {len(lived.wrong)} went wrong, "
        f"{time.perf_counter() - began:.0f} s\n{moves}"
    )
    return len(lived.wrong)


if __name__ == "__main__":
    sys.exit(main())
