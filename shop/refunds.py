"""退款: what goes back, of which goods, and where it stands; every refund has one number for good.

Money: the stored share of a line (rules/refunds.Room), reserved before anybody may say yes. Goods that have not left
the shop go back on the shelf when the shop agrees; goods that have are not sold twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shop import commission, coupons, packing, points, slots, stock, till
from shop.events import RefundAgreed, RefundAsked, RefundByHand, RefundPaid, RefundRefused
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.kit.money import Money, total
from shop.kit.quantity import Quantity
from shop.records.orders import Line, Order
from shop.records.payments import PayFact
from shop.records.refunds import GivenBack, Refund, RefundPart
from shop.refusals import (
    AnotherRefund,
    DeliveryFeeIsBack,
    NoDeliveryFee,
    NoSuchRefund,
    NothingToRefund,
    StillTeaming,
)
from shop.rules import refunds as rules
from shop.rules.orders import GONE_OUT, Status, may
from shop.rules.parcels import State as Parcel
from shop.rules.refunds import BY_HAND, LIFE, Fee, Part, Plan, Room, State, What
from shop.transaction import run_sql, transaction


@dataclass(frozen=True, slots=True)
class Case:
    """退款单, as people see it. `provider` is the way the money came in and goes back."""

    id: int
    number: str
    order: OrderId
    code: str
    shop: ShopId
    buyer: PersonId
    kind: str
    amount: Money
    state: State
    why: str
    provider: str
    trade: str
    paid: Money
    attempts: int
    asked_at: datetime
    settled_at: datetime | None
    goods: tuple[tuple[str, Quantity, str], ...]  # name, quantity, unit
    delivery: Money  # of the amount, what is the fee for bringing them


# ── what may go back ────────────────────────────────────────────────────────────────────────────────────────────


async def rooms(order: OrderId) -> tuple[rules.Line, ...]:
    """The lines of a paid order with what of each can still be given back."""
    back = {row.line_id: row for row in await GivenBack.filter(line__order_id=order)}
    lines = await Line.filter(order_id=order).order_by("id")
    return tuple(
        rules.Line(line.id, line.sku_key, line.called, line.unit, _room(line, back.get(line.id)))
        for line in lines
    )


def _room(line: Line, back: GivenBack | None) -> Room:
    given = Money(back.open_fen + back.done_fen) if back else Money(0)
    gone = Quantity(back.open_qty + back.done_qty) if back else Quantity(0)
    return Room(Money(line.net_fen), Quantity(line.qty), given, gone)


async def preview(order: OrderId, what: What, *, code: str = "") -> Money:
    """What would go back. Raises NothingToRefund (also while no money is in), MoreThanBought, MoreThanPaid,
    NoDeliveryFee, DeliveryFeeIsBack."""
    if not await PayFact.filter(order_id=order, standing=till.SETTLED).exists():
        raise NothingToRefund(code)
    return (await _plan(await Order.get(id=order), what)).money


async def _plan(order: Order, what: What) -> Plan:
    if what.delivery and not order.delivery_fen:
        raise NoDeliveryFee(order.code)
    fee = await _fee(order)
    if what.delivery and not fee.left:
        raise DeliveryFeeIsBack(order.code)
    return rules.plan(await rooms(OrderId(order.id)), what, fee, code=order.code)


async def _fee(order: Order) -> Fee:
    """Of an order that is brought: it follows the goods as long as nothing of them has left."""
    if not order.delivery_fen:
        return Fee()
    rows = await run_sql(
        'SELECT delivery_fen - delivery_back_fen AS fen FROM "order" WHERE id = ?', [order.id]
    )
    follows = order.status == Status.PREPARING and not await packing.part_out(order.id)
    return Fee(Money(int(rows[0]["fen"])), follows)


# ── verbs ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def ask(
    order_id: OrderId, buyer: PersonId, what: What, why: str, *, at_once: Money, now: datetime
) -> Case:
    """退: the buyer asks; the money is reserved. Up to `at_once` nobody has to say yes. Raises NothingToRefund,
    AnotherRefund (one request at a time), StillTeaming, MoreThanBought, MoreThanPaid."""
    async with transaction() as tx:
        order = await _settled(order_id)
        if await Refund.filter(order_id=order.id, state=State.REQUESTED).exists():
            raise AnotherRefund(order.code)
        refund = await _reserve(order, what, "goods", why, buyer, now)
        if refund.amount_fen <= at_once.fen:
            await _agree(order, refund, "approved", None, now)
        else:
            tx.tell(RefundAsked(refund.id), at=now)
        return await case(refund.id)


async def give(
    order_id: OrderId, by: PersonId | None, what: What, why: str, *, kind: str = "goods", now: datetime
) -> Case:
    """退款: the shop gives money back by itself. Raises NothingToRefund, StillTeaming, MoreThanBought, MoreThanPaid,
    NoDeliveryFee, DeliveryFeeIsBack."""
    async with transaction():
        order = await _settled(order_id)
        refund = await _reserve(order, what, kind, why, by, now)
        await _agree(order, refund, "approved", by, now)
        return await case(refund.id)


async def give_everything(order: Order, kind: str, why: str, by: PersonId | None, *, now: datetime) -> Money:
    """A paid order ends before anything left the shop: all that is left of its money goes back. Inside the order's
    transaction; its stock is the caller's."""
    await _withdraw_requests(order, now)
    left = total([line.room.left for line in await rooms(OrderId(order.id))])
    if not left and not (await _fee(order)).left:
        return Money(0)
    refund = await _reserve(order, What(), kind, why, by, now)
    await _step(refund, "approved", decided_by=by, due_at=now)
    return Money(refund.amount_fen)


