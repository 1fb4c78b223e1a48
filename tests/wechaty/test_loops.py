"""回音: who only repeats himself is not heard for a while."""

from __future__ import annotations

from datetime import timedelta

from bot.channels.wechaty.loops import DEAF, MOST, SAME, WITHIN, Loops
from tests.support.world import NOW

SECOND = timedelta(seconds=1)
AWAY = "您好，我现在有事不在，一会再和您联系"


def heard(loops: Loops, words: list[str], *, every: timedelta = SECOND, who: str = "wxid_bot") -> list[bool]:
    return [not loops.is_one(None, who, word, NOW + every * n) for n, word in enumerate(words)]


def test_a_program_that_answers_every_answer_falls_silent_for_us_and_is_tried_again_later() -> None:
    loops = Loops()
    assert heard(loops, [AWAY] * 20) == [True] * (SAME - 1) + [False] * (21 - SAME)
    assert loops.is_one(None, "wxid_bot", "别的话", NOW + DEAF)
    assert not loops.is_one(None, "wxid_bot", AWAY, NOW + DEAF + SECOND * SAME)


def test_people_are_heard() -> None:
    assert all(heard(Loops(), ["来1箱橙子"] * (SAME - 1) + ["够了"] + ["来1箱橙子"] * (SAME - 1)))
    assert all(heard(Loops(), ["菜单"] * 30, every=WITHIN / (SAME - 2)))


def test_neighbours_and_other_places_are_not_taken_for_one() -> None:
    loops = Loops()
    assert all(not loops.is_one("一群", f"wxid_{n}", "+1", NOW) for n in range(50))
    heard(loops, [AWAY] * SAME)
    assert not loops.is_one("一群", "wxid_bot", AWAY, NOW)


def test_it_does_not_grow_for_ever() -> None:
    loops = Loops()
    for n in range(MOST * 2):
        loops.is_one(None, f"wxid_{n}", "在吗", NOW)
    assert len(loops._said) <= MOST + 1
