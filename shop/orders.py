"""订单: place, change, cancel, let expire; an order is one bill with frozen prices.

Everything here reads: load → decide (rules) → save → tell → a Slip. Money is fen, quantities are the sku's unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import EllipsisType

from shop import (
    addresses,
    bills,
    commission,
    coupons,
    packing,
    people,
    points,
    quotas,
    referrals,
    refunds,
    seats,
    slots,
    stock,
)
from shop.bills import Preview, local_day
from shop.catalogue import Goods, goods
from shop.counters import next_order
from shop.events import ClaimDropped, OrderAdjusted, OrderCancelledByShop, OrderExpired
from shop.kit.codes import new_token, order_code, read_order_code
from shop.kit.ids import OrderId, PersonId, RoomId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import NONE, Quantity
from shop.pickups import give_code
from shop.records.orders import Line, Order
from shop.records.payments import PayIntent
from shop.records.pickups import Pickup
from shop.records.stock import Hold
from shop.refusals import (
    AlreadyCancelled,
    AlreadyHandedOver,
    AlreadyPaid,
    CampaignOver,
    DepositFirst,
    NoDelivery,
    NoSuchOrder,
    NotEnoughPoints,
    NothingOpen,
    NotSold,
    PartlyHandedOver,
    QuoteChanged,
    SaidToBePaid,
    StillTeaming,
    TeamPaysFirst,
)
from shop.rows import add, change
from shop.rules import baskets
from shop.rules.baskets import Want
from shop.rules.campaigns import OnOffer
from shop.rules.frozen import delivery_out
from shop.rules.orders import GONE_OUT, PayMode, Status, may
from shop.rules.pricing import CHANGED, Priced, delivery_rule
from shop.rules.promised import Promise
from shop.slips import Slip, build, lines_of, newest_open, slip_of
from shop.transaction import run_sql, transaction

PAY_MINUTES = 15
PAY_WITHIN = timedelta(minutes=PAY_MINUTES)


# ── verbs ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def preview(
    shop: ShopId,
    wants: Sequence[Want],
    *,
    now: datetime,
    buyer: PersonId | None = None,
    campaign: OnOffer | None = None,
) -> Preview:
    """Price a basket without taking anything, for this buyer or for anybody. Raises NotSold, SoldOut and what rules/baskets raises."""
    shelf = await goods(shop)
    _on_sale(wants, shelf, campaign)
    basket = baskets.changed({}, wants, shelf.everything)
    await stock.look(_takes({}, basket, shelf, campaign))
    who = await bills.buyer_of(shop, buyer, shelf, now=now)
    quote = bills.quote(basket, shelf, who, now=now, campaign=campaign)
    return bills.shown(basket, quote, shelf.everything)


async def place(
    shop: ShopId,
    buyer: PersonId,
    wants: Sequence[Want],
    *,
    now: datetime,
    room: RoomId | None = None,
    seal: str = "",
    campaign: OnOffer | None = None,
    keeps_coupons: bool = False,
) -> Slip:
    """下单: hold the stock, freeze the price, start the clock. While the buyer has an unpaid order (of the same campaign)
    the wants join it: one bill. With `seal`, only the basket that was confirmed, and for no more
    than was confirmed. Raises SoldOut, NotSold, QuoteChanged, in a campaign CampaignOver, QuotaGone and QuotaShared, and
    what rules/baskets raises, NothingOpen when nothing is wanted; after a refusal nothing has moved."""
    if campaign is not None:  # who comes too late for it waits for nobody
        await _look(shop, buyer, wants, room, campaign)
    async with transaction():
        shelf = await goods(shop)
        _on_sale(wants, shelf, campaign)
        if seal:
            priced = await preview(shop, wants, now=now, buyer=buyer, campaign=campaign)
            if not priced.keeps(seal):
                raise QuoteChanged
        standing = await _lock_open(shop, buyer, Status.UNPAID, campaign=campaign.id if campaign else None)
        if standing and _collects(standing, now):
            slip = await _change(standing, wants, shelf, now)
            return replace(slip, joined=True)
        return await _place_new(shop, buyer, wants, shelf, now, room, campaign, keeps_coupons)


async def edit(
    shop: ShopId,
    buyer: PersonId,
    changes: Sequence[Want],
    *,
    now: datetime,
    campaign: OnOffer | None = None,
) -> Slip:
    """改单: change the open order of this buyer, or his entry in a campaign. An order that becomes empty is cancelled. Raises NothingOpen,
    AlreadyPaid, SaidToBePaid, SoldOut, NotSold (goods off the menu may become fewer, not more), NotOnOrder, in a
    campaign what `place` raises, and what rules/baskets raises."""
    async with transaction():
        shelf = await goods(shop)
        order = await _to_change(shop, buyer, now, campaign=campaign.id if campaign else None)
        _known(changes, shelf)
        return await _change(order, changes, shelf, now)


async def use_points(shop: ShopId, buyer: PersonId, yes: bool = True, *, now: datetime) -> Slip:
    """用积分, 不用积分: the open order is paid with points as far as they and the shop's rule go, or with none. Raises
    NothingOpen, AlreadyPaid, SaidToBePaid, NotEnoughPoints when there are none to use."""
    async with transaction():
        shelf = await goods(shop)
        order = await _to_change(shop, buyer, now)
        lines = await lines_of(order.id)
        standing = await _rewrite(order, lines, bills.wants_of(lines), shelf, now, use_points=yes)
        if yes and not order.points:
            raise NotEnoughPoints((await points.balance(shop, buyer, shelf.points)).spendable, 1)
        await _ready_if_free(order, now)
        return await slip_of(order, standing)


async def use_coupons(shop: ShopId, buyer: PersonId, yes: bool, *, now: datetime) -> Slip:
    """用券, 不用券: the best coupon pays for the open order, or all are saved for another time. Raises NothingOpen,
    AlreadyPaid, SaidToBePaid."""
    async with transaction():
        shelf = await goods(shop)
        order = await _to_change(shop, buyer, now)
        order.keeps_coupons = not yes
        await change(Order, "WHERE id = ?", [order.id], keeps_coupons=not yes)
        lines = await lines_of(order.id)
        standing = await _rewrite(order, lines, bills.wants_of(lines), shelf, now)
        await _ready_if_free(order, now)
        return await slip_of(order, standing)


async def bring(shop: ShopId, buyer: PersonId, address: str, *, now: datetime) -> Slip:
    """送货: the open order goes to this address, by the rule of delivery that counts now; an order that is brought
    already keeps its rule. Raises NothingOpen, AlreadyPaid, SaidToBePaid, NoDelivery."""
    async with transaction():
        shelf = await goods(shop)
        order = await _to_change(shop, buyer, now, campaign=None)
        promise = bills.promised(order)
        if promise is None:
            rule = delivery_rule(shelf.promotions, now)
            if rule is None:
                raise NoDelivery
            promise = Promise(rule)
        await addresses.keep(OrderId(order.id), address)
        return await _delivered_by(order, promise, shelf, now)


async def fetch(shop: ShopId, buyer: PersonId, *, now: datetime) -> Slip:
    """自提: the buyer comes for the open order himself, and nothing is paid for bringing it. Raises NothingOpen,
    AlreadyPaid, SaidToBePaid."""
    async with transaction():
        shelf = await goods(shop)
        order = await _to_change(shop, buyer, now, campaign=None)
        await addresses.forget(OrderId(order.id))
        return await _delivered_by(order, None, shelf, now)


async def adjust(id: OrderId, change_by: Money, *, now: datetime, why: str = "") -> Slip:
    """改价: the shop takes something off an order without money in it (less than nothing), or puts back what it took off;
    `why` when it is not the merchant's own wish. Raises AlreadyPaid, SaidToBePaid, TooMuchOff."""
    async with transaction() as tx:
        order = await Order.filter(id=id).select_for_update().get()
        if may(Status(order.status), "adjusted", money_in=order.paid_at is not None) is None:
            raise _why_not(order)
        if order.claimed_at is not None:
            raise SaidToBePaid(order.code)
        shelf = await goods(ShopId(order.shop_id))
        lines = await lines_of(order.id)
        order.adjust_fen += change_by.fen
        await change(Order, "WHERE id = ?", [order.id], adjust_fen=order.adjust_fen)
        standing = await _rewrite(order, lines, bills.wants_of(lines), shelf, now, change_why=why or CHANGED)
        await _ready_if_free(order, now)
        tx.tell(OrderAdjusted(order.id, change_by.fen, why), at=now)
        return await slip_of(order, standing)


