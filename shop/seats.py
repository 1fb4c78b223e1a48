"""座位: the places of a team, one for each order, taken by one statement. Called inside the order's transaction, after its
goods: order → pieces → stock → team is the way everybody goes.

A team is locked before its seats are looked at; a team that is complete stays complete whatever its orders do later.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shop.events import TeamCompleted, TeamFailed, TeamLed, TeamMoved, TeamPaid
from shop.kit.ids import PersonId
from shop.records.campaigns import Campaign
from shop.records.orders import Order
from shop.records.teams import Team, TeamSeat
from shop.rules.campaigns import Kind
from shop.rules.teams import LIFE, Member, Seat, State, next_leader
from shop.transaction import run_sql, transaction


async def in_a_team(order: Order) -> bool:
    """Is it for a team? Then its money alone prepares nothing."""
    return (
        order.campaign_id is not None and await Campaign.filter(id=order.campaign_id, kind=Kind.TEAM).exists()
    )


async def forming(campaign: int) -> bool:
    """Has it a team that is still to be filled?"""
    return await Team.filter(campaign_id=campaign, status=State.FORMING).exists()


async def complete(campaign: int) -> int:
    """How many of its teams came about."""
    return await Team.filter(campaign_id=campaign, status=State.COMPLETE).count()


async def take(team: int, order: int, person: PersonId, until: datetime, *, now: datetime) -> bool:
    """Sit down until then; False when there is no seat. A second seat of one person in one team is none either."""
    if not await _count_one(team, now):
        return False
    seat = await run_sql(
        "INSERT INTO team_seat (team_id, order_id, person_id, state, since, held_until) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (team_id, person_id) WHERE state <> 'gone' DO NOTHING RETURNING id",
        [team, order, person, Seat.HELD.value, now, until],
    )
    return bool(seat)


async def _count_one(team: int, now: datetime) -> bool:
    """One statement decides who has the last seat."""
    return bool(
        await run_sql(
            "UPDATE team SET taken = taken + 1 WHERE id = ? AND status = 'forming' AND taken < size AND deadline > ? "
            "RETURNING id",
            [team, now],
        )
    )


async def keep(order: int) -> None:
    """The buyer says that a transfer is on its way: the seat waits for whoever looks, until the team ends."""
    await TeamSeat.filter(order_id=order, state=Seat.HELD).update(held_until=None)


async def pay(order: int, *, now: datetime) -> bool:
    """The money is in: the seat is his. One that was lost is taken again if the team has one; False when it has none."""
    team = await _team_of(order)
    if team is None or team.status != State.FORMING:
        return False
    seat = await TeamSeat.get(order_id=order)
    if seat.state == Seat.GONE and not await _again(team, seat, now):
        return False
    full = team.paid + 1 == team.size
    await TeamSeat.filter(id=seat.id).update(state=Seat.PAID, paid_at=now, held_until=None)
    await _step(team, "seat_paid", now, full=full, paid=team.paid + 1)
    async with transaction() as tx:
        tx.tell(TeamCompleted(team.id) if full else TeamPaid(order), at=now)
    return True


async def _again(team: Team, seat: TeamSeat, now: datetime) -> bool:
    has_another = await TeamSeat.filter(
        team_id=team.id, person_id=seat.person_id, state__not=Seat.GONE
    ).exists()
    return not has_another and await _count_one(team.id, now)


async def leave(order: int, *, now: datetime) -> bool:
    """The order came to nothing: the seat is free again, and somebody else leads if he led. False when there was none to
    give up, or the team has ended."""
    team = await _team_of(order)
    if team is None or team.status != State.FORMING:
        return False
    seat = await TeamSeat.get(order_id=order)
    if seat.state == Seat.GONE:
        return False
    await _free(team, seat, now)
    return True


async def _free(team: Team, seat: TeamSeat, now: datetime) -> None:
    paid = team.paid - (seat.state == Seat.PAID)
    await TeamSeat.filter(id=seat.id).update(state=Seat.GONE, held_until=None)
    left = await members(team.id)
    leader = team.leader_id
    if leader == seat.person_id:
        heir = next_leader(left)
        leader = heir.person if heir else None
    await _step(team, "seat_left", now, empty=not left, paid=paid, taken=team.taken - 1, leader_id=leader)
    if not left:
        return
    async with transaction() as tx:
        tx.tell(TeamMoved(team.id), at=now)
        if leader is not None and leader != team.leader_id:
            tx.tell(TeamLed(team.id, leader), at=now)


async def expire_due(*, now: datetime) -> int:
    """Seats that nobody paid for in time, oldest first; their orders have a clock of their own, that asks the provider."""
    async with transaction():
        due = (
            await TeamSeat.filter(state=Seat.HELD, held_until__lte=now)
            .order_by("held_until", "id")
            .limit(100)
        )
        return sum([await _run_out(seat.order_id, now) for seat in due])


async def _run_out(order: int, now: datetime) -> bool:
    """Asked again under the team's lock: it may have been paid, or a transfer announced, a moment ago."""
    team = await _team_of(order)
    if team is None or team.status != State.FORMING:
        return False
    seat = await TeamSeat.get(order_id=order)
    if seat.state != Seat.HELD or seat.held_until is None or seat.held_until > now:
        return False
    await _free(team, seat, now)
    return True


