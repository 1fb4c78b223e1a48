"""看一眼: a pick-up code, where an order is brought, words that hold such a thing: covered at the desk until an agent asks
for one of them. Each look is written down among his acts (shop/acts.py)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from shop import acts, addresses, slips, transcripts
from shop.deskviews import RECENT
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.transaction import run_sql, transaction

What = Literal["code", "address"]
WORDS: dict[What, str] = {"code": "取货码", "address": "地址"}
LOOK = "look"
FAR_BACK = 1000  # lines that can still be looked at


async def at_order(
    shop: ShopId, agent: PersonId, customer: PersonId, order: OrderId, what: What, *, now: datetime
) -> str:
    """Empty when this customer has no such order, or it has nothing of the kind (any more)."""
    async with transaction():
        mine = await slips.recent(shop, customer, limit=RECENT)
        slip = next((one for one in mine if one.id == order), None)
        if slip is None:
            return ""
        found = slip.pickup_code or "" if what == "code" else await addresses.of(order)
        await _keep(shop, agent, customer, f"{slip.code} 的{WORDS[what]}" if found else "", now)
        return found


async def at_line(shop: ShopId, agent: PersonId, customer: PersonId, key: str, *, now: datetime) -> str:
    """The whole of what was said in this line of his transcript (m12, l7); empty when there is none."""
    async with transaction():
        if not await run_sql("SELECT 1 FROM person WHERE id = ? AND shop_id = ?", [customer, shop]):
            return ""
        said = await transcripts.said(customer, limit=FAR_BACK)
        found = next((one.text for one in said if one.key == key), "")
        await _keep(shop, agent, customer, f"一句话（{key}）" if found else "", now)
        return found


async def _keep(shop: ShopId, agent: PersonId, customer: PersonId, what: str, now: datetime) -> None:
    if what:
        (row,) = await run_sql("SELECT name FROM person WHERE id = ?", [customer])
        await acts.record(shop, agent, LOOK, f"看了{row['name']} {what}", "done", now=now)
