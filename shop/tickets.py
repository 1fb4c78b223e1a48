"""找人单: a ticket and its lines as everybody outside sees them, and how they are found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shop.kit.ids import PersonId, PictureId, RoomId, ShopId
from shop.records.desk import Ticket, TicketLine
from shop.refusals import NoCustomer
from shop.rows import read
from shop.rules.tickets import IN_HANDS, State
from shop.transaction import run_sql


@dataclass(frozen=True, slots=True)
class Request:
    """A ticket as everybody outside sees it."""

    id: int
    shop: ShopId
    customer: PersonId | None  # None: a matter of the shop itself
    room: RoomId | None
    why: str
    opened_at: datetime
    is_new: bool = True
    state: State = State.OPEN
    owner: PersonId | None = None
    offered: PersonId | None = None
    owed_since: datetime | None = None
    rating: int | None = None
    skill: str = ""
    passed: int = 0  # how often somebody did not take it, or had it and fell silent
    is_rated_now: bool = False  # it is over, and the customer may say how it was
    by_hand: bool = False  # taken by typing on the account's own phone
    alarm: int | None = None  # what a matter is about

    @property
    def person(self) -> PersonId:
        """Raises NoCustomer."""
        if self.customer is None:
            raise NoCustomer(self.id)
        return self.customer

    @property
    def in_hands(self) -> bool:
        return self.state in IN_HANDS

    @property
    def closed(self) -> bool:
        return self.state is State.CLOSED


@dataclass(frozen=True, slots=True)
class Line:
    """One line under a ticket: kind is customer, agent, note or event."""

    id: int
    ticket: int
    kind: str
    person: PersonId | None
    text: str
    at: datetime
    picture: PictureId | None = None


async def request(id: int) -> Request:
    return request_of(await Ticket.get(id=id))


async def find(shop: ShopId, id: int) -> Request | None:
    rows = await read(Ticket, "WHERE id = ? AND shop_id = ?", [id, shop])
    return request_of(rows[0]) if rows else None


async def owned_by(agent: PersonId) -> tuple[Request, ...]:
    """The customers whom this agent has in hand."""
    which = "WHERE owner_id = ? AND person_id IS NOT NULL AND state IN ('active', 'waiting') ORDER BY id"
    rows = await read(Ticket, which, [agent])
    return tuple(request_of(row) for row in rows)


async def of_customer(person: PersonId) -> Request | None:
    """The ticket of this customer that is not over."""
    rows = await read(Ticket, "WHERE person_id = ? AND state <> 'closed'", [person])
    return request_of(rows[0]) if rows else None


async def last_answered(agent: PersonId) -> int | None:
    """The ticket under which this agent spoke last."""
    rows = await run_sql(
        "SELECT ticket_id FROM ticket_line WHERE kind = 'agent' AND person_id = ? ORDER BY id DESC LIMIT 1",
        [agent],
    )
    return int(rows[0]["ticket_id"]) if rows else None


async def was_told(person: PersonId, about: str, *, since: datetime) -> bool:
    """Does a line that begins with these words stand under a ticket of this customer?"""
    found = await run_sql(
        "SELECT 1 AS one FROM ticket_line AS line JOIN ticket AS t ON t.id = line.ticket_id WHERE t.person_id = ? "
        "AND line.kind = 'customer' AND line.at > ? AND substr(line.text, 1, ?) = ? LIMIT 1",
        [person, since, len(about), about],
    )
    return bool(found)


async def living(shop: ShopId) -> tuple[Request, ...]:
    """Every ticket that is not over, the oldest first."""
    rows = await read(Ticket, "WHERE shop_id = ? AND state <> 'closed' ORDER BY id", [shop])
    return tuple(request_of(row) for row in rows)


async def line(id: int) -> Line:
    (row,) = await read(TicketLine, "WHERE id = ?", [id])
    return line_of(row)


async def lines(ticket: int) -> tuple[Line, ...]:
    return tuple(line_of(row) for row in await read(TicketLine, "WHERE ticket_id = ? ORDER BY id", [ticket]))


# ── from rows ──────────────────────────────────────────────────────────────────────────────────────────────────


def request_of(row: Ticket, *, is_new: bool = True) -> Request:
    return Request(
        row.id,
        ShopId(row.shop_id),
        person_of(row.person_id),
        RoomId(row.room_id) if row.room_id is not None else None,
        row.why,
        row.opened_at,
        is_new,
        State(row.state),
        person_of(row.owner_id),
        person_of(row.offered_id),
        row.owed_since,
        row.rating,
        row.skill,
        row.passed,
        row.rate_until is not None and row.rating is None,
        row.by_hand,
        row.alarm_id,
    )


def line_of(row: TicketLine) -> Line:
    picture = PictureId(row.picture) if row.picture is not None else None
    return Line(row.id, row.ticket_id, row.kind, person_of(row.person_id), row.text, row.at, picture)


def person_of(id: int | None) -> PersonId | None:
    return PersonId(id) if id is not None else None
