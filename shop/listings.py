"""清单: what other programs and pages read, page by page, in the order it came; a page costs the same however far it is.

A cursor is the place after the last row that was given, never a count: rows that come or go meanwhile make no gap.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from tortoise.functions import Count, Sum
from tortoise.models import Model
from tortoise.queryset import QuerySet

from shop.kit.ids import OrderId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.records import desk, goods, people
from shop.records.campaigns import Campaign
from shop.records.orders import Line, Order
from shop.records.parcels import Parcel, ParcelPart
from shop.records.payments import PayFact
from shop.records.pickups import Pickup
from shop.records.shops import Shop
from shop.records.stock import StockItem
from shop.rules.campaigns import Kind, read_as
from shop.rules.orders import PayMode, Status
from shop.rules.parcels import State as Packed

MOST = 200
BIGGEST_ID = 2**63 - 1

T = TypeVar("T")
Row = TypeVar("Row", bound=Model)


class BadCursor(ValueError):
    """Not a cursor that this list has given."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`next` is None on the last page."""

    items: tuple[T, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class ListedSku:
    id: str
    spec: str
    unit: str
    price_fen: int
    special_fen: int | None  # today's
    on_hand: Quantity
    held: Quantity
    left: Quantity


@dataclass(frozen=True, slots=True)
class ListedProduct:
    id: str
    name: str
    aliases: tuple[str, ...]
    category: str
    on_sale: bool
    skus: tuple[ListedSku, ...]


@dataclass(frozen=True, slots=True)
class Who:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class ListedCut:
    rule: str
    why: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class ListedLine:
    sku: str
    name: str
    spec: str
    unit: str
    qty: Quantity
    price_fen: int
    gross_fen: int
    net_fen: int
    cuts: tuple[ListedCut, ...]


@dataclass(frozen=True, slots=True)
class ListedPickup:
    """Only how far it is: a code would hand over the goods to whoever reads the list."""

    state: str  # none, ready, done, void


@dataclass(frozen=True, slots=True)
class ListedPart:
    sku: str
    unit: str
    qty: Quantity


@dataclass(frozen=True, slots=True)
class ListedParcel:
    """`number` is of its order, from 1; one that was taken apart is not listed."""

    number: int
    state: str  # packed, sent, done
    parts: tuple[ListedPart, ...]


@dataclass(frozen=True, slots=True)
class ListedOrder:
    code: str
    status: Status
    pay_mode: PayMode
    buyer: Who
    room: str | None
    lines: tuple[ListedLine, ...]
    gross_fen: int
    delivery_fen: int | None  # None: the buyer fetches it
    payable_fen: int
    placed_at: datetime
    pay_due_at: datetime | None
    paid_at: datetime | None
    ended_at: datetime | None
    pickup: ListedPickup
    parcels: tuple[ListedParcel, ...]  # none when all of it goes at once


@dataclass(frozen=True, slots=True)
class ListedCustomer:
    """`orders` were not cancelled, `spent_fen` is what was paid for them."""

    id: int
    name: str
    orders: int
    spent_fen: int
    met_at: datetime


@dataclass(frozen=True, slots=True)
class ListedItem:
    no: int
    letter: str
    sku: str


@dataclass(frozen=True, slots=True)
class ListedCampaign:
    id: str
    kind: str
    title: str
    status: str
    deadline: datetime | None
    items: tuple[ListedItem, ...]


@dataclass(frozen=True, slots=True)
class ListedCoupon:
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class ListedTicket:
    id: int
    person: Who
    room: str | None
    why: str
    state: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class MoneyIn:
    """Money that came in for an order, and what became of it: settled, late, mismatch or surplus."""

    provider: str
    amount: Money
    standing: str
    at: datetime

    @property
    def is_settled(self) -> bool:
        return self.standing == "settled"


# ── the lists ───────────────────────────────────────────────────────────────────────────────────────────────────


async def products(
    shop: ShopId, *, now: datetime, after: str | None = None, limit: int = 50
) -> Page[ListedProduct]:
    """Everything that ever was on the menu, with today's specials and what is left. Raises BadCursor."""
    rows, following = await _page("products", goods.Product.filter(shop_id=shop), after, limit)
    skus: dict[int, list[goods.Sku]] = defaultdict(list)
    for sku in await goods.Sku.filter(product_id__in=[row.id for row in rows]).order_by("id"):
        skus[sku.product_id].append(sku)
    ids = [sku.id for found in skus.values() for sku in found]
    stock = {item.sku_id: item for item in await StockItem.filter(sku_id__in=ids, place_id=None)}
    shop_row = await Shop.get(id=shop)
    day = now.astimezone(ZoneInfo(shop_row.tz)).date()
    specials = await _specials(ids, day)
    return Page(
        tuple(
            ListedProduct(
                row.key,
                row.name,
                tuple(row.aliases),
                row.category,
                row.on_sale,
                tuple(_sku(sku, stock[sku.id], specials.get(sku.id)) for sku in skus[row.id]),
            )
            for row in rows
        ),
        following,
    )


async def orders(shop: ShopId, *, after: str | None = None, limit: int = 50) -> Page[ListedOrder]:
    """Orders, oldest first. Raises BadCursor."""
    found = Order.filter(shop_id=shop).select_related("buyer", "room")
    rows, following = await _page("orders", found, after, limit)
    return Page(await _orders(rows), following)


async def order(shop: ShopId, code: str) -> ListedOrder | None:
    """The newest order with this very code; codes come again after a year."""
    found = Order.filter(shop_id=shop, code=code).order_by("-id").select_related("buyer", "room")
    row = await found.first() if re.fullmatch(r"[0-9]{4}-[0-9]{3,5}", code) else None
    return (await _orders([row]))[0] if row else None


async def spent_fen(*persons: int) -> dict[int, int]:
    """What each of them has paid for orders that stand."""
    paid = Order.filter(buyer_id__in=list(persons), paid_at__isnull=False).exclude(status=Status.CANCELLED)
    sums = await paid.annotate(fen=Sum("payable_fen")).group_by("buyer_id").values("buyer_id", "fen")
    return {int(one["buyer_id"]): int(one["fen"]) for one in sums}  # PostgreSQL sums BIGINT to Decimal


async def customers(shop: ShopId, *, after: str | None = None, limit: int = 50) -> Page[ListedCustomer]:
    """Everybody the shop has met. Raises BadCursor."""
    rows, following = await _page("customers", people.Person.filter(shop_id=shop), after, limit)
    kept = Order.filter(buyer_id__in=[row.id for row in rows]).exclude(status=Status.CANCELLED)
    counts = await kept.annotate(n=Count("id")).group_by("buyer_id").values("buyer_id", "n")
    orders_of = {int(one["buyer_id"]): int(one["n"]) for one in counts}
    spent = await spent_fen(*(row.id for row in rows))
    return Page(
        tuple(
            ListedCustomer(row.id, row.name, orders_of.get(row.id, 0), spent.get(row.id, 0), row.met_at)
            for row in rows
        ),
        following,
    )


async def campaigns(shop: ShopId, *, after: str | None = None, limit: int = 50) -> Page[ListedCampaign]:
    """Those that people take part in, not what sells the deposits of appointments. Raises BadCursor."""
    joined = Campaign.filter(shop_id=shop).exclude(kind=Kind.BOOKING)
    rows, following = await _page("campaigns", joined.prefetch_related("goods__sku"), after, limit)
    return Page(tuple(_campaign(row) for row in rows), following)


async def coupons(shop: ShopId, *, after: str | None = None, limit: int = 50) -> Page[ListedCoupon]:
    """Raises BadCursor."""
    rows, following = await _page("coupons", goods.CouponTemplate.filter(shop_id=shop), after, limit)
    return Page(tuple(ListedCoupon(row.code, row.title) for row in rows), following)


async def tickets(shop: ShopId, *, after: str | None = None, limit: int = 50) -> Page[ListedTicket]:
    """Who asked for a person. Raises BadCursor."""
    found = desk.Ticket.filter(shop_id=shop, person_id__isnull=False).select_related("person", "room")
    rows, following = await _page("tickets", found, after, limit)
    return Page(
        tuple(
            ListedTicket(
                row.id,
                Who(row.person.id, row.person.name),
                row.room.name if row.room else None,
                row.why,
                row.state,
                row.opened_at,
            )
            for row in rows
            if row.person is not None
        ),
        following,
    )


async def money_in(order: OrderId) -> tuple[MoneyIn, ...]:
    """All money that came in for one order, oldest first."""
    rows = await PayFact.filter(order_id=order).order_by("id")
    return tuple(MoneyIn(row.provider, Money(row.amount_fen), row.standing, row.at) for row in rows)


# ── paging ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def _page(
    name: str, found: QuerySet[Row], after: str | None, limit: int
) -> tuple[Sequence[Row], str | None]:
    """One row more is read than is given: it tells whether there is a next page."""
    if not 1 <= limit <= MOST:
        raise ValueError(f"a page has 1 to {MOST} rows, not {limit}")
    beyond = found.filter(id__gt=_id_in(name, after)) if after is not None else found
    rows = await beyond.order_by("id").limit(limit + 1)
    page = rows[:limit]
    return page, _cursor(name, page[-1].pk) if len(rows) > limit else None


