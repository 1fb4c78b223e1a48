"""到货叫我: told once each, oldest first, as many as there are units."""

from __future__ import annotations

from datetime import datetime
from json import loads

from shop import catalogue, orders, wishes
from shop.catalogue import NewGoods
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.transaction import run_sql, unit_of_work
from tests.support.world import NOW, a_customer, a_product, after, an_order


async def wish(shop: ShopId, sku: str, *names: str) -> list[PersonId]:
    people = [await a_customer(name) for name in names]
    for person in people:
        await wishes.wish(shop, [sku], person, now=NOW)
    return people


async def told() -> list[int]:
    rows = await run_sql("SELECT data FROM event WHERE kind = 'BackInStock' ORDER BY id")
    found = [row["data"] for row in rows]
    return [int((loads(one) if isinstance(one, str) else one)["person"]) for one in found]


async def tick(now: datetime) -> int:
    return await unit_of_work(lambda: wishes.tell_wishes(now=now))


async def test_a_wish_is_one(shop: ShopId) -> None:
    oranges, li = await a_product(stock=0), await a_customer()
    assert await wishes.wish(shop, [oranges, oranges], li, now=NOW) == 1
    assert await wishes.wish(shop, [oranges], li, now=NOW) == 0
    assert await wishes.waiting(shop, oranges) == 1


async def test_nobody_is_told_while_there_is_none(shop: ShopId) -> None:
    oranges = await a_product(stock=2)
    await an_order(await a_customer("大刘"), (oranges, 2))
    await wish(shop, oranges, "小李")
    assert await tick(NOW) == 0
    assert await told() == []


async def test_as_many_as_there_are_units_hear_of_it_oldest_first_and_once(shop: ShopId) -> None:
    oranges = await a_product(stock=0)
    li, wang, hua = await wish(shop, oranges, "小李", "王姐", "阿花")
    await catalogue.restock(shop, oranges, Quantity.of(2), now=NOW)
    assert await tick(NOW) == 2
    assert await tick(after(seconds=1)) == 0
    assert await told() == [li, wang]
    assert await tick(after(minutes=9)) == 0
    assert await tick(after(minutes=10)) == 1
    assert await told() == [li, wang, hua]
    assert await tick(after(hours=1)) == 0


async def test_what_an_order_gives_back_is_told_too(shop: ShopId) -> None:
    oranges, liu = await a_product(stock=1), await a_customer("大刘")
    await an_order(liu, (oranges, 1))
    (li,) = await wish(shop, oranges, "小李")
    await orders.cancel(shop, liu, now=NOW)
    assert await tick(NOW) == 1
    assert await told() == [li]


async def test_a_part_of_a_unit_is_for_one(shop: ShopId) -> None:
    oranges = await a_product(stock=0)
    await wish(shop, oranges, "小李", "王姐")
    await catalogue.count(shop, oranges, Quantity.of("0.3"), now=NOW)
    assert await tick(NOW) == 1


async def test_goods_off_the_menu_are_told_when_they_are_sold_again(shop: ShopId) -> None:
    oranges = await a_product(stock=0)
    await wish(shop, oranges, "小李")
    await catalogue.withdraw(shop, "N001")
    await catalogue.restock(shop, oranges, Quantity.of(1), now=NOW)
    assert await tick(NOW) == 0
    again = NewGoods("橙子", "箱", Money(2990), Quantity.of(1))
    assert await catalogue.put_on_sale(shop, again, now=NOW) == oranges
    assert await tick(NOW) == 1


async def test_a_wish_taken_back_is_not_told_and_may_be_made_again(shop: ShopId) -> None:
    oranges = await a_product(stock=0)
    (li,) = await wish(shop, oranges, "小李")
    assert (await wishes.forget(li), await wishes.forget(li)) == (1, 0)
    await catalogue.restock(shop, oranges, Quantity.of(1), now=NOW)
    assert await tick(NOW) == 0
    assert await wishes.wish(shop, [oranges], li, now=NOW) == 1


async def test_whoever_was_told_may_wish_again(shop: ShopId) -> None:
    oranges = await a_product(stock=0)
    (li,) = await wish(shop, oranges, "小李")
    await catalogue.restock(shop, oranges, Quantity.of(1), now=NOW)
    assert await tick(NOW) == 1
    assert await wishes.wish(shop, [oranges], li, now=after(hours=1)) == 1
    assert await tick(after(hours=1)) == 1
    assert await told() == [li, li]
