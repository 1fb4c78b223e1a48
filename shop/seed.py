"""开张: open a shop from a catalogue; goods that are there already are left as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shop.counters import goods_changed
from shop.goods import Catalogue, Product
from shop.kit.ids import ShopId
from shop.kit.quantity import Quantity
from shop.promotions import from_terms
from shop.records import goods as records
from shop.records.campaigns import Campaign, CampaignItem
from shop.records.shops import Shop
from shop.records.stock import StockItem, StockMove
from shop.rules.campaigns import Kind, State
from shop.settled import settle_rules
from shop.transaction import transaction

OPENING_STOCK = Quantity.of(100)
BATCH = 500  # rows a statement


async def open_shop(key: str, name: str, tz: str, *, now: datetime) -> ShopId:
    """The shop of this installation, made at the first start."""
    async with transaction():
        row = await Shop.filter(key=key).first()
        if row is None:
            row = await Shop.create(key=key, name=name, tz=tz, units=UNITS, opened_at=now)
        elif row.name != name:
            await Shop.filter(id=row.id).update(name=name)
        return ShopId(row.id)


async def fill(
    shop: ShopId,
    catalogue: Catalogue,
    *,
    now: datetime,
    stock: Mapping[str, Quantity] | None = None,
    promotions: Sequence[Mapping[str, Any]] = (),
) -> int:
    """Put a catalogue on the shelves: products, skus with opening stock (100 each unless `stock` says), campaigns,
    coupons, promotions as {"kind", …terms}, rules unless the shop has settled some. Gives how many products were new;
    known ones are not touched, and a promotion that was stopped stays stopped."""
    async with transaction():
        await Shop.filter(id=shop).update(units=_units(catalogue))
        have = {p.key for p in await records.Product.filter(shop_id=shop)}
        new = [product for product in catalogue.products if product.id not in have]
        await _shelve(shop, new, len(have), stock or {}, now)
        await _campaigns(shop, catalogue)
        await _promotions(shop, promotions)
        await _rules(shop, catalogue.rules)
        await goods_changed(shop)
        return len(new)


async def _shelve(
    shop: ShopId, new: Sequence[Product], already: int, stock: Mapping[str, Quantity], now: datetime
) -> None:
    """Many at a time: five thousand products are on the shelves within seconds."""
    await records.Product.bulk_create(
        [
            records.Product(
                shop_id=shop,
                key=product.id,
                name=product.name,
                aliases=list(product.aliases),
                category=product.category,
                note=product.note,
                place=place,
                on_sale=True,
            )
            for place, product in enumerate(new, start=already + 1)
        ],
        batch_size=BATCH,
    )
    ids = {p.key: p.id for p in await records.Product.filter(shop_id=shop)}
    await records.Sku.bulk_create(
        [
            records.Sku(
                shop_id=shop,
                product_id=ids[product.id],
                key=sku.id,
                spec=sku.spec,
                unit=sku.unit,
                price_fen=sku.price.fen,
                is_default=sku.default,
            )
            for product in new
            for sku in product.skus
        ],
        batch_size=BATCH,
    )
    fresh = {sku.id for product in new for sku in product.skus}
    rows = [
        (s.id, stock.get(s.key, OPENING_STOCK).milli)
        for s in await records.Sku.filter(shop_id=shop)
        if s.key in fresh
    ]
    await StockItem.bulk_create(
        [StockItem(sku_id=id, on_hand=milli, held=0) for id, milli in rows], batch_size=BATCH
    )
    moves = [StockMove(sku_id=id, change=milli, reason="opening", ref="", at=now) for id, milli in rows]
    await StockMove.bulk_create(moves, batch_size=BATCH)


async def _campaigns(shop: ShopId, catalogue: Catalogue) -> None:
    skus = {sku.key: sku.id for sku in await records.Sku.filter(shop_id=shop)}
    for campaign in catalogue.campaigns:
        if not await Campaign.filter(shop_id=shop, key=campaign.id).exists():
            row = await Campaign.create(
                shop_id=shop,
                key=campaign.id,
                kind=Kind.FLASH if campaign.kind == "flash" else Kind.LIST,
                title=campaign.title,
                status=campaign.status,
                deadline=campaign.deadline,
            )
            for item in campaign.items:
                await CampaignItem.create(
                    campaign_id=row.id,
                    sku_id=skus[item.sku],
                    no=item.no,
                    letter=item.letter,
                    is_open=campaign.status == State.OPEN,
                )
    for coupon in catalogue.coupons:
        if not await records.CouponTemplate.filter(shop_id=shop, code=coupon.code).exists():
            await records.CouponTemplate.create(shop_id=shop, code=coupon.code, title=coupon.title)


async def _promotions(shop: ShopId, promotions: Sequence[Mapping[str, Any]]) -> None:
    for promotion in promotions:
        terms = {key: value for key, value in promotion.items() if key != "kind"}
        from_terms(promotion["kind"], terms)  # refuses wrong terms before they are a row
        if not await records.Promotion.filter(shop_id=shop, kind=promotion["kind"]).exists():
            await records.Promotion.create(shop_id=shop, kind=promotion["kind"], terms=terms, running=True)


async def _rules(shop: ShopId, rules: Mapping[str, Any]) -> None:
    if rules and (await Shop.get(id=shop)).rules is None:
        await settle_rules(shop, dict(rules))


def _units(catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    return UNITS | {
        unit.name: {"kind": unit.kind, "g": unit.grams, "n": unit.pieces, "aliases": list(unit.aliases)}
        for unit in catalogue.units
    }


def _unit(kind: str, *aliases: str, g: int | None = None, n: int | None = None) -> dict[str, Any]:
    return {"kind": kind, "g": g, "n": n, "aliases": list(aliases)}


UNITS: dict[str, dict[str, Any]] = {
    "斤": _unit("weight", g=500),
    "公斤": _unit("weight", "kg", "KG", "千克", g=1000),
    "两": _unit("weight", g=50),
    "克": _unit("weight", "g", "G", g=1),
    "箱": _unit("pack", "件"),
    "份": _unit("pack"),
    "盒": _unit("pack"),
    "袋": _unit("pack", "包"),
    "包": _unit("pack", "袋"),
    "提": _unit("pack"),
    "板": _unit("pack"),
    "瓶": _unit("pack"),
    "罐": _unit("pack", "听"),
    "桶": _unit("pack"),
    "只": _unit("count"),
    "条": _unit("count", "尾"),
    "个": _unit("count", "個", "颗", "粒", "枚"),
    "串": _unit("count"),
    "根": _unit("count", "支"),
    "块": _unit("count"),
    "打": _unit("count", n=12),
    "对": _unit("count", n=2),
}
