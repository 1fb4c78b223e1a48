"""店规: what this shop has settled for itself (rules/trade.py says what there is to settle)."""

from __future__ import annotations

from typing import Any

from shop.counters import goods_changed
from shop.kit.ids import ShopId
from shop.records.shops import Shop
from shop.rules.trade import TradeRules, from_row
from shop.transaction import transaction


async def shop_rules(shop: int) -> TradeRules:
    return from_row((await Shop.get(id=shop)).rules)


async def settle_rules(shop: ShopId, said: dict[str, Any]) -> TradeRules:
    """Change what the shop says about these; the rest stays. Raises ValueError for what is no rule."""
    async with transaction():
        row = await Shop.filter(id=shop).select_for_update().get()
        both = (row.rules or {}) | said
        rules = from_row(both)
        await Shop.filter(id=shop).update(rules=both)
        await goods_changed(shop)  # what things cost may depend on it
        return rules