async def cancel(shop: ShopId, buyer: PersonId, *, now: datetime, code: str | None = None) -> Slip:
    """取消: while no money is in, the buyer decides alone. Raises NothingOpen, AlreadyPaid, AlreadyHandedOver,
    AlreadyCancelled, NoSuchOrder."""
    async with transaction() as tx:
        order = await (_own(shop, buyer, code, now) if code else editable(shop, buyer, now))
        await _end(order, "buyer_cancelled", now)
        if order.claimed_at is not None:
            tx.tell(ClaimDropped(order.id, "cancelled"), at=now)
        return await slip_of(order)


async def choose_cash(shop: ShopId, buyer: PersonId, *, now: datetime) -> Slip:
    """到店付: the order is prepared and paid when it is picked up; a transfer that he spoke of is not waited for any more.
    Raises NothingOpen, AlreadyPaid, TeamPaysFirst, DepositFirst."""
    async with transaction() as tx:
        order = await editable(shop, buyer, now)
        if order.status == Status.PREPARING:
            return await slip_of(order)
        if await seats.in_a_team(order):
            raise TeamPaysFirst(order.code)
        if await slots.waits_for(order):
            raise DepositFirst(order.code)
        if order.claimed_at is not None:
            tx.tell(ClaimDropped(order.id, "cash"), at=now)
        await _step(order, "cash_chosen", pay_mode=PayMode.COD, pay_due_at=None, claimed_at=None)
        await close_intents(order.id)
        await give_code(order.shop_id, order.id, now=now)
        return await slip_of(order)


