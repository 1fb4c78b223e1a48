"""拼团: open a team, join one, leave it, force it; what its end means for each order is done one by one, so that one
fault stops nobody and a crash in the middle goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shop import orders, seats
from shop.counters import next_number
from shop.events import TeamOrderBack, TeamOrderReady
from shop.kit.ids import OrderId, PersonId, RoomId, ShopId
from shop.on_offer import campaign
from shop.records.orders import Order
from shop.records.teams import Team, TeamSeat
from shop.refusals import AlreadyInTeam, CampaignOver, NoSuchTeam, NothingOpen, TeamFull, TeamOver
from shop.rules.baskets import Want
from shop.rules.campaigns import TEAM_PAY, OnOffer
from shop.rules.campaigns import State as Run
from shop.rules.orders import Status
from shop.rules.teams import Member, Seat, State, fills_from, own_time, shop_fills
from shop.slips import Slip, slip
from shop.transaction import run_sql, transaction

LATE, FAILED, QUIT = "team_late", "team_failed", "team_quit"  # why money goes back


@dataclass(frozen=True, slots=True)
class Standing:
    """A team as people see it. `filled` are seats that the shop took: nobody sits there."""

    id: int
    number: int
    campaign: int
    room: RoomId | None
    leader: PersonId | None
    state: State
    size: int
    taken: int
    paid: int
    filled: int
    deadline: datetime
    why: str
    members: tuple[Member, ...]

    @property
    def free(self) -> int:
        return self.size - self.taken

    @property
    def missing(self) -> int:
        return self.size - self.paid


# ── verbs ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def open(
    shop: ShopId,
    buyer: PersonId,
    of: OnOffer,
    wants: Sequence[Want],
    *,
    now: datetime,
    room: RoomId | None = None,
) -> tuple[Slip, Standing]:
    """开团: a new team with the buyer on its first seat. Raises AlreadyInTeam while he has an unpaid seat in this campaign,
    and what orders.place raises in a campaign."""
    async with transaction():
        made = await Team.create(
            shop_id=shop,
            campaign_id=of.id,
            room_id=room,
            leader_id=buyer,
            number=await next_number(shop, "teams"),
            size=of.size,
            status=State.FORMING,
            opened_at=now,
            deadline=now + own_time(of),
        )
        return await _sit_down(made, shop, buyer, of, wants, room, now)


async def join(
    shop: ShopId,
    buyer: PersonId,
    number: int,
    wants: Sequence[Want],
    *,
    now: datetime,
    room: RoomId | None = None,
) -> tuple[Slip, Standing]:
    """参团: a seat for ten minutes, until it is paid. Raises NoSuchTeam, TeamFull, TeamOver, AlreadyInTeam, and what
    orders.place raises in a campaign."""
    async with transaction():
        team = await Team.filter(shop_id=shop, number=number).first()
        if team is None:
            raise NoSuchTeam(number)
        of = await campaign(team.campaign_id)
        return await _sit_down(team, shop, buyer, of, wants, room, now)


async def _sit_down(
    team: Team,
    shop: ShopId,
    buyer: PersonId,
    of: OnOffer,
    wants: Sequence[Want],
    room: RoomId | None,
    now: datetime,
) -> tuple[Slip, Standing]:
    if team.status != State.FORMING or team.deadline <= now:
        raise TeamOver(team.number)
    if has := await _seat_in(of.id, team.id, buyer):
        raise AlreadyInTeam(has)
    placed = await orders.place(shop, buyer, wants, now=now, room=room, campaign=of)
    if placed.joined:  # the same person a moment ago, by another message
        raise AlreadyInTeam(team.number)
    if not await seats.take(team.id, placed.id, buyer, now + TEAM_PAY, now=now):
        raise TeamFull(team.number)
    if placed.money_in:
        await seats.pay(placed.id, now=now)
    return placed, await standing(team.id)


async def _seat_in(of: int, team: int, person: PersonId) -> int | None:
    """The number of the team in which he sits already: this one, or another of the campaign that he has not paid for."""
    rows = await run_sql(
        "SELECT t.number FROM team_seat AS s JOIN team AS t ON t.id = s.team_id WHERE s.person_id = ? "
        "AND t.campaign_id = ? AND (s.state = 'held' OR (s.state = 'paid' AND t.id = ?)) ORDER BY s.id LIMIT 1",
        [person, of, team],
    )
    return int(rows[0]["number"]) if rows else None


async def quit(
    shop: ShopId, buyer: PersonId, *, now: datetime, number: int | None = None
) -> tuple[Slip, Standing]:
    """不拼了: out of the team he joined last (or of that number) while it is forming; what he paid goes back. Raises
    NothingOpen when he is in none, TeamOver when it is complete by now."""
    async with transaction():
        seat = (
            await TeamSeat.filter(person_id=buyer, team__shop_id=shop, team__status=State.FORMING)
            .filter(**({"team__number": number} if number is not None else {}))
            .exclude(state=Seat.GONE)
            .order_by("-id")
            .select_related("team")
            .first()
        )
        if seat is None:
            raise NothingOpen
        order = await Order.filter(id=seat.order_id).select_for_update().get()
        if order.status == Status.WAITING_TEAM:
            await orders.give_up(OrderId(order.id), "buyer_quit", "不拼了", kind=QUIT, now=now)
        elif order.status == Status.UNPAID:
            await orders.cancel(shop, buyer, now=now, code=order.code)
        team = await standing(seat.team_id)
        if team.state == State.COMPLETE or order.status not in (Status.WAITING_TEAM, Status.UNPAID):
            raise TeamOver(team.number)
        return await slip(OrderId(order.id)), team


async def force(shop: ShopId, number: int, by: PersonId, why: str, *, now: datetime) -> Standing:
    """强制成团: complete with whoever has paid; the empty seats are the shop's. Raises NoSuchTeam, TeamOver when it has ended
    or nobody has paid."""
    async with transaction():
        team = await numbered(shop, number)
        if not await seats.end(team.id, "forced", why, by, now=now, somebody_paid=team.paid > 0):
            raise TeamOver(number)
        return await standing(team.id)


# ── by the clock ────────────────────────────────────────────────────────────────────────────────────────────────


async def due(*, now: datetime) -> tuple[int, ...]:
    """Teams whose time is over, and those of a campaign that was called off; in the order of their moments."""
    late = await Team.filter(status=State.FORMING, deadline__lte=now).order_by("deadline", "id")
    closing = (
        await Team.filter(status=State.FORMING, campaign__status=Run.CLOSING)
        .select_related("campaign")
        .order_by("id")
    )
    off = [team for team in closing if (team.campaign.terms or {}).get("called_off")]
    return tuple(dict.fromkeys(team.id for team in (*late, *off)))


async def end(id: int, *, now: datetime) -> bool:
    """Its time is over, or its campaign was called off. False when it has ended meanwhile."""
    async with transaction():
        team = await Team.filter(id=id).select_for_update().get()
        of = await campaign(team.campaign_id)
        if of.extra.get("called_off"):
            return await seats.end(id, "called_off", f"{of.title}取消了", now=now)
        if team.deadline > now:
            return False
        fills = shop_fills(team.paid, fills_from(of))
        return await seats.end(id, "deadline", now=team.deadline, shop_fills=fills)


async def unsettled(*, now: datetime, limit: int = 100, skip: int = 0) -> tuple[OrderId, ...]:
    """Orders to which their team's end has not come yet, and paid ones that have no seat; oldest first, without the first
    `skip` of them."""
    rows = await run_sql(
        'SELECT o.id FROM "order" AS o LEFT JOIN team_seat AS s ON s.order_id = o.id LEFT JOIN team AS t ON t.id = s.team_id '
        "WHERE (o.status = 'waiting_team' AND (s.id IS NULL OR s.state = 'gone' OR t.status <> 'forming')) "
        "OR (o.status = 'unpaid' AND s.state = 'gone' AND t.status <> 'forming' AND o.claimed_at IS NULL "
        "AND o.pay_due_at > ?) ORDER BY o.id LIMIT ? OFFSET ?",
        [now, limit, skip],
    )
    return tuple(OrderId(int(row["id"])) for row in rows)


async def settle(id: OrderId, *, now: datetime) -> bool:
    """What became of its team, for one order, once: it is prepared, or its money goes back; an unpaid one has no more time.
    False when there is nothing to do."""
    async with transaction() as tx:
        order = await Order.filter(id=id).select_for_update().get()
        seat = await TeamSeat.filter(order_id=id).select_related("team").first()
        team = seat.team if seat else None
        if order.status == Status.UNPAID:
            return bool(await Order.filter(id=id, claimed_at=None, pay_due_at__gt=now).update(pay_due_at=now))
        if order.status != Status.WAITING_TEAM:
            return False
        if seat is None or team is None or seat.state == Seat.GONE:
            back = await orders.give_up(id, "team_failed", "付款时位置没有了", kind=LATE, now=now)
            tx.tell(TeamOrderBack(id, team.id if team else 0, back.fen, LATE), at=now)
        elif team.status == State.COMPLETE:
            await orders.prepare(id, now=now)
            tx.tell(TeamOrderReady(id), at=now)
        elif team.status == State.FAILED:
            back = await orders.give_up(id, "team_failed", "团没凑齐", kind=FAILED, now=now)
            tx.tell(TeamOrderBack(id, team.id, back.fen, FAILED), at=now)
        else:
            return False
        return True


# ── views ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def standing(id: int) -> Standing:
    return _standing(await Team.get(id=id), await seats.members(id))


async def numbered(shop: ShopId, number: int) -> Standing:
    """Raises NoSuchTeam."""
    team = await Team.filter(shop_id=shop, number=number).first()
    if team is None:
        raise NoSuchTeam(number)
    return _standing(team, await seats.members(team.id))


async def of_order(id: OrderId) -> Standing | None:
    seat = await TeamSeat.filter(order_id=id).first()
    return await standing(seat.team_id) if seat else None


async def forming(of: int) -> tuple[Standing, ...]:
    """The teams of a campaign that are still to be filled, oldest first."""
    found = await Team.filter(campaign_id=of, status=State.FORMING).order_by("id")
    members = await seats.members_of([team.id for team in found])
    return tuple(_standing(team, members[team.id]) for team in found)


async def nearest(of: OnOffer, buyer: PersonId, *, now: datetime, room: RoomId | None = None) -> Standing:
    """The team that is nearest to full and has a seat for him, of this group first, then the oldest. Raises CampaignOver,
    NoSuchTeam when there is none."""
    if not of.is_open(now):
        raise CampaignOver(of.title)
    open_ones = [
        team
        for team in await forming(of.id)
        if team.free and team.deadline > now and buyer not in {one.person for one in team.members}
    ]
    if not open_ones:
        raise NoSuchTeam(0)
    return min(open_ones, key=lambda team: (team.room != room, team.free, team.id))


async def mine(shop: ShopId, person: PersonId, *, limit: int = 5) -> tuple[tuple[Standing, Slip], ...]:
    """The teams in which somebody sits, newest first, each with his order."""
    rows = (
        await TeamSeat.filter(person_id=person, team__shop_id=shop)
        .exclude(state=Seat.GONE)
        .order_by("-id")
        .limit(limit)
    )
    return tuple([(await standing(row.team_id), await slip(OrderId(row.order_id))) for row in rows])


def _standing(team: Team, members: tuple[Member, ...]) -> Standing:
    return Standing(
        team.id,
        team.number,
        team.campaign_id,
        RoomId(team.room_id) if team.room_id is not None else None,
        PersonId(team.leader_id) if team.leader_id is not None else None,
        State(team.status),
        team.size,
        team.taken,
        team.paid,
        team.filled,
        team.deadline,
        team.ended_why or "",
        members,
    )
