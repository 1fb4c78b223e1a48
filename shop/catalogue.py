"""货架: what is on sale, at what price, as one frozen value that is made anew only when goods change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from shop import stock
from shop.counters import GOODS, goods_changed
from shop.events import SpecialsPosted
from shop.goods import Campaign, CampaignItem, Catalogue, Coupon, Product, Sku, Unit
from shop.kit.ids import PlaceId, RoomId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import NONE, Quantity
from shop.on_offer import on_offer
from shop.points import promotions_of
from shop.promotions import from_terms
from shop.records import goods as records
from shop.records.shops import Shop
from shop.records.stock import StockItem, StockMove
from shop.refusals import NameTaken, NoSuchGoods
from shop.rules.bookings import Service
from shop.rules.campaigns import Kind, OnOffer, read_as
from shop.rules.pricing import Offer, Promotion
from shop.rules.trade import Points, from_row
from shop.slots import services
from shop.transaction import run_sql, seen, transaction


@dataclass(frozen=True)
class Goods:
    """The shelf at one version: the catalogue, the specials by day, the promotions that run."""

    catalogue: Catalogue
    everything: Catalogue  # with the goods that were taken off the menu but still stand on orders
    row_of: Mapping[str, int]  # sku key → row id, of everything
    specials: Mapping[tuple[str, date], Money]
    promotions: tuple[Promotion, ...]
    version: int
    has_coupons: bool = False  # is a template running? else nobody's coupons are looked for
    points: Points = field(default_factory=Points)
    campaigns: tuple[OnOffer, ...] = ()  # oldest first, with those that ended lately
    services: tuple[Service, ...] = ()  # what can be booked

    def offers(self, sku: str, day: date, campaign: OnOffer | None = None) -> tuple[Offer, ...]:
        """What one unit may cost on this day, and in this campaign; the lowest is what it costs."""
        found = [Offer(self.everything.sku[sku].price)]
        if campaign is not None and (offer := campaign.offer(sku)):
            found.append(offer)
        special = self.specials.get((sku, day))
        if special is not None:
            found.append(Offer(special, "今日特价", "timed"))
        return tuple(found)

    def price(self, sku: str, day: date) -> Offer:
        return min(self.offers(sku, day), key=lambda offer: (offer.price, offer.rank))

    @cached_property
    def campaign(self) -> Mapping[str, OnOffer]:
        """By key."""
        return {campaign.key: campaign for campaign in self.campaigns}

    def running(
        self, room: RoomId | None, now: datetime, his: frozenset[RoomId] = frozenset()
    ) -> tuple[OnOffer, ...]:
        """The campaigns that are open in this group, newest last; one that names no group runs in all of them. In
        private those of `his` groups, or whatever is open when none of them is known: who knows of it may join."""
        here = his if room is None else frozenset({room})
        return tuple(
            one
            for one in self.campaigns
            if one.kind != Kind.BOOKING and one.is_open(now) and one.is_for(here)
        )

    @cached_property
    def numbered(self) -> tuple[Sku, ...]:
        """The menu in order: one entry a sku, numbered from 1 by its place."""
        return tuple(sku for product in self.catalogue.products for sku in product.skus)


@dataclass(frozen=True, slots=True)
class OnMenu:
    """One line of the menu. `left` is what can still be promised."""

    no: int
    sku: Sku
    name: str
    category: str
    price: Offer
    left: Quantity


@dataclass
class _Shelf:
    """The last shelf per shop; a cache only, checked against the version in the database at each use."""

    known: dict[int, Goods] = field(default_factory=dict)


_shelf = _Shelf()


async def goods(shop: ShopId) -> Goods:
    """The shelf now, the same one for a whole transaction unless that changes it. One cheap query when nothing
    changed since the last call."""
    if (here := seen().get((GOODS, shop))) is not None:
        return here  # type: ignore[no-any-return]  # put there below
    rows = await run_sql("SELECT goods_version FROM shop WHERE id = ?", [shop])
    version = int(rows[0]["goods_version"])
    known = _shelf.known.get(shop)
    if known is None or known.version != version:
        known = await _load(shop, version)
        _shelf.known[shop] = known
    seen()[GOODS, shop] = known
    return known


def forget() -> None:
    """Drop the cache (another database is opened)."""
    _shelf.known.clear()


async def _load(shop: ShopId, version: int) -> Goods:
    row = await Shop.get(id=shop)
    rules = from_row(row.rules)
    products = await records.Product.filter(shop_id=shop).order_by("place", "id").prefetch_related("skus")
    campaigns = await on_offer(shop)
    coupons = await records.CouponTemplate.filter(shop_id=shop).order_by("id")
    specials = await records.Special.filter(shop_id=shop).select_related("sku")
    promotions = await records.Promotion.filter(shop_id=shop, running=True).order_by("id")
    everything = Catalogue(
        shop_id=row.key,
        shop_name=row.name,
        tz=row.tz,
        now=None,
        groups=(),
        units=tuple(_unit(name, unit) for name, unit in row.units.items()),
        products=tuple(_product(product) for product in products),
        campaigns=tuple(_campaign(c) for c in campaigns),
        coupons=tuple(Coupon(c.code, c.title) for c in coupons),
        version=version,
    )
    on_sale = {product.key for product in products if product.on_sale}
    on_menu = tuple(p for p in everything.products if p.id in on_sale)
    catalogue = replace(everything, products=on_menu, campaigns=_of_menu(everything.campaigns, on_menu))
    return Goods(
        catalogue,
        everything,
        row_of={sku.key: sku.id for product in products for sku in product.skus},
        specials={(special.sku.key, special.day): Money(special.price_fen) for special in specials},
        promotions=(
            *(from_terms(promotion.kind, promotion.terms) for promotion in promotions),
            *promotions_of(rules.points),
        ),
        version=version,
        has_coupons=bool(coupons),
        points=rules.points,
        campaigns=campaigns,
        services=await services(shop),
    )


def _unit(name: str, unit: Mapping[str, Any]) -> Unit:
    return Unit(name, unit["kind"], unit.get("g"), unit.get("n"), tuple(unit.get("aliases", ())))


def _product(row: records.Product) -> Product:
    skus = tuple(
        Sku(s.key, row.key, s.spec, s.unit, Money(s.price_fen), s.is_default)
        for s in sorted(row.skus, key=lambda s: s.id)
    )
    return Product(row.key, row.name, skus, tuple(row.aliases), row.category, row.note)


def _of_menu(campaigns: Sequence[Campaign], products: Sequence[Product]) -> tuple[Campaign, ...]:
    """The campaigns with what of them is on the menu; the places of an event are taken by words of their own."""
    known = {sku.id for product in products for sku in product.skus}
    left = (replace(one, items=tuple(i for i in one.items if i.sku in known)) for one in campaigns)
    return tuple(one for one in left if one.items)


def _campaign(one: OnOffer) -> Campaign:
    """As the reader of messages knows it."""
    items = tuple(CampaignItem(item.no, item.letter, item.sku) for item in one.items)
    return Campaign(one.key, read_as(one.kind), one.title, one.state, one.deadline, items)


async def menu(shop: ShopId, day: date) -> tuple[OnMenu, ...]:
    """Everything on sale with its price today and what is left of it."""
    shelf = await goods(shop)
    left = await left_of(shop, [sku.id for sku in shelf.numbered])
    return tuple(
        OnMenu(
            no,
            sku,
            shelf.catalogue.product[sku.product].name,
            shelf.catalogue.product[sku.product].category,
            shelf.price(sku.id, day),
            left.get(sku.id, Quantity(0)),
        )
        for no, sku in enumerate(shelf.numbered, start=1)
    )


async def left_of(shop: ShopId, skus: Sequence[str]) -> dict[str, Quantity]:
    """What can still be promised of each sku."""
    if not skus:
        return {}
    rows = await run_sql(
        "SELECT sku.key, on_hand - held AS free FROM stock_item JOIN sku ON sku.id = sku_id "
        f"WHERE place_id IS NULL AND sku.shop_id = ? AND sku.key IN ({', '.join('?' * len(skus))})",
        [shop, *skus],
    )
    return {str(row["key"]): Quantity(int(row["free"])) for row in rows}


# ── what the merchant does ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class NewGoods:
    name: str
    unit: str
    price: Money
    stock: Quantity
    spec: str = ""
    category: str = ""


async def put_on_sale(shop: ShopId, new: NewGoods, *, now: datetime) -> str:
    """上架: a new product with one sku; gives the sku's key. Goods that were withdrawn under this name come back
    with the new price and stock. Raises NameTaken while the same name is on sale."""
    async with transaction():
        await _alone(shop)
        row = await records.Product.filter(shop_id=shop, name=new.name).first()
        if row and row.on_sale:
            raise NameTaken(new.name)
        if row is None:
            row = await _new_product(shop, new)
        else:
            await records.Product.filter(id=row.id).update(on_sale=True)
        sku = await records.Sku.filter(product_id=row.id, unit=new.unit, spec=new.spec).first()
        if sku is None:
            sku = await _new_sku(shop, row, new)
        await records.Sku.filter(id=sku.id).update(price_fen=new.price.fen)
        await stock.bring(sku.id, new.stock, "received", now=now)
        await goods_changed(shop)
        return sku.key


async def _new_product(shop: ShopId, new: NewGoods) -> records.Product:
    last = await records.Product.filter(shop_id=shop).order_by("-place").first()
    place = last.place + 1 if last else 1
    key = f"N{place:03d}"
    while await records.Product.filter(shop_id=shop, key=key).exists():
        place += 1
        key = f"N{place:03d}"
    return await records.Product.create(
        shop_id=shop,
        key=key,
        name=new.name,
        aliases=[],
        category=new.category,
        note="",
        place=place,
        on_sale=True,
    )


async def _new_sku(shop: ShopId, row: records.Product, new: NewGoods) -> records.Sku:
    first = not await records.Sku.filter(product_id=row.id).exists()
    count = await records.Sku.filter(product_id=row.id).count()
    sku = await records.Sku.create(
        shop_id=shop,
        product_id=row.id,
        key=f"{row.key}-{count + 1}",
        spec=new.spec,
        unit=new.unit,
        price_fen=new.price.fen,
        is_default=first,
    )
    await StockItem.create(sku_id=sku.id, on_hand=0, held=0)
    return sku


async def withdraw(shop: ShopId, product: str) -> str:
    """下架: off the menu; orders that stand are kept. Gives the name. Raises NoSuchGoods."""
    async with transaction():
        await _alone(shop)
        row = await _product_row(shop, product)
        await records.Product.filter(id=row.id).update(on_sale=False)
        await goods_changed(shop)
        return row.name


async def put_back(shop: ShopId, product: str) -> None:
    """Undo of 下架."""
    async with transaction():
        await _alone(shop)
        await records.Product.filter(shop_id=shop, key=product).update(on_sale=True)
        await goods_changed(shop)


async def change_price(shop: ShopId, sku: str, price: Money) -> Money:
    """改价: gives the old price. Orders already placed keep theirs. Raises NoSuchGoods."""
    async with transaction():
        await _alone(shop)
        row = await _sku_row(shop, sku)
        await records.Sku.filter(id=row.id).update(price_fen=price.fen)
        await goods_changed(shop)
        return Money(row.price_fen)


async def restock(
    shop: ShopId, sku: str, qty: Quantity, *, place: PlaceId | None = None, now: datetime
) -> Quantity:
    """补货: more has come in; gives what can be promised now. Raises NoSuchGoods."""
    async with transaction():
        row = await _sku_row(shop, sku)
        await stock.bring(row.id, qty, "received", place=place, now=now)
        return (await left_of(shop, [sku]))[sku]


async def take_out(
    shop: ShopId, sku: str, qty: Quantity, *, place: PlaceId | None = None, now: datetime
) -> bool:
    """Undo of 补货: take the quantity out again; False when it has been promised since, and nothing moves."""
    async with transaction():
        row = await _sku_row(shop, sku)
        return await stock.carry_off(row.id, qty, "undone", place=place, now=now)


async def count(
    shop: ShopId, sku: str, qty: Quantity, *, place: PlaceId | None = None, now: datetime
) -> Quantity | None:
    """盘点: the shelf holds this much; gives what was on hand, or None when more than that is promised already."""
    async with transaction():
        row = await _sku_row(shop, sku)
        if place is not None:  # there may be no row to lock
            await _alone(shop)
        item = await StockItem.filter(sku_id=row.id, place_id=place).select_for_update().first()
        if item is None:
            await stock.bring(row.id, qty, "counted", place=place, now=now)
            return NONE
        if qty.milli < item.held:
            return None
        await StockItem.filter(id=item.id, held__lte=qty.milli).update(on_hand=qty.milli)
        difference = qty.milli - item.on_hand
        await StockMove.create(sku_id=row.id, place_id=place, change=difference, reason="counted", at=now)
        return Quantity(item.on_hand)


async def set_specials(shop: ShopId, prices: Mapping[str, Money], day: date) -> dict[str, Money | None]:
    """今日特价: these prices on this day; gives the special each sku had before, for undo. Raises NoSuchGoods."""
    before: dict[str, Money | None] = {}
    async with transaction():
        await _alone(shop)
        for sku, price in prices.items():
            row = await _sku_row(shop, sku)
            old = await records.Special.filter(sku_id=row.id, day=day).first()
            before[sku] = Money(old.price_fen) if old else None
            await records.Special.filter(sku_id=row.id, day=day).delete()
            await records.Special.create(shop_id=shop, sku_id=row.id, day=day, price_fen=price.fen)
        await goods_changed(shop)
    return before


async def undo_specials(shop: ShopId, before: Mapping[str, Money | None], day: date) -> None:
    async with transaction():
        await _alone(shop)
        for sku, price in before.items():
            row = await _sku_row(shop, sku)
            await records.Special.filter(sku_id=row.id, day=day).delete()
            if price is not None:
                await records.Special.create(shop_id=shop, sku_id=row.id, day=day, price_fen=price.fen)
        await goods_changed(shop)


async def post_specials(rooms: Sequence[RoomId], skus: Sequence[str], day: date, *, now: datetime) -> None:
    """Tell these groups about the specials of the day."""
    async with transaction() as tx:
        for room in rooms:
            tx.tell(SpecialsPosted(room, day.isoformat(), tuple(skus)), at=now)


async def _product_row(shop: ShopId, product: str) -> records.Product:
    row = await records.Product.filter(shop_id=shop, key=product, on_sale=True).first()
    if row is None:
        raise NoSuchGoods(product)
    return row


async def _sku_row(shop: ShopId, sku: str) -> records.Sku:
    row = await records.Sku.filter(shop_id=shop, key=sku).first()
    if row is None:
        raise NoSuchGoods(sku)
    return row


async def _alone(shop: ShopId) -> None:
    """Two clerks change the goods one after the other; buyers do not wait for them."""
    await Shop.filter(id=shop).select_for_update(no_key=True).first()
