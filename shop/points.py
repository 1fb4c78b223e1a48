"""积分: points are the shop's own money: each move is one statement on the account and one transfer in the ledger.

The verbs that take an order are parts of the order's own transaction, with its row locked. A fact that is booked already
(the same order, the same key) changes nothing and answers False. What somebody owes is taken from what he has, and from
what he earns next when he has none: a balance may stand below 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shop import ledger
from shop.events import PointsGiven
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.ledger import PTS
from shop.promotions.member import Member
from shop.promotions.points import Points as PointsPromotion
from shop.records.ledger import Entry
from shop.records.orders import Order
from shop.refusals import NotEnoughPoints
from shop.rules import trade
from shop.rules.earnings import points_on
from shop.rules.points import Back, LinePoints, level_at
from shop.rules.promotions import About, Promotion
from shop.rules.trade import Level
from shop.rules.unit_prices import UnitPrice
from shop.settled import shop_rules
from shop.slips import lines_of
from shop.transaction import run_sql, transaction

# Kinds of transfer; `history` gives them.
SPENT, SPENT_BACK = "points_spent", "points_spent_back"
EARNED, RELEASED, EARNED_BACK = "points_earned", "points_released", "points_earned_back"
GIVEN, GIVEN_UNDONE = "points_given", "points_given_undone"
RAN_OUT = "points_ran_out"


# ── with an order, inside its transaction ───────────────────────────────────────────────────────────────────────


async def spend(order_id: OrderId, person: PersonId, points: int, now: datetime, seq: int) -> bool:
    """The order is paid with so many points of the buyer; `seq` counts the times that its bill was made (its version).
    Raises NotEnoughPoints: the statement decides, never a balance that was read before."""
    if points <= 0:
        return False
    async with transaction():
        shop = await _shop_of(order_id)
        entries = {_spendable(person): -points, "points_issued": points}
        key = f"{order_id} {seq}"
        if not await ledger.book(shop, SPENT, key, entries, at=now, unit=PTS, order=order_id):
            return False
        taken = await run_sql(
            "UPDATE points_account SET balance = balance - ? WHERE shop_id = ? AND person_id = ? AND balance >= ? "
            "RETURNING balance",
            [points, shop, person, points],
        )
        if not taken:
            raise NotEnoughPoints((await balance(shop, person)).spendable, points)
        return True


async def give_back_spent(order_id: OrderId, person: PersonId, points: int, key: str, now: datetime) -> bool:
    """The order came to nothing, or takes fewer points than before. At most what it still holds goes back, so that an
    order that is cancelled and then refunded gives its points back once."""
    async with transaction():
        back = min(points, (await of_order(order_id)).spent)
        shop = await _shop_of(order_id)
        return await _move(shop, person, SPENT_BACK, f"{order_id} {key}", now, order=order_id, balance=back)


async def earned_by(order_id: OrderId) -> dict[int, int]:
    """What the goods of an order earn, by line; nothing where the shop has no points."""
    per_yuan = (await shop_rules(await _shop_of(order_id))).points.per_yuan
    if not per_yuan:
        return {}
    nets = {f"{line.id:020d}": Money(line.net_fen) for line in await lines_of(order_id)}
    return {int(key): points for key, points in points_on(nets, per_yuan=per_yuan).items()}


async def earn(
    order_id: OrderId, person: PersonId, points_per_line: Mapping[int, int], now: datetime
) -> bool:
    """The order is paid: its points wait until nothing can come back any more. Once an order."""
    async with transaction():
        points = sum(points_per_line.values())
        shop = await _shop_of(order_id)
        if not await _move(shop, person, EARNED, str(order_id), now, order=order_id, pending=points):
            return False
        for line, earned in sorted(points_per_line.items()):
            await run_sql("UPDATE line SET earned = ? WHERE id = ?", [earned, line])
        return True


async def release(order_id: OrderId, now: datetime) -> bool:
    """The order is over for good: what it earned, and has not lost again, can be spent and counts for the level."""
    async with transaction():
        order = await Order.get(id=order_id)
        points = (await of_order(order_id)).pending
        return await _move(
            ShopId(order.shop_id),
            PersonId(order.buyer_id),
            RELEASED,
            str(order_id),
            now,
            order=order_id,
            pending=-points,
            balance=points,
            earned=points,
        )


async def back_with(refund: int) -> Back:
    """What a refund gives back and takes back, by its parts. To be asked before its parts count as given back."""
    rows = await run_sql(
        "SELECT line.points, line.earned, line.net_fen, line.qty, back.done_fen, back.done_qty, "
        "part.fen, part.qty AS units FROM refund_part AS part JOIN line ON line.id = part.line_id "
        "JOIN given_back AS back ON back.line_id = line.id WHERE part.refund_id = ?",
        [refund],
    )
    parts = [_line(row).with_part(Money(row["fen"]), Quantity(row["units"])) for row in rows]
    return sum(parts, Back())


async def refund_moves(
    refund_number: str,
    order_id: OrderId,
    person: PersonId,
    spent_back: int,
    earned_back: int,
    now: datetime,
) -> Back:
    """Money went back, and points with it: spent ones to the buyer; earned ones from what the order has pending, then
    from the balance. At most what the order still holds; gives what was moved, nothing when it is booked already."""
    async with transaction():
        held = await of_order(order_id)
        spent, earned = min(spent_back, held.spent), min(earned_back, held.earned)
        waiting = min(earned, held.pending)
        had = earned - waiting
        returned = await give_back_spent(order_id, person, spent, refund_number, now)
        taken = await _move(
            await _shop_of(order_id),
            person,
            EARNED_BACK,
            f"{order_id} {refund_number}",
            now,
            order=order_id,
            pending=-waiting,
            balance=-had,
            earned=-had,
        )
        return Back(spent if returned else 0, earned if taken else 0)


# ── by hand ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def give(
    shop: ShopId, person: PersonId, points: int, by: PersonId, why: str, now: datetime, key: str
) -> bool:
    """线下积分: added, or with a minus taken off, and the person is told; the event keeps by whom and why. What is taken
    off leaves the level as it is: it was earned."""
    async with transaction() as tx:
        if not await _move(shop, person, GIVEN, key, now, balance=points, earned=max(points, 0)):
            return False
        tx.tell(PointsGiven(person, points, by, why[:80]), at=now)
        return True


async def take_back_given(shop: ShopId, person: PersonId, key: str, by: PersonId, now: datetime) -> int:
    """撤销: what was given under this key was a mistake, the level too. Gives how many points it was, 0 when there is
    nothing (any more)."""
    async with transaction() as tx:
        rows = await run_sql(
            "SELECT e.amount FROM entry AS e JOIN transfer AS t ON t.id = e.transfer_id "
            'WHERE t.shop_id = ? AND t.kind = ? AND t."key" = ? AND e.account = ?',
            [shop, GIVEN, key, _spendable(person)],
        )
        points = int(rows[0]["amount"]) if rows else 0
        earned = -max(points, 0)
        if not await _move(shop, person, GIVEN_UNDONE, key, now, balance=-points, earned=earned):
            return 0
        tx.tell(PointsGiven(person, -points, by, "刚才记错了"), at=now)
        return points


# ── views ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Balance:
    """`spendable` may be below 0; `pending` can be spent when the orders that earned it are over; `earned` is what was
    ever earned, and decides the level."""

    spendable: int
    pending: int
    level: Level | None
    earned: int


@dataclass(frozen=True, slots=True)
class OnOrder:
    """The points of an order that have not gone back: spent on it, earned by it, and of those still pending."""

    spent: int
    earned: int
    pending: int


@dataclass(frozen=True, slots=True)
class Moved:
    """One change of what can be spent; `code` of the order, empty for points by hand."""

    kind: str
    points: int
    at: datetime
    code: str


async def balance(shop: ShopId, person: PersonId, rules: trade.Points | None = None) -> Balance:
    """All 0 for who has never had a point. `rules` when they are known already."""
    rows = await run_sql(
        "SELECT balance, pending, earned FROM points_account WHERE shop_id = ? AND person_id = ?",
        [shop, person],
    )
    has, waits, ever = (int(value) for value in rows[0].values()) if rows else (0, 0, 0)
    levels = (rules or (await shop_rules(shop)).points).levels
    return Balance(has, waits, level_at(levels, ever), ever)


async def level_of(shop: ShopId, person: PersonId, rules: trade.Points | None = None) -> str:
    """The name of the level for the price engine (Buyer.level); empty below the first one."""
    level = (await balance(shop, person, rules)).level
    return level.name if level else ""


async def of_order(order_id: OrderId) -> OnOrder:
    rows = await run_sql(
        "SELECT t.kind, e.account, sum(e.amount) AS amount FROM entry AS e JOIN transfer AS t ON t.id = e.transfer_id "
        "WHERE t.order_id = ? AND e.unit = ? AND e.account <> 'points_issued' GROUP BY t.kind, e.account",
        [order_id, PTS],
    )
    moved = [(str(row["kind"]), str(row["account"]), int(row["amount"])) for row in rows]
    return OnOrder(
        spent=-sum(amount for kind, _, amount in moved if kind in (SPENT, SPENT_BACK)),
        earned=sum(amount for kind, _, amount in moved if kind in (EARNED, EARNED_BACK)),
        pending=sum(amount for _, account, amount in moved if account.startswith("pending:")),
    )


async def history(person: PersonId, limit: int) -> tuple[Moved, ...]:
    """The last changes of what somebody can spend, newest first."""
    rows = (
        await Entry.filter(account=_spendable(person), unit=PTS)
        .order_by("-transfer_id")
        .limit(limit)
        .select_related("transfer")
    )
    orders = Order.filter(id__in=[row.transfer.order_id for row in rows if row.transfer.order_id])
    code = {order.id: order.code for order in await orders}
    return tuple(
        Moved(row.transfer.kind, row.amount, row.transfer.at, code.get(row.transfer.order_id or 0, ""))
        for row in rows
    )


def promotions_of(points: trade.Points) -> tuple[Promotion, ...]:
    """What a shop's own rules add to its promotions: points pay for goods, members pay less."""
    if not points.per_yuan:
        return ()
    members = [
        Member(About(f"level {level.name}"), UnitPrice(None, level.pays_bp), level.name)
        for level in points.levels
        if level.pays_bp < 10_000
    ]
    return (PointsPromotion(About("points"), points.worth, points.most_bp), *members)


