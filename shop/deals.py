"""促销: what a shop cuts its prices by, run and stopped by the merchant; its groups hear of it once, and of its end once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shop.counters import goods_changed
from shop.events import DealBegun, DealEnding
from shop.kit.ids import RoomId, ShopId
from shop.promotions import from_terms
from shop.records.goods import Promotion as Row
from shop.rules.campaigns import LAST_CALL
from shop.rules.coupons import Coupon
from shop.rules.promotions import Promotion
from shop.rules.scope import Scope
from shop.transaction import transaction


@dataclass(frozen=True, slots=True)
class Deal:
    """A promotion of a shop. Its id is the number people call it by."""

    id: int
    shop: ShopId
    kind: str
    promotion: Promotion
    rooms: tuple[RoomId, ...]
    running: bool

    @property
    def scope(self) -> Scope:
        return _scope(self.promotion)


async def run(
    shop: ShopId,
    kind: str,
    terms: Mapping[str, Any],
    *,
    now: datetime,
    rooms: Sequence[RoomId] = (),
    instead_of: Sequence[int] = (),
) -> Deal:
    """Let it count from now on (or from its own beginning) instead of these; the groups hear of it when it begins, and
    half an hour before it ends. Raises ValueError for wrong terms."""
    scope = _scope(from_terms(kind, terms))
    later = scope.since if scope.since and scope.since > now else None
    async with transaction() as tx:
        row = await Row.create(
            shop_id=shop,
            kind=kind,
            terms=dict(terms),
            rooms=list(rooms) or None,
            post_at=later if rooms else None,
            call_at=_call_at(later or now, scope.until) if rooms else None,
            ends_at=scope.until,
        )
        await Row.filter(id=row.id).update(terms={**terms, "id": f"{kind}-{row.id}"})
        await Row.filter(shop_id=shop, id__in=list(instead_of)).update(running=False)
        await goods_changed(shop)
        if rooms and not later:
            tx.tell(DealBegun(row.id), at=now)
        return await deal(row.id)


async def stop(shop: ShopId, id: int) -> bool:
    """It counts no more for new baskets; what stands on an order stays. False when none of that number runs."""
    async with transaction():
        stopped = await Row.filter(shop_id=shop, id=id, running=True).update(running=False)
        await goods_changed(shop)
        return bool(stopped)


async def go_on(shop: ShopId, ids: Sequence[int]) -> None:
    """Undo of stopping them."""
    async with transaction():
        await Row.filter(shop_id=shop, id__in=list(ids)).update(running=True)
        await goods_changed(shop)


async def running(shop: ShopId, *, now: datetime) -> tuple[Deal, ...]:
    """What counts now or will, oldest first."""
    rows = await Row.filter(shop_id=shop, running=True).order_by("id")
    return tuple(one for one in map(_deal, rows) if not one.scope.over(now))


async def deal(id: int) -> Deal:
    return _deal(await Row.get(id=id))


async def tell_due(*, now: datetime) -> int:
    """What begins, what is about to end, and what has ended."""
    async with transaction() as tx:
        begun = await Row.filter(running=True, post_at__lte=now).order_by("post_at", "id")
        for row in begun:
            await Row.filter(id=row.id).update(post_at=None)
            tx.tell(DealBegun(row.id), at=row.post_at)
        ending = await Row.filter(running=True, call_at__lte=now).order_by("call_at", "id")
        for row in ending:
            await Row.filter(id=row.id).update(call_at=None)
            if row.ends_at is not None and row.ends_at > now:
                tx.tell(DealEnding(row.id), at=now)
        ended = await Row.filter(running=True, ends_at__lte=now).order_by("id")
        for row in ended:
            await Row.filter(id=row.id).update(running=False)
            await goods_changed(ShopId(row.shop_id))
        return len(begun) + len(ending) + len(ended)


def _scope(promotion: Promotion) -> Scope:
    return promotion.scope if isinstance(promotion, Coupon) else promotion.about.scope


def _call_at(begins: datetime, until: datetime | None) -> datetime | None:
    return until - LAST_CALL if until and until - LAST_CALL > begins else None


def _deal(row: Row) -> Deal:
    rooms = tuple(RoomId(int(id)) for id in row.rooms or ())
    return Deal(row.id, ShopId(row.shop_id), row.kind, from_terms(row.kind, row.terms), rooms, row.running)