async def due_unpaid(*, now: datetime, limit: int = 100, skip: int = 0) -> tuple[OrderId, ...]:
    """The orders whose time to pay is over, oldest first, without the first `skip` of them."""
    due = Order.filter(status=Status.UNPAID, pay_due_at__lte=now).order_by("pay_due_at", "id")
    return tuple(OrderId(row.id) for row in await due.offset(skip).limit(limit))


async def expire(id: OrderId, *, now: datetime) -> bool:
    """Not paid in time: give the stock back and tell the buyer, once. False when it was paid or ended meanwhile."""
    async with transaction() as tx:
        order = (
            await Order.filter(id=id, status=Status.UNPAID, pay_due_at__lte=now).select_for_update().first()
        )
        if order is None:
            return False
        await _end(order, "not_paid_in_time", now)
        tx.tell(OrderExpired(order.id, _minutes_given(order)), at=now)
        return True


def _minutes_given(order: Order) -> int:
    """How long there was to pay: a flash sale waits for nobody."""
    assert order.pay_due_at is not None, "it was due"
    if order.campaign_id is None:
        return PAY_MINUTES
    return round((order.pay_due_at - order.placed_at).total_seconds() / 60)


async def shop_cancel(id: OrderId, by: PersonId | None, why: str, *, now: datetime) -> Slip:
    """退单: the shop cannot keep its word. Ends the order while nothing has left the shop; money that is in goes back.
    Raises AlreadyHandedOver, PartlyHandedOver, AlreadyCancelled."""
    async with transaction() as tx:
        order = await Order.filter(id=id).select_for_update().get()
        back = Money(0)
        if order.status in (Status.PREPARING, Status.WAITING_TEAM) and order.paid_at is not None:
            back = await refunds.give_everything(order, "cancelled", why, by, now=now)
        await _end(order, "shop_cancelled", now)
        tx.tell(OrderCancelledByShop(order.id, why[:200], back.fen), at=now)
        return await slip_of(order)


