"""货架上的数: what is there and what is promised of it, and what was sold over the counter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shop import stock
from shop.kit.ids import ShopId
from shop.kit.quantity import Quantity
from shop.refusals import NoSuchGoods, StillPromised
from shop.transaction import run_sql, transaction


@dataclass(frozen=True, slots=True)
class Standing:
    """One sku in the shop, in its own unit: what is there, and what of it is promised to orders."""

    id: int
    name: str
    unit: str
    on_hand: Quantity
    held: Quantity

    @property
    def free(self) -> Quantity:
        return self.on_hand - self.held


async def standing(shop: ShopId, sku: str) -> Standing:
    """Raises NoSuchGoods."""
    rows = await run_sql(
        "SELECT sku.id, product.name, sku.unit, item.on_hand, item.held FROM sku "
        "JOIN product ON product.id = sku.product_id JOIN stock_item AS item ON item.sku_id = sku.id "
        'WHERE sku.shop_id = ? AND sku."key" = ?',
        [shop, sku],
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
    )


async def sold_here(shop: ShopId, sku: str, qty: Quantity, *, now: datetime) -> Quantity:
    """门店卖了: goods left the shop without an order; gives what can be promised now. Raises StillPromised when the
    shelf would hold less than what is promised, NoSuchGoods."""
    async with transaction():
        here = await standing(shop, sku)
        if not await stock.carry_off(here.id, qty, "offline", now=now):
            raise StillPromised(here.name, here.unit, here.on_hand, here.held)
        return (await standing(shop, sku)).free


async def not_sold(shop: ShopId, sku: str, qty: Quantity, *, now: datetime) -> None:
    """The undo of `sold_here`."""
    async with transaction():
        here = await standing(shop, sku)
        await stock.bring(here.id, qty, "undone", now=now)
