"""砍价: shares in one statement, one cut a helper, an order at what it came to."""

from __future__ import annotations

from functools import partial

import pytest

from shop import bargains, campaigns, orders, people
from shop.bargains import Standing
from shop.campaigns import NewItem
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.kit.refusal import Refusal
from shop.on_offer import campaign
from shop.records.bargains import Bargain
from shop.refusals import AlreadyHelped, CampaignOver, HelpedEnough, NoSuchBargain, OwnBargain, QuotaShared
from shop.rules.bargains import State
from shop.rules.baskets import Want
from shop.rules.campaigns import Kind, OnOffer
from shop.transaction import run_sql
from tests.support.at_once import Meeting, at_once
from tests.support.world import NOW, a_customer, a_product, a_room, after, happened, pay, shelf

FLOOR = Money(9900)
DAY = NOW.date()


@pytest.fixture
async def room(shop: ShopId) -> people.Room:
    return await a_room()


async def a_campaign(shop: ShopId, *, cuts: int = 3, stock: int = 5) -> OnOffer:
    sku = await a_product("榴莲", "199.00", stock=stock)
    item = NewItem(sku, Money(19900), None, Quantity.of(1))
    terms = {"floor": FLOOR.fen, "cuts": cuts}
    return await campaigns.set_up(
        shop, Kind.BARGAIN, "榴莲", [item], by=None, now=NOW, deadline=after(hours=24), terms=terms
    )


async def helpers(n: int) -> list[PersonId]:
    return [await a_customer(f"友{no}") for no in range(n)]


async def begun(shop: ShopId, room: people.Room, *, cuts: int = 3, stock: int = 5) -> Standing:
    of = await a_campaign(shop, cuts=cuts, stock=stock)
    return await bargains.begin(shop, of, await a_customer(), room.id, now=NOW)


async def cut(bargain: int, helper: PersonId) -> Standing:
    return await bargains.cut(bargain, helper, now=NOW, day=DAY)


async def refused(bargain: int, helper: PersonId) -> type[Refusal]:
    before = await bargains.standing(bargain)
    with pytest.raises(Refusal) as no:
        await cut(bargain, helper)
    assert await bargains.standing(bargain) == before
    return no.type


async def test_three_friends_cut_it_to_its_floor_and_no_further(shop: ShopId, room: people.Room) -> None:
    made = await begun(shop, room)
    one, two, three, four = await helpers(4)
    assert (await cut(made.id, one)).price < Money(19900)
    assert (await cut(made.id, two)).left == 1
    end = await cut(made.id, three)
    assert (end.price, end.state, end.left) == (FLOOR, State.REACHED, 0)
    assert sum(one.off.fen for one in end.cuts) == 10000
    assert await refused(made.id, four) is NoSuchBargain


async def test_a_helper_cuts_once_and_nobody_his_own(shop: ShopId, room: people.Room) -> None:
    made = await begun(shop, room)
    (one,) = await helpers(1)
    await cut(made.id, one)
    assert await refused(made.id, one) is AlreadyHelped
    assert await refused(made.id, made.owner) is OwnBargain


async def test_a_helper_has_three_cuts_a_day(shop: ShopId, room: people.Room) -> None:
    of = await a_campaign(shop)
    helper = await a_customer("老好人")
    made = [await bargains.begin(shop, of, who, room.id, now=NOW) for who in await helpers(4)]
    for one in made[:3]:
        await cut(one.id, helper)
    assert await refused(made[3].id, helper) is HelpedEnough
    tomorrow = after(days=1).date()
    assert (await bargains.cut(made[3].id, helper, now=NOW, day=tomorrow)).left == 2


async def test_a_person_has_one_bargain_in_a_campaign(shop: ShopId, room: people.Room) -> None:
    of = await a_campaign(shop)
    who = await a_customer()
    first = await bargains.begin(shop, of, who, room.id, now=NOW)
    assert await bargains.begin(shop, of, who, room.id, now=NOW) == first


async def test_it_is_bought_at_what_it_came_to_and_once(shop: ShopId, room: people.Room) -> None:
    made = await begun(shop, room)
    (one,) = await helpers(1)
    price = (await cut(made.id, one)).price
    slip = await bargains.buy(made.id, now=NOW)
    assert (slip.payable, slip.lines[0].price_why, slip.pay_due_at) == (price, "砍价", after(minutes=15))
    assert (await bargains.standing(made.id)).state == State.ORDERED
    with pytest.raises(NoSuchBargain):
        await bargains.buy(made.id, now=NOW)


async def test_nobody_adds_a_second_piece_at_that_price(shop: ShopId, room: people.Room) -> None:
    made = await begun(shop, room)
    slip = await bargains.buy(made.id, now=NOW)
    of = await campaign(made.campaign)
    with pytest.raises(QuotaShared):
        await orders.edit(
            shop, made.owner, [Want(slip.lines[0].sku, Quantity.of(2), "set")], now=NOW, campaign=of
        )


