"""券与积分 in somebody's hands: given by the shop's own verbs, and what the rows say of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shop import coupon_templates, coupons, points, seed
from shop.kit.ids import PersonId, ShopId
from shop.settled import settle_rules
from shop.transaction import run_sql
from tests.support.world import NO_GOODS, NOW

RULES: dict[str, Any] = {"points": {"per_yuan": 1, "worth_fen": 1, "most_bp": 5_000, "levels": []}}


async def running(shop: ShopId, *promotions: Mapping[str, Any]) -> None:
    """These promotions, from now on."""
    await seed.fill(shop, NO_GOODS, now=NOW, promotions=promotions)


async def a_coupon(shop: ShopId, person: PersonId, title: str = "满30减5", **more: Any) -> int:
    kind = await coupon_templates.make_template(shop, coupon_templates.new_code(), title, **more)
    (held,) = await coupons.give(kind.id, [person], now=NOW)
    return held.id


async def state(coupon: int) -> str:
    return str((await run_sql("SELECT state FROM coupon WHERE id = ?", [coupon]))[0]["state"])


async def with_points(shop: ShopId, person: PersonId, many: int) -> None:
    await settle_rules(shop, RULES)
    await points.give(shop, person, many, person, "", NOW, f"gift {person}")


async def spendable(shop: ShopId, person: PersonId) -> int:
    return (await points.balance(shop, person)).spendable
