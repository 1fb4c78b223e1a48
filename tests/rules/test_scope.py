"""范围: which goods, from when until when, and in which hours of the day."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest

from shop.kit.money import Money
from shop.kit.terms import Terms
from shop.promotions import from_terms
from shop.rules.pricing import Buyer, quote
from shop.rules.scope import EVERY_DAY, DayHours, Scope, read
from tests.support.carts import item

SHANGHAI = {"hours": "14:00-16:00", "tz": "Asia/Shanghai"}


def at(said: str) -> datetime:
    return datetime.fromisoformat(said)


@pytest.mark.parametrize(
    ("moment", "runs"),
    [
        ("2026-05-01T13:59:59+08:00", False),
        ("2026-05-01T14:00+08:00", True),
        ("2026-05-01T06:00+00:00", True),  # the same moment, said elsewhere
        ("2026-05-01T15:59:59.999999+08:00", True),
        ("2026-05-01T16:00+08:00", False),
        ("2026-05-01T14:30+00:00", False),
        ("2027-11-30T14:30+08:00", True),  # it comes back every day
    ],
)
def test_hours_are_by_the_clock_on_the_shops_wall(moment: str, runs: bool) -> None:
    assert read(Terms(SHANGHAI)).runs(at(moment)) is runs


def test_summer_time_moves_the_moment_and_not_the_hour() -> None:
    quiet = DayHours(time(14), time(16), "Europe/Berlin")
    assert quiet.are_now(datetime(2026, 3, 28, 13, 30, tzinfo=UTC))  # winter: one hour ahead
    assert quiet.are_now(datetime(2026, 3, 29, 12, 30, tzinfo=UTC))  # summer: two
    assert not quiet.are_now(datetime(2026, 3, 29, 14, 30, tzinfo=UTC))


def test_days_of_the_week() -> None:
    on_workdays = read(Terms({**SHANGHAI, "weekdays": [1, 2, 3, 4, 5]}))
    assert on_workdays.runs(at("2026-05-01T15:00+08:00"))  # a Friday
    assert not on_workdays.runs(at("2026-05-02T15:00+08:00"))
    assert on_workdays.runs(at("2026-05-04T15:00+08:00"))
    assert on_workdays.runs(at("2026-05-03T23:30-07:00"))  # Monday already where the shop is


def test_hours_past_midnight_belong_to_the_day_they_began_on() -> None:
    friday_night = DayHours(time(22), time(2), "Asia/Shanghai", frozenset({5}))
    assert friday_night.are_now(at("2026-05-01T22:00+08:00"))
    assert friday_night.are_now(at("2026-05-02T01:59+08:00"))
    assert not friday_night.are_now(at("2026-05-02T02:00+08:00"))
    assert not friday_night.are_now(at("2026-05-01T01:00+08:00"))  # that was Thursday's night
    assert not friday_night.are_now(at("2026-05-02T23:00+08:00"))


def test_hours_and_an_end_hold_together() -> None:
    scope = read(Terms({**SHANGHAI, "until": "2026-05-03T00:00+08:00"}))
    assert scope.runs(at("2026-05-02T15:00+08:00"))
    assert not scope.runs(at("2026-05-03T15:00+08:00"))


def test_what_has_hours_cannot_be_priced_without_a_moment() -> None:
    with pytest.raises(ValueError, match="without a moment"):
        read(Terms(SHANGHAI)).runs(None)
    assert Scope().runs(None)


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({"hours": "14-16", "tz": "Asia/Shanghai"}, "hours are written like 14:00-16:00"),
        ({"hours": "24:00-25:00", "tz": "Asia/Shanghai"}, "hours are written like"),
        ({"hours": ["14:00-16:00"], "tz": "Asia/Shanghai"}, "hours are written like"),
        ({"hours": "14:00-14:00", "tz": "Asia/Shanghai"}, "end when they begin"),
        ({"hours": "14:00-16:00"}, "'tz' is missing"),
        ({"tz": "Asia/Shanghai"}, "'hours' is missing"),
        ({"weekdays": [1]}, "'hours' is missing"),
        ({**SHANGHAI, "tz": "Asia/Nowhere"}, "no such time zone"),
        ({**SHANGHAI, "tz": "../../secret"}, "no such time zone"),
        ({**SHANGHAI, "weekdays": []}, "not a list of days"),
        ({**SHANGHAI, "weekdays": [0]}, "not between 1 and 7"),
        ({**SHANGHAI, "weekdays": [8]}, "not between 1 and 7"),
        ({**SHANGHAI, "weekdays": "135"}, "not a list of days"),
    ],
)
def test_hours_are_read_as_hostile(terms: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read(Terms(terms))


def test_every_day_is_every_day() -> None:
    assert read(Terms({**SHANGHAI, "weekdays": [1, 2, 3, 4, 5, 6, 7]})).hours == DayHours(
        time(14), time(16), "Asia/Shanghai", EVERY_DAY
    )


def test_a_price_of_quiet_hours_comes_and_goes() -> None:
    quiet = from_terms("timed", {"rate": "8", **SHANGHAI})
    assert quiet.say() == "闲时价8折"
    pays = [
        quote([item("a", 1000, 2)], [quiet], Buyer(now=at(moment))).payable
        for moment in ("2026-05-01T13:00+08:00", "2026-05-01T15:00+08:00", "2026-05-02T15:00+08:00")
    ]
    assert pays == [Money(2000), Money(1600), Money(1600)]