async def prepare(id: OrderId, *, now: datetime) -> str:
    """Its team is complete: paid for already, it is prepared at last. Gives its pick-up code."""
    async with transaction():
        order = await Order.filter(id=id).select_for_update().get()
        await _step(order, "team_complete")
        return await give_code(order.shop_id, id, now=now)


async def give_up(id: OrderId, event: str, why: str, *, kind: str, now: datetime) -> Money:
    """Nothing comes of its team, or of its buyer in it (`event`): the order's own payment goes back, all of it, once."""
    async with transaction():
        order = await Order.filter(id=id).select_for_update().get()
        back = Money(0)
        if order.paid_at is not None:
            back = await refunds.give_everything(order, kind, why, None, now=now)
        await _end(order, event, now)
        return back


async def due_after_sale(*, now: datetime, limit: int = 100, skip: int = 0) -> tuple[OrderId, ...]:
    """The orders that were handed over so long ago that they are over for good, oldest first, without the first
    `skip` of them."""
    due = Order.filter(status=Status.FULFILLED, after_sale_until__lte=now).order_by("after_sale_until", "id")
    return tuple(OrderId(row.id) for row in await due.offset(skip).limit(limit))


async def complete(id: OrderId, *, now: datetime) -> bool:
    """The time to complain is over. An open refund is waited for: False, and it is looked at again in an hour."""
    async with transaction():
        order = await Order.filter(id=id, status=Status.FULFILLED).select_for_update().first()
        if order is None or order.after_sale_until is None or order.after_sale_until > now:
            return False
        if refunds.open_cases(await refunds.of_order(id)):
            await Order.filter(id=id).update(after_sale_until=now + timedelta(hours=1))
            return False
        await _step(order, "after_sale_over")
        await points.release(id, now)
        await commission.begin_to_thaw(id, now=now)
        await referrals.thank(id, now=now)
        return True


# ── inside ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def _lock_open(
    shop: int, buyer: int, *statuses: Status, campaign: int | EllipsisType | None = ...
) -> Order | None:
    """The buyer's row is locked first: two messages of one buyer at once make one bill, not two."""
    await people.hold(PersonId(buyer))
    return await newest_open(shop, buyer, *statuses, campaign=campaign, lock="FOR UPDATE")


def _collects(order: Order, now: datetime) -> bool:
    """May more be put on it? Not while it is too late to pay, or a transfer is being looked for."""
    return order.claimed_at is None and (order.pay_due_at is None or order.pay_due_at > now)


async def editable(
    shop: ShopId, buyer: PersonId, now: datetime, *, campaign: int | EllipsisType | None = ...
) -> Order:
    """The buyer's newest order without money in it, locked. Raises NothingOpen, AlreadyPaid and its like."""
    order = await _lock_open(shop, buyer, campaign=campaign)
    if order and not (order.status == Status.UNPAID and order.pay_due_at and order.pay_due_at <= now):
        return order
    settled = [Status.PREPARING, Status.WAITING_TEAM]
    paid = await Order.filter(shop_id=shop, buyer_id=buyer, status__in=settled).order_by("-id").first()
    if order is None and paid:
        raise _why_not(paid)
    raise NothingOpen


async def _to_change(
    shop: ShopId, buyer: PersonId, now: datetime, *, campaign: int | EllipsisType | None = ...
) -> Order:
    """Of which no transfer is being looked for: what was said to be paid stays what it was."""
    order = await editable(shop, buyer, now, campaign=campaign)
    if order.claimed_at is not None:
        raise SaidToBePaid(order.code)
    return order


async def _own(shop: ShopId, buyer: PersonId, said: str, now: datetime) -> Order:
    shelf = await goods(shop)
    codes = read_order_code(said, local_day(now, shelf.catalogue))
    mine = Order.filter(shop_id=shop, buyer_id=buyer, code__in=list(codes)).order_by("-id")
    order = await mine.select_for_update().first() if codes else None
    if order is None:
        raise NoSuchOrder(said)
    return order


def _on_sale(wants: Sequence[Want], shelf: Goods, campaign: OnOffer | None = None) -> None:
    """What a campaign sells need not be on the menu."""
    _known(wants, shelf)
    sold = campaign.item if campaign else shelf.catalogue.sku
    for want in wants:
        if want.sku not in sold:
            raise NotSold(shelf.everything.product_of(want.sku).name)