def _cursor(name: str, id: int) -> str:
    return urlsafe_b64encode(f"{name} {id}".encode()).decode().rstrip("=")


def _id_in(name: str, cursor: str) -> int:
    """Only what `_cursor` writes for this list is read; anything else is refused, not guessed at."""
    try:
        text = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode("ascii")
        id = int(text.removeprefix(f"{name} "))
    except ValueError:
        raise BadCursor(cursor) from None
    if not 0 < id <= BIGGEST_ID or _cursor(name, id) != cursor:
        raise BadCursor(cursor)
    return id


# ── from rows ───────────────────────────────────────────────────────────────────────────────────────────────────


async def _specials(skus: Sequence[int], day: date) -> dict[int, int]:
    rows = await goods.Special.filter(sku_id__in=list(skus), day=day)
    return {row.sku_id: row.price_fen for row in rows}


def _sku(row: goods.Sku, item: StockItem, special: int | None) -> ListedSku:
    return ListedSku(
        row.key,
        row.spec,
        row.unit,
        row.price_fen,
        special,
        Quantity(item.on_hand),
        Quantity(item.held),
        Quantity(item.on_hand - item.held),
    )


async def _orders(rows: Sequence[Order]) -> tuple[ListedOrder, ...]:
    ids = [row.id for row in rows]
    lines: dict[int, list[Line]] = defaultdict(list)
    for line in await Line.filter(order_id__in=ids).order_by("id"):
        lines[line.order_id].append(line)
    pickups = {row.order_id: row.state for row in await Pickup.filter(order_id__in=ids)}
    parcels = await _parcels(ids)
    return tuple(_order(row, lines[row.id], pickups.get(row.id, "none"), parcels[row.id]) for row in rows)


