"""Lists for other programs: page by page without gaps or repeats, each page at the same price."""

from __future__ import annotations

import base64
import logging
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from shop import catalogue, desk, listings, orders, people, seed
from shop.goods import parse
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.listings import BadCursor
from shop.rules.orders import Status
from shop.transaction import unit_of_work
from tests.support.till import FRUIT, Till, open_till


@pytest.fixture
async def till(shop_db: str) -> AsyncIterator[Till]:
    async with open_till(stock={"P2-1": "1000"}) as opened:
        yield opened


async def place(till: Till, count: int) -> list[str]:
    """That many orders, each of its own buyer."""
    codes = []
    for n in range(count):
        who = await people.recognise(till.shop, "web", f"buyer{n}", f"客{n}", now=till.clock())
        codes.append((await till.order(("P2-1", "0.5"), buyer=who.id, room=bool(n % 2))).code)
    return codes


async def test_a_hundred_and_twenty_orders_come_page_by_page_without_gap_or_repeat(till: Till) -> None:
    codes = await place(till, 120)
    found: list[str] = []
    after: str | None = None
    sizes = []
    while True:
        page = await listings.orders(till.shop, after=after, limit=50)
        found += [order.code for order in page.items]
        sizes.append(len(page.items))
        if page.next is None:
            break
        after = page.next
    assert found == codes
    assert sizes == [50, 50, 20]


async def test_a_last_page_that_is_full_has_no_next(till: Till) -> None:
    await place(till, 4)
    first = await listings.orders(till.shop, limit=2)
    second = await listings.orders(till.shop, after=first.next, limit=2)
    assert first.next is not None and second.next is None and len(second.items) == 2


async def test_rows_that_come_while_one_is_reading_are_read_at_the_end(till: Till) -> None:
    before = await place(till, 3)
    first = await listings.orders(till.shop, limit=2)
    late = await people.recognise(till.shop, "web", "late", "晚来的", now=till.clock())
    last = (await till.order(("P2-1", "1"), buyer=late.id)).code
    second = await listings.orders(till.shop, after=first.next, limit=50)
    assert [order.code for order in (*first.items, *second.items)] == [*before, last]


@pytest.mark.parametrize("count", [1, 30])
async def test_a_page_costs_the_same_however_long_it_is(
    till: Till, count: int, caplog: pytest.LogCaptureFixture
) -> None:
    await place(till, count)
    cost = {}
    with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
        for name, read in [
            ("orders", listings.orders(till.shop)),
            ("products", listings.products(till.shop, now=till.clock())),
            ("customers", listings.customers(till.shop)),
            ("tickets", listings.tickets(till.shop)),
        ]:
            caplog.clear()
            await read
            cost[name] = len([one for one in caplog.records if "SELECT" in one.getMessage()])
    assert cost == {"orders": 4, "products": 5, "customers": 3, "tickets": 1}


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "橙子",
        "\0",
        "0",
        base64.urlsafe_b64encode(b"orders 0").decode().rstrip("="),
        base64.urlsafe_b64encode(b"orders -1").decode().rstrip("="),
        base64.urlsafe_b64encode(b"orders 1_0").decode().rstrip("="),
        base64.urlsafe_b64encode(b"orders  1").decode().rstrip("="),
        base64.urlsafe_b64encode(b"orders 9223372036854775808").decode().rstrip("="),
        base64.urlsafe_b64encode(b"orders " + b"9" * 5000).decode().rstrip("="),
        base64.urlsafe_b64encode(b"products 1").decode().rstrip("="),
        base64.urlsafe_b64encode(b"1").decode().rstrip("="),
        base64.urlsafe_b64encode(b"orders 1").decode() + "=",
    ],
)
async def test_only_a_cursor_of_this_very_list_is_taken(till: Till, cursor: str) -> None:
    with pytest.raises(BadCursor):
        await listings.orders(till.shop, after=cursor)


@pytest.mark.parametrize("limit", [0, -1, 201])
async def test_a_page_has_one_to_two_hundred_rows(till: Till, limit: int) -> None:
    with pytest.raises(ValueError, match="1 to 200"):
        await listings.orders(till.shop, limit=limit)


async def test_an_order_tells_its_lines_cuts_and_people_but_neither_code_nor_token(till: Till) -> None:
    slip = await till.order(room=True)
    order = await listings.order(till.shop, slip.code)
    assert order is not None
    assert (order.code, order.status, order.buyer.name, order.room) == (
        "0501-001",
        Status.UNPAID,
        "小李",
        "水果群",
    )
    assert (order.gross_fen, order.payable_fen) == (7420, 6920)
    oranges, bananas = order.lines
    assert (oranges.sku, oranges.spec, oranges.qty, oranges.price_fen) == (
        "P1-1",
        "5斤装",
        Quantity.of(2),
        2990,
    )
    assert [cut.why for cut in oranges.cuts] == ["满50减5"]
    assert sum(cut.amount_fen for line in order.lines for cut in line.cuts) == 500
    assert oranges.net_fen + bananas.net_fen == 6920
    assert order.pay_due_at == till.clock() + timedelta(minutes=15) and order.paid_at is None
    assert order.pickup.state == "none"
    await unit_of_work(lambda: orders.choose_cash(till.shop, till.buyer, now=till.clock()))
    order = await listings.order(till.shop, slip.code)
    assert order is not None and order.pickup.state == "ready" and order.pay_mode == "cod"