async def owe(order: Order, fact: int, amount: Money, kind: str, *, now: datetime) -> None:
    """Money that came too late or twice: all of it goes back, whatever the order is about."""
    number = await _next_number(order)
    await Refund.create(
        order_id=order.id,
        fact_id=fact,
        number=number,
        kind=kind,
        amount_fen=amount.fen,
        state=State.APPROVED,
        asked_at=now,
        due_at=now,
    )


async def approve(id: int, by: PersonId, *, now: datetime) -> Case:
    """同意退. Raises NoSuchRefund when it is no longer waiting for that."""
    async with transaction():
        order, refund = await _locked(id)
        await _agree(order, refund, "approved", by, now)
        return await case(id)


async def reject(id: int, by: PersonId, why: str, *, now: datetime) -> Case:
    """不同意退, with a reason that the buyer is told. Raises NoSuchRefund."""
    async with transaction() as tx:
        order, refund = await _locked(id)
        await _step(refund, "rejected", decided_by=by, due_at=None, proof=why[:200])
        await _let_go(order, refund)
        tx.tell(RefundRefused(id, why[:200]), at=now)
        return await case(id)


async def withdraw(id: int, *, now: datetime) -> Case:
    """不退了. Raises NoSuchRefund when the shop has agreed already."""
    async with transaction():
        order, refund = await _locked(id)
        await _step(refund, "withdrawn", due_at=None)
        await _let_go(order, refund)
        return await case(id)


async def silence_is_a_yes(id: int, *, now: datetime) -> bool:
    """The shop has not answered in time. False when it has meanwhile."""
    async with transaction():
        order, refund = await _locked(id)
        if refund.state != State.REQUESTED or refund.due_at is None or refund.due_at > now:
            return False
        await _agree(order, refund, "shop_silent", None, now)
        return True


# ── the way of the money ────────────────────────────────────────────────────────────────────────────────────────


