"""Who gets the next customer, when a ticket falls due, and when somebody is back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shop.kit.ids import PersonId
from shop.rules.hours import Hours, parse
from shop.rules.tickets import (
    Candidate,
    Clocks,
    Limits,
    State,
    due_at,
    next_agent,
    usual_wait,
)

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 5, 1, 12, 0, tzinfo=ZONE)  # a Friday


def agent(id: int, load: int = 0, given: int | None = None, most: int = 3, *skills: str) -> Candidate:
    at = NOON + timedelta(minutes=given) if given is not None else None
    return Candidate(PersonId(id), load, at, most, frozenset(skills))


@pytest.mark.parametrize(
    ("candidates", "asked"),
    [
        ([], None),
        ([agent(1, 2), agent(2, 1)], 2),  # fewest in hand
        ([agent(1, 1, 5), agent(2, 1, 2)], 2),  # then the longest without a new one
        ([agent(1, 1, 5), agent(2, 1)], 2),  # who never had one, has waited longest
        ([agent(1), agent(2)], 1),
        ([agent(1, 3), agent(2, 3)], None),  # hands full
        ([agent(1, 0, None, 0), agent(2, 2)], 2),
    ],
)
def test_who_is_asked_next(candidates: list[Candidate], asked: int | None) -> None:
    assert next_agent(candidates) == asked


def test_who_knows_the_matter_goes_first_and_who_knows_the_customer_before_all() -> None:
    both = [agent(1), agent(2, 2, 0, 3, "售后"), agent(3, 1)]
    assert next_agent(both, skill="售后") == 2
    assert next_agent(both, skill="批发") == 1  # nobody knows it: whoever knows nothing in particular
    assert next_agent([agent(2, 0, None, 3, "售后")], skill="批发") == 2  # better than nobody
    assert next_agent(both, prefer=PersonId(3)) == 3
    assert next_agent([agent(1), agent(3, 3)], prefer=PersonId(3)) == 1  # his hands are full
    assert next_agent(both, without=(PersonId(1),)) == 3


WAITING = Clocks(State.OPEN, NOON, NOON, offered_at=NOON)
OWED = Clocks(State.ACTIVE, NOON, NOON, owed_since=NOON)
LIMITS = Limits(
    unclaimed=timedelta(seconds=100),
    waits=(timedelta(minutes=1), timedelta(minutes=4)),
    first_answer=timedelta(minutes=3),
    next_answer=timedelta(minutes=6),
    silent=timedelta(minutes=9),
    idle=timedelta(hours=7),
)


@pytest.mark.parametrize(
    ("clocks", "due"),
    [
        (WAITING, timedelta(minutes=1)),
        (replace(WAITING, stage=1), LIMITS.unclaimed),
        (replace(WAITING, stage=1, offered_at=NOON + timedelta(minutes=3)), timedelta(minutes=4)),
        (replace(WAITING, stage=2, offered_at=None), LIMITS.idle),
        (OWED, LIMITS.first_answer),
        (replace(OWED, is_answered=True), LIMITS.next_answer),
        (replace(OWED, reminded=True), LIMITS.silent),
        (Clocks(State.WAITING, NOON, NOON), LIMITS.idle),
    ],
)
def test_when_a_ticket_falls_due(clocks: Clocks, due: timedelta) -> None:
    assert due_at(clocks, LIMITS) == NOON + due


def test_the_usual_wait_is_the_middle_one() -> None:
    minutes = [timedelta(minutes=n) for n in (30, 1, 2)]
    assert (usual_wait(minutes), usual_wait([])) == (timedelta(minutes=2), None)


# ── hours ───────────────────────────────────────────────────────────────────────────────────────────────────────

WEEK = parse(["1-5 09:00-12:00", "1-5 14:00-21:00", "6 10:00-18:00"], ["2026-05-04"], "Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("moment", "next_opening"),
    [
        (at(1, 9), None),
        (at(1, 11, 59), None),
        (at(1, 8, 59), at(1, 9)),
        (at(1, 12), at(1, 14)),
        (at(1, 21), at(2, 10)),  # Saturday
        (at(2, 18), at(5, 9)),  # Sunday is free, Monday a holiday
        (at(4, 10), at(5, 9)),
    ],
)
def test_when_somebody_is_there_again(moment: datetime, next_opening: datetime | None) -> None:
    assert WEEK.are_open(moment) == (next_opening is None)
    if next_opening is not None:
        assert WEEK.next_opening(moment) == next_opening


def test_a_shop_without_hours_is_always_there_but_for_its_holidays() -> None:
    always = Hours("Asia/Shanghai", holidays=frozenset({date(2026, 5, 1)}))
    assert [always.are_open(at(1, 3)), always.are_open(at(2, 3))] == [False, True]
    assert always.next_opening(at(1, 3)) == at(2, 0)
    assert Hours("UTC").are_open(NOON)


def test_a_shop_that_never_opens_again_says_no_hour() -> None:
    days = [(NOON + timedelta(days=n)).date().isoformat() for n in range(80)]
    assert parse(["1-7 09:00-21:00"], days, "Asia/Shanghai").next_opening(NOON) is None


@pytest.mark.parametrize(
    "line", ["9-21", "1-5 21:00-09:00", "5-1 09:00-21:00", "8 09:00-10:00", "1 9:00-10:00", ""]
)
def test_hours_that_say_something_else_are_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"hours|hour|minute"):
        parse([line], [], "UTC")
