"""砍价: friends of the group cut the price of one thing, a share each, until its floor or its time is reached; then its
owner buys at what it has come to.

A bargain is a campaign of one item; each person has one record in it. The shares are drawn when the record begins: a
cut takes the next one by counting, in one statement, so that no two helpers take the same and none goes below the floor.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from secrets import randbelow
from types import EllipsisType

from tortoise.expressions import Q

from shop import orders
from shop.counters import next_number
from shop.events import BargainEnded
from shop.kit.ids import PersonId, RoomId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.on_offer import campaign
from shop.records.bargains import Bargain, BargainCut
from shop.refusals import AlreadyHelped, CampaignOver, HelpedEnough, NoSuchBargain, OwnBargain
from shop.rules import bargains as rules
from shop.rules.bargains import A_DAY, LIFE, State
from shop.rules.baskets import Want
from shop.rules.campaigns import OVER, OnOffer
from shop.rules.orders import Status
from shop.slips import Slip
from shop.transaction import run_sql, transaction

LIVE = (State.CUTTING, State.REACHED)
MOST_LOOKED_AT = 200  # the newest of a group, where no number is said


@dataclass(frozen=True, slots=True)
class Cut:
    helper: PersonId
    name: str
    off: Money


@dataclass(frozen=True, slots=True)
class Standing:
    """A bargain as people see it; `cuts` are those that were made, oldest first."""

    id: int
    number: int
    campaign: int
    room: RoomId
    owner: PersonId
    name: str
    state: State
    start: Money
    floor: Money
    price: Money
    left: int  # cuts
    cuts: tuple[Cut, ...]


# ── verbs ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def begin(shop: ShopId, of: OnOffer, person: PersonId, room: RoomId, *, now: datetime) -> Standing:
    """帮我砍: his record in this campaign; a person has one, and finds it again. Raises CampaignOver."""
    if not of.is_open(now):
        raise CampaignOver(of.title)
    async with transaction():
        if (known := await _record(of, person)) is not None:
            return await standing(known.id)
        number = await next_number(shop, "bargains")
        if (known := await _record(of, person)) is not None:  # the same words twice at once
            return await standing(known.id)
        start, floor, cuts = rules.terms(of)
        seed = randbelow(2**31)
        made = await Bargain.create(
            shop_id=shop,
            campaign_id=of.id,
            person_id=person,
            room_id=room,
            number=number,
            status=State.CUTTING,
            start_fen=start.fen,
            floor_fen=floor.fen,
            cuts=cuts,
            seed=seed,
            shares=[share.fen for share in rules.draw(start, floor, cuts, seed)],
            opened_at=now,
        )
        return await standing(made.id)


async def cut(bargain: int, helper: PersonId, *, now: datetime, day: date) -> Standing:
    """砍: the next share, for once. `day` is the shop's. Raises OwnBargain, NoSuchBargain when it has ended or has no share
    left, AlreadyHelped, HelpedEnough; after a refusal nothing has moved."""
    async with transaction():
        row = await Bargain.get(id=bargain)
        if row.person_id == helper:
            raise OwnBargain
        no = await _next_share(bargain, now)
        if no is None:
            raise NoSuchBargain(row.number)
        if not await _sign(bargain, helper, no, row.shares[no - 1], now):
            raise AlreadyHelped(row.number)
        if not await _count_day(helper, day):
            raise HelpedEnough(A_DAY)
        await _step(row, "helped", last=no == row.cuts)
        return await standing(bargain)


async def _next_share(bargain: int, now: datetime) -> int | None:
    """One statement decides who has which share."""
    rows = await run_sql(
        "UPDATE bargain SET helped = helped + 1 WHERE id = ? AND status = 'cutting' AND helped < cuts AND EXISTS "
        "(SELECT 1 FROM campaign WHERE campaign.id = campaign_id AND campaign.status = 'open' "
        "AND (deadline IS NULL OR deadline > ?)) RETURNING helped",
        [bargain, now],
    )
    return int(rows[0]["helped"]) if rows else None


async def _sign(bargain: int, helper: PersonId, no: int, fen: int, now: datetime) -> bool:
    return bool(
        await run_sql(
            "INSERT INTO bargain_cut (bargain_id, helper_id, no, fen, at) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (bargain_id, helper_id) DO NOTHING RETURNING id",
            [bargain, helper, no, fen, now],
        )
    )


async def _count_day(helper: PersonId, day: date) -> bool:
    return bool(
        await run_sql(
            "INSERT INTO bargain_day (helper_id, day, cuts) VALUES (?, ?, 1) ON CONFLICT (helper_id, day) "
            "DO UPDATE SET cuts = bargain_day.cuts + 1 WHERE bargain_day.cuts < ? RETURNING id",
            [helper, day, A_DAY],
        )
    )


async def buy(bargain: int, *, now: datetime, room: RoomId | None = None) -> Slip:
    """买: an order of its owner for one piece, at what it has come to. Raises NoSuchBargain when it has ended or was
    bought, and what orders.place raises in a campaign."""
    async with transaction():
        row = await Bargain.filter(id=bargain).select_for_update().get()
        if LIFE.after(State(row.status), "bought") is None:
            raise NoSuchBargain(row.number)
        of = await campaign(row.campaign_id)
        item = replace(of.items[0], price=(await standing(bargain)).price)
        slip = await orders.place(
            ShopId(row.shop_id),
            PersonId(row.person_id),
            [Want(item.sku, Quantity.of(1))],
            now=now,
            room=room,
            campaign=replace(of, items=(item,)),
        )
        await _step(row, "bought", order_id=slip.id)
        return slip


# ── by the clock ────────────────────────────────────────────────────────────────────────────────────────────────


async def give_back_due(*, now: datetime) -> int:
    """What was ordered and not paid can be cut and bought again, while its campaign lasts."""
    async with transaction():
        unpaid = Bargain.filter(status=State.ORDERED, order__status=Status.CANCELLED, order__paid_at=None)
        rows = await unpaid.order_by("id").select_for_update(of=("bargain",))
        for row in rows:
            await _step(row, "not_paid", all_cut=row.helped == row.cuts, order_id=None)
        return len(rows)


async def expire_due(*, now: datetime) -> int:
    """The time of these is over, or their campaign was ended."""
    async with transaction() as tx:
        live = Bargain.filter(status__in=list(LIVE))
        over = Q(campaign__status__in=list(OVER)) | Q(campaign__deadline__lte=now)
        rows = await live.filter(over).order_by("id").select_for_update(of=("bargain",))
        for row in rows:
            await _step(row, "ran_out")
            tx.tell(BargainEnded(row.id), at=now)
        return len(rows)


# ── views ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def standing(id: int) -> Standing:
    row = await Bargain.get(id=id).select_related("person")
    cuts = await BargainCut.filter(bargain_id=id).order_by("no").select_related("helper")
    return Standing(
        row.id,
        row.number,
        row.campaign_id,
        RoomId(row.room_id),
        PersonId(row.person_id),
        row.person.name,
        State(row.status),
        Money(row.start_fen),
        Money(row.floor_fen),
        rules.price(Money(row.start_fen), [Money(fen) for fen in row.shares], row.helped),
        row.cuts - row.helped,
        tuple(Cut(PersonId(one.helper_id), one.helper.name, Money(one.fen)) for one in cuts),
    )


async def to_cut(room: RoomId, helper: PersonId, number: int | None = None, name: str = "") -> int:
    """Which bargain of this group somebody wants to cut: the one of that number or that person's, else the newest in
    which he has not helped yet. Raises NoSuchBargain, OwnBargain, AlreadyHelped."""
    live = Bargain.filter(room_id=room, status__in=list(LIVE))
    live = live if number is None else live.filter(number=number)
    live = live.filter(person__name=name) if name else live
    rows = await live.order_by("-id").limit(MOST_LOOKED_AT)
    helped = set(
        await BargainCut.filter(helper_id=helper, bargain_id__in=[row.id for row in rows]).values_list(
            "bargain_id", flat=True
        )
    )
    cutting = [row for row in rows if row.status == State.CUTTING]
    found = [row for row in cutting if row.person_id != helper and row.id not in helped]
    if found:
        return int(found[0].id)
    if any(row.id in helped for row in rows):
        raise AlreadyHelped(next(row.number for row in rows if row.id in helped))
    if any(row.person_id == helper for row in rows):
        raise OwnBargain
    raise NoSuchBargain(rows[0].number if rows else number or 0, reached=bool(rows))


async def mine(shop: ShopId, person: PersonId, *states: State) -> tuple[Standing, ...]:
    """His own, newest first."""
    rows = Bargain.filter(shop_id=shop, person_id=person).order_by("-id").limit(5)
    found = await (rows.filter(status__in=list(states)) if states else rows)
    return tuple([await standing(row.id) for row in found])


# ── inside ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def _record(of: OnOffer, person: PersonId) -> Bargain | None:
    return await Bargain.filter(campaign_id=of.id, person_id=person).first()


async def _step(
    row: Bargain, event: str, *, order_id: int | EllipsisType | None = ..., **facts: bool
) -> None:
    """Move along the table."""
    end = LIFE.after(State(row.status), event, **facts)
    if end is None:
        raise RuntimeError(f"bargain {row.number} is {row.status}: {event} may not be")
    more = {} if isinstance(order_id, EllipsisType) else {"order_id": order_id}
    await Bargain.filter(id=row.id).update(status=end, **more)
