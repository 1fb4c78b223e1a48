"""审计: what the staff did by chat, done or not; rows are only added, and the last one can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shop.kit.ids import PersonId, ShopId
from shop.records.desk import Act
from shop.transaction import transaction


@dataclass(frozen=True, slots=True)
class Done:
    """One act. `undo` is what its command needs to take it back; None when it cannot be taken back."""

    id: int
    command: str
    said: str
    outcome: str
    undo: dict[str, Any] | None
    at: datetime


async def record(
    shop: ShopId,
    person: PersonId,
    command: str,
    said: str,
    outcome: str,
    *,
    now: datetime,
    before: Any = None,
    after: Any = None,
    undo: dict[str, Any] | None = None,
    undo_for: timedelta = timedelta(0),
) -> int:
    """Write an act down: outcome is done, denied, refused, dropped or undone."""
    async with transaction():
        row = await Act.create(
            shop_id=shop,
            person_id=person,
            command=command,
            said=said[:500],
            outcome=outcome,
            before=before,
            after=after,
            undo=undo,
            undo_until=now + undo_for if undo else None,
            at=now,
        )
        return int(row.id)


async def last_undoable(shop: ShopId, person: PersonId, *, now: datetime) -> Done | None:
    """The newest act of this person that can still be taken back."""
    row = await (
        Act.filter(shop_id=shop, person_id=person, outcome="done", undo_until__gt=now, undone_by=None)
        .order_by("-id")
        .first()
    )
    return _done(row) if row else None


async def mark_undone(act: int, by_act: int) -> bool:
    """Once only: False when somebody was faster."""
    async with transaction():
        return bool(await Act.filter(id=act, undone_by=None).update(undone_by=by_act))


async def history(shop: ShopId, person: PersonId, *, limit: int = 8) -> tuple[Done, ...]:
    """The last acts, newest first; one that was taken back is told once, as undone."""
    rows = (
        await Act.filter(shop_id=shop, person_id=person)
        .exclude(outcome="undone")
        .order_by("-id")
        .limit(limit)
    )
    return tuple(_done(row) for row in rows)


async def denied_lately(person: PersonId, *, now: datetime, minutes: int = 10) -> int:
    return await Act.filter(
        person_id=person, outcome="denied", at__gt=now - timedelta(minutes=minutes)
    ).count()


def _done(row: Act) -> Done:
    outcome = "undone" if row.undone_by is not None else row.outcome
    return Done(row.id, row.command, row.said, outcome, row.undo, row.at)