def _known(wants: Sequence[Want], shelf: Goods) -> None:
    for want in wants:
        if want.sku not in shelf.everything.sku:
            raise NotSold("")


async def _look(
    shop: ShopId, buyer: PersonId, wants: Sequence[Want], room: RoomId | None, campaign: OnOffer
) -> None:
    """Is it plain that the campaign has no such piece for him? Raises what `place` would."""
    shelf = await goods(shop)
    _on_sale(wants, shelf, campaign)
    more = _difference({}, baskets.changed({}, wants, shelf.everything))
    await quotas.look(_pieces(more, shelf, campaign), buyer, room)


async def _place_new(
    shop: ShopId,
    buyer: PersonId,
    wants: Sequence[Want],
    shelf: Goods,
    now: datetime,
    room: RoomId | None,
    campaign: OnOffer | None,
    keeps_coupons: bool,
) -> Slip:
    day = local_day(now, shelf.catalogue)
    basket = baskets.changed({}, wants, shelf.everything)
    if not basket:
        raise NothingOpen
    await stock.look(_takes({}, basket, shelf, campaign))  # what is plainly not there takes no number
    who = await bills.buyer_of(shop, buyer, shelf, now=now)
    quote = bills.quote(
        basket, shelf, replace(who, coupons=()) if keeps_coupons else who, now=now, campaign=campaign
    )
    amounts = bills.order_amounts(quote)
    id, number = await next_order(shop, day)
    row = {
        "id": id,
        "shop_id": shop,
        "buyer_id": buyer,
        "room_id": room,
        "campaign_id": campaign.id if campaign else None,
        "keeps_coupons": keeps_coupons,
        "day": day,
        "number": number,
        "code": order_code(day, number),
        "token": new_token(),
        "status": Status.UNPAID,
        "pay_mode": PayMode.PREPAY,
        "placed_at": now,
        "pay_due_at": campaign.pay_due(now, PAY_WITHIN) if campaign else now + PAY_WITHIN,
        **amounts,
    }
    (order,) = await add(Order, [row])
    lines = await _add_lines(order.id, list(bills.parts(basket, quote).values()), shelf)
    # last: whoever wants the same goods waits for COMMIT
    await _take({}, basket, shelf, campaign, buyer, room, now)
    if order.coupon_id is not None:
        await coupons.lock(order.id, order.coupon_id, now=now)
    return build(order, lines, await _ready_if_free(order, now))


async def _ready_if_free(order: Order, now: datetime) -> str | None:
    """An order that costs nothing waits for no money: it is prepared at once. Gives its pick-up code."""
    if order.payable_fen or order.status != Status.UNPAID:
        return None
    in_a_team = await seats.in_a_team(order)
    await _step(order, "paid", in_a_team=in_a_team, paid_at=now, pay_due_at=None)
    await bills.use_up(order, now=now)
    await bills.earn(order, now=now)
    await slots.follow(order, Status.PREPARING, now=now)
    if in_a_team:
        await seats.pay(order.id, now=now)
        return None
    return await give_code(order.shop_id, order.id, now=now)


async def _change(order: Order, changes: Sequence[Want], shelf: Goods, now: datetime) -> Slip:
    """Apply changes to a locked order: stock by difference, offers of standing lines unchanged, one new total."""
    lines = await lines_of(order.id)
    campaign = await _campaign_of(order, shelf, now)
    before = bills.wants_of(lines)
    after = baskets.changed(before, changes, shelf.everything, code=order.code)
    more = [want for key, want in after.items() if key not in before or want.qty > before[key].qty]
    _on_sale(more, shelf, campaign)
    if not after:
        await _end(order, "buyer_cancelled", now)
        return await slip_of(order)
    standing = await _rewrite(order, lines, after, shelf, now, campaign=campaign)
    await _take(before, after, shelf, campaign, PersonId(order.buyer_id), _room_of(order), now)
    await _ready_if_free(order, now)
    return await slip_of(order, standing)


