"""柜台的样子: who waits and who is served, a customer at a glance, and what was said since."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shop import addresses, points, slips
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.kit.money import Money
from shop.listings import spent_fen
from shop.pictures import ON_ITS_WAY
from shop.rows import as_json, as_moment
from shop.slips import Slip
from shop.transaction import run_sql

RECENT = 6  # orders at a glance
LATEST = 3000  # messages in which somebody counts as having been here lately
MOST_ROWS = 200
BACK = 100  # numbers looked at again: one that is lower may become visible later


@dataclass(frozen=True, slots=True)
class Row:
    """A customer in the list: with a ticket, or with the bot; or a matter of the shop itself, which is nobody's."""

    person: PersonId | None
    name: str
    room: str
    said: str
    at: datetime | None
    ticket: int | None = None
    state: str = "bot"
    why: str = ""
    owner: PersonId | None = None
    owner_name: str = ""
    offered: PersonId | None = None
    since: datetime | None = None  # since when somebody owes him an answer
    is_answered: bool = False  # somebody has spoken with him already: the goal of the next answer counts

    @property
    def path(self) -> str:
        return path_of(self.person, self.ticket)


@dataclass(frozen=True, slots=True)
class Glance:
    """What an agent wants to know of a customer."""

    name: str
    level: str
    points: int
    spent: Money
    orders: tuple[Slip, ...]
    brought: frozenset[OrderId]  # those of which the address is known
    tickets: tuple[tuple[int, str, str, datetime, int | None], ...]  # number, why, state, opened, rating
    notes: tuple[tuple[str, str, datetime], ...]  # by whom, what, when


@dataclass(frozen=True, slots=True)
class NewLine:
    path: str  # whose conversation it belongs to
    key: str  # m12, l7, t3: what it is known by
    kind: str
    name: str
    text: str
    room: str | None
    at: datetime
    picture: int | None = None


def path_of(person: int | None, ticket: int | None) -> str:
    """What a conversation is known by at the desk: customer/4, matter/12."""
    return f"customer/{person}" if person is not None else f"matter/{ticket}"


async def rows(shop: ShopId, search: str = "") -> tuple[Row, ...]:
    """Tickets that are not over, the oldest first; then who spoke with the bot lately, the latest first. What is searched
    for is a customer."""
    matters = [] if search else await run_sql(_MATTERS, [shop])
    customers = await run_sql(
        "SELECT p.id AS person, p.name, last.text AS said, last.kept_at AS at, last.room, t.id AS ticket, t.state, t.why, "
        "t.owner_id, owner.name AS owner_name, t.offered_id, t.owed_since, t.queued_at, t.asked_at, t.answered_at "
        "FROM person AS p LEFT JOIN ticket AS t ON t.person_id = p.id AND t.state <> 'closed' "
        "LEFT JOIN person AS owner ON owner.id = t.owner_id "
        "LEFT JOIN (SELECT h.person_id, max(m.id) AS id FROM message AS m JOIN handle AS h ON h.channel = m.channel "
        "AND h.account = m.account WHERE m.id > (SELECT coalesce(max(id), 0) - ? FROM message) GROUP BY h.person_id"
        ") AS newest ON newest.person_id = p.id LEFT JOIN message AS last ON last.id = newest.id "
        "WHERE p.shop_id = ? AND NOT EXISTS (SELECT 1 FROM staff WHERE staff.person_id = p.id) AND ("
        "((t.id IS NOT NULL OR newest.id IS NOT NULL OR p.name = ?) AND p.name LIKE ?) OR EXISTS ("
        'SELECT 1 FROM "order" AS o WHERE o.buyer_id = p.id AND o.code = ?)) '
        "ORDER BY CASE WHEN t.id IS NULL THEN 1 ELSE 0 END, t.id, newest.id DESC LIMIT ?",
        [LATEST, shop, search, f"%{search.replace('%', '').replace('_', '')}%", search, MOST_ROWS],
    )
    return tuple(_row(row) for row in sorted([*matters, *customers], key=_the_oldest_ticket_first))


_MATTERS = (
    "SELECT NULL AS person, '' AS name, NULL AS said, NULL AS at, NULL AS room, t.id AS ticket, t.state, t.why, t.owner_id, "
    "owner.name AS owner_name, t.offered_id, t.owed_since, t.queued_at, t.asked_at, t.answered_at FROM ticket AS t "
    "LEFT JOIN person AS owner ON owner.id = t.owner_id "
    "WHERE t.shop_id = ? AND t.person_id IS NULL AND t.state <> 'closed' ORDER BY t.id"
)


def _the_oldest_ticket_first(row: Mapping[str, Any]) -> tuple[bool, int]:
    """Those without one stay as they came."""
    return row["ticket"] is None, row["ticket"] or 0


def _row(row: Mapping[str, Any]) -> Row:
    waits = (
        row["owed_since"]
        if row["state"] == "active"
        else row["queued_at"]
        if row["state"] == "open" and row["asked_at"] is not None
        else None
    )
    return Row(
        PersonId(int(row["person"])) if row["person"] is not None else None,
        row["name"],
        row["room"] or "",
        row["said"] or "",
        as_moment(row["at"]) if row["at"] is not None else None,
        row["ticket"],
        row["state"] or "bot",
        row["why"] or "",
        PersonId(row["owner_id"]) if row["owner_id"] is not None else None,
        row["owner_name"] or "",
        PersonId(row["offered_id"]) if row["offered_id"] is not None else None,
        as_moment(waits) if waits is not None else None,
        row["answered_at"] is not None,
    )