async def due(*, now: datetime, limit: int = 100, skip: int = 0) -> tuple[Case, ...]:
    """What somebody must look at now: agreed, on its way, or left to a person; what is due longest first, without the
    first `skip` of them."""
    rows = (
        await Refund.filter(due_at__lte=now)
        .exclude(state__in=list(LIFE.last))
        .order_by("due_at", "id")
        .offset(skip)
        .limit(limit)
    )
    return tuple([await case(row.id) for row in rows])


async def submit(id: int, *, now: datetime) -> Case | None:
    """It is sent to the provider next: the try is counted first, the number stays. By hand, the shop is told to pay.
    None when somebody else was faster."""
    async with transaction() as tx:
        _, refund = await _locked(id)
        if (
            refund.due_at is None
            or refund.due_at > now
            or refund.state not in (State.APPROVED, State.PROCESSING)
        ):
            return None
        by_hand = await _by_hand(refund)
        await _step(
            refund,
            "submitted",
            by_hand=by_hand,
            attempts=refund.attempts + 1,
            due_at=now + (rules.NUDGE_AFTER if by_hand else rules.ask_again(refund.attempts)),
        )
        if by_hand:
            tx.tell(RefundByHand(id), at=now)
        return await case(id)


async def leave_to_a_person(id: int, why: str, *, now: datetime) -> None:
    """The provider says no for good: the shop pays by hand."""
    async with transaction() as tx:
        _, refund = await _locked(id)
        if refund.state == State.PROCESSING:
            await _step(refund, "failed", due_at=now + rules.NUDGE_AFTER, proof=why[:200])
            tx.tell(RefundByHand(id), at=now)


async def nudge(id: int, *, now: datetime) -> bool:
    """Still not paid by hand: the shop is reminded, once a day."""
    async with transaction() as tx:
        _, refund = await _locked(id)
        if refund.state != State.MANUAL or refund.due_at is None or refund.due_at > now:
            return False
        await _step(refund, "nudged", due_at=now + rules.NUDGE_AFTER)
        tx.tell(RefundByHand(id), at=now)
        return True


async def paid_back(number: str, *, now: datetime, by: PersonId | None = None, proof: str = "") -> bool:
    """The money has reached the buyer, says the provider or the one who paid by hand. The books, the goods and the
    order follow, once: False when that is known already. Raises NoSuchRefund."""
    async with transaction() as tx:
        row = await Refund.filter(number=number).first()
        if row is None:
            raise NoSuchRefund(number)
        order, refund = await _locked(row.id)
        if refund.state == State.REFUNDED:
            return False
        await _step(refund, "paid_back", settled_at=now, due_at=None, proof=proof[:200] or refund.proof)
        if by is not None:
            await Refund.filter(id=refund.id).update(decided_by=by)
        await till.pay_back(order, refund, await PayFact.get(id=refund.fact_id), now=now)
        back = await points.back_with(refund.id)
        for part in await RefundPart.filter(refund_id=refund.id).order_by("line_id"):
            await run_sql(
                "UPDATE given_back SET open_fen = open_fen - ?, open_qty = open_qty - ?, "
                "done_fen = done_fen + ?, done_qty = done_qty + ? WHERE line_id = ?",
                [part.fen, part.qty, part.fen, part.qty, part.line_id],
            )
        await points.refund_moves(
            refund.number, OrderId(order.id), PersonId(order.buyer_id), back.spent, back.earned, now
        )
        await commission.reverse(OrderId(order.id), refund.number, now=now)
        await end_if_all_is_back(order, now)
        tx.tell(RefundPaid(refund.id), at=now)
        return True


