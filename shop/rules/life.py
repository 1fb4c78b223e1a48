"""一生: a life as a table: from a state, by what happens, only if, to a state. docs/lives.md draws each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

State = TypeVar("State", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Step(Generic[State]):
    """`only_if` names a fact that must hold, or with "not " before it, must not; several with a comma between them."""

    start: State
    event: str
    end: State
    only_if: str = ""


@dataclass(frozen=True, slots=True)
class Life(Generic[State]):
    """`waits` says for each state that is no end who or what moves on from it, `returns` are the only events that
    lead out of an end, `shown` are the words that people read."""

    of: str
    first: State
    last: frozenset[State]
    steps: tuple[Step[State], ...]
    waits: Mapping[State, str]
    shown: Mapping[State, str]
    returns: frozenset[str] = frozenset()

    def after(self, state: State, event: str, **facts: bool) -> State | None:
        """Where the event leads from here, or None when it may not happen. A fact is named with _ for a space."""
        for step in self.steps:
            if step.start == state and step.event == event and _holds(step.only_if, facts):
                return step.end
        return None

    @property
    def states(self) -> tuple[State, ...]:
        return tuple(self.shown)


def _holds(only_if: str, facts: Mapping[str, bool]) -> bool:
    return all(_is_so(fact, facts) for fact in only_if.split(", ")) if only_if else True


def _is_so(fact: str, facts: Mapping[str, bool]) -> bool:
    name = fact.removeprefix("not ")
    return facts[name.replace(" ", "_")] is (name == fact)
