"""活动: set one up, let it run, pause it, close it, settle it. Who takes part is an order of it (shop/orders.py).

Pieces are counted by its items (shop/quotas.py). Settling goes through its orders one by one, each in a transaction of
its own, so that five hundred entries stop nobody and a crash in the middle goes on where it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shop import orders, refunds, seats, shares, stock
from shop.counters import goods_changed, next_number
from shop.events import (
    CampaignArrived,
    CampaignClosed,
    CampaignEnding,
    CampaignOpened,
    CampaignSettled,
    PayTheList,
)
from shop.kit.codes import new_token
from shop.kit.ids import OrderId, PersonId, RoomId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import NONE, Quantity
from shop.on_offer import campaign
from shop.records.campaigns import Campaign, CampaignItem, CampaignRoom
from shop.records.goods import Sku
from shop.records.orders import Line, Order
from shop.refusals import CampaignClash, CampaignOver
from shop.rules.campaigns import LAST_CALL, LIFE, PAY_AFTER, Item, Kind, OnOffer, State
from shop.rules.orders import Status
from shop.rules.refunds import What
from shop.transaction import run_sql, transaction

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
STEPS = "阶梯价"
ALONE = frozenset({Kind.FLASH, Kind.TEAM})  # the same goods run in one of these at a time


@dataclass(frozen=True, slots=True)
class NewItem:
    """`steps` are (from so much in all, price of one): the more are taken, the less each costs in the end. `in_room` is
    the share of each group; all of them together are the quota."""

    sku: str
    price: Money | None = None
    quota: Quantity | None = None
    each: Quantity | None = None
    steps: tuple[tuple[Quantity, Money], ...] = ()
    in_room: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it has come. `people` counts buyers, `left` is what a quota still has (None: as much as there is)."""

    people: int
    orders: int
    unpaid: int
    paid: Money
    taken: Mapping[str, Quantity]  # by sku
    left: Mapping[str, Quantity | None]

    @property
    def total(self) -> Quantity:
        return Quantity(sum(qty.milli for qty in self.taken.values()))


# ── verbs ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def set_up(
    shop: ShopId,
    kind: Kind,
    title: str,
    items: Sequence[NewItem],
    *,
    by: PersonId | None,
    now: datetime,
    rooms: Sequence[RoomId] = (),
    starts_at: datetime | None = None,
    deadline: datetime | None = None,
    terms: Mapping[str, Any] | None = None,
    quietly: bool = False,
) -> OnOffer:
    """Reserve its quotas of the stock and let it begin, now or at `starts_at`; without rooms it runs in every group; `quietly`, when
    the groups are told in another way.
    Raises CampaignClash when there is less than a quota, or the same goods are in another flash sale or team;
    ValueError for no items, an end before the beginning, or shares of groups without groups."""
    rooms = tuple(dict.fromkeys(rooms))
    starts = starts_at if starts_at and starts_at > now else None
    if not items or (deadline and deadline <= (starts or now)):
        raise ValueError("a campaign has goods, and ends after it has begun")
    if not rooms and any(item.in_room is not None for item in items):
        raise ValueError("whoever gives each group a share says which groups")
    async with transaction() as tx:
        await may_begin(shop, kind, items)
        row = await Campaign.create(
            shop_id=shop,
            key=await _next_key(shop),
            kind=kind,
            title=title[:128],
            token=new_token(),
            sheet_token=new_token(),
            status=State.SCHEDULED if starts else State.OPEN,
            starts_at=starts,
            deadline=deadline,
            terms=dict(terms or {}),
            made_by_id=by,
        )
        for room in rooms:
            await CampaignRoom.create(campaign_id=row.id, room_id=room)
        for no, item in enumerate(items, start=1):
            await _add_item(shop, row, no, item, rooms)
        await goods_changed(shop)
        if not starts and not quietly:
            tx.tell(CampaignOpened(row.id), at=now)
        return await campaign(row.id)


async def pause(id: int, *, now: datetime) -> OnOffer:
    """暂停: nobody joins for now. Raises CampaignOver."""
    return await _step(id, "paused")


async def resume(id: int, *, now: datetime) -> OnOffer:
    """继续. Raises CampaignOver."""
    return await _step(id, "resumed")


