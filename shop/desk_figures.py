"""柜台的数: by agent, how soon customers were answered, how often within the goals, what was solved, and the stars."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shop.desk_limits import limits_of
from shop.kit.ids import PersonId, ShopId
from shop.rows import as_moment
from shop.rules.tickets import usual_wait
from shop.transaction import run_sql


@dataclass(frozen=True, slots=True)
class Figures:
    """An agent's last days. The waits are the middle ones; None where there was nothing to measure."""

    agent: PersonId
    name: str
    tickets: int
    first_answer: timedelta | None  # from when anybody was there to answer
    next_answer: timedelta | None  # from the oldest word without an answer
    answers: int
    late_answers: int
    ended: int
    solved: int  # of those that have ended: by a person, within the goal
    stars: float | None


@dataclass(slots=True)
class _Days:
    """What is gathered of one agent."""

    name: str = ""
    tickets: int = 0
    firsts: list[timedelta] = field(default_factory=list)
    nexts: list[timedelta] = field(default_factory=list)
    answers: int = 0
    late: int = 0
    ended: int = 0
    solved: int = 0
    stars: list[int] = field(default_factory=list)


async def figures(shop: ShopId, *, since: datetime) -> tuple[Figures, ...]:
    """Of the tickets opened since then; each counts for whoever had it last, its later answers for whoever gave them."""
    goal = (await limits_of(shop)).solved
    tickets = await run_sql(
        "SELECT t.owner_id, p.name, coalesce(t.asked_at, t.opened_at) AS asked_at, t.opened_at, t.answered_at, t.closed_at, "
        "t.ended, t.answers, t.late_answers, t.rating FROM ticket AS t JOIN person AS p ON p.id = t.owner_id "
        "WHERE t.shop_id = ? AND t.person_id IS NOT NULL AND t.opened_at > ? ORDER BY t.id",
        [shop, since],
    )
    lines = await run_sql(
        "SELECT line.ticket_id, line.kind, line.person_id, line.at FROM ticket_line AS line "
        "JOIN ticket AS t ON t.id = line.ticket_id WHERE t.shop_id = ? AND t.opened_at > ? "
        "AND line.kind IN ('customer', 'agent') ORDER BY line.ticket_id, line.id",
        [shop, since],
    )
    by_agent: dict[int, _Days] = defaultdict(_Days)
    for row in tickets:
        _count(by_agent[int(row["owner_id"])], row, goal)
    for agent, wait in later_answers(lines):
        if agent in by_agent:
            by_agent[agent].nexts.append(wait)
    return tuple(_figures(PersonId(agent), days) for agent, days in by_agent.items())


def _count(days: _Days, row: Mapping[str, Any], goal: timedelta) -> None:
    days.name, days.tickets = row["name"], days.tickets + 1
    days.answers, days.late = days.answers + int(row["answers"]), days.late + int(row["late_answers"])
    if row["answered_at"] is not None:
        days.firsts.append(as_moment(row["answered_at"]) - as_moment(row["asked_at"]))
    if row["closed_at"] is not None:
        in_time = as_moment(row["closed_at"]) - as_moment(row["opened_at"]) <= goal
        days.ended += 1
        days.solved += in_time and row["ended"] != "idle"
    if row["rating"] is not None:
        days.stars.append(int(row["rating"]))


def later_answers(lines: Iterable[Mapping[str, Any]]) -> Iterable[tuple[int, timedelta]]:
    """Who answered what a customer had said after the first answer, and how long that took."""
    ticket, is_answered, owed = None, False, None
    for line in lines:
        if line["ticket_id"] != ticket:
            ticket, is_answered, owed = line["ticket_id"], False, None
        if line["kind"] == "customer":
            owed = owed or line["at"]
            continue
        if is_answered and owed is not None:
            yield int(line["person_id"]), as_moment(line["at"]) - as_moment(owed)
        is_answered, owed = True, None


def _figures(agent: PersonId, days: _Days) -> Figures:
    stars = sum(days.stars) / len(days.stars) if days.stars else None
    return Figures(
        agent,
        days.name,
        days.tickets,
        usual_wait(days.firsts),
        usual_wait(days.nexts),
        days.answers,
        days.late,
        days.ended,
        days.solved,
        stars,
    )