async def glance(shop: ShopId, person: PersonId) -> Glance:
    """Raises KeyError when this shop knows nobody like that."""
    known = await run_sql("SELECT name FROM person WHERE id = ? AND shop_id = ?", [person, shop])
    if not known:
        raise KeyError(person)
    recent = await slips.recent(shop, person, limit=RECENT)
    tickets = await run_sql(
        "SELECT id, why, state, opened_at, rating FROM ticket WHERE person_id = ? ORDER BY id DESC LIMIT 10",
        [person],
    )
    notes = await run_sql(
        "SELECT by_whom.name, line.text, line.at FROM ticket_line AS line JOIN ticket AS t ON t.id = line.ticket_id "
        "LEFT JOIN person AS by_whom ON by_whom.id = line.person_id "
        "WHERE t.person_id = ? AND line.kind = 'note' ORDER BY line.id DESC LIMIT 20",
        [person],
    )
    balance = await points.balance(shop, person)
    return Glance(
        known[0]["name"],
        await points.level_of(shop, person),
        balance.spendable,
        Money((await spent_fen(person)).get(person, 0)),
        recent,
        frozenset(await addresses.of_each([slip.id for slip in recent])),
        tuple(
            (int(row["id"]), row["why"], row["state"], as_moment(row["opened_at"]), row["rating"])
            for row in tickets
        ),
        tuple((row["name"] or "", row["text"], as_moment(row["at"])) for row in notes),
    )


Newest = tuple[int, int, int, int]


async def newest() -> Newest:
    """The highest numbers of messages, letters and ticket lines, and how many pictures are on their way."""
    (row,) = await run_sql(f"SELECT {_NEWEST}")
    return int(row["m"]), int(row["l"]), int(row["t"]), int(row["p"])


async def said_since(
    shop: ShopId, after: Newest, *, known: Container[str]
) -> tuple[Newest, tuple[NewLine, ...]]:
    """The newest numbers, and what customers, the bot and agents said since and a little before, but for the lines whose
    keys are known. One statement: on SQLite a second one would wait for the message that is being worked through."""
    found = await run_sql(
        _SAID, [after[0] - BACK, shop, after[1] - BACK, shop, after[1] - BACK, shop, after[2] - BACK, shop]
    )
    fresh = [row for row in found if row["mark"] is not None and row["mark"] not in known]
    (newest,) = [row["said"] for row in found if row["mark"] is None]
    messages, letters, lines, pictures = map(int, newest.split())
    return (messages, letters, lines, pictures), tuple(_new_line(row) for row in fresh)


_NEWEST = (
    "(SELECT coalesce(max(id), 0) FROM message) AS m, (SELECT coalesce(max(id), 0) FROM letter) AS l, "
    f"(SELECT coalesce(max(id), 0) FROM ticket_line) AS t, (SELECT count(*) FROM message AS m WHERE {ON_ITS_WAY}) AS p"
)
_SAID = f"""
SELECT h.person_id AS person, 0 AS ticket, 'm' || m.id AS mark, 'customer' AS kind, m.name, m.text AS said, m.room, m.kept_at AS at, m.picture
FROM message AS m JOIN handle AS h ON h.channel = m.channel AND h.account = m.account JOIN person AS p ON p.id = h.person_id
WHERE m.id > ? AND p.shop_id = ? AND NOT {ON_ITS_WAY}
UNION ALL
SELECT h.person_id, 0, 'l' || l.id, 'bot', '', cast(l.body AS text), l.room, l.written_at, NULL
FROM letter AS l LEFT JOIN event AS e ON e.id = l.event JOIN handle AS h ON h.channel = l.channel AND h.account = l.account
JOIN person AS p ON p.id = h.person_id WHERE l.id > ? AND p.shop_id = ? AND (e.kind IS NULL OR e.kind <> 'AgentAnswered')
UNION ALL
SELECT h.person_id, 0, 'l' || l.id, 'bot', '', cast(l.body AS text), l.room, l.written_at, NULL
FROM letter AS l JOIN message AS m ON m.id = l.cause JOIN handle AS h ON h.channel = l.channel AND h.account = m.account
JOIN person AS p ON p.id = h.person_id WHERE l.id > ? AND p.shop_id = ? AND l.room IS NOT NULL AND l.event IS NULL AND l.account IS DISTINCT FROM m.account
UNION ALL
SELECT t.person_id, t.id, 't' || line.id, line.kind, coalesce(p.name, ''), line.text, NULL, line.at, line.picture
FROM ticket_line AS line JOIN ticket AS t ON t.id = line.ticket_id LEFT JOIN person AS p ON p.id = line.person_id
WHERE line.id > ? AND t.shop_id = ? AND line.kind <> 'customer'
UNION ALL
SELECT NULL, 0, NULL, '', '', n.m || ' ' || n.l || ' ' || n.t || ' ' || n.p, NULL, NULL, NULL FROM (SELECT {_NEWEST}) AS n
ORDER BY at
"""


def _new_line(row: Mapping[str, Any]) -> NewLine:
    return NewLine(
        path_of(row["person"], row["ticket"]),
        row["mark"],
        row["kind"],
        row["name"],
        as_json(row["said"])["text"] if row["kind"] == "bot" else row["said"],
        row["room"],
        as_moment(row["at"]),
        row["picture"],
    )