async def move_deadline(id: int, deadline: datetime | None, *, now: datetime) -> OnOffer:
    """改截止时间; None: until somebody closes it. Raises CampaignOver, ValueError for a time that has been."""
    if deadline is not None and deadline <= now:
        raise ValueError("a deadline lies ahead")
    async with transaction():
        row = await _locked(id)
        if State(row.status) not in (State.SCHEDULED, State.OPEN, State.PAUSED):
            raise CampaignOver(row.title)
        await Campaign.filter(id=id).update(deadline=deadline, called_at=None)
        await goods_changed(ShopId(row.shop_id))
        return await campaign(id)


async def close(id: int, *, now: datetime) -> OnOffer:
    """截单: nobody joins any more; what is in is settled. Raises CampaignOver."""
    async with transaction():
        await _close(id, now)
        return await campaign(id)


async def cancel(id: int, *, now: datetime) -> OnOffer:
    """取消活动: it never was; what people have in it is undone and paid back. Raises CampaignOver."""
    async with transaction() as tx:
        row = await _locked(id)
        await Campaign.filter(id=id).update(terms={**(row.terms or {}), "called_off": True})
        ended = await _step(id, "cancelled")
        if ended.state == State.CLOSING or row.warmed_at is not None:
            tx.tell(CampaignClosed(id), at=now)
        return ended


async def arrived(id: int, *, now: datetime) -> None:
    """到货了: everybody in it is told to come."""
    async with transaction() as tx:
        tx.tell(CampaignArrived(id), at=now)


# ── by the clock ────────────────────────────────────────────────────────────────────────────────────────────────


async def start_due(*, now: datetime) -> int:
    """What was to begin by now, in the order of its moments."""
    async with transaction() as tx:
        rows = await Campaign.filter(status=State.SCHEDULED, starts_at__lte=now).order_by("starts_at", "id")
        for row in rows:
            await _step(row.id, "started")
            tx.tell(CampaignOpened(row.id), at=row.starts_at)
        return len(rows)


async def call_due(*, now: datetime) -> int:
    """Half an hour before the end: the groups hear it once."""
    async with transaction() as tx:
        ending = Campaign.filter(
            status=State.OPEN, called_at=None, deadline__gt=now, deadline__lte=now + LAST_CALL
        )
        rows = await ending.exclude(kind__in=[Kind.FLASH, Kind.BARGAIN, Kind.EVENT]).order_by(
            "deadline", "id"
        )  # they have words of their own
        for row in rows:
            await Campaign.filter(id=row.id).update(called_at=now)
            if row.kind != Kind.DAILY and (row.starts_at is None or row.starts_at < now - LAST_CALL):
                tx.tell(CampaignEnding(row.id), at=now)
        return len(rows)


async def close_due(*, now: datetime) -> int:
    """What has come to its end, with the moment at which it was due."""
    async with transaction():
        ending = [State.OPEN, State.PAUSED]
        rows = await Campaign.filter(status__in=ending, deadline__lte=now).order_by("deadline", "id")
        for row in rows:
            await _close(row.id, row.deadline or now)
        return len(rows)


async def closing() -> tuple[int, ...]:
    """Those that are being settled, oldest first."""
    rows = await Campaign.filter(status=State.CLOSING).order_by("id").values_list("id", flat=True)
    return tuple(int(str(id)) for id in rows)


async def unsettled(id: int, limit: int = 50, skip: int = 0) -> tuple[OrderId, ...]:
    """Orders of a closing campaign that it has still to come to, oldest first, without the first `skip` of them; not those
    that wait for the staff to see a transfer."""
    waits = _waits_for_transfers(await campaign(id))
    but = (
        "AND NOT (status IN ('unpaid', 'preparing') AND paid_at IS NULL AND claimed_at IS NOT NULL)"
        if waits
        else ""
    )
    rows = await run_sql(
        f'SELECT id FROM "order" WHERE campaign_id = ? AND NOT campaign_done {but} ORDER BY id LIMIT ? OFFSET ?',
        [id, limit, skip],
    )
    return tuple(OrderId(int(row["id"])) for row in rows)


