"""预演: every kind of campaign is held by the people of the group, and nothing of it stays."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from shop import campaigns, orders, rehearsal, signups
from shop.campaigns import NewItem
from shop.kit.ids import RoomId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.on_offer import campaign
from shop.rehearsal import Rehearsed
from shop.rules.campaigns import Kind, OnOffer
from tests.support.world import NOW, a_customer, a_product, a_room, after, books, want

PEOPLE = ("小李", "王姐", "大刘", "阿花", "陈叔")
FULL, LESS = Money(2800), Money(2000)
Begin = Callable[[], Awaitable[OnOffer]]


def qty(n: int) -> Quantity:
    return Quantity.of(n)


def begin(shop: ShopId, room: RoomId, kind: Kind, item: NewItem, **more: object) -> Begin:
    given = {"by": None, "now": NOW, "rooms": [room], **more}
    return partial(campaigns.set_up, shop, kind, "草莓", [item], **given)  # type: ignore[arg-type]  # its keywords


async def a_street(shop: ShopId) -> tuple[str, RoomId]:
    """Five people who bought something in the group this morning."""
    sku, other, room = await a_product("草莓", "28", 20, "盒"), await a_product("橙子"), (await a_room()).id
    for name in PEOPLE:
        await orders.place(shop, await a_customer(name), [want(other)], now=NOW, room=room)
    return sku, room


async def rehearsed(shop: ShopId, room: RoomId, how: Begin) -> Rehearsed:
    before = await books()
    report = await rehearsal.rehearse(shop, how, [room], now=after(minutes=1))  # type: ignore[arg-type]  # a coroutine it is
    assert await books() == before
    assert report.wrong == ()
    return report


def numbers(report: Rehearsed) -> tuple[int, int, int, str, int, int]:
    """Who joined, who was late, who stood alone at the end, pieces, money, and what was given away."""
    return (
        report.joined,
        report.too_late,
        report.undone,
        str(report.taken),
        report.money.fen,
        report.given_away.fen,
    )


@pytest.mark.parametrize(
    ("terms", "quota", "told"),
    [
        ({"size": 2, "hours": 1}, None, (5, 0, 1, "4", 8000, 3200)),
        ({"size": 3, "hours": 1}, None, (5, 0, 2, "3", 6000, 2400)),
        ({"size": 3, "hours": 1, "fill_from": 2}, None, (5, 0, 0, "5", 10000, 4000)),
        ({"size": 2, "hours": 1}, 3, (3, 2, 1, "2", 4000, 1600)),
        ({"size": 6, "hours": 1}, None, (5, 0, 5, "0", 0, 0)),
    ],
)
async def test_teams_are_filled_one_after_the_other(
    shop: ShopId, terms: dict[str, int], quota: int | None, told: tuple[int, int, int, str, int, int]
) -> None:
    sku, room = await a_street(shop)
    item = NewItem(sku, LESS, qty(quota) if quota else None)
    report = await rehearsed(shop, room, begin(shop, room, Kind.TEAM, item, terms=terms))
    assert numbers(report) == told
    assert report.teams == (5 - told[1] - told[2]) // terms["size"] + ("fill_from" in terms)


async def test_a_list_that_falls_in_price_and_one_that_does_not_come_about(shop: ShopId) -> None:
    sku, room = await a_street(shop)
    falling = NewItem(sku, FULL, steps=((qty(5), LESS),))
    report = await rehearsed(shop, room, begin(shop, room, Kind.LIST, falling))
    assert numbers(report) == (5, 0, 0, "5", 10000, 4000)
    short = begin(shop, room, Kind.LIST, NewItem(sku, LESS), terms={"least": 8000})
    report = await rehearsed(shop, room, short)
    assert (report.short, report.money) == (qty(3), Money(0))


async def test_a_flash_sale_of_tomorrow_and_a_special_of_today(shop: ShopId) -> None:
    sku, room = await a_street(shop)
    flash = NewItem(sku, LESS, qty(4), qty(2))
    soon = begin(shop, room, Kind.FLASH, flash, starts_at=after(hours=24), deadline=after(hours=25))
    assert numbers(await rehearsed(shop, room, soon)) == (2, 3, 0, "4", 8000, 3200)
    special = begin(shop, room, Kind.DAILY, NewItem(sku, LESS), deadline=after(hours=9))
    assert numbers(await rehearsed(shop, room, special)) == (5, 0, 0, "5", 10000, 4000)


async def test_a_bargain_is_cut_by_all_the_others_and_bought(shop: ShopId) -> None:
    """Each helps three of them a day: two of the five are not cut to the floor of three cuts."""
    sku, room = await a_street(shop)
    terms = {"floor": 2000, "cuts": 3}
    how = begin(shop, room, Kind.BARGAIN, NewItem(sku, FULL, None, qty(1)), terms=terms)
    report = await rehearsed(shop, room, how)
    assert (report.joined, report.too_late, report.taken) == (5, 0, qty(5))
    assert Money(5 * 2000) <= report.money < Money(5 * 2800)


async def test_the_places_of_an_event(shop: ShopId) -> None:
    _, room = await a_street(shop)
    how = partial(signups.open, shop, "品鉴会", qty(3), Money(990), after(hours=48), [room], by=None, now=NOW)
    assert numbers(await rehearsed(shop, room, how)) == (3, 2, 0, "3", 2970, 0)  # type: ignore[arg-type]  # `by` may be nobody


async def test_what_cannot_be_set_up_is_refused_as_ever(shop: ShopId) -> None:
    sku, room = await a_street(shop)
    with pytest.raises(campaigns.CampaignClash):
        await rehearsed(shop, room, begin(shop, room, Kind.FLASH, NewItem(sku, LESS, qty(21))))
    made = await begin(shop, room, Kind.LIST, NewItem(sku, LESS))()
    assert (await campaign(made.id)).key == "1"  # no number was used up
