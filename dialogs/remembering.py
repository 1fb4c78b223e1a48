"""记: the open question of one person in one place, and the audit of what was done there. All of it is in the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dialogs import engine, repair
from dialogs.engine import Dialogue, Done, State
from dialogs.turn import Turn
from shop import acts, mail
from shop.people import Person, Room


async def open_question(room: Room | None, person: Person, now: datetime) -> State | None:
    row = await mail.talk(room.id if room else 0, person.id, now=now)
    return engine.from_json(row) if row else None


async def remember(turn: Turn, dialogue: Dialogue, state: State) -> None:
    until = engine.until(dialogue, state, turn.now)
    await mail.keep_talk(turn.room_id or 0, turn.person.id, engine.to_json(state), until)


async def count_fails(turn: Turn, state: State | None, fails: int) -> None:
    """Of what was not understood while nothing was asked."""
    state = replace(state or State(repair.NAME), fails=fails)
    await mail.keep_talk(turn.room_id or 0, turn.person.id, engine.to_json(state), repair.until(turn.now))


async def forget(turn: Turn) -> None:
    await mail.drop_talk(turn.room_id or 0, turn.person.id)


async def record(turn: Turn, dialogue: Dialogue, outcome: str, said: str, done: Done | None = None) -> None:
    """The audit: every command that changes something, done or not."""
    if not dialogue.roles or dialogue.is_answer or dialogue.id == "undo":
        return
    await acts.record(
        turn.shop,
        turn.person.id,
        dialogue.id,
        said,
        outcome,
        now=turn.now,
        before=done.before if done else None,
        after=done.after if done else None,
        undo=done.undo if done else None,
        undo_for=dialogue.undo_for,
    )