async def end(
    id: int, event: str, why: str = "", by: PersonId | None = None, *, now: datetime, **facts: bool
) -> bool:
    """The end of a team: the shop fills it, it is forced, or nothing comes of it. Seats that are not paid are given up.
    False when it has ended, or this may not be. Its orders follow one by one (shop/teams.py)."""
    async with transaction() as tx:
        team = await Team.filter(id=id).select_for_update().get()
        after = LIFE.after(State(team.status), event, **facts)
        if after is None:
            return False
        await TeamSeat.filter(team_id=id, state=Seat.HELD).update(state=Seat.GONE, held_until=None)
        filled = team.size - team.paid if after == State.COMPLETE else 0
        said = {"ended_why": why[:200], "ended_by": by, "filled": filled, "taken": team.paid}
        await _step(team, event, now, **facts, **said)
        tx.tell(TeamCompleted(id) if after == State.COMPLETE else TeamFailed(id), at=now)
        return True


async def members(team: int) -> tuple[Member, ...]:
    """Who sits there, in the order in which they came."""
    return (await members_of([team]))[team]


async def members_of(teams: Sequence[int]) -> dict[int, tuple[Member, ...]]:
    """The same for several at once."""
    rows: Sequence[TeamSeat] = (
        await TeamSeat.filter(team_id__in=list(teams))
        .exclude(state=Seat.GONE)
        .select_related("person")
        .order_by("since", "id")
    )
    found: dict[int, tuple[Member, ...]] = dict.fromkeys(teams, ())
    for one in rows:
        found[one.team_id] += (Member(PersonId(one.person_id), one.person.name, one.since, one.paid_at),)
    return found


async def _team_of(order: int) -> Team | None:
    seat = await TeamSeat.filter(order_id=order).first()
    return await Team.filter(id=seat.team_id).select_for_update().get() if seat else None


_FACTS = frozenset({"full", "empty", "shop_fills", "somebody_paid"})


async def _step(team: Team, event: str, now: datetime, **changes: object) -> None:
    """Move along the table, under the team's lock."""
    facts = {name: bool(value) for name, value in changes.items() if name in _FACTS}
    after = LIFE.after(State(team.status), event, **facts)
    if after is None:
        raise RuntimeError(f"team {team.number} changed under a lock")
    columns = {name: value for name, value in changes.items() if name not in _FACTS}
    ended = {"ended_at": now} if after in LIFE.last else {}
    await Team.filter(id=team.id).update(status=after, **ended, **columns)
