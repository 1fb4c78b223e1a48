"""Put a defect in and look for it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from tortoise.exceptions import IntegrityError

from shop.database import close_database, open_database, record_modules
from tests.mutants import goods, means, money, refunds, teams
from tests.mutants.mutant import Mutant, Scene
from tests.support.walk import Empty, attempt

EVENTS = 80  # of one walk
MOST_WALKS = 80
ALL: tuple[Mutant, ...] = (*goods.MUTANTS, *money.MUTANTS, *refunds.MUTANTS, *means.MUTANTS, *teams.MUTANTS)
# Known from real shops, to be put in when what they spoil is built.
WAITING: dict[str, str] = {}


@dataclass(frozen=True)
class Caught:
    by: str
    events: int
    words: str


async def hunt(mutant: Mutant, empty: Empty) -> Caught | None:
    """By what it was noticed; None: it survived."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mutant.place, mutant.name, mutant.defect)
        if mutant.scene:
            words = await played(mutant.scene, empty)
            return Caught(f"scene: {mutant.scene.__name__.replace('_', ' ')}", 1, words) if words else None
        return await _by_walks(empty)


async def played(scene: Scene, empty: Empty) -> str:
    """What went wrong in it; empty when it passed."""
    await open_database(empty(), models=tuple(record_modules()))
    try:
        await scene()
    except (AssertionError, IntegrityError) as wrong:
        return str(wrong)
    finally:
        await close_database()
    return ""


async def _by_walks(empty: Empty) -> Caught | None:
    events = 0
    for seed in range(MOST_WALKS):
        walk, wrong = await attempt(empty, seed, EVENTS)
        events += walk.done + walk.refusals
        if wrong:
            return Caught("walk", events, str(wrong).splitlines()[0])
    return None
