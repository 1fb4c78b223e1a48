"""佣金: what friends' orders bring, line by line; each move is one transfer in the ledger and one statement on the account.

Frozen with the payment, back with refunds, released when the order has long been over, paid out by hand. A refund after
the release is owed: what can be drawn may stand below 0, and what is earned next fills it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shop import ledger, referrals
from shop.counters import next_number
from shop.events import CommissionFreed, PayoutAsked, PayoutPaid
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.kit.money import Money
from shop.records.orders import Line, Order
from shop.records.referrals import Commission, CommissionAccount, Payout
from shop.records.shops import Shop
from shop.refusals import NoSuchPayout, NothingToDraw
from shop.rows import add, change, read
from shop.rules.commission import LIFE, State, shares, taken_back
from shop.settled import shop_rules
from shop.transaction import run_sql, transaction

# Kinds of transfer.
ACCRUED, REVERSED, RELEASED = "commission_accrued", "commission_reversed", "commission_released"
ASKED, DROPPED = "payout_asked", "payout_dropped"
PAID, UNPAID = "payout_paid", "payout_unpaid"


# ── with an order, inside its transaction ───────────────────────────────────────────────────────────────────────


async def accrue(order: Order, *, now: datetime) -> int:
    """The money is in: each line brings its shares, frozen. Once an order; gives how many shares. Delivery is no line."""
    shop = ShopId(order.shop_id)
    rules = (await shop_rules(shop)).referral
    if not rules.pays:
        return 0
    earners = await referrals.earners(PersonId(order.buyer_id))
    rows = [
        {
            "shop_id": shop,
            "line_id": line.id,
            "order_id": order.id,
            "person_id": person,
            "level": level,
            "net_fen": line.net_fen,
            "cap_bp": rules.cap_bp,
            "fen": share.fen,
            "state": LIFE.first,
            "freeze_days": rules.freeze_days,
        }
        for line in await read(Line, "WHERE order_id = ? ORDER BY id", [order.id])
        for level, (person, share) in enumerate(
            zip(earners, shares(Money(line.net_fen), rules), strict=True), start=1
        )
        if person is not None and share
    ]
    if not rows or await read(Commission, "WHERE order_id = ? LIMIT 1", [order.id]):
        return 0
    async with transaction():
        for one in await add(Commission, rows):
            await _move(one, ACCRUED, f"{one.line_id} {one.level}", now, frozen=one.fen)
    return len(rows)


async def reverse(order: OrderId, number: str, *, now: datetime) -> int:
    """A refund has reached the buyer and counts in given_back: pro rata back, all with the last part. Gives the fen."""
    whole = 0
    async with transaction():
        for one in await read(Commission, "WHERE order_id = ? ORDER BY id", [order], lock="FOR UPDATE"):
            owed = (
                taken_back(Money(one.fen), Money(one.net_fen), await _returned(one.line_id)).fen
                - one.back_fen
            )
            if owed <= 0:
                continue
            whole += owed
            back = one.back_fen + owed
            state = LIFE.after(State(one.state), "reversed", whole=back == one.fen) or one.state
            await change(Commission, "WHERE id = ?", [one.id], back_fen=back, state=state)
            is_frozen = one.state == State.FROZEN
            moves = {"frozen": -owed} if is_frozen else {"available": -owed}
            await _move(one, REVERSED, f"{one.line_id} {one.level} {number}", now, **moves)
    return whole


async def begin_to_thaw(order: OrderId, *, now: datetime) -> None:
    """The order is over for good: its shares are released after the days that were promised with them."""
    for one in await read(Commission, "WHERE order_id = ? AND due_at IS NULL", [order]):
        await change(Commission, "WHERE id = ?", [one.id], due_at=now + timedelta(days=one.freeze_days))


# ── the clock ───────────────────────────────────────────────────────────────────────────────────────────────────


async def due(*, now: datetime, skip: int = 0, limit: int = 50) -> tuple[int, ...]:
    """Shares to be released, oldest first, without the first `skip` of them."""
    rows = await run_sql(
        "SELECT id FROM commission WHERE state = 'frozen' AND due_at <= ? ORDER BY due_at, id LIMIT ? OFFSET ?",
        [now, limit, skip],
    )
    return tuple(int(row["id"]) for row in rows)


async def release(id: int, *, now: datetime) -> bool:
    """What is left of the share can be drawn; its owner hears of new money once a day of the shop. False when it is not due."""
    async with transaction() as tx:
        found = await read(
            Commission, "WHERE id = ? AND state = 'frozen' AND due_at <= ?", [id, now], lock="FOR UPDATE"
        )
        if not found:
            return False
        (one,) = found
        left = one.fen - one.back_fen
        await change(Commission, "WHERE id = ?", [id], state=LIFE.after(State.FROZEN, "released"))
        await _move(one, RELEASED, f"{one.line_id} {one.level}", now, frozen=-left, available=left)
        day = now.astimezone(ZoneInfo((await Shop.get(id=one.shop_id)).tz)).date().isoformat()
        told = await run_sql(
            "UPDATE commission_account SET told_on = ? WHERE shop_id = ? AND person_id = ? AND told_on <> ? RETURNING id",
            [day, one.shop_id, one.person_id, day],
        )
        if told:
            tx.tell(CommissionFreed(one.person_id), at=now)
        return True


# ── paid out by hand ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Owed:
    """提现: so much is to be paid to this person under this number. `owes` he has to give back after a late refund."""

    id: int
    number: int
    person: PersonId
    name: str
    amount: Money
    owes: Money


async def draw(shop: ShopId, person: PersonId, *, now: datetime) -> Owed:
    """提现: all that can be drawn is set aside for the shop to pay. Raises NothingToDraw; the statement decides, so of two
    at once one gets it."""
    least = (await shop_rules(shop)).referral.least
    async with transaction() as tx:
        mine = "WHERE shop_id = ? AND person_id = ? AND state = 'available' AND payout_id IS NULL ORDER BY id"
        drawn = await read(Commission, mine, [shop, person], lock="FOR UPDATE")  # shares first, as refunds do
        taken = await run_sql(
            "UPDATE commission_account SET asked = available, available = 0 "
            "WHERE shop_id = ? AND person_id = ? AND asked = 0 AND available >= ? AND available > 0 RETURNING asked",
            [shop, person, least.fen],
        )
        if not taken:
            has = await account(shop, person)
            raise NothingToDraw(has.available, has.asked, least)
        fen = int(taken[0]["asked"])
        row = {
            "shop_id": shop,
            "person_id": person,
            "number": await next_number(shop, "payouts"),
            "fen": fen,
            "state": "asked",
            "asked_at": now,
        }
        (made,) = await add(Payout, [row])
        for share in drawn:
            await change(Commission, "WHERE id = ?", [share.id], payout_id=made.id)
        entries = {f"commission_available:{person}": -fen, f"commission_asked:{person}": fen}
        await ledger.book(shop, ASKED, str(made.id), entries, at=now)
        tx.tell(PayoutAsked(made.id), at=now)
        return await payout(made.id)


async def paid(shop: ShopId, number: int, *, now: datetime) -> Owed:
    """结算 #3 已转: once, whoever says it. Raises NoSuchPayout when it is not (any more) to be paid."""
    async with transaction() as tx:
        one = await _step(shop, number, "asked", "paid", paid_at=now)
        await change(
            Commission,
            "WHERE payout_id = ? AND state = 'available'",
            [one.id],
            state=LIFE.after(State.AVAILABLE, "paid_out"),
        )
        await _shift(one, PAID, now, asked=-one.fen, paid=one.fen)
        tx.tell(PayoutPaid(one.id), at=now)
        return await payout(one.id)