async def _parcels(orders: Sequence[int]) -> dict[int, list[ListedParcel]]:
    """Of each order, oldest first."""
    inside = ParcelPart.filter(parcel__order_id__in=orders).exclude(parcel__state=Packed.VOID)
    parts: dict[Parcel, list[ListedPart]] = defaultdict(list)
    for one in await inside.select_related("parcel", "line").order_by("parcel_id", "line_id"):
        parts[one.parcel].append(ListedPart(one.line.sku_key, one.line.unit, Quantity(one.qty)))
    parcels: dict[int, list[ListedParcel]] = defaultdict(list)
    for row, listed in parts.items():
        parcels[row.order_id].append(ListedParcel(row.number, row.state, tuple(listed)))
    return parcels


def _order(row: Order, lines: Iterable[Line], pickup: str, parcels: Iterable[ListedParcel]) -> ListedOrder:
    return ListedOrder(
        code=row.code,
        status=Status(row.status),
        pay_mode=PayMode(row.pay_mode),
        buyer=Who(row.buyer_id, row.buyer.name),
        room=row.room.name if row.room else None,
        lines=tuple(_line(line) for line in lines),
        gross_fen=row.gross_fen,
        delivery_fen=row.delivery_fen,
        payable_fen=row.payable_fen,
        placed_at=row.placed_at,
        pay_due_at=row.pay_due_at,
        paid_at=row.paid_at,
        ended_at=row.ended_at,
        pickup=ListedPickup(pickup),
        parcels=tuple(parcels),
    )


def _line(row: Line) -> ListedLine:
    return ListedLine(
        row.sku_key,
        row.name,
        row.spec,
        row.unit,
        Quantity(row.qty),
        row.price_fen,
        row.gross_fen,
        row.net_fen,
        tuple(ListedCut(cut["rule"], cut["why"], cut["fen"]) for cut in row.cuts),
    )


def _campaign(row: Campaign) -> ListedCampaign:
    items = sorted(row.goods, key=lambda item: item.no)
    listed = tuple(ListedItem(item.no, item.letter or "", item.sku.key) for item in items)
    return ListedCampaign(row.key, read_as(Kind(row.kind)), row.title, row.status, row.deadline, listed)
