"""货架上的数: what is there and what is promised of it, in the shop and in other places; sold over the counter, moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shop import stock
from shop.kit.ids import PlaceId, ShopId
from shop.kit.quantity import NONE, Quantity
from shop.records.shops import Shop
from shop.records.stock import Place
from shop.refusals import NoSuchGoods, StillPromised
from shop.transaction import run_sql, transaction

HERE = "店里"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where goods lie; without an id it is the shop itself, from which orders are served."""

    id: PlaceId | None
    name: str


SHOP = Spot(None, HERE)


@dataclass(frozen=True, slots=True)
class Standing:
    """One sku in one place, in its own unit: what is there, and what of it is promised to orders."""

    id: int
    name: str
    unit: str
    on_hand: Quantity
    held: Quantity
    place: str = HERE

    @property
    def free(self) -> Quantity:
        return self.on_hand - self.held


async def standing(shop: ShopId, sku: str, *, place: Spot = SHOP) -> Standing:
    """Raises NoSuchGoods."""
    where, of = stock.at(place.id)
    rows = await run_sql(
        "SELECT sku.id, product.name, sku.unit, coalesce(item.on_hand, 0) AS on_hand, coalesce(item.held, 0) AS held "
        "FROM sku JOIN product ON product.id = sku.product_id "
        f"LEFT JOIN stock_item AS item ON item.sku_id = sku.id AND item.{where} "
        'WHERE sku.shop_id = ? AND sku."key" = ?',
        [*of, shop, sku],
    )
    if not rows:
        raise NoSuchGoods(sku)
    row = rows[0]
    return Standing(
        int(row["id"]),
        str(row["name"]),
        str(row["unit"]),
        Quantity(int(row["on_hand"])),
        Quantity(int(row["held"])),
        place.name,
    )


async def sold_here(shop: ShopId, sku: str, qty: Quantity, *, place: Spot = SHOP, now: datetime) -> Quantity:
    """门店卖了: goods left without an order; gives what is left there to promise or to sell. Raises StillPromised when the
    shelf would hold less than what is promised, NoSuchGoods."""
    async with transaction():
        here = await standing(shop, sku, place=place)
        if not await stock.carry_off(here.id, qty, "offline", place=place.id, now=now):
            raise StillPromised(here.name, here.unit, here.on_hand, here.held, here.place)
        return (await standing(shop, sku, place=place)).free


async def not_sold(shop: ShopId, sku: str, qty: Quantity, *, place: Spot = SHOP, now: datetime) -> None:
    """The undo of `sold_here`."""
    async with transaction():
        here = await standing(shop, sku, place=place)
        await stock.bring(here.id, qty, "undone", place=place.id, now=now)


# ── several places ──────────────────────────────────────────────────────────────────────────────────────────────


async def spots(shop: ShopId) -> tuple[Spot, ...]:
    """The shop, and every other place that was named."""
    rows = await Place.filter(shop_id=shop).order_by("id")
    return (SHOP, *(Spot(PlaceId(row.id), row.name) for row in rows))


async def new_spot(shop: ShopId, name: str) -> Spot:
    """A place that goods can be moved to; the one there is, when it is known by this name."""
    async with transaction():
        await Shop.filter(id=shop).select_for_update(no_key=True).first()
        known = next((one for one in await spots(shop) if one.name == name), None)
        return known or Spot(PlaceId((await Place.create(shop_id=shop, name=name)).id), name)


async def move(
    shop: ShopId, sku: str, qty: Quantity, source: Spot, to: Spot, *, now: datetime
) -> tuple[Standing, Standing]:
    """调货: from one place to another, all or nothing; gives what there is in both. Raises StillPromised when there is not
    so much that nobody was promised, NoSuchGoods."""
    async with transaction():
        await (
            Shop.filter(id=shop).select_for_update(no_key=True).first()
        )  # two moves never wait for each other
        here = await standing(shop, sku, place=source)
        if not await stock.carry_off(here.id, qty, "moved", place=source.id, now=now):
            raise StillPromised(here.name, here.unit, here.on_hand, here.held, here.place)
        await stock.bring(here.id, qty, "moved", place=to.id, now=now)
        return await standing(shop, sku, place=source), await standing(shop, sku, place=to)


async def everywhere(shop: ShopId, sku: str) -> tuple[Standing, ...]:
    """What lies where, the shop first; places with none of it are left out."""
    found = [await standing(shop, sku, place=spot) for spot in await spots(shop)]
    return tuple(one for one in found if one.place == HERE or one.on_hand > NONE)


async def elsewhere(shop: ShopId) -> tuple[str, ...]:
    """The skus of which something lies outside the shop."""
    rows = await run_sql(
        'SELECT DISTINCT sku."key" FROM stock_item AS item JOIN sku ON sku.id = item.sku_id '
        'WHERE item.place_id IS NOT NULL AND item.on_hand > 0 AND sku.shop_id = ? ORDER BY sku."key"',
        [shop],
    )
    return tuple(str(row["key"]) for row in rows)
