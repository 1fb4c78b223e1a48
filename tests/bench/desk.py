"""python -m tests.bench.desk --runs 2000 --steps 300: many long days at the desk, each in an empty shop.

A day that goes wrong is printed with its seed and its last steps; --seed SEED --runs 1 takes it again.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from pathlib import Path

from tests.support.postgres import PostgresServer
from tests.support.walk import Empty
from tests.support.walk_desk import WentWrong, walk_once
from tests.support.walk_place import postgres, sqlite


async def main(empty: Empty, first: int, runs: int, steps: int) -> int:
    """How many days went wrong."""
    said = arrived = wrongs = 0
    began = time.perf_counter()
    for seed in range(first, first + runs):
        try:
            walk = await walk_once(empty(), seed, steps)
            said, arrived = said + len(walk.meant_for), arrived + len(walk.arrived)
        except WentWrong as wrong:
            wrongs += 1
            print(f"── seed {seed}\n{wrong}\n", flush=True)
    print(
        f"{runs} days of {steps} steps from seed {first}: {said} answers of agents, {arrived} arrived, "
        f"{wrongs} days went wrong, {time.perf_counter() - began:.0f} s"
    )
    return wrongs


def run() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.desk", description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0, help="of the first day; the next ones count on")
    parser.add_argument("--db", choices=("sqlite", "postgres"), default="sqlite")
    given = parser.parse_args()
    logging.disable(logging.ERROR)
    if given.db == "postgres":
        server = PostgresServer()
        try:
            return asyncio.run(main(postgres(server), given.seed, given.runs, given.steps))
        finally:
            server.close()
    with tempfile.TemporaryDirectory(prefix="qundian-desk-") as folder:
        return asyncio.run(main(sqlite(Path(folder)), given.seed, given.runs, given.steps))


if __name__ == "__main__":
    sys.exit(min(run(), 1))
