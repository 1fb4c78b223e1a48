"""python -m tests.mutants [PART OF A NAME]: every defect is put in once and must be noticed; draws docs/mutants.md."""

from __future__ import annotations

import asyncio
import logging
import re
import sys
import tempfile
from pathlib import Path

from tests.mutants.hunt import ALL, WAITING, Caught, hunt
from tests.mutants.mutant import Mutant
from tests.support.walk import Empty
from tests.support.walk_place import sqlite

PAGE = Path(__file__).parents[2] / "docs" / "mutants.md"
MOST = 90  # letters of what was seen
HEAD = """# Mutants

A mutant is our shop with one defect put into it, each found in a real shop. Walks (tests/support/walk.py: random days,
every invariant of the books looked at after each event) or a scene made for it must notice. `make mutants` puts in one
after the other, draws this page anew and ends with status 1 when one survives. How many events it took depends on
chance.

| defect | caught by | after events | seen as |
|---|---|---|---|
"""


async def all_of(mutants: list[Mutant], empty: Empty) -> dict[Mutant, Caught | None]:
    found = {}
    for mutant in mutants:
        found[mutant] = caught = await hunt(mutant, empty)
        print(f"{mutant.says:<50} {f'{caught.by}, {caught.events}' if caught else 'SURVIVED'}", flush=True)
    return found


def page(found: dict[Mutant, Caught | None]) -> str:
    rows = [
        f"| {one.says} | {caught.by} | {caught.events} | {seen(caught.words)} |"
        if caught
        else f"| {one.says} | **nothing** | – | – |"
        for one, caught in found.items()
    ]
    waiting = [f"| {says} | waits for {what} | – | – |" for says, what in WAITING.items()]
    return HEAD + "\n".join([*rows, *waiting]) + "\n"


def seen(words: str) -> str:
    """The first words of what was noticed, without the numbers that chance has made."""
    first = words.splitlines()[0].partition(";")[0]
    first = re.sub(r"^walk \d+: ", "", first)
    first = re.sub(r"^IntegrityError\(IntegrityError\(['\"](.*)['\"]\)\)$", r"the database: \1", first)
    return re.sub(r"[0-9a-f]{16,}", "…", first)[:MOST].replace("|", "/")


def main() -> int:
    logging.disable(logging.WARNING)  # a provider that gives no answer is part of a walk
    part = " ".join(sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="qundian-mutants-") as folder:
        found = asyncio.run(all_of([one for one in ALL if part in one.says], sqlite(Path(folder))))
    if not part:
        PAGE.write_text(page(found), encoding="utf-8")
    survivors = [one.says for one, caught in found.items() if caught is None]
    print(f"{len(found)} mutants, {len(survivors)} survived; {len(WAITING)} wait for what they spoil")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
