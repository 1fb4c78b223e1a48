"""回声: which line of unknown fate went out. Fifty kills of a gateway found the first version wrong: it took the echo of
the same words, said before, for the one that was lost."""

from __future__ import annotations

import asyncio

import pytest

from bot.channels.wechaty.echoes import LATE, MOST, Echoes

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


# ── whose hand it was ───────────────────────────────────────────────────────────────────────────────────────────


class Watch:
    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


async def came(echoes: Echoes, id: str, place: str, text: str) -> bool:
    echoes.came_back(id, place, text)
    return await echoes.is_by_hand(id, place, text)


async def test_what_nothing_of_ours_explains_was_typed_by_a_person_once() -> None:
    echoes = Echoes(Watch())
    assert await came(echoes, "1", "小李", "稍等")
    assert not await echoes.is_by_hand("1", "小李", "稍等")
    echoes.answered("own-1", *MENU)
    assert not await came(echoes, "own-1", *MENU)
    assert await came(echoes, "2", *MENU)  # the same words, by hand


@pytest.mark.parametrize(("id", "text"), [("other", MENU[1]), ("", "今天有：橙子 "), ("other", "今天有…")])
async def test_an_echo_that_a_gateway_has_changed_is_nobody_s_hand(id: str, text: str) -> None:
    watch = Watch()
    echoes = Echoes(watch)
    echoes.answered("own-1", *MENU)
    watch.time += LATE - 1
    assert not await came(echoes, id, MENU[0], text)
    assert await came(echoes, "3", "小李", "稍等")  # elsewhere nothing is waited for
    watch.time += 2
    assert await came(echoes, "4", MENU[0], "大家早")


async def test_a_line_of_which_nobody_could_tell_is_never_taken_for_a_hand() -> None:
    watch = Watch()
    echoes = Echoes(watch)
    since = echoes.count
    echoes.lost(*MENU)
    assert not await came(echoes, "1", MENU[0], "别的话")
    watch.time += 10 * LATE
    assert not await came(echoes, "2", *MENU)
    assert echoes.explain(*MENU, since=since)


async def test_an_echo_that_is_faster_than_the_answer_waits_for_it() -> None:
    echoes = Echoes(Watch())
    with echoes.saying(MENU[0]):
        asked = asyncio.ensure_future(came(echoes, "own-1", *MENU))
        typed = asyncio.ensure_future(came(echoes, "7", MENU[0], "大家早"))
        await asyncio.sleep(0)
        assert not asked.done()
        echoes.answered("own-1", *MENU)
    assert not await asked
    assert await typed