async def _delivered_by(order: Order, promise: Promise | None, shelf: Goods, now: datetime) -> Slip:
    order.delivery = delivery_out(promise, ()) if promise else None  # its bill is made by this
    lines = await lines_of(order.id)
    standing = await _rewrite(order, lines, bills.wants_of(lines), shelf, now)
    await _ready_if_free(order, now)
    return await slip_of(order, standing)


async def _rewrite(
    order: Order,
    lines: Sequence[Line],
    basket: Mapping[str, Want],
    shelf: Goods,
    now: datetime,
    *,
    use_points: bool | None = None,
    campaign: OnOffer | None = None,
    change_why: str = "",
) -> list[Line]:
    """The order's bill anew; gives its lines. What was asked for before is no longer owed."""
    shop, person = ShopId(order.shop_id), PersonId(order.buyer_id)
    buyer = await bills.buyer_of(shop, person, shelf, now=now, order=order, use_points=use_points)
    said = bills.promised(order)
    promise = said.over(basket) if said else None
    quote = bills.quote(
        basket,
        shelf,
        buyer,
        now=now,
        frozen=bills.frozen_of(lines),
        change=Money(order.adjust_fen),
        change_why=change_why or bills.changed_why(lines),
        campaign=campaign,
        delivery=promise,
    )
    parts = bills.parts(basket, quote)
    kept = {key: line for line in lines if (key := bills.key_of(line)) in parts}
    for line in lines:
        if line not in kept.values():
            await _remove_line(line)
    for key, line in kept.items():
        await _reprice_line(line, *parts[key])
    added = await _add_lines(order.id, [part for key, part in parts.items() if key not in kept], shelf)
    order.version += 1
    new = bills.order_amounts(quote, promise) | {"version": order.version}
    await bills.take_coupons(order, quote, now=now)
    await bills.take_points(order, quote.points, now=now)
    await change(Order, "WHERE id = ?", [order.id], **new)
    for name, value in new.items():
        setattr(order, name, value)
    await close_intents(order.id)
    return [*kept.values(), *added]


async def _end(order: Order, event: str, now: datetime) -> None:
    await _step(order, event, ended_at=now, ended_why=event)
    await close_intents(order.id)
    await change(Pickup, "WHERE order_id = ? AND state = 'ready'", [order.id], state="void")
    await slots.follow(order, Status.CANCELLED, now=now)
    await _give_back(order)
    if order.campaign_id is not None:
        await seats.leave(order.id, now=now)
    await bills.let_go(order, now=now)


async def _step(order: Order, event: str, *, in_a_team: bool = False, **changes: object) -> None:
    """Move along the table, only from the status that was read. Raises the refusal of a step that may not be."""
    out = order.status == Status.PREPARING and await packing.part_out(order.id)
    end = may(
        Status(order.status), event, money_in=order.paid_at is not None, in_a_team=in_a_team, part_out=out
    )
    if end is None:
        raise PartlyHandedOver(order.code) if out else _why_not(order)
    as_read = [order.id, str(order.status), order.version]
    moved = await change(
        Order,
        "WHERE id = ? AND status = ? AND version = ?",
        as_read,
        status=end,
        version=order.version + 1,
        **changes,
    )
    if not moved:
        raise RuntimeError(f"order {order.code} changed under a lock")
    order.status, order.version = end, order.version + 1
    for name, value in changes.items():
        setattr(order, name, value)


def _why_not(order: Order) -> Exception:
    if order.status in (Status.CANCELLED, Status.REFUNDED):
        return AlreadyCancelled(order.code)
    if Status(order.status) in GONE_OUT:
        return AlreadyHandedOver(order.code)
    return StillTeaming(order.code) if order.status == Status.WAITING_TEAM else AlreadyPaid(order.code)


async def close_intents(order: int) -> None:
    """What was asked before is no longer what is owed."""
    await change(PayIntent, "WHERE order_id = ? AND state = 'created'", [order], state="closed")


async def _campaign_of(order: Order, shelf: Goods, now: datetime) -> OnOffer | None:
    """The campaign of an order that is to be changed. Raises CampaignOver: what was agreed by then stays."""
    if order.campaign_id is None:
        return None
    found = next((one for one in shelf.campaigns if one.id == order.campaign_id), None)
    if found is None or not found.is_open(now):
        raise CampaignOver(found.title if found else order.code)
    return found


