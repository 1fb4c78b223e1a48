"""Scenes for what a walk hardly meets, mostly because its people take turns: something was read, and is no longer so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from shop import coupon_templates, coupons, orders, points, refunds
from shop.invariants import broken
from shop.kit.refusal import Refusal
from shop.refusals import CouponGone, NotEnoughPoints
from shop.rules.refunds import What
from shop.settled import settle_rules
from tests.support.world import NOW, a_clerk, a_customer, a_product, a_shop, an_order, hand_over, pay


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


async def brought_and_all_of_it_bad() -> None:
    """The goods were with the buyer: their money goes back, and what was paid for the ride stays."""
    shop = await a_shop(promotions=[{"kind": "delivery", "fee": "5"}])
    li, sku = await a_customer(), await a_product()
    await an_order(li, (sku, 1))
    slip = await orders.bring(shop, li, "3栋2单元501", now=NOW)
    await pay(slip)
    await hand_over(slip, await a_clerk())
    back = await refunds.preview(slip.id, What())
    assert back == slip.lines[0].net, f"{slip.lines[0].net} was paid for the goods, and {back} goes back"