async def not_paid_after_all(shop: ShopId, number: int, *, now: datetime) -> Owed:
    """撤销: it is still to be paid. Raises NoSuchPayout."""
    async with transaction() as tx:
        one = await _step(shop, number, "paid", "asked", paid_at=None)
        await change(
            Commission,
            "WHERE payout_id = ? AND state = 'paid'",
            [one.id],
            state=LIFE.after(State.PAID, "not_paid_after_all"),
        )
        await _shift(one, UNPAID, now, asked=one.fen, paid=-one.fen)
        tx.tell(PayoutPaid(one.id, undone=True), at=now)
        return await payout(one.id)


async def drop(shop: ShopId, number: int, *, now: datetime) -> Owed:
    """结算 #3 不转: what was set aside can be drawn again, less what is owed. Raises NoSuchPayout."""
    async with transaction():
        one = await _step(shop, number, "asked", "dropped")
        await change(Commission, "WHERE payout_id = ?", [one.id], payout_id=None)
        await _shift(one, DROPPED, now, asked=-one.fen, available=one.fen)
        return await payout(one.id)


# ── views ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Account:
    """`available` may be below 0; `asked` is set aside for a payout."""

    frozen: Money
    available: Money
    asked: Money
    paid: Money


async def account(shop: ShopId, person: PersonId) -> Account:
    """All 0 for who has never earned anything."""
    rows = await read(CommissionAccount, "WHERE shop_id = ? AND person_id = ?", [shop, person])
    if not rows:
        return Account(Money(0), Money(0), Money(0), Money(0))
    (row,) = rows
    return Account(Money(row.frozen), Money(row.available), Money(row.asked), Money(row.paid))


