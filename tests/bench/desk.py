"""python -m tests.bench.desk --runs 2000 --steps 300: many long days at the desk, each in an empty shop; --db postgres does
it all there. How far it is stands on stderr; Ctrl+C ends it with what was walked.

A day that goes wrong is printed with its seed and its last steps; --seed SEED --runs 1 takes it again.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support.postgres import PostgresServer
from tests.support.walk import Empty
from tests.support.walk_desk import WentWrong, walk_once
from tests.support.walk_place import postgres, sqlite
from tests.support.without_thread import sqlite_without_thread

TELL_EVERY = 25


@dataclass
class Days:
    """What was walked so far."""

    first: int
    steps: int
    began: float
    days: int = 0
    said: int = 0
    arrived: int = 0
    wrong: int = 0

    def __str__(self) -> str:
        return (
            f"{self.days} days of {self.steps} steps from seed {self.first}: {self.said} answers of agents, "
            f"{self.arrived} arrived, {self.wrong} days went wrong, {time.perf_counter() - self.began:.0f} s"
        )


async def main(empty: Empty, first: int, runs: int, steps: int) -> int:
    """How many days went wrong."""
    so_far = Days(first, steps, time.perf_counter())
    try:
        for seed in range(first, first + runs):
            await one_day(empty, seed, so_far)
            if so_far.days % TELL_EVERY == 0:
                print(so_far, file=sys.stderr, flush=True)
    except asyncio.CancelledError:
        pass  # Ctrl+C
    print(so_far)
    return so_far.wrong


async def one_day(empty: Empty, seed: int, so_far: Days) -> None:
    try:
        walk = await walk_once(empty(), seed, so_far.steps)
        so_far.said, so_far.arrived = so_far.said + len(walk.meant_for), so_far.arrived + len(walk.arrived)
    except WentWrong as wrong:
        so_far.wrong += 1
        print(f"── seed {seed}\n{wrong}\n", flush=True)
    so_far.days += 1


def run() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.desk", description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0, help="of the first day; the next ones count on")
    parser.add_argument("--db", choices=("sqlite", "postgres"), default="sqlite")
    given = parser.parse_args()
    logging.disable(logging.ERROR)
    sqlite_without_thread()
    if given.db == "postgres":
        server = PostgresServer("synchronous_commit=off")
        try:
            return asyncio.run(main(postgres(server), given.seed, given.runs, given.steps))
        finally:
            server.close()
    with tempfile.TemporaryDirectory(prefix="qundian-desk-") as folder:
        return asyncio.run(main(sqlite(Path(folder)), given.seed, given.runs, given.steps))


if __name__ == "__main__":
    sys.exit(min(run(), 1))
