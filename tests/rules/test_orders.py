"""The life of an order: a table that can be trusted."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from shop.rules.orders import FIRST, LAST, LIFE, RETURNS, SHOWN, WAITS, Status, may, pay_due

S = Status


def reached_from(start: Status) -> set[Status]:
    seen = {start}
    while more := {step.end for step in LIFE if step.start in seen} - seen:
        seen |= more
    return seen


def test_every_status_can_be_reached() -> None:
    assert reached_from(FIRST) == set(Status)


@pytest.mark.parametrize("status", list(Status))
def test_from_every_status_an_end_can_be_reached(status: Status) -> None:
    assert reached_from(status) & LAST


def test_nothing_happens_after_an_end() -> None:
    assert not [step for step in LIFE if step.start in LAST and step.event not in RETURNS]


def test_no_two_rows_say_the_same() -> None:
    rows = Counter((step.start, step.event, step.only_if) for step in LIFE)
    assert set(rows.values()) == {1}


def test_no_row_with_a_guard_stands_beside_one_without() -> None:
    """Otherwise the order of the rows would decide."""
    for start, event, guard in {(step.start, step.event, step.only_if) for step in LIFE}:
        others = {step.only_if for step in LIFE if (step.start, step.event) == (start, event)} - {guard}
        assert "" not in {guard} or not others


def test_every_guard_is_one_that_the_rule_knows() -> None:
    assert {step.only_if for step in LIFE} <= {"", "money in", "money not in"}


def test_every_status_that_waits_says_for_what_and_every_status_has_a_word() -> None:
    assert set(WAITS) == set(Status) - LAST
    assert set(SHOWN) == set(Status)
    assert len(set(SHOWN.values())) == len(Status)


@pytest.mark.parametrize(
    ("status", "event", "money_in", "end"),
    [
        (S.UNPAID, "paid", False, S.PREPARING),
        (S.UNPAID, "cash_chosen", False, S.PREPARING),
        (S.UNPAID, "buyer_cancelled", False, S.CANCELLED),
        (S.UNPAID, "not_paid_in_time", False, S.CANCELLED),
        (S.UNPAID, "handed_over", False, None),
        (S.PREPARING, "edited", False, S.PREPARING),
        (S.PREPARING, "edited", True, None),
        (S.PREPARING, "paid", True, None),
        (S.PREPARING, "buyer_cancelled", True, None),
        (S.PREPARING, "not_paid_in_time", False, None),
        (S.PREPARING, "handed_over", True, S.FULFILLED),
        (S.PREPARING, "handed_over", False, None),
        (S.FULFILLED, "buyer_cancelled", True, None),
        (S.CANCELLED, "paid", False, None),
    ],
)
def test_what_may_happen(status: Status, event: str, money_in: bool, end: Status | None) -> None:
    assert may(status, event, money_in=money_in) == end


def test_fifteen_minutes_to_pay() -> None:
    placed = datetime(2026, 5, 1, 2, 0, tzinfo=UTC)
    assert pay_due(placed, 15) - placed == timedelta(minutes=15)