async def end_if_all_is_back(order: Order, now: datetime) -> None:
    """Every fen of the order is back: it is over, unless something of it is under way. Inside its transaction. Where
    all the goods are back and none has come to the buyer, the fee for bringing them follows first."""
    if (
        not order.payable_fen
        or any(line.room.left for line in await rooms(OrderId(order.id)))
        or await Refund.filter(
            order_id=order.id, kind__not_in=_BESIDE, state__not_in=list(LIFE.last)
        ).exists()
    ):
        return
    end = may(Status(order.status), "all_refunded", money_in=order.paid_at is not None)
    if end is None or await packing.of_order(order.id, Parcel.SENT):
        return
    fee = await _fee(order)
    if fee.left:
        if fee.follows:
            refund = await _reserve(order, What(delivery=True), "delivery", "", None, now)
            await _agree(order, refund, "approved", None, now)
        return
    await slots.follow(order, Status.REFUNDED, now=now)
    if Status(order.status) not in GONE_OUT:
        if not await packing.part_out(order.id):
            await coupons.give_back(order.id, now=now)
        await packing.take_apart(order.id)
        await stock.release(order.id)
        await run_sql("UPDATE pickup SET state = 'void' WHERE order_id = ? AND state = 'ready'", [order.id])
    await Order.filter(id=order.id).update(
        status=end, ended_at=now, ended_why="all_refunded", version=order.version + 1
    )


# ── views ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def case(id: int) -> Case:
    refund = await Refund.get(id=id).select_related("order", "fact")
    parts = await RefundPart.filter(refund_id=id).select_related("line").order_by("line_id")
    order, fact = refund.order, refund.fact
    return Case(
        id=refund.id,
        number=refund.number,
        order=OrderId(order.id),
        code=order.code,
        shop=ShopId(order.shop_id),
        buyer=PersonId(order.buyer_id),
        kind=refund.kind,
        amount=Money(refund.amount_fen),
        state=State(refund.state),
        why=refund.why or "",
        provider=fact.provider,
        trade=fact.trade_no or "",
        paid=Money(fact.amount_fen),
        attempts=refund.attempts,
        asked_at=refund.asked_at,
        settled_at=refund.settled_at,
        goods=tuple((p.line.called, Quantity(p.qty), p.line.unit) for p in parts if p.qty),
        delivery=Money(refund.delivery_fen),
    )


async def by_number(number: str) -> Case:
    """Raises NoSuchRefund."""
    row = await Refund.filter(number=number).first()
    if row is None:
        raise NoSuchRefund(number)
    return await case(row.id)


async def of_order(order: OrderId) -> tuple[Case, ...]:
    """Every refund of an order, oldest first."""
    return tuple([await case(row.id) for row in await Refund.filter(order_id=order).order_by("id")])


async def never_left(order: OrderId) -> tuple[Quantity, ...]:
    """Of each line of an order, in their order: the units that were given back before they left the shop."""
    kept = {row.line_id: row.kept_qty for row in await GivenBack.filter(line__order_id=order)}
    lines = await Line.filter(order_id=order).order_by("id")
    return tuple(Quantity(kept.get(line.id, 0)) for line in lines)


async def waiting(shop: ShopId, *states: State) -> tuple[Case, ...]:
    """The refunds of a shop in these states, oldest first."""
    rows = await Refund.filter(order__shop_id=shop, state__in=list(states)).order_by("id")
    return tuple([await case(row.id) for row in rows])


# ── inside ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def _settled(id: OrderId) -> Order:
    """Locked, and not waiting for a team: a seat is paid whole or given up whole."""
    order = await Order.filter(id=id).select_for_update().get()
    if order.status == Status.WAITING_TEAM:
        raise StillTeaming(order.code)
    return order


async def _locked(id: int) -> tuple[Order, Refund]:
    """The order first, then the refund: everybody takes them in this order."""
    found = await Refund.filter(id=id).first()
    if found is None:
        raise NoSuchRefund(str(id))
    order = await Order.filter(id=found.order_id).select_for_update().get()
    return order, await Refund.filter(id=id).select_for_update().get()


