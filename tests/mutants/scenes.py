"""Scenes for what a walk cannot meet, because its people take turns: something was read, and is no longer so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from shop import coupon_templates, coupons, orders, points
from shop.invariants import broken
from shop.kit.refusal import Refusal
from shop.refusals import CouponGone, NotEnoughPoints
from shop.settled import settle_rules
from tests.support.world import NOW, a_customer, a_product, a_shop, an_order, pay


@contextmanager
def as_it_was(place: Any, name: str, then: Any) -> Iterator[None]:
    """Whoever looks sees what was there a moment ago."""

    async def look(*_: Any, **__: Any) -> Any:
        return then

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(place, name, look)
        yield


async def refused_with(refusal: type[Refusal], work: Any) -> bool:
    try:
        await work
    except refusal:
        return True
    return False


async def one_coupon_for_two_orders() -> None:
    """Both bills were made while the coupon was free; the second one finds it gone."""
    shop = await a_shop()
    li, sku = await a_customer(), await a_product()
    template = await coupon_templates.make_template(shop, "C1", "无门槛5元")
    await coupons.give(template.id, [li], now=NOW, quietly=True)
    free = await coupons.offered(shop, li, now=NOW)
    await pay(await an_order(li, (sku, 1)))
    with as_it_was(coupons, "offered", free):
        assert await refused_with(CouponGone, an_order(li, (sku, 1))), "two orders took one coupon"
    assert not await broken(shop)


async def the_same_points_twice() -> None:
    """Both bills were made with the same balance; the second one is told that it is not enough."""
    shop = await a_shop()
    await settle_rules(shop, {"points": {"per_yuan": 1}})
    li, sku = await a_customer(), await a_product()
    await points.give(shop, li, 100, li, "", NOW, "gift")
    there = await points.balance(shop, li)
    await an_order(li, (sku, 1))
    await pay(await orders.use_points(shop, li, now=NOW))
    await an_order(li, (sku, 1))
    with as_it_was(points, "balance", there):
        short = orders.use_points(shop, li, now=NOW)
        assert await refused_with(NotEnoughPoints, short), "a bill counts on points that nobody paid"
    assert not await broken(shop)
