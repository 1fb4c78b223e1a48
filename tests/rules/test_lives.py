"""The lives of an order, a refund and a coupon: tables that can be trusted."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from shop.rules import (
    bargains,
    bookings,
    campaigns,
    commission,
    coupon_life,
    orders,
    parcels,
    refunds,
    teams,
    tickets,
)
from shop.rules.life import Life
from tests.support.drawings import ALL

Any_ = Life[Any]


def reached_from(life: Any_, start: Any) -> set[Any]:
    seen = {start}
    while more := {step.end for step in life.steps if step.start in seen} - seen:
        seen |= more
    return seen


def test_every_life_is_drawn() -> None:
    assert {life.of for life in ALL} == {
        one.LIFE.of
        for one in (
            orders,
            parcels,
            refunds,
            coupon_life,
            campaigns,
            teams,
            tickets,
            bargains,
            bookings,
            commission,
        )
    }


@pytest.mark.parametrize("life", ALL, ids=lambda life: life.of)
class TestLife:
    def test_every_state_can_be_reached(self, life: Any_) -> None:
        assert reached_from(life, life.first) == set(type(life.first))

    def test_from_every_state_an_end_can_be_reached(self, life: Any_) -> None:
        assert all(reached_from(life, state) & life.last for state in life.states)

    def test_nothing_happens_after_an_end(self, life: Any_) -> None:
        assert not [s for s in life.steps if s.start in life.last and s.event not in life.returns]

    def test_no_two_rows_say_the_same(self, life: Any_) -> None:
        assert set(Counter((s.start, s.event, s.only_if) for s in life.steps).values()) == {1}

    def test_no_row_with_a_guard_stands_beside_one_without(self, life: Any_) -> None:
        """Otherwise the order of the rows would decide."""
        guards: dict[Any, set[str]] = {}
        for step in life.steps:
            guards.setdefault((step.start, step.event), set()).add(step.only_if)
        assert all(len(said) == 1 or "" not in said for said in guards.values())

    def test_every_state_that_waits_says_for_what_and_every_state_has_a_word(self, life: Any_) -> None:
        assert set(life.waits) == set(life.states) - life.last
        assert set(life.shown) == set(type(life.first))
        assert len(set(life.shown.values())) == len(life.shown)


def test_a_guard_needs_its_fact() -> None:
    with pytest.raises(KeyError):
        refunds.LIFE.after(refunds.State.APPROVED, "submitted")
