"""A sum that was not the one asked for ends: given back once, or settled between people; until then its alarm is open."""

from __future__ import annotations

from functools import partial

import pytest

from shop import ledger, refunds, wrong_sums
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.refusals import NoWrongSum
from shop.transaction import run_sql
from tests.support.at_once import at_once
from tests.support.world import NOW, a_customer, a_product, after, an_order, books, pay

SOON = after(minutes=5)


async def open_alarms() -> int:
    return len(await run_sql("SELECT id FROM alarm WHERE closed_at IS NULL"))


async def test_it_goes_back_whole_and_once_and_the_order_stays_as_it_is(shop: ShopId) -> None:
    slip = await an_order(await a_customer(), (await a_product("橙子", "29.90"), 2))
    assert await pay(slip, Money(5900)) == "mismatch"
    (wrong,) = await wrong_sums.waiting(shop)
    assert (wrong.code, wrong.who, wrong.came, wrong.owed) == (slip.code, "小李", Money(5900), Money(5980))
    give = partial(wrong_sums.give_back, shop, slip.id, now=SOON)
    assert await at_once(give, give, give) == {"done": 1, "NoWrongSum": 2}
    assert (await wrong_sums.waiting(shop), await open_alarms()) == ((), 0)
    (case,) = await refunds.of_order(slip.id)
    assert (case.kind, case.amount) == ("mismatch", Money(5900))
    await refunds.submit(case.id, now=SOON)
    assert await refunds.paid_back(case.number, now=SOON)
    assert await ledger.balance(shop, "suspense") == await ledger.balance(shop, "cash:gateway") == 0
    assert await pay(slip, now=SOON) == "settled"


async def test_what_is_settled_moves_no_money(shop: ShopId) -> None:
    slip = await an_order(await a_customer(), (await a_product("橙子", "29.90"), 2))
    with pytest.raises(NoWrongSum):
        await wrong_sums.settled(shop, slip.id, now=NOW)
    await pay(slip, Money(5900))
    await pay(slip, Money(1))
    assert await wrong_sums.settled(shop, slip.id, now=SOON) == Money(5901)
    before = await books()
    for verb in (wrong_sums.settled, wrong_sums.give_back):
        with pytest.raises(NoWrongSum):
            await verb(shop, slip.id, now=SOON)
    assert (await open_alarms(), await books(), await refunds.of_order(slip.id)) == (0, before, ())