async def test_an_unpaid_order_gives_the_bargain_back_with_its_cuts(shop: ShopId, room: people.Room) -> None:
    made = await begun(shop, room, cuts=2)
    one, two = await helpers(2)
    price = (await cut(made.id, one)).price
    slip = await bargains.buy(made.id, now=NOW)
    assert await orders.expire(slip.id, now=after(minutes=16))
    assert await bargains.give_back_due(now=after(minutes=16)) == 1
    again = await bargains.standing(made.id)
    assert (again.state, again.price) == (State.CUTTING, price)
    assert (await cut(made.id, two)).state == State.REACHED
    assert (await bargains.buy(made.id, now=after(minutes=17))).payable == FLOOR


async def test_a_paid_order_keeps_it(shop: ShopId, room: people.Room) -> None:
    made = await begun(shop, room)
    await pay(await bargains.buy(made.id, now=NOW))
    assert await bargains.give_back_due(now=after(hours=1)) == 0
    assert await bargains.expire_due(now=after(hours=25)) == 0


async def test_it_ends_with_its_campaign_and_its_owner_hears_it(shop: ShopId, room: people.Room) -> None:
    made = await begun(shop, room)
    (one,) = await helpers(1)
    assert await bargains.expire_due(now=after(hours=23)) == 0
    assert await bargains.expire_due(now=after(hours=24)) == 1
    assert await bargains.expire_due(now=after(hours=25)) == 0
    assert (await happened()).count("BargainEnded") == 1
    assert await refused(made.id, one) is NoSuchBargain
    with pytest.raises(CampaignOver):
        await bargains.begin(shop, await campaign(made.campaign), one, room.id, now=after(hours=24))


async def test_a_moment_too_late_is_too_late(shop: ShopId, room: people.Room) -> None:
    made = await begun(shop, room)
    (one,) = await helpers(1)
    with pytest.raises(NoSuchBargain):
        await bargains.cut(made.id, one, now=after(hours=24), day=DAY)
    with pytest.raises(CampaignOver):
        await bargains.buy(made.id, now=after(hours=24))


# ── races ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_twelve_helpers_at_once_take_four_shares(shop: ShopId, room: people.Room) -> None:
    made = await begun(shop, room, cuts=4)
    came = await at_once(*(partial(cut, made.id, helper) for helper in await helpers(12)))
    assert came == {"done": 4, "NoSuchBargain": 8}
    end = await bargains.standing(made.id)
    assert (end.price, end.state, len(end.cuts)) == (FLOOR, State.REACHED, 4)
    assert len({one.helper for one in end.cuts}) == 4


async def test_without_the_one_statement_helpers_would_take_the_same_share(
    shop: ShopId, room: people.Room, database: str
) -> None:
    """The same with a careless count: what all of them read is what each of them writes."""
    made, meeting = await begun(shop, room, cuts=10), Meeting(database, 4)

    async def careless() -> None:
        row = await Bargain.get(id=made.id)
        await meeting.wait()
        await Bargain.filter(id=made.id).update(helped=row.helped + 1)

    await at_once(*[careless] * 4)
    helped = (await Bargain.get(id=made.id)).helped
    await Bargain.filter(id=made.id).update(helped=0)
    assert helped == (1 if database == "postgres" else 4)


async def test_one_helper_six_times_at_once_cuts_once(shop: ShopId, room: people.Room) -> None:
    made = await begun(shop, room, cuts=10)
    (one,) = await helpers(1)
    assert await at_once(*[partial(cut, made.id, one)] * 6) == {"done": 1, "AlreadyHelped": 5}


async def test_one_helper_on_six_bargains_at_once_has_three_cuts(shop: ShopId, room: people.Room) -> None:
    of = await a_campaign(shop)
    helper = await a_customer("老好人")
    made = [await bargains.begin(shop, of, who, room.id, now=NOW) for who in await helpers(6)]
    came = await at_once(*(partial(cut, one.id, helper) for one in made))
    assert came == {"done": 3, "HelpedEnough": 3}


async def test_bought_twice_at_once_is_one_order(shop: ShopId, room: people.Room) -> None:
    made = await begun(shop, room)
    came = await at_once(*[partial(bargains.buy, made.id, now=NOW)] * 3)
    assert came == {"done": 1, "NoSuchBargain": 2}
    assert await run_sql('SELECT count(*) AS n FROM "order"') == [{"n": 1}]


async def test_the_last_piece_is_sold_to_one_of_two(shop: ShopId, room: people.Room) -> None:
    of = await a_campaign(shop, stock=1)
    made = [await bargains.begin(shop, of, who, room.id, now=NOW) for who in await helpers(2)]
    came = await at_once(*(partial(bargains.buy, one.id, now=NOW) for one in made))
    assert came == {"done": 1, "SoldOut": 1}
    assert await shelf(of.items[0].sku) == ("1", "1")
