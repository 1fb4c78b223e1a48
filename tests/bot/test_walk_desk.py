"""Random days at the desk, heard and said through the whole line. `python -m tests.bench.desk` takes more and longer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialogs.agent import grammar
from shop import tickets
from shop.kit.ids import ShopId
from shop.tickets import Request
from tests.support.walk_desk import WentWrong, walk_once

STEPS = {"sqlite": 120, "postgres": 60}


@pytest.mark.parametrize("seed", range(4))
async def test_nobody_is_talked_over_and_nothing_goes_astray(
    database: str, database_url: str, seed: int
) -> None:
    walk = await walk_once(database_url, seed, STEPS[database])
    assert walk.arrived
    assert len(walk.arrived) < len(walk.meant_for)  # some were for nobody, or refused


async def nothing(*_: object, **__: object) -> None:
    return None


def as_said(text: str, quoted: str = "") -> grammar.Meant:
    """An agent's grammar that takes notes with a slip of the finger for something to be said."""
    meant = grammar.parse(text, quoted)
    wrong = meant.verb in ("unclear", "note") and "备注" in text
    return replace(meant, verb="say", rest=text, joined=False) if wrong else meant


async def anybodys(shop: ShopId, id: int) -> Request | None:
    """The wrong customer."""
    others = [one for one in await tickets.living(shop) if one.id != id]
    return others[0] if others else None


@pytest.mark.parametrize(
    ("broken", "by", "noticed"),
    [
        (
            "dialogs.agent.gate._customer shop.mail._withhold",
            nothing,
            "the bot speaks to",
        ),  # the gate, and the last look
        ("dialogs.agent.doing.parse", as_said, "a note left the shop"),
        ("shop.tickets.find", anybodys, "was for"),
    ],
)
async def test_a_walk_notices(
    broken: str, by: object, noticed: str, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in broken.split():
        monkeypatch.setattr(name, by)
    with pytest.raises(WentWrong, match=noticed):
        await walk_once(sqlite_url, 1, 400)
