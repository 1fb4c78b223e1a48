"""回声: which line of unknown fate went out. Fifty kills of a gateway found the first version wrong: it took the echo of
the same words, said before, for the one that was lost."""

from __future__ import annotations

import pytest

from bot.channels.wechaty.echoes import MOST, Echoes

MENU = ("水果群", "今天有：橙子")


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("echo_first", [True, False])
def test_an_echo_of_what_was_answered_explains_nothing_else(ids: bool, echo_first: bool) -> None:
    echoes, id = Echoes(), "own-1" if ids else ""
    told = [lambda: echoes.answered(id, *MENU), lambda: echoes.came_back("own-1", *MENU)]
    for tell in reversed(told) if echo_first else told:
        tell()
    assert not echoes.explain(*MENU, since=0)


def test_an_echo_that_no_answer_explains_is_the_line_whose_answer_was_lost_and_only_once() -> None:
    echoes = Echoes()
    echoes.answered("own-1", *MENU)
    echoes.came_back("own-1", *MENU)
    since = echoes.count
    assert not echoes.explain(*MENU, since=since)
    echoes.came_back("own-2", *MENU)
    assert not echoes.explain("二群", MENU[1], since=since)
    assert echoes.explain(*MENU, since=since)
    assert not echoes.explain(*MENU, since=since)


def test_an_echo_from_before_the_try_is_of_something_else() -> None:
    echoes = Echoes()
    echoes.came_back("by hand", *MENU)
    assert not echoes.explain(*MENU, since=echoes.count)


def test_it_does_not_grow_for_ever() -> None:
    echoes = Echoes()
    for n in range(MOST * 3):
        echoes.came_back(f"{n}", "水果群", f"{n}")
        echoes.answered(f"a{n}", "水果群", f"a{n}")
    assert len(echoes._come_back) == len(echoes._answered) == MOST
