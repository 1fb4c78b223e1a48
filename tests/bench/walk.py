"""python -m tests.bench.walk --runs 2000 --events 150: many long walks, each in an empty database. How far it is stands on
stderr.

A walk that goes wrong is printed with its seed and with as few of its steps as still go wrong; --seed SEED --runs 1
takes it again. --db postgres does it all there.
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
from tests.support.walk import Empty, WentWrong, attempt
from tests.support.walk_place import postgres, sqlite
from tests.support.without_thread import sqlite_without_thread

TELL_EVERY = 25
MOST_TRIES = 300  # of a shorter way to a fault


async def shortest(empty: Empty, seed: int, events: int, wrong: WentWrong) -> WentWrong:
    """Leave steps out, many at first, as long as something goes wrong."""
    kept, size, tries = list(range(events)), events // 2, 0
    while size and tries < MOST_TRIES:
        for start in range(0, len(kept), size):
            fewer = kept[:start] + kept[start + size :]
            _, again = await attempt(empty, seed, events, without=set(range(events)) - set(fewer))
            tries += 1
            if again is not None:
                kept, wrong = fewer, again
                break
        else:
            size //= 2
    return wrong


async def main(empty: Empty, first: int, runs: int, events: int) -> int:
    """How many walks went wrong."""
    done = refused = wrongs = 0
    began = time.perf_counter()
    for seed in range(first, first + runs):
        walk, wrong = await attempt(empty, seed, events)
        done, refused = done + walk.done, refused + walk.refusals
        if wrong:
            wrongs += 1
            print(f"── seed {seed}\n{await shortest(empty, seed, events, wrong)}\n", flush=True)
        if (walked := seed - first + 1) % TELL_EVERY == 0:
            print(f"{walked} walks, {wrongs} went wrong", file=sys.stderr, flush=True)
    print(
        f"{runs} walks of {events} events from seed {first}: {done} done, {refused} refused, "
        f"{wrongs} walks went wrong, {time.perf_counter() - began:.0f} s"
    )
    return wrongs


def run() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.walk", description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--events", type=int, default=150)
    parser.add_argument("--seed", type=int, default=0, help="of the first walk; the next ones count on")
    parser.add_argument("--db", choices=("sqlite", "postgres"), default="sqlite")
    given = parser.parse_args()
    logging.disable(logging.WARNING)  # a provider that gives no answer is part of the walk
    sqlite_without_thread()
    if given.db == "postgres":
        server = PostgresServer("synchronous_commit=off")
        try:
            return asyncio.run(main(postgres(server), given.seed, given.runs, given.events))
        finally:
            server.close()
    with tempfile.TemporaryDirectory(prefix="qundian-walk-") as folder:
        return asyncio.run(main(sqlite(Path(folder)), given.seed, given.runs, given.events))


if __name__ == "__main__":
    sys.exit(min(run(), 1))