async def _take(
    before: Mapping[str, Want],
    after: Mapping[str, Want],
    shelf: Goods,
    campaign: OnOffer | None,
    buyer: PersonId,
    room: RoomId | None,
    now: datetime,
) -> None:
    """Take the difference: the pieces of a campaign first, then the stock (everybody locks them in this order)."""
    if campaign is not None:
        pieces = _pieces(_difference(before, after), shelf, campaign)
        await quotas.take(pieces, buyer, room, campaign.title, now=now)
    await stock.promise(_takes(before, after, shelf, campaign))


def _pieces(more: Mapping[str, Quantity], shelf: Goods, campaign: OnOffer) -> dict[int, quotas.Take]:
    """The difference to take of a campaign, by its items."""
    known = shelf.everything
    return {
        item.id: quotas.Take(item, known.called(sku), known.sku[sku].unit, more[sku])
        for sku, item in campaign.item.items()
        if sku in more
    }


def _room_of(order: Order) -> RoomId | None:
    return RoomId(order.room_id) if order.room_id is not None else None


async def _give_back(order: Order) -> None:
    again: Mapping[int, Quantity] = {}
    if order.campaign_id is not None:
        buyer = PersonId(order.buyer_id)
        again = await quotas.give_all_back(order.id, order.campaign_id, buyer, _room_of(order))
    if order.paid_at is not None:  # what came back from its way may lie packed
        await packing.take_apart(order.id)
    await stock.release(order.id)
    for sku_id, qty in again.items():
        if not await stock.reserve(sku_id, qty):
            raise RuntimeError(f"what order {order.code} gave back to its campaign is not there")


def _takes(
    before: Mapping[str, Want], after: Mapping[str, Want], shelf: Goods, campaign: OnOffer | None = None
) -> dict[int, stock.Take]:
    """The difference to promise, by sku row; not what a campaign has reserved already."""
    known = shelf.everything
    reserved = {sku for sku, item in campaign.item.items() if item.quota is not None} if campaign else set()
    return {
        shelf.row_of[sku]: stock.Take(sku, known.product_of(sku).name, known.sku[sku].unit, more)
        for sku, more in _difference(before, after).items()
        if sku not in reserved
    }


def _difference(before: Mapping[str, Want], after: Mapping[str, Want]) -> dict[str, Quantity]:
    """By sku: two lines of the same goods count together."""
    change: dict[str, Quantity] = {}
    for want in after.values():
        change[want.sku] = change.get(want.sku, NONE) + want.qty
    for want in before.values():
        change[want.sku] = change.get(want.sku, NONE) - want.qty
    return change


_HOLDS = f"INSERT INTO hold (line_id, sku_id, qty, state) SELECT id, sku_id, qty, '{stock.ACTIVE}' FROM {{written}}"


async def _add_lines(order: int, goods: Sequence[tuple[Want, Priced]], shelf: Goods) -> list[Line]:
    """The lines in their order, each with its hold; the stock itself is promised by the caller."""
    rows = [bills.line_row(order, want, priced, shelf) for want, priced in goods]
    return await add(Line, rows, then=_HOLDS)


async def _reprice_line(line: Line, want: Want, priced: Priced) -> None:
    new = bills.amounts(want, priced)
    if all(getattr(line, name) == value for name, value in new.items()):
        return
    if priced.qty.milli != line.qty:
        new["weighed"] = None  # the scale spoke of another amount
        await change(Hold, "WHERE line_id = ? AND state = ?", [line.id, stock.ACTIVE], qty=priced.qty.milli)
    await change(Line, "WHERE id = ?", [line.id], **new)
    for name, value in new.items():
        setattr(line, name, value)


async def _remove_line(line: Line) -> None:
    await run_sql("DELETE FROM hold WHERE line_id = ? AND state = ?", [line.id, stock.ACTIVE])
    await run_sql("DELETE FROM line WHERE id = ?", [line.id])