async def settle_order(id: OrderId, *, now: datetime) -> bool:
    """What the end of its campaign means for one order, once: nothing comes of it, or it costs less, or it is to be
    paid. False when that was done meanwhile, or has to wait for the staff to see a transfer."""
    async with transaction() as tx:
        order = await Order.filter(id=id, campaign_done=False).select_for_update().first()
        if order is None or order.campaign_id is None:
            return False
        of = await campaign(order.campaign_id)
        if _is_said_to_be_paid(order) and _waits_for_transfers(of):
            return False
        await Order.filter(id=id).update(campaign_done=True)
        if order.status in (Status.CANCELLED, Status.REFUNDED) or of.kind == Kind.TEAM:
            return True  # a team has an end of its own (shop/teams.py)
        if why := _came_to_nothing(of):
            if order.status in (Status.UNPAID, Status.PREPARING):
                await orders.shop_cancel(id, None, why, now=now)
            return True
        await _give_difference(order, of, now)
        if order.status == Status.UNPAID and order.pay_due_at is None and order.claimed_at is None:
            await Order.filter(id=id, status=Status.UNPAID).update(pay_due_at=now + PAY_AFTER)
            tx.tell(PayTheList(order.id), at=now)
        return True


async def settled(id: int, *, now: datetime) -> bool:
    """All its orders are done with: it is over. False when there is still something to settle."""
    async with transaction() as tx:
        row = await _locked(id)
        open_ones = Order.filter(campaign_id=id, campaign_done=False)
        if row.status != State.CLOSING or await open_ones.exists() or await seats.forming(id):
            return False
        await _step(id, "all_settled")
        tx.tell(CampaignSettled(id), at=now)
        return True


# ── views ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def progress(id: int) -> Progress:
    sums = await run_sql(
        "SELECT count(*) AS orders, count(DISTINCT buyer_id) AS people, "
        "coalesce(sum(CASE WHEN paid_at IS NULL THEN 1 ELSE 0 END), 0) AS unpaid, "
        "coalesce(sum(CASE WHEN paid_at IS NULL THEN 0 ELSE payable_fen END), 0) AS paid "
        "FROM \"order\" WHERE campaign_id = ? AND status NOT IN ('cancelled', 'refunded')",
        [id],
    )
    items = await run_sql(
        'SELECT sku."key" AS sku, taken, reserved - kept AS free, quota FROM campaign_item '
        "JOIN sku ON sku.id = sku_id WHERE campaign_id = ? ORDER BY no",
        [id],
    )
    return Progress(
        int(sums[0]["people"]),
        int(sums[0]["orders"]),
        int(sums[0]["unpaid"]),
        Money(int(sums[0]["paid"])),
        {str(row["sku"]): Quantity(int(row["taken"])) for row in items},
        {str(row["sku"]): Quantity(int(row["free"])) if row["quota"] is not None else None for row in items},
    )


# ── inside ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def _next_key(shop: ShopId) -> str:
    """A short number; a catalogue file may have taken it."""
    key = str(await next_number(shop, "campaigns"))
    return key if not await Campaign.filter(shop_id=shop, key=key).exists() else await _next_key(shop)


async def may_begin(shop: ShopId, kind: Kind, items: Sequence[NewItem]) -> None:
    """Raises CampaignClash when the same goods are in another flash sale or team."""
    if kind not in ALONE:
        return
    alive = [State.SCHEDULED, State.OPEN, State.PAUSED]
    same = CampaignItem.filter(
        campaign__shop_id=shop,
        campaign__kind__in=list(ALONE),
        campaign__status__in=alive,
        sku__key__in=[item.sku for item in items],
    )
    clash = await same.order_by("id").select_related("campaign", "sku__product").first()
    if clash is not None:
        raise CampaignClash(clash.sku.product.name, clash.campaign.title)


async def _add_item(shop: ShopId, row: Campaign, no: int, new: NewItem, rooms: Sequence[RoomId]) -> None:
    share = new.in_room
    quota = Quantity(share.milli * len(rooms)) if share is not None else new.quota
    sku = await Sku.filter(shop_id=shop, key=new.sku).select_related("product").get()
    if quota is not None and not await stock.reserve(sku.id, quota):
        left = await run_sql(
            "SELECT on_hand - held AS free FROM stock_item WHERE sku_id = ? AND place_id IS NULL", [sku.id]
        )
        raise CampaignClash(sku.product.name, "", Quantity(int(left[0]["free"])), sku.unit)
    item = await CampaignItem.create(
        campaign_id=row.id,
        sku_id=sku.id,
        no=no,
        letter=LETTERS[no - 1] if no <= len(LETTERS) else "",
        price_fen=new.price.fen if new.price is not None else None,
        quota=quota.milli if quota is not None else None,
        reserved=quota.milli if quota is not None else 0,
        each=new.each.milli if new.each is not None else None,
        in_room=share.milli if share is not None else None,
        steps=[[least.milli, price.fen] for least, price in new.steps] or None,
        is_open=row.status == State.OPEN,
    )
    if share is not None:
        await shares.give(item.id, rooms, share)


