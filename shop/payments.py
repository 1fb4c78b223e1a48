"""收钱: money that comes in is booked first, once per provider event; only then it is decided what it means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shop import bills, refunds, seats, slots, till, wrong_sums
from shop.alarms import raise_alarm
from shop.events import MoneyCameLate, OrderPaid
from shop.kit.codes import new_token
from shop.kit.ids import OrderId, PersonId
from shop.kit.money import Money
from shop.pickups import give_code
from shop.records.orders import Order
from shop.records.payments import PayFact, PayIntent
from shop.refusals import AlreadyCancelled, AlreadyPaid, NoSuchOrder, NothingOpen
from shop.rules.orders import GONE_OUT, PayMode, Status, may
from shop.transaction import transaction


@dataclass(frozen=True, slots=True)
class Intent:
    """One request to pay: what a provider is told. `trade_no` is its number there, for good."""

    order: OrderId
    code: str
    token: str
    trade_no: str
    amount: Money
    state: str
    from_group: bool = False  # whoever pays it may be a neighbour: nothing else of the order is for his eyes


async def ask(token: str, provider: str, *, from_group: bool = False, now: datetime) -> Intent:
    """The open request for this order, made anew when the amount has changed, or who may see what of it. Raises
    NoSuchOrder, AlreadyPaid, AlreadyCancelled, NothingOpen (time is over, or nothing is owed)."""
    async with transaction():
        order = await Order.filter(token=token).select_for_update().first()
        if order is None:
            raise NoSuchOrder(token)
        _check_owed(order, now)
        intent = await PayIntent.filter(order_id=order.id, provider=provider, state="created").first()
        if intent is None or (intent.amount_fen, intent.from_group) != (order.payable_fen, from_group):
            await PayIntent.filter(order_id=order.id, state="created").update(state="closed")
            intent = await PayIntent.create(
                order_id=order.id,
                provider=provider,
                trade_no=new_token(),
                amount_fen=order.payable_fen,
                state="created",
                made_at=now,
                from_group=from_group,
            )
        return _intent(intent, order)


async def intent(trade_no: str) -> Intent | None:
    row = await PayIntent.filter(trade_no=trade_no).select_related("order").first()
    return _intent(row, row.order) if row else None


async def asked_for(order: OrderId, provider: str) -> tuple[Intent, ...]:
    """The requests of this order that a provider may still be paid for."""
    rows = await PayIntent.filter(order_id=order, provider=provider, state="created").select_related("order")
    return tuple(_intent(row, row.order) for row in rows)


async def settle(provider: str, event: str, trade_no: str, amount: Money, *, now: datetime) -> str:
    """A provider says that money came in. Books it, then decides: settled, late, mismatch or surplus; the same event
    again changes nothing and answers "seen". Raises NoSuchOrder for an unknown trade number, nothing else."""
    async with transaction() as tx:
        row = await PayIntent.filter(trade_no=trade_no, provider=provider).first()
        if row is None:
            raise NoSuchOrder(trade_no)
        order = await Order.filter(id=row.order_id).select_for_update().get()
        if await PayFact.filter(provider=provider, event=event).exists():
            return "seen"
        standing = _standing(order, amount)
        fact = await till.take(order, provider, event, amount, standing, trade_no=trade_no, now=now)
        if fact is None:
            return "seen"
        await PayIntent.filter(id=row.id).update(state="paid")
        if standing == till.SETTLED:
            if await _paid(order, now):
                tx.tell(OrderPaid(order.id), at=now)
        else:
            await _not_ours(order, fact, amount, standing, now)
            tx.tell(MoneyCameLate(order.id, amount.fen, standing), at=now)
        return standing


async def confirm_transfer(order_id: OrderId, by: PersonId, *, now: datetime) -> None:
    """收款: a staff member has seen the transfer. Raises AlreadyPaid, AlreadyCancelled."""
    async with transaction() as tx:
        order = await Order.filter(id=order_id).select_for_update().get()
        if order.paid_at is not None:
            raise AlreadyPaid(order.code)
        if may(Status(order.status), "paid", money_in=False) is None:
            raise AlreadyCancelled(order.code)
        if order.payable_fen:
            await till.take(
                order,
                "transfer",
                f"order {order.id}",
                Money(order.payable_fen),
                till.SETTLED,
                by=by,
                now=now,
            )
        if await _paid(order, now):
            tx.tell(OrderPaid(order.id), at=now)


def _standing(order: Order, amount: Money) -> str:
    if order.paid_at is not None:
        return "surplus"
    if may(Status(order.status), "paid", money_in=False) is None:
        return "late"
    return "settled" if amount.fen == order.payable_fen else "mismatch"


async def _not_ours(order: Order, fact: int, amount: Money, standing: str, now: datetime) -> None:
    """Too late or twice goes back by itself. A wrong sum is nobody's guess: the owner looks."""
    if standing == "mismatch":
        facts = f"{order.code} {Money(order.payable_fen)} {amount}"  # dialogs/alarms.py has the sentence
        await raise_alarm(
            order.shop_id, wrong_sums.ALARM, wrong_sums.subject(order.code, fact), facts, now=now
        )
    else:
        await refunds.owe(order, fact, amount, standing, now=now)


async def _paid(order: Order, now: datetime) -> bool:
    """Money is in: nothing more is asked for, the order is prepared and has its pick-up code (cash orders had one). False
    when it waits for its team, or is a deposit: what comes of that is told by the team, or by the appointment."""
    await PayIntent.filter(order_id=order.id, state="created").update(state="closed")
    in_a_team = await seats.in_a_team(order)
    end = may(Status(order.status), "paid", money_in=False, in_a_team=in_a_team)
    await Order.filter(id=order.id).update(
        status=end, paid_at=now, pay_due_at=None, version=order.version + 1
    )
    await bills.earn(order, now=now)
    await bills.use_up(order, now=now)
    if in_a_team:
        await seats.pay(order.id, now=now)  # no seat left: teams.settle gives the money back
    elif order.pay_mode == PayMode.PREPAY:
        await give_code(order.shop_id, order.id, now=now)
    is_deposit = await slots.follow(order, Status.PREPARING, now=now)
    return not (in_a_team or is_deposit)


def _check_owed(order: Order, now: datetime) -> None:
    if order.paid_at is not None or Status(order.status) in GONE_OUT:
        raise AlreadyPaid(order.code)
    if order.status == Status.CANCELLED:
        raise AlreadyCancelled(order.code)
    if (order.pay_due_at and order.pay_due_at <= now) or order.payable_fen == 0:
        raise NothingOpen


def _intent(row: PayIntent, order: Order) -> Intent:
    return Intent(
        OrderId(order.id),
        order.code,
        order.token,
        row.trade_no,
        Money(row.amount_fen),
        row.state,
        row.from_group,
    )
