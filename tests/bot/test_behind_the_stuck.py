"""What cannot be done stays the oldest for ever: what is behind it is done all the same, at the same tick."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import pytest

from bot import clock
from bot.refunding import refund_due
from shop import campaigns, claims, orders, payments, refunds, seats, slips, teams
from shop.campaigns import NewItem
from shop.kit.ids import OrderId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.rules.campaigns import Kind
from shop.rules.orders import Status
from shop.rules.refunds import State, What
from shop.slips import Slip
from tests.support.world import NOW, a_clerk, a_customer, a_paid_order, a_product, a_shop, after, pay, want

pytestmark = pytest.mark.usefixtures("shop_db")


@pytest.fixture
async def shop() -> ShopId:
    return await a_shop()


async def statuses(placed: list[Slip]) -> list[Status]:
    return [(await slips.slip(one.id)).status for one in placed]


async def test_refunds_are_sent(shop: ShopId) -> None:
    """Of a provider that the shop has no more, more than are taken at once; and one that a person pays."""
    apples, clerk = await a_product(stock=500), await a_clerk()
    units = What(units=((apples, Quantity.of(1)),))
    for n in range(101):
        paid = await a_paid_order(await a_customer(f"客{n}"), (apples, 2))
        await refunds.give(paid.id, clerk, units, "烂了", now=NOW)
    li = await a_customer("小李")
    last = await orders.place(shop, li, [want(apples, 2)], now=NOW)
    await claims.claim(shop, li, now=NOW)
    await payments.confirm_transfer(last.id, clerk, now=NOW)
    case = await refunds.give(last.id, clerk, units, "烂了", now=after(minutes=1))
    assert await refund_due(after(hours=1), None) == 1
    assert (await refunds.case(case.id)).state == State.MANUAL


async def test_orders_of_a_team_are_settled(shop: ShopId, monkeypatch: pytest.MonkeyPatch) -> None:
    cherries = await a_product("车厘子", stock=50)
    of = await campaigns.set_up(
        shop, Kind.TEAM, "车厘子", [NewItem(cherries, Money(1990))], by=None, now=NOW, terms={"size": 6}
    )
    first, team = await teams.open(shop, await a_customer("客0"), of, [want(cherries)], now=NOW)
    placed = [first]
    for n in range(1, 5):
        joined, _ = await teams.join(shop, await a_customer(f"客{n}"), team.number, [want(cherries)], now=NOW)
        placed.append(joined)
    for one in placed:
        await pay(one)
    assert await seats.end(team.id, "called_off", "没货", now=NOW)
    stuck, settle = {one.id for one in placed[:4]}, teams.settle

    async def fails(id: OrderId, *, now: datetime) -> bool:
        if id in stuck:
            raise ValueError("a row that nobody can read")
        return await settle(id, now=now)

    monkeypatch.setattr(teams, "unsettled", partial(teams.unsettled, limit=2))
    monkeypatch.setattr(teams, "settle", fails)
    assert await clock.end_teams(NOW, None) == 1
    assert (await statuses(placed))[:4] == [Status.WAITING_TEAM] * 4
    assert (await statuses(placed))[4] != Status.WAITING_TEAM


async def test_orders_of_a_campaign_are_settled(shop: ShopId, monkeypatch: pytest.MonkeyPatch) -> None:
    berries = await a_product(stock=50)
    of = await campaigns.set_up(shop, Kind.LIST, "团", [NewItem(berries, Money(5800))], by=None, now=NOW)
    placed = [
        await orders.place(shop, await a_customer(f"客{n}"), [want(berries)], now=NOW, campaign=of)
        for n in range(5)
    ]
    await campaigns.close(of.id, now=NOW)
    stuck, settle_order = {one.id for one in placed[:4]}, campaigns.settle_order

    async def fails(id: OrderId, *, now: datetime) -> bool:
        if id in stuck:
            raise ValueError("a row that nobody can read")
        return await settle_order(id, now=now)

    monkeypatch.setattr(campaigns, "unsettled", partial(campaigns.unsettled, limit=2))
    monkeypatch.setattr(campaigns, "settle_order", fails)
    assert await clock.settle_campaigns(NOW, None) == 1
    monkeypatch.undo()
    assert await campaigns.unsettled(of.id) == tuple(one.id for one in placed[:4])