async def _locked(id: int) -> Campaign:
    return await Campaign.filter(id=id).select_for_update().get()


async def _step(id: int, event: str) -> OnOffer:
    """Move along the table; the items open with the beginning and shut with the end, and what nobody can take any more
    is free stock again. Raises CampaignOver for a step that may not be."""
    async with transaction():
        row = await _locked(id)
        end = LIFE.after(State(row.status), event)
        if end is None:
            raise CampaignOver(row.title)
        await Campaign.filter(id=id).update(status=end)
        if event == "started":
            await CampaignItem.filter(campaign_id=id).update(is_open=True)
        elif end not in (State.OPEN, State.PAUSED) and row.status != State.CLOSING:
            await _shut(id)
        await goods_changed(ShopId(row.shop_id))
        return await campaign(id)


async def _close(id: int, at: datetime) -> None:
    """The end; whether anything comes of it is decided now, for all its orders."""
    async with transaction() as tx:
        of = await _step(id, "closed")
        if of.least > NONE and (await progress(id)).total < of.least:
            await Campaign.filter(id=id).update(terms={**of.extra, "too_few": True})
        tx.tell(CampaignClosed(id), at=at)


async def _shut(id: int) -> None:
    for item in await CampaignItem.filter(campaign_id=id).order_by("id").select_for_update():
        await CampaignItem.filter(id=item.id).update(is_open=False, reserved=0, kept=0, waiting=0)
        if item.reserved:
            await stock.unreserve(item.sku_id, Quantity(item.reserved))


def _is_said_to_be_paid(order: Order) -> bool:
    alive = order.status in (Status.UNPAID, Status.PREPARING)  # prepared before it is paid: at the counter
    return alive and order.paid_at is None and order.claimed_at is not None


def _waits_for_transfers(of: OnOffer) -> bool:
    """Whether the difference is given back or taken off is known when it is known whether the money came."""
    return any(item.steps for item in of.items) and not _came_to_nothing(of)


def _came_to_nothing(of: OnOffer) -> str:
    """Why nothing comes of it; empty when it does."""
    if of.extra.get("called_off"):
        return f"{of.title}取消了"
    if of.extra.get("too_few"):
        return f"{of.title}没凑够 {of.least}，这次不成团"
    return ""


async def _give_difference(order: Order, of: OnOffer, now: datetime) -> None:
    """阶梯价: what one came to in the end is less than was asked: the rest comes off, or goes back."""
    ends = {item.sku: await _end_price(item) for item in of.items if item.steps}
    if not ends:
        return
    id, over = OrderId(order.id), 0
    rooms = {line.id: line.room for line in await refunds.rooms(id)}
    for line in await Line.filter(order_id=order.id).order_by("id"):
        end, room = ends.get(line.sku_key), rooms[line.id]
        if end is not None and end.fen < line.price_fen:
            less = Money(line.price_fen).times(room.units.milli) - end.times(room.units.milli)
            over += min(room.left.fen, less.fen)
    if not over:
        return
    if order.paid_at is None and order.status in (Status.UNPAID, Status.PREPARING):
        await orders.adjust(id, Money(-over), now=now, why=STEPS)
    elif order.paid_at is not None:
        await refunds.give(
            id, None, What(amount=Money(over)), f"{of.title}{STEPS}差价", kind="steps", now=now
        )


async def _end_price(item: Item) -> Money | None:
    """Decided by the first order that asks; a later refund does not move it."""
    row = await CampaignItem.filter(id=item.id).select_for_update().get()
    if row.settled_fen is None:
        price = item.price_at(Quantity(row.taken))
        if price is None:
            return None
        await CampaignItem.filter(id=item.id).update(settled_fen=price.fen)
        return price
    return Money(row.settled_fen)