# ── inside ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def _move(
    shop: ShopId,
    person: PersonId,
    kind: str,
    key: str,
    now: datetime,
    *,
    order: OrderId | None = None,
    balance: int = 0,
    pending: int = 0,
    earned: int = 0,
) -> bool:
    """The transfer first: its key decides whether this has happened. False as well when there is nothing to move."""
    if not balance and not pending:
        return False
    entries = {
        _spendable(person): balance,
        f"pending:{person}": pending,
        "points_issued": -balance - pending,
    }
    async with transaction():
        if not await ledger.book(shop, kind, key, entries, at=now, unit=PTS, order=order):
            return False
        await run_sql(
            "INSERT INTO points_account (shop_id, person_id, balance, pending, earned) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (shop_id, person_id) DO UPDATE SET balance = points_account.balance + excluded.balance, "
            "pending = points_account.pending + excluded.pending, earned = points_account.earned + excluded.earned",
            [shop, person, balance, pending, earned],
        )
        return True


def _spendable(person: PersonId) -> str:
    return f"points:{person}"


async def _shop_of(order_id: OrderId) -> ShopId:
    rows = await run_sql('SELECT shop_id FROM "order" WHERE id = ?', [order_id])
    return ShopId(int(rows[0]["shop_id"]))


def _line(row: Mapping[str, Any]) -> LinePoints:
    return LinePoints(
        int(row["points"]),
        int(row["earned"]),
        Money(row["net_fen"]),
        Quantity(row["qty"]),
        Money(row["done_fen"]),
        Quantity(row["done_qty"]),
    )