async def _reserve(
    order: Order, what: What, kind: str, why: str, by: PersonId | None, now: datetime
) -> Refund:
    fact = await PayFact.filter(order_id=order.id, standing=till.SETTLED).first()
    if fact is None:
        raise NothingToRefund(order.code)
    plan = await _plan(order, what)
    refund = await Refund.create(
        order_id=order.id,
        fact_id=fact.id,
        number=await _next_number(order),
        kind=kind,
        amount_fen=plan.money.fen,
        delivery_fen=plan.fee.fen,
        state=State.REQUESTED,
        why=why[:200],
        asked_by=by,
        asked_at=now,
        due_at=now + rules.SILENT_FOR,
    )
    for part in plan.parts:
        await RefundPart.create(
            refund_id=refund.id, line_id=part.line, qty=part.qty.milli, fen=part.money.fen
        )
        await _reserve_part(part)
    await _reserve_fee(order, plan.fee.fen)
    return refund


async def _reserve_fee(order: Order, fen: int) -> None:
    """As with a line: the database refuses what goes beyond the fee. Less than nothing lets it go again."""
    if fen:
        await run_sql(
            'UPDATE "order" SET delivery_back_fen = delivery_back_fen + ? WHERE id = ?', [fen, order.id]
        )


async def _reserve_part(part: Part) -> None:
    """One statement decides; the database refuses what goes beyond the line (CHECK)."""
    await run_sql(
        "INSERT INTO given_back (line_id, net_fen, qty, open_fen, open_qty) "
        "SELECT id, net_fen, qty, ?, ? FROM line WHERE id = ? "
        "ON CONFLICT (line_id) DO UPDATE SET open_fen = given_back.open_fen + excluded.open_fen, "
        "open_qty = given_back.open_qty + excluded.open_qty",
        [part.money.fen, part.qty.milli, part.line],
    )


async def _let_go(order: Order, refund: Refund) -> None:
    await _reserve_fee(order, -refund.delivery_fen)
    for part in await RefundPart.filter(refund_id=refund.id).order_by("line_id"):
        await run_sql(
            "UPDATE given_back SET open_fen = open_fen - ?, open_qty = open_qty - ? WHERE line_id = ?",
            [part.fen, part.qty, part.line_id],
        )


async def _withdraw_requests(order: Order, now: datetime) -> None:
    """A larger decision takes the place of what was asked for."""
    for row in await Refund.filter(order_id=order.id, state=State.REQUESTED).order_by("id"):
        await withdraw(row.id, now=now)


async def _next_number(order: Order) -> str:
    """Under the order's lock: the order's own unguessable token and a number in a row."""
    return f"{order.token[:16]}-{await Refund.filter(order_id=order.id).count() + 1}"


async def _agree(order: Order, refund: Refund, event: str, by: PersonId | None, now: datetime) -> None:
    await _step(refund, event, decided_by=by, due_at=now)
    if order.status == Status.PREPARING:
        parts = (
            await RefundPart.filter(refund_id=refund.id, qty__gt=0).select_related("line").order_by("line_id")
        )
        for part in sorted(parts, key=lambda part: part.line.sku_id):
            await packing.stays(order, part.line_id, part.qty)
        await packing.end_if_all_is_with_the_buyer(order, by, now=now)
    async with transaction() as tx:
        tx.tell(RefundAgreed(refund.id), at=now)


async def _by_hand(refund: Refund) -> bool:
    return (await PayFact.get(id=refund.fact_id)).provider in BY_HAND


async def _step(refund: Refund, event: str, *, by_hand: bool = False, **changes: object) -> None:
    """Move along the table. Raises NoSuchRefund for a step that may not be: it waits for something else by now."""
    end = LIFE.after(State(refund.state), event, by_hand=by_hand)
    if end is None or not await Refund.filter(id=refund.id, state=refund.state).update(state=end, **changes):
        raise NoSuchRefund(refund.number)
    refund.state = end
    for name, value in changes.items():
        setattr(refund, name, value)


_BESIDE = ("late", "surplus", "mismatch")  # money that was never the order's


def open_cases(cases: Sequence[Case]) -> tuple[Case, ...]:
    return tuple(one for one in cases if one.state in rules.OPEN)