@pytest.mark.parametrize("code", ["0501-002", "1", "", "0501001", "０５０１-001", "0501-001\0", "x" * 500])
async def test_a_code_is_taken_only_as_it_stands(till: Till, code: str) -> None:
    await till.order()
    assert await listings.order(till.shop, code) is None


async def test_products_tell_todays_special_and_what_is_left(till: Till) -> None:
    await till.order(("P1-1", "2"))
    today, tomorrow = date(2026, 5, 1), date(2026, 5, 2)
    await catalogue.set_specials(till.shop, {"P1-1": Money(2550)}, today)
    await catalogue.set_specials(till.shop, {"P2-1": Money(400)}, tomorrow)
    await catalogue.withdraw(till.shop, "P3")
    page = await listings.products(till.shop, now=till.clock())
    orange, banana, berry = page.items
    assert (orange.id, orange.name, orange.aliases, orange.category) == ("P1", "橙子", ("大橙子",), "水果")
    sku = orange.skus[0]
    assert (sku.price_fen, sku.special_fen) == (2990, 2550)
    assert (str(sku.on_hand), str(sku.held), str(sku.left)) == ("100", "2", "98")
    assert banana.skus[0].special_fen is None
    assert [one.on_sale for one in page.items] == [True, True, False]
    till.clock.pass_time(hours=15)  # 01:00 of the next day in the shop, still the first of May in UTC
    page = await listings.products(till.shop, now=till.clock())
    assert [one.skus[0].special_fen for one in page.items] == [None, 400, None]
    assert berry.name == "<b>草莓</b>&\"'"


async def test_customers_have_spent_what_they_paid_and_ordered_what_was_not_cancelled(till: Till) -> None:
    slip = await till.order()
    await till.client.post(f"/sandbox/{await till.trade_of(slip)}")
    await till.order(("P1-1", "1"))
    await unit_of_work(lambda: orders.cancel(till.shop, till.buyer, now=till.clock()))
    await till.order(("P1-1", "1"))
    await people.recognise(till.shop, "web", "ahua", "阿花", now=till.clock())
    page = await listings.customers(till.shop)
    assert [(one.name, one.orders, one.spent_fen) for one in page.items] == [
        ("小李", 2, 6920),
        ("阿花", 0, 0),
    ]


async def test_campaigns_coupons_and_tickets(till: Till) -> None:
    campaigns = (await listings.campaigns(till.shop)).items
    assert [(one.id, one.kind, one.items[0].sku) for one in campaigns] == [
        ("C1", "groupbuy", "P1-1"),
        ("C2", "flash", "P2-1"),
    ]
    assert campaigns[1].deadline is None
    assert [(one.code, one.title) for one in (await listings.coupons(till.shop)).items] == [
        ("NEW5", "新人减5")
    ]
    await desk.want_person(till.shop, till.buyer, "要退款", room=till.room, now=till.clock())
    ticket = (await listings.tickets(till.shop)).items[0]
    assert (ticket.person.name, ticket.room, ticket.why, ticket.state) == ("小李", "水果群", "要退款", "open")


async def test_another_shop_sees_nothing_of_it(till: Till) -> None:
    slip = await till.order()
    await desk.want_person(till.shop, till.buyer, "在吗", room=None, now=till.clock())
    other: ShopId = await seed.open_shop("S2", "别家", "Asia/Shanghai", now=till.clock())
    await seed.fill(other, parse(FRUIT), now=till.clock())
    assert await listings.order(other, slip.code) is None
    assert not (await listings.orders(other)).items
    assert not (await listings.customers(other)).items
    assert not (await listings.tickets(other)).items
    first = (await listings.products(other, now=till.clock(), limit=1)).items[0]
    assert str(first.skus[0].held) == "0"


async def test_money_in_tells_each_payment_and_what_became_of_it(till: Till) -> None:
    slip = await till.order()
    assert await listings.money_in(slip.id) == ()
    await till.client.post(f"/sandbox/{await till.trade_of(slip)}")
    (paid,) = await listings.money_in(slip.id)
    assert (paid.provider, paid.amount, paid.standing, paid.at) == (
        "sandbox",
        Money(6920),
        "settled",
        till.clock(),
    )
    assert paid.is_settled
