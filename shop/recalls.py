"""撤回: whoever said something took it back. It is no longer shown, what it showed is forgotten; what it did is for the
dialogues to see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shop import pictures
from shop.kit.ids import MessageId
from shop.rows import as_json, as_moment
from shop.transaction import run_sql, transaction


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A message that is no longer there, and the trace of what was made of it."""

    id: MessageId
    text: str
    trace: dict[str, Any]
    kept_at: datetime


async def take_back(channel: str, channel_id: str, room: str | None, account: str) -> TakenBack | None:
    """None for what is not his own, was said elsewhere, or was taken back before."""
    async with transaction():
        rows = await run_sql(
            "SELECT id, text, trace, picture, kept_at FROM message WHERE channel = ? AND channel_id = ? "
            "AND account = ? AND room IS NOT DISTINCT FROM ? AND NOT recalled",
            [channel, channel_id, account, room],
        )
        if not rows:
            return None
        row = rows[0]
        await run_sql("UPDATE message SET recalled = TRUE, picture = NULL WHERE id = ?", [row["id"]])
        await run_sql("UPDATE ticket_line SET picture = NULL WHERE message = ?", [row["id"]])
        if row["picture"] is not None:
            await pictures.forget(int(row["picture"]))
        trace = as_json(row["trace"]) or {}
        return TakenBack(MessageId(int(row["id"])), row["text"], trace, as_moment(row["kept_at"]))


async def was_named_again(taken: TakenBack, channel: str, account: str, code: str) -> bool:
    """Has he said anything to this order since?"""
    rows = await run_sql(
        "SELECT 1 FROM message WHERE channel = ? AND account = ? AND id > ? AND NOT recalled "
        "AND cast(trace AS text) LIKE ? LIMIT 1",
        [channel, account, taken.id, f'%"{code}"%'],
    )
    return bool(rows)


async def hold_back_answer(message: MessageId) -> bool:
    """What an agent said to a customer by this message is not said any more; False when it was, or may have been."""
    async with transaction():
        await run_sql(
            "UPDATE event SET told = TRUE WHERE cause = ? AND kind = 'AgentAnswered' AND NOT told", [message]
        )
        await run_sql(f"UPDATE letter SET state = 'withheld' WHERE state = 'new' AND {_TELLS_IT}", [message])
        gone = "state IN ('sending', 'sent', 'unknown')"
        return not await run_sql(f"SELECT 1 FROM letter WHERE {gone} AND {_TELLS_IT}", [message])


_TELLS_IT = "event IN (SELECT id FROM event WHERE cause = ? AND kind = 'AgentAnswered')"


async def was_answer_to(message: MessageId) -> int | None:
    """The ticket under which an agent spoke by this message."""
    rows = await run_sql(
        "SELECT ticket_id FROM ticket_line WHERE message = ? AND kind = 'agent' LIMIT 1", [message]
    )
    return int(rows[0]["ticket_id"]) if rows else None
