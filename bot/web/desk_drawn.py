"""柜台的字: rows, lines and a customer at a glance, as the page gets them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dialogs import voice
from dialogs.agent.card import MATTER
from dialogs.privacy import mask_at_desk, mask_for_room
from shop.desk_figures import Figures
from shop.deskviews import Glance, NewLine, Row
from shop.rules.tickets import LIFE, State
from shop.transcripts import Said


def drawn_row(row: Row) -> dict[str, Any]:
    return {
        "path": row.path,
        "person": row.person,
        "name": row.name or MATTER,
        "room": row.room,
        "said": mask_at_desk(row.said)[0][:80],
        "at": row.at.isoformat() if row.at else None,
        "ticket": row.ticket,
        "state": row.state,
        "word": "小店" if row.state == "bot" else LIFE.shown[State(row.state)],
        "why": mask_at_desk(row.why)[0],
        "owner": row.owner,
        "owner_name": row.owner_name,
        "offered": row.offered,
        "since": row.since.isoformat() if row.since else None,
        "answered": row.is_answered,
    }


def drawn_line(line: NewLine | Said) -> dict[str, Any]:
    """What agents wrote themselves is shown as it is; of the rest, codes, addresses and numbers when one of them asks."""
    text, is_covered = mask_at_desk(line.text) if line.kind in ("customer", "bot") else (line.text, False)
    return {
        "key": line.key,
        "kind": line.kind,
        "name": line.name,
        "text": text,
        "covered": is_covered,
        "room": line.room or "",
        "at": line.at.isoformat(),
        "picture": line.picture,
        "held_back": isinstance(line, Said) and line.held_back,
    }


def drawn_glance(glance: Glance) -> dict[str, Any]:
    return {
        "name": glance.name,
        "level": glance.level,
        "points": glance.points,
        "spent": str(glance.spent),
        "orders": [
            {
                "id": slip.id,
                "code": slip.code,
                "state": voice.state(slip),
                "goods": voice.all_goods(slip.lines),
                "amount": str(slip.payable),
                "paid": slip.money_in and bool(slip.payable.fen),
                "has_code": slip.pickup_code is not None,
                "has_address": slip.id in glance.brought,
            }
            for slip in glance.orders
        ],
        "tickets": [
            {
                "id": id,
                "why": mask_at_desk(why)[0],
                "word": LIFE.shown[State(state)],
                "at": at.isoformat(),
                "rating": rating,
            }
            for id, why, state, at, rating in glance.tickets
        ],
        "notes": [{"by": by, "text": text, "at": at.isoformat()} for by, text, at in glance.notes],
    }


def drawn_figures(one: Figures) -> dict[str, Any]:
    return {
        "name": one.name,
        "tickets": one.tickets,
        "first": _seconds(one.first_answer),
        "next": _seconds(one.next_answer),
        "solved": round(100 * one.solved / one.ended) if one.ended else None,
        "in_time": round(100 * (1 - one.late_answers / one.answers)) if one.answers else None,
        "stars": round(one.stars, 1) if one.stars is not None else None,
    }


def told_figures(one: Figures) -> dict[str, str]:
    """For who reads along on a phone: in words, and without a number that somebody may have for his name."""
    drawn = drawn_figures(one)
    return {
        "name": mask_for_room(one.name)[0],
        "tickets": str(one.tickets),
        "first": _lasted(one.first_answer),
        "next": _lasted(one.next_answer),
        **{name: f"{drawn[name]}%" if drawn[name] is not None else "—" for name in ("in_time", "solved")},
        "stars": f"{one.stars:.1f}" if one.stars is not None else "—",
    }


def _lasted(wait: timedelta | None) -> str:
    """40秒, 3分钟; a dash where there was nothing to measure."""
    if wait is None:
        return "—"
    seconds = round(wait.total_seconds())
    return f"{seconds}秒" if seconds < 90 else f"{round(seconds / 60)}分钟"


def _seconds(wait: timedelta | None) -> float | None:
    return wait.total_seconds() if wait is not None else None
