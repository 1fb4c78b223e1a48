"""Every mutant is noticed, and docs/mutants.md names them all. `make mutants` says how soon."""

from __future__ import annotations

import pytest

from tests.mutants.__main__ import PAGE
from tests.mutants.hunt import ALL, WAITING, hunt, played
from tests.mutants.mutant import Mutant, Scene
from tests.support.walk import Empty


@pytest.mark.parametrize("mutant", ALL, ids=lambda mutant: mutant.says)
async def test_a_mutant_is_noticed(mutant: Mutant, empty_file: Empty) -> None:
    """On SQLite alone: a defect of the shop's own arithmetic shows on either database."""
    assert await hunt(mutant, empty_file) is not None


SCENES = dict.fromkeys(m.scene for m in ALL if m.scene)  # each once, in one order for all workers


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
async def test_without_a_defect_a_scene_passes(scene: Scene, empty_file: Empty) -> None:
    assert await played(scene, empty_file) == ""


def test_the_page_names_every_mutant_as_noticed_or_as_waiting() -> None:
    rows = [line.strip("|").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines()]
    listed = {
        row[0].strip(): row[1].split(":")[0] for row in rows if len(row) == 4 and row[0].strip() != "defect"
    }
    looked = {one.says: "scene" if one.scene else "walk" for one in ALL}
    assert listed == looked | {says: f"waits for {what}" for says, what in WAITING.items()}
