"""积分: earned, spent, given back, taken back; nothing twice, nothing out of thin air, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import product
from random import Random
from typing import Any

import pytest

from shop import mail, orders, points, refunds, seed
from shop.events import PointsGiven
from shop.goods import BadCatalogue, parse
from shop.invariants import broken
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.records.ledger import PointsAccount  # the careless verb writes rows by hand
from shop.refusals import NotEnoughPoints
from shop.rules import trade
from shop.rules.points import Back, LinePoints, level_after, level_at
from shop.rules.pricing import Buyer, Item, Offer, quote
from shop.rules.refunds import What
from shop.rules.trade import Level
from shop.settled import settle_rules, shop_rules
from shop.slips import Slip, lines_of
from tests.support.at_once import at_once, whether
from tests.support.world import NOW, a_customer, a_paid_order, a_product, a_shop, after, an_order, books

LEVELS = (Level("普通", 0), Level("银卡", 500, 9_800), Level("金卡", 2_000, 9_500))
RULES: dict[str, Any] = {
    "points": {
        "per_yuan": 1,
        "levels": [
            {"name": one.name, "from_points": one.from_points, "pays_bp": one.pays_bp} for one in LEVELS
        ],
    }
}


async def has(shop: ShopId, person: PersonId) -> tuple[int, int]:
    """What can be spent, and what is pending."""
    there = await points.balance(shop, person)
    return there.spendable, there.pending


async def given(shop: ShopId, person: PersonId, many: int, key: str = "gift") -> None:
    assert await points.give(shop, person, many, person, "", NOW, key)


async def earn_all(order: Slip, many: int) -> bool:
    """All of it by the first line."""
    (first, *_) = await lines_of(order.id)
    return await points.earn(order.id, order.buyer, {first.id: many}, NOW)


# ── arithmetic ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_levels_by_points_ever_earned() -> None:
    assert [getattr(level_at(LEVELS, n), "name", "") for n in (-1, 0, 499, 500, 1_999, 2_000)] == [
        "", "普通", "普通", "银卡", "银卡", "金卡",
    ]  # fmt: skip
    assert [getattr(level_after(LEVELS, n), "name", "") for n in (-1, 0, 500, 2_000)] == [
        "普通",
        "银卡",
        "金卡",
        "",
    ]


def test_a_shop_without_points_has_no_rule_for_them() -> None:
    assert points.promotions_of(trade.Points(0, levels=LEVELS)) == ()


@pytest.mark.parametrize(("net", "qty"), [(2_000, 3_000), (7, 3_000), (0, 3_000)])
def test_the_parts_of_a_line_take_all_of_its_points_with_them(net: int, qty: int) -> None:
    """Whatever the parts: three units, one after another, each with its share of the money."""
    for spent, earned in product((0, 1, 2, 100, 334), (0, 1, 19, 20)):
        back, given, gone = Back(), 0, 0
        for unit in range(1, 4):
            line = LinePoints(spent, earned, Money(net), Quantity(qty), Money(given), Quantity(gone))
            money = net * unit // 3 - given
            back += line.with_part(Money(money), Quantity(1_000))
            given, gone = given + money, gone + 1_000
        assert back == Back(spent, earned)


def test_a_part_that_is_not_there() -> None:
    line = LinePoints(10, 10, Money(100), Quantity.of(1), Money(60), Quantity(0))
    assert line.with_part(Money(40), Quantity(0)) == Back(4, 4)
    with pytest.raises(ValueError, match="41 after 60"):
        line.with_part(Money(41), Quantity(0))


# ── a life ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_an_order_earns_waits_until_it_is_over(shop: ShopId) -> None:
    li = await a_customer()
    order = await a_paid_order(li, (await a_product(), 1))
    await settle_rules(shop, RULES)
    earned = await points.earned_by(order.id)
    assert list(earned.values()) == [29]  # ¥29.90
    assert await points.earn(order.id, li, earned, NOW)
    assert [line.earned for line in await lines_of(order.id)] == [29]
    assert await has(shop, li) == (0, 29)
    with pytest.raises(NotEnoughPoints):
        await points.spend(order.id, li, 1, NOW, 1)
    assert await points.release(order.id, after(days=1))
    assert await points.balance(shop, li) == points.Balance(29, 0, LEVELS[0], 29)


async def test_a_shop_without_points_gives_none(shop: ShopId) -> None:
    li = await a_customer()
    order = await a_paid_order(li, (await a_product(), 1))
    assert await points.earned_by(order.id) == {}
    assert not await points.earn(order.id, li, {}, NOW)
    assert await points.balance(shop, li) == points.Balance(0, 0, None, 0)
    assert await points.level_of(shop, li) == ""


async def test_every_move_twice_is_booked_once(shop: ShopId) -> None:
    li = await a_customer()
    order = await a_paid_order(li, (await a_product(), 1))
    moves: list[tuple[Callable[[], Awaitable[Any]], Any, tuple[int, int]]] = [
        (partial(points.give, shop, li, 100, li, "", NOW, "k"), False, (100, 0)),
        (partial(points.spend, order.id, li, 40, NOW, 1), False, (60, 0)),
        (partial(points.spend, order.id, li, 10, NOW, 2), False, (50, 0)),
        (partial(points.give_back_spent, order.id, li, 10, "edit 2", NOW), False, (60, 0)),
        (partial(earn_all, order, 29), False, (60, 29)),
        (partial(points.refund_moves, "r1", order.id, li, 20, 9, NOW), Back(), (80, 20)),
        (partial(points.release, order.id, NOW), False, (100, 0)),
        (partial(points.refund_moves, "r2", order.id, li, 20, 20, NOW), Back(), (100, 0)),
        (partial(points.take_back_given, shop, li, "k", li, NOW), 0, (0, 0)),
    ]
    for move, nothing, there in moves:
        assert await move()
        assert await has(shop, li) == there
        before = await books()
        assert await move() == nothing
        assert await books() == before


async def test_69_three_refunds_of_one_unit_take_exactly_what_was_earned(shop: ShopId) -> None:
    li = await a_customer()
    sku = await a_product(price="10.00")
    order = await a_paid_order(li, (sku, 3))
    await earn_all(order, 31)
    taken = []
    for _ in range(3):
        case = await refunds.give(order.id, li, What(units=((sku, Quantity.of(1)),)), "", now=NOW)
        back = await points.back_with(case.id)
        await points.refund_moves(case.number, order.id, li, back.spent, back.earned, NOW)
        await refunds.submit(case.id, now=NOW)
        await refunds.paid_back(case.number, now=NOW)
        taken.append(back.earned)
    assert taken == [10, 10, 11]
    assert await has(shop, li) == (0, 0)


async def test_an_order_that_is_cancelled_and_refunded_gives_its_points_back_once(shop: ShopId) -> None:
    li = await a_customer()
    order = await an_order(li, (await a_product(), 1))
    await given(shop, li, 50)
    await points.spend(order.id, li, 50, NOW, 1)
    assert await points.of_order(order.id) == points.OnOrder(spent=50, earned=0, pending=0)
    await points.give_back_spent(order.id, li, 50, "cancelled", NOW)
    assert await points.refund_moves("r1", order.id, li, 50, 0, NOW) == Back()
    assert await has(shop, li) == (50, 0)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happened_when_everything_is_refunded_the_gift_is_left(
    shop: ShopId, seed: int
) -> None:
    """Four orders whose thirds come back in any order, between spending, earning and being over."""
    chance = Random(seed)
    li, sku = await a_customer(), await a_product(stock=100)
    await given(shop, li, 100)
    before = await points.balance(shop, li)
    steps: list[tuple[float, Callable[[], Awaitable[Any]]]] = []
    for _ in range(4):
        order = await a_paid_order(li, (sku, 3))
        spent, earned = chance.randint(0, 25), chance.randint(0, 40)
        await points.spend(order.id, li, spent, NOW, 1)
        await earn_all(order, earned)
        steps.append((chance.random(), partial(points.release, order.id, NOW)))
        moments = sorted(chance.random() for _ in range(3))
        for n, moment in enumerate(moments):
            gone = Money(n * 2_990)
            line = LinePoints(spent, earned, Money(8_970), Quantity.of(3), gone, Quantity.of(n))
            back = line.with_part(Money(2_990), Quantity.of(1))
            number = f"{order.id}-{n}"
            steps.append(
                (
                    moment,
                    partial(points.refund_moves, number, order.id, li, back.spent, back.earned, NOW),
                )
            )
    for _, step in sorted(steps, key=lambda step: step[0]):
        await step()
        await step()
        assert await broken(shop) == []
    assert await points.balance(shop, li) == before


async def test_pending_points_of_another_order_are_not_touched(shop: ShopId) -> None:
    li = await a_customer()
    sku = await a_product()
    first, second = [await a_paid_order(li, (sku, 1)) for _ in range(2)]
    await earn_all(first, 29)
    await points.release(first.id, NOW)
    await earn_all(second, 29)
    await points.refund_moves("r1", first.id, li, 0, 29, NOW)
    assert await has(shop, li) == (0, 29)


async def test_nothing_is_no_move(shop: ShopId) -> None:
    li = await a_customer()
    order = await an_order(li, (await a_product(), 1))
    before = await books()
    assert not await points.spend(order.id, li, 0, NOW, 1)
    assert not await points.spend(order.id, li, -5, NOW, 1)
    assert not await points.release(order.id, NOW)
    assert not await points.take_back_given(shop, li, "never", li, NOW)
    with pytest.raises(NotEnoughPoints):
        await points.spend(order.id, li, 5, NOW, 1)
    assert await books() == before


# ── at once ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def two_orders(person: PersonId) -> tuple[OrderId, OrderId]:
    sku = await a_product()
    return (await a_paid_order(person, (sku, 1))).id, (await an_order(person, (sku, 1))).id


async def test_two_orders_want_the_same_points_at_once(shop: ShopId) -> None:
    li = await a_customer()
    await given(shop, li, 100)
    both = await two_orders(li)
    came = await at_once(*(partial(points.spend, order, li, 60, NOW, 1) for order in both))
    assert came == {"done": 1, "NotEnoughPoints": 1}
    assert await has(shop, li) == (40, 0)


async def test_control_read_check_save_spends_points_that_are_gone(shop: ShopId, database: str) -> None:
    """SQLite has one writer, and hides it."""
    li = await a_customer()
    await given(shop, li, 100)
    ready = asyncio.Barrier(2 if database == "postgres" else 1)

    async def careless() -> bool:
        account = await PointsAccount.get(person_id=li)
        if account.balance < 60:
            raise NotEnoughPoints(account.balance, 60)
        await ready.wait()
        await PointsAccount.filter(person_id=li).update(balance=account.balance - 60)
        return True

    came = await at_once(careless, careless)
    assert came == ({"done": 2} if database == "postgres" else {"done": 1, "NotEnoughPoints": 1})
    await PointsAccount.filter(person_id=li).update(balance=100)  # the books are looked at when all is done


async def test_the_same_fact_from_many_sides_at_once(shop: ShopId) -> None:
    li = await a_customer()
    order, _ = await two_orders(li)
    (line,) = await lines_of(order)
    came = await at_once(*[whether(partial(points.earn, order, li, {line.id: 29}, NOW))] * 8)
    assert came == {"done": 1, "nothing": 7}
    assert await has(shop, li) == (0, 29)


# ── by hand ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_points_by_hand_are_told_with_by_whom_and_why(shop: ShopId) -> None:
    li, boss = await a_customer(), await a_customer("老板")
    assert await points.give(shop, li, 600, boss, "线下消费", NOW, "a")
    assert await points.level_of(shop, li) == "" and (await points.balance(shop, li)).earned == 600
    assert await points.give(shop, li, -200, boss, "换了一箱梨", NOW, "b")
    assert await points.balance(shop, li) == points.Balance(400, 0, None, 600)  # what is spent was earned
    assert await points.take_back_given(shop, li, "b", boss, NOW) == -200
    assert await points.take_back_given(shop, li, "a", boss, NOW) == 600
    assert await points.balance(shop, li) == points.Balance(0, 0, None, 0)
    told = [event.event for event in await mail.untold()]
    assert told == [
        PointsGiven(li, 600, boss, "线下消费"),
        PointsGiven(li, -200, boss, "换了一箱梨"),
        PointsGiven(li, 200, boss, "刚才记错了"),
        PointsGiven(li, -600, boss, "刚才记错了"),
    ]


async def test_taken_off_below_nothing(shop: ShopId) -> None:
    li = await a_customer()
    assert await points.give(shop, li, -5, li, "", NOW, "a")
    assert await has(shop, li) == (-5, 0)


async def test_two_shops_do_not_know_each_others_points(shop: ShopId) -> None:
    other = await a_shop("S2", "隔壁")
    li = await a_customer()
    await given(shop, li, 10)
    await given(other, li, 5)  # the same key is another shop's fact
    assert (await has(shop, li), await has(other, li)) == ((10, 0), (5, 0))


# ── what it is for ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_level_pays_the_members_price(shop: ShopId) -> None:
    li = await a_customer()
    await settle_rules(shop, RULES)
    await given(shop, li, 500)
    rules = points.promotions_of((await shop_rules(shop)).points)
    goods = [Item("a", Quantity.of(1), (Offer(Money(1_000)),))]
    assert quote(goods, rules, Buyer(level=await points.level_of(shop, li))).payable == Money(980)
    assert quote(goods, rules, Buyer(level="普通")).payable == Money(1_000)
    assert quote(goods, rules, Buyer(level="金卡", points=100)).payable == Money(850)


async def test_the_history_is_what_could_be_spent_newest_first(shop: ShopId) -> None:
    li = await a_customer()
    order = await an_order(li, (await a_product(), 1))
    await given(shop, li, 50)
    await points.spend(order.id, li, 20, after(minutes=1), 1)
    await orders.cancel(shop, li, now=after(minutes=2))
    await points.give_back_spent(order.id, li, 20, "cancelled", after(minutes=2))
    moved = await points.history(li, 10)
    assert [(one.kind, one.points, one.code) for one in moved] == [
        (points.SPENT_BACK, 20, order.code),
        (points.SPENT, -20, order.code),
        (points.GIVEN, 50, ""),
    ]
    assert [one.at for one in moved] == [after(minutes=2), after(minutes=1), NOW]
    assert len(await points.history(li, 1)) == 1


# ── a shop's own rules ──────────────────────────────────────────────────────────────────────────────────────────

FILE: dict[str, Any] = {"format": "nlu-catalogue/1", "shop": {"name": "店"}, "units": {}, "products": []}


async def test_a_new_shop_begins_with_the_rules_of_its_file(shop: ShopId) -> None:
    await seed.fill(shop, parse(FILE | {"rules": RULES}), now=NOW)
    assert (await shop_rules(shop)).points == trade.Points(1, levels=LEVELS)
    await seed.fill(shop, parse(FILE | {"rules": {"after_sale_hours": 48}}), now=NOW)
    assert (await shop_rules(shop)).points.per_yuan == 1  # what it has settled stays


@pytest.mark.parametrize(
    "rules",
    [
        {"point": {}},
        {"points": {"per_yuan": "1"}},
        {"points": {"a_year": 1}},
        {"points": {"levels": [{"name": "银卡", "from_points": 1, "price": 1}]}},
        {"points": {"levels": [{"name": "银卡", "from_points": 1, "pays_bp": 0}]}},
        {"points": {"levels": [{"name": "", "from_points": 1}]}},
    ],
)
def test_a_misspelt_rule_is_refused(rules: dict[str, Any]) -> None:
    with pytest.raises(BadCatalogue, match="rules"):
        parse(FILE | {"rules": rules})
