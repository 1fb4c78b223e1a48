"""A way to pay that a group may read: it opens once, for one browser, in the order's time to pay, until another is made."""

from __future__ import annotations

import pytest

from shop import orders, pay_links, payments
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.slips import Slip
from shop.transaction import run_sql
from tests.support.at_once import Verb, at_once
from tests.support.world import NOW, a_customer, a_product, after, an_order, pay, want


@pytest.fixture
async def slip(shop: ShopId) -> Slip:
    return await an_order(await a_customer(), (await a_product("橙子", "29.90"), 2))


async def stands(shop: ShopId, token: str, browser: str, **time: float) -> str:
    return (await pay_links.look(shop, token, browser, now=after(**time))).stands


async def test_it_is_for_the_first_who_opens_it_and_looking_opens_nothing(shop: ShopId, slip: Slip) -> None:
    token = await pay_links.make(slip.id, now=NOW)
    for browser in ("preview", "li", "hua"):
        assert await stands(shop, token, browser) == "closed"
    assert (await pay_links.take(shop, token, "li", now=NOW)).slip == slip
    assert (await pay_links.take(shop, token, "li", now=NOW)).stands == "his"
    assert await pay_links.take(shop, token, "hua", now=NOW) == pay_links.Look("taken")
    assert [await stands(shop, token, who) for who in ("li", "hua", "")] == ["his", "taken", "taken"]


async def test_a_new_one_ends_the_old_one_opened_or_not(shop: ShopId, slip: Slip) -> None:
    first = await pay_links.make(slip.id, now=NOW)
    await pay_links.take(shop, first, "li", now=NOW)
    second = await pay_links.make(slip.id, now=NOW)
    third = await pay_links.make(slip.id, now=NOW)
    assert [await stands(shop, token, "li") for token in (first, second, third)] == ["gone", "gone", "closed"]
    assert await pay_links.take(shop, second, "hua", now=NOW) == pay_links.Look("gone")


async def test_it_ends_with_the_time_to_pay_and_with_the_order(shop: ShopId, slip: Slip) -> None:
    token = await pay_links.make(slip.id, now=NOW)
    assert await stands(shop, token, "li", minutes=14, seconds=59) == "closed"
    assert await stands(shop, token, "li", minutes=15) == "gone"
    assert await pay_links.take(shop, token, "li", now=after(minutes=15)) == pay_links.Look("gone")
    await orders.cancel(shop, slip.buyer, now=NOW)
    assert await stands(shop, token, "li") == "gone"


async def test_who_has_opened_it_sees_that_it_is_paid_and_after_a_day_nothing(
    shop: ShopId, slip: Slip
) -> None:
    token = await pay_links.make(slip.id, now=NOW)
    await pay_links.take(shop, token, "li", now=NOW)
    await pay(slip)
    his = await pay_links.look(shop, token, "li", now=after(hours=23))
    assert (his.stands, his.slip is not None and his.slip.money_in) == ("his", True)
    assert await stands(shop, token, "li", hours=24) == "gone"


async def test_another_shops_link_and_one_that_never_was_are_the_same(shop: ShopId, slip: Slip) -> None:
    token = await pay_links.make(slip.id, now=NOW)
    assert await pay_links.take(ShopId(shop + 1), token, "li", now=NOW) == pay_links.Look("gone")
    assert await stands(shop, token, "li") == "closed"
    for hostile in ("", "a" * 28, "'; --", "苹果", token.upper(), token + "\x00"):
        assert await stands(shop, hostile, "li") == "gone"


async def test_neither_its_token_nor_the_browser_is_to_be_found_in_the_database(
    shop: ShopId, slip: Slip
) -> None:
    token = await pay_links.make(slip.id, now=NOW)
    await pay_links.take(shop, token, "the-browser-of-li", now=NOW)
    (row,) = await run_sql("SELECT * FROM pay_link")
    assert token not in str(row) and "li" not in str(row)
    assert token.isalpha() and token.islower() and len(token) == 28


async def test_of_twenty_browsers_at_once_one_has_it(shop: ShopId, slip: Slip) -> None:
    token = await pay_links.make(slip.id, now=NOW)

    def taking_as(browser: str) -> Verb:
        async def take() -> str:
            return (await pay_links.take(shop, token, browser, now=NOW)).stands

        return take

    assert await at_once(*(taking_as(f"browser {n}") for n in range(20))) == {"his": 1, "taken": 19}


async def test_what_is_asked_for_in_a_group_is_a_payment_of_its_own(shop: ShopId, slip: Slip) -> None:
    """Its pages are drawn by what it is, so the buyer's own must not become it, nor the other way round."""
    own = await payments.ask(slip.token, "gateway", now=NOW)
    shown = await payments.ask(slip.token, "gateway", from_group=True, now=NOW)
    assert (own.from_group, shown.from_group, own.trade_no == shown.trade_no) == (False, True, False)
    assert await payments.ask(slip.token, "gateway", from_group=True, now=NOW) == shown
    again = await payments.ask(slip.token, "gateway", now=NOW)
    assert again.trade_no not in (own.trade_no, shown.trade_no)
    assert await payments.settle("gateway", "e1", shown.trade_no, shown.amount, now=NOW) == "settled"


async def test_an_edit_changes_what_is_paid_by_it(shop: ShopId, slip: Slip) -> None:
    token = await pay_links.make(slip.id, now=NOW)
    await orders.edit(shop, slip.buyer, [want(slip.lines[0].sku, 1)], now=NOW)
    now = (await pay_links.take(shop, token, "li", now=NOW)).slip
    assert now is not None and now.payable == Money(8970)