async def payout(id: int) -> Owed:
    return (await _owed("p.id = ?", [id]))[0]


async def to_pay(shop: ShopId) -> tuple[Owed, ...]:
    """结算: who waits for his money, oldest first."""
    return await _owed("p.shop_id = ? AND p.state = 'asked'", [shop])


# ── inside ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def _move(
    one: Commission, kind: str, key: str, now: datetime, *, frozen: int = 0, available: int = 0
) -> None:
    """The transfer first: its key is there once. What comes in is the shop's expense."""
    person = one.person_id
    entries = {
        f"commission_frozen:{person}": frozen,
        f"commission_available:{person}": available,
        "commission": -frozen - available,
    }
    if not await ledger.book(one.shop_id, kind, key, entries, at=now, order=one.order_id):
        raise RuntimeError(f"{kind} {key} is booked already")
    await run_sql(
        "INSERT INTO commission_account (shop_id, person_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [one.shop_id, person],
    )
    await run_sql(
        "UPDATE commission_account SET frozen = frozen + ?, available = available + ? "
        "WHERE shop_id = ? AND person_id = ?",
        [frozen, available, one.shop_id, person],
    )


async def _shift(one: Payout, kind: str, now: datetime, **moves: int) -> None:
    """Between the accounts of its owner; `turns` makes each time a fact of its own."""
    entries = {f"commission_{name}:{one.person_id}": fen for name, fen in moves.items()}
    await ledger.book(one.shop_id, kind, f"{one.id} {one.turns}", entries, at=now)
    setting = ", ".join(f"{name} = {name} + ?" for name in moves)
    await run_sql(
        f"UPDATE commission_account SET {setting} WHERE shop_id = ? AND person_id = ?",
        [*moves.values(), one.shop_id, one.person_id],
    )


async def _step(shop: ShopId, number: int, start: str, end: str, **more: datetime | None) -> Payout:
    """One statement: of two who say it at once, one is heard. Raises NoSuchPayout."""
    mine = "WHERE shop_id = ? AND number = ? AND state = ?"
    if not await change(Payout, mine, [shop, number, start], state=end, **more):
        raise NoSuchPayout(number)
    await run_sql("UPDATE payout SET turns = turns + 1 WHERE shop_id = ? AND number = ?", [shop, number])
    (one,) = await read(Payout, "WHERE shop_id = ? AND number = ?", [shop, number])
    return one


async def _returned(line: int) -> Money:
    rows = await run_sql("SELECT done_fen FROM given_back WHERE line_id = ?", [line])
    return Money(int(rows[0]["done_fen"])) if rows else Money(0)


async def _owed(which: str, values: list[int]) -> tuple[Owed, ...]:
    rows = await run_sql(
        "SELECT p.id, p.number, p.person_id, p.fen, person.name, a.available FROM payout AS p "
        "JOIN person ON person.id = p.person_id JOIN commission_account AS a "
        f"ON a.shop_id = p.shop_id AND a.person_id = p.person_id WHERE {which} ORDER BY p.id",
        values,
    )
    return tuple(
        Owed(
            int(row["id"]),
            int(row["number"]),
            PersonId(int(row["person_id"])),
            str(row["name"]),
            Money(int(row["fen"])),
            Money(max(0, -int(row["available"]))),
        )
        for row in rows
    )
