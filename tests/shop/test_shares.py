"""分群份额: each group has its own share of one campaign; no more of it goes to the others, and what comes back is its own."""

from __future__ import annotations

from functools import partial

import pytest

from shop import campaigns, orders, proxies, shares, waitlist
from shop.campaigns import NewItem
from shop.kit.ids import PersonId, RoomId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.refusals import GroupShareGone, JoinInGroup
from shop.rules.campaigns import Kind, OnOffer
from shop.slips import Slip
from shop.transaction import run_sql
from tests.support.at_once import at_once
from tests.support.world import NOW, a_customer, a_product, a_room, pay, shelf, want


def qty(n: int) -> Quantity:
    return Quantity.of(n)


async def a_list(shop: ShopId, share: int = 3, *, stock: int = 20) -> tuple[OnOffer, RoomId, RoomId]:
    """One campaign in two groups."""
    sku, rooms = await a_product(stock=stock), [(await a_room(name)).id for name in ("一群", "二群")]
    item = NewItem(sku, Money(1990), in_room=qty(share))
    of = await campaigns.set_up(shop, Kind.LIST, "团", [item], by=None, now=NOW, rooms=rooms)
    return of, rooms[0], rooms[1]


async def join(of: OnOffer, room: RoomId | None, who: PersonId, n: int = 1, whom: str | None = None) -> Slip:
    wants = [want(of.items[0].sku, n, whom=whom)]
    shop = ShopId(int((await run_sql("SELECT shop_id FROM campaign"))[0]["shop_id"]))
    return await orders.place(shop, who, wants, now=NOW, room=room, campaign=of)


async def left(of: OnOffer, room: RoomId) -> str:
    found = (await shares.of_group(of.id, room)).left[of.items[0].sku]
    return str(found)


async def test_the_shares_are_the_quota_and_no_group_takes_anothers(shop: ShopId) -> None:
    of, one, two = await a_list(shop)
    assert (of.items[0].quota, await shelf(of.items[0].sku)) == (qty(6), ("20", "6"))
    li, wang = await a_customer("小李"), await a_customer("王姐")
    await join(of, one, li, 2)
    with pytest.raises(GroupShareGone) as gone:
        await join(of, one, wang, 2)
    assert gone.value.left == qty(1)
    assert (await left(of, one), await left(of, two)) == ("1", "3")
    await join(of, two, wang, 3)
    assert (await shares.of_group(of.id, two)).people == 1


async def test_what_comes_back_is_its_groups_own(shop: ShopId) -> None:
    of, one, two = await a_list(shop)
    li, wang = await a_customer("小李"), await a_customer("王姐")
    await join(of, one, li, 3)
    await orders.edit(shop, li, [want(of.items[0].sku, 1, "set")], now=NOW, campaign=of)
    assert (await left(of, one), await left(of, two)) == ("2", "3")
    await pay(await join(of, one, wang, 2))
    with pytest.raises(GroupShareGone):
        await orders.edit(shop, li, [want(of.items[0].sku, 2, "set")], now=NOW, campaign=of)
    await orders.cancel(shop, li, now=NOW)
    assert (await left(of, one), await left(of, two)) == ("1", "3")
    await campaigns.close(of.id, now=NOW)
    assert await shelf(of.items[0].sku) == ("20", "2")


async def test_whoever_speaks_in_no_group_or_in_another_has_no_share(shop: ShopId) -> None:
    of, _, _ = await a_list(shop)
    li = await a_customer()
    with pytest.raises(JoinInGroup):
        await join(of, None, li)
    with pytest.raises(GroupShareGone):
        await join(of, (await a_room("三群")).id, li)
    assert (await campaigns.progress(of.id)).total == qty(0)


async def test_a_neighbour_takes_over_his_part_of_the_same_share(shop: ShopId) -> None:
    of, one, _ = await a_list(shop)
    li, mum = await a_customer("小李"), await a_customer("妈妈")
    both = await join(of, one, li, 1)
    both = await join(of, one, li, 2, whom="妈妈")
    await proxies.take_over(shop, mum, proxies.word(both, "妈妈"), now=NOW)
    assert ((await shares.of_group(of.id, one)).people, await left(of, one)) == (2, "0")


async def test_nobody_waits_in_a_line_where_each_group_has_its_own(shop: ShopId) -> None:
    of, one, _ = await a_list(shop)
    await join(of, one, await a_customer("小李"), 3)
    with pytest.raises(GroupShareGone):
        await waitlist.wait(of.items[0], "橙子", "箱", await a_customer("王姐"), now=NOW)


async def test_shares_want_groups(shop: ShopId) -> None:
    item = NewItem(await a_product(), in_room=qty(1))
    with pytest.raises(ValueError, match="which groups"):
        await campaigns.set_up(shop, Kind.LIST, "团", [item], by=None, now=NOW)


async def test_a_rush_in_both_groups_takes_each_share_and_no_piece_more(shop: ShopId) -> None:
    of, one, two = await a_list(shop)
    who = [(await a_customer(f"友{n}"), (one, two)[n % 2]) for n in range(24)]
    came = await at_once(*(partial(join, of, room, person) for person, room in who))
    assert came["done"] == 6 and sum(came.values()) == 24
    assert (await left(of, one), await left(of, two)) == ("0", "0")
