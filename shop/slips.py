"""单子: an order as anybody outside the shop floor sees it: frozen, whole, found by code, token or buyer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import EllipsisType
from zoneinfo import ZoneInfo

from shop.kit.codes import read_order_code
from shop.kit.ids import OrderId, PersonId, RoomId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.records.orders import Line, Order
from shop.records.pickups import Pickup
from shop.refusals import NoSuchOrder
from shop.rows import read
from shop.rules.baskets import Want
from shop.rules.frozen import cut_in, delivery_in, nearly_in, unused_in
from shop.rules.orders import PayMode, Status
from shop.rules.pricing import Cut, Nearly, Unused
from shop.rules.quotes import Brought


@dataclass(frozen=True, slots=True)
class SlipLine:
    sku: str
    name: str
    called: str
    spec: str
    unit: str
    qty: Quantity
    price: Money
    price_why: str
    gross: Money
    net: Money
    cuts: tuple[Cut, ...]
    for_whom: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Slip:
    """An order as anybody outside the shop floor sees it."""

    id: OrderId
    shop: ShopId
    code: str
    token: str
    status: Status
    pay_mode: PayMode
    buyer: PersonId
    room: RoomId | None
    lines: tuple[SlipLine, ...]
    gross: Money
    payable: Money
    nearly: tuple[Nearly, ...]
    placed_at: datetime
    pay_due_at: datetime | None
    claimed_at: datetime | None
    paid_at: datetime | None
    ended_at: datetime | None
    ended_why: str
    unused: tuple[Unused, ...] = ()  # coupons that were not taken, and why
    campaign: int | None = None
    pickup_code: str | None = None
    delivery: Brought | None = None  # None: the buyer fetches it
    joined: bool = False  # placed onto an order that was already open

    @property
    def money_in(self) -> bool:
        return self.paid_at is not None

    @property
    def may_come_back(self) -> bool:
        """Is it still time to ask for money back?"""
        return self.status in (Status.PREPARING, Status.FULFILLED)

    @property
    def wants(self) -> tuple[Want, ...]:
        return tuple(Want(line.sku, line.qty, "add", line.for_whom, line.note) for line in self.lines)


async def slip(id: OrderId) -> Slip:
    return await slip_of(await Order.get(id=id))


async def slip_by_token(token: str) -> Slip | None:
    order = await Order.filter(token=token).first()
    return await slip_of(order) if order else None


async def find(shop: ShopId, said: str, *, now: datetime, tz: str) -> Slip:
    """By a code as people say it (0501-017, 17). The newest order of that code. Raises NoSuchOrder."""
    codes = read_order_code(said, now.astimezone(ZoneInfo(tz)).date())
    order = await Order.filter(shop_id=shop, code__in=list(codes)).order_by("-id").first() if codes else None
    if order is None:
        raise NoSuchOrder(said)
    return await slip_of(order)


async def open_order(shop: ShopId, buyer: PersonId) -> Slip | None:
    """The order that the buyer can still change: the newest one without money in it."""
    order = await newest_open(shop, buyer)
    return await slip_of(order) if order else None


async def open_slips(shop: ShopId, buyer: PersonId) -> tuple[Slip, ...]:
    """Every order that the buyer can still change, newest first: one, and one more for each campaign."""
    rows = await read(Order, f"{_OPEN} ORDER BY id DESC LIMIT {MOST_OPEN}", [shop, buyer, *_ALIVE])
    return await slips_of(rows)


async def last_order(shop: ShopId, buyer: PersonId) -> Slip | None:
    """The newest order of the buyer, whatever became of it: 老样子 means this one."""
    order = await Order.filter(shop_id=shop, buyer_id=buyer).order_by("-id").first()
    return await slip_of(order) if order else None


async def recent(shop: ShopId, buyer: PersonId, *, limit: int = 5) -> tuple[Slip, ...]:
    orders = await Order.filter(shop_id=shop, buyer_id=buyer).order_by("-id").limit(limit)
    return await slips_of(orders)


async def of_day(shop: ShopId, day: date) -> tuple[Slip, ...]:
    orders = await Order.filter(shop_id=shop, day=day).order_by("number")
    return await slips_of(orders)


async def said_to_be_paid(shop: ShopId, *, limit: int) -> tuple[Slip, ...]:
    """The orders whose buyers say that the transfer is made and whose money the shop has not seen, the first first."""
    orders = Order.filter(shop_id=shop, status=Status.UNPAID, claimed_at__isnull=False, paid_at__isnull=True)
    return await slips_of(await orders.order_by("claimed_at", "id").limit(limit))


async def to_bring(shop: ShopId) -> tuple[Slip, ...]:
    """The orders of which something waits to be brought, or is under way, first come first."""
    rows = await read(
        Order,
        "WHERE shop_id = ? AND status = ? AND delivery_fen IS NOT NULL AND (EXISTS (SELECT 1 FROM line JOIN hold "
        "ON hold.line_id = line.id WHERE line.order_id = \"order\".id AND hold.state = 'active' "
        'AND hold.qty > hold.gone) OR EXISTS (SELECT 1 FROM parcel WHERE parcel.order_id = "order".id '
        "AND parcel.state = 'sent')) ORDER BY id",
        [shop, Status.PREPARING.value],
    )
    return await slips_of(rows)


async def of_campaign(campaign: int, *statuses: Status) -> tuple[Slip, ...]:
    """The orders of a campaign that stand so, first come first."""
    orders = await Order.filter(campaign_id=campaign, status__in=list(statuses)).order_by("id")
    return await slips_of(orders)


async def placing_now(shop: ShopId, sku: str) -> int:
    """How many unpaid orders hold these goods at the price they were placed at."""
    return await Order.filter(shop_id=shop, status=Status.UNPAID, lines__sku_key=sku).distinct().count()


# ── from rows ──────────────────────────────────────────────────────────────────────────────────────────────────


_ALIVE = (Status.UNPAID.value, Status.PREPARING.value)
_OPEN = "WHERE shop_id = ? AND buyer_id = ? AND status IN (?, ?) AND paid_at IS NULL"
MOST_OPEN = 5


async def newest_open(
    shop: int, buyer: int, *statuses: Status, campaign: int | EllipsisType | None = ..., lock: str = ""
) -> Order | None:
    """The newest order without money in it, by a written statement: every message asks for it. `campaign` is whose
    order is meant: None for one that belongs to no campaign."""
    alive = statuses or (Status.UNPAID, Status.PREPARING)
    whose, values = "", [shop, buyer, *(str(status.value) for status in alive)]
    if not isinstance(campaign, EllipsisType):
        whose = "AND campaign_id IS NULL " if campaign is None else "AND campaign_id = ? "
        values += [] if campaign is None else [campaign]
    rows = await read(
        Order,
        f"WHERE shop_id = ? AND buyer_id = ? AND status IN ({', '.join('?' * len(alive))}) AND paid_at IS NULL "
        f"{whose}ORDER BY id DESC LIMIT 1",
        values,
        lock=lock,
    )
    return rows[0] if rows else None


async def lines_of(*orders: int) -> list[Line]:
    """In the order in which they were written."""
    places = ", ".join("?" * len(orders))
    return await read(Line, f"WHERE order_id IN ({places}) ORDER BY id", orders) if orders else []


async def slip_of(order: Order, lines: Sequence[Line] | None = None) -> Slip:
    """`lines` when they are known already."""
    return (await slips_of([order], lines))[0]


async def slips_of(orders: Sequence[Order], known: Sequence[Line] | None = None) -> tuple[Slip, ...]:
    lines: dict[int, list[Line]] = {order.id: [] for order in orders}
    for line in await lines_of(*lines) if known is None else known:
        lines[line.order_id].append(line)
    prepared = [order.id for order in orders if order.status == Status.PREPARING]  # others have no code
    codes = (
        await Pickup.filter(order_id__in=prepared, state="ready").values("order_id", "code")
        if prepared
        else []
    )
    code_of = {int(row["order_id"]): str(row["code"]) for row in codes}
    return tuple(build(order, lines[order.id], code_of.get(order.id)) for order in orders)


def build(order: Order, lines: Sequence[Line], pickup_code: str | None) -> Slip:
    return Slip(
        id=OrderId(order.id),
        shop=ShopId(order.shop_id),
        code=order.code,
        token=order.token,
        status=Status(order.status),
        pay_mode=PayMode(order.pay_mode),
        buyer=PersonId(order.buyer_id),
        room=RoomId(order.room_id) if order.room_id is not None else None,
        lines=tuple(_line(line) for line in lines),
        gross=Money(order.gross_fen),
        payable=Money(order.payable_fen),
        nearly=tuple(nearly_in(near) for near in order.nearly or ()),
        placed_at=order.placed_at,
        pay_due_at=order.pay_due_at,
        claimed_at=order.claimed_at,
        paid_at=order.paid_at,
        ended_at=order.ended_at,
        ended_why=order.ended_why or "",
        unused=tuple(unused_in(row) for row in order.unused or ()),
        campaign=order.campaign_id,
        pickup_code=pickup_code,
        delivery=delivery_in(order.delivery_fen, order.delivery) if order.delivery_fen is not None else None,
    )


def _line(line: Line) -> SlipLine:
    return SlipLine(
        line.sku_key,
        line.name,
        line.called,
        line.spec or "",
        line.unit,
        Quantity(line.qty),
        Money(line.price_fen),
        line.price_why or "",
        Money(line.gross_fen),
        Money(line.net_fen),
        tuple(cut_in(cut) for cut in line.cuts),
        line.for_whom,
        line.note,
    )
