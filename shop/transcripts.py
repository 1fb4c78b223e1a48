"""谁说了什么: one transcript of a customer: his words, the bot's, an agent's, notes, and what became of it all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shop.kit.ids import PersonId, ShopId
from shop.pictures import ON_ITS_WAY
from shop.rows import as_json, as_moment
from shop.transaction import run_sql

# In the order of what was heard, where the clock alone does not tell: a message, what was done, what was said.
_EVERYTHING = f"""
SELECT mark, kind, name, text, room, at, state, picture FROM (
  SELECT 'm' || m.id AS mark, 'customer' AS kind, m.name, m.text, m.room, m.kept_at AS at, m.id AS cause, 0 AS rank, m.id, '' AS state, m.picture
  FROM message AS m JOIN handle AS h ON h.channel = m.channel AND h.account = m.account
  WHERE h.person_id = ? AND NOT m.recalled AND NOT {ON_ITS_WAY}
  UNION ALL
  SELECT 'l' || l.id, 'bot', '', cast(l.body AS text), l.room, l.written_at, l.cause, 2, l.id, l.state, NULL
  FROM letter AS l JOIN message AS m ON m.id = l.cause JOIN handle AS h ON h.channel = m.channel AND h.account = m.account
  LEFT JOIN event AS e ON e.id = l.event
  WHERE h.person_id = ? AND (l.account = m.account OR (l.room = m.room AND l.event IS NULL))
    AND l.state <> 'folded' AND (e.kind IS NULL OR e.kind <> 'AgentAnswered')
  UNION ALL
  SELECT 'l' || l.id, 'bot', '', cast(l.body AS text), l.room, l.written_at, coalesce(l.cause, 0), 2, l.id, l.state, NULL
  FROM letter AS l JOIN handle AS h ON h.channel = l.channel AND h.account = l.account JOIN event AS e ON e.id = l.event
  LEFT JOIN message AS m ON m.id = l.cause AND m.account = l.account AND m.channel = l.channel
  WHERE h.person_id = ? AND m.id IS NULL AND l.state <> 'folded' AND e.kind <> 'AgentAnswered'
  UNION ALL
  SELECT 't' || line.id, line.kind, coalesce(p.name, ''), line.text, NULL, line.at, coalesce(line.message, 0), 1, line.id, '', line.picture
  FROM ticket_line AS line JOIN ticket AS t ON t.id = line.ticket_id LEFT JOIN person AS p ON p.id = line.person_id
  WHERE t.person_id = ? AND line.kind <> 'customer'
) AS everything ORDER BY at DESC, cause DESC, rank DESC, id DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Said:
    """`key` is what the line is known by, live too; `kind` is customer, bot, agent, note or event; `held_back`: the bot
    wrote it and a person took over before it was said."""

    key: str
    kind: str
    name: str
    text: str
    room: str | None
    at: datetime
    held_back: bool = False
    picture: int | None = None


async def said(person: PersonId, *, limit: int) -> tuple[Said, ...]:
    """The last lines, oldest first."""
    rows = await run_sql(_EVERYTHING, [person, person, person, person, limit])
    return tuple(_said(row) for row in reversed(rows))


async def of_matter(ticket: int, *, limit: int) -> tuple[Said, ...]:
    """What became of a matter of the shop itself, and what was noted, oldest first."""
    rows = await run_sql(
        "SELECT 't' || line.id AS mark, line.kind, coalesce(p.name, '') AS name, line.text, NULL AS room, line.at, '' AS state, "
        "line.picture FROM ticket_line AS line LEFT JOIN person AS p ON p.id = line.person_id WHERE line.ticket_id = ? "
        "ORDER BY line.id DESC LIMIT ?",
        [ticket, limit],
    )
    return tuple(_said(row) for row in reversed(rows))


def _said(row: Mapping[str, Any]) -> Said:
    text, at = row["text"], row["at"]
    if row["kind"] == "bot":
        text = as_json(text)["text"]
    return Said(
        row["mark"],
        row["kind"],
        row["name"],
        text,
        row["room"],
        as_moment(at),
        row["state"] == "withheld",
        row["picture"],
    )


async def shows(shop: ShopId, person: PersonId, picture: int) -> bool:
    """Whether this picture stands in the transcript of this customer."""
    rows = await run_sql(
        "SELECT 1 FROM person AS p WHERE p.id = ? AND p.shop_id = ? AND (EXISTS (SELECT 1 FROM handle AS h "
        "JOIN message AS m ON m.channel = h.channel AND m.account = h.account WHERE h.person_id = p.id "
        "AND m.picture = ?) OR EXISTS (SELECT 1 FROM ticket AS t JOIN ticket_line AS line ON line.ticket_id = t.id "
        "WHERE t.person_id = p.id AND line.picture = ?))",
        [person, shop, picture, picture],
    )
    return bool(rows)
