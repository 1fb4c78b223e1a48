"""Money that comes in: booked first, once, to the fen; only then it is decided what it means."""

from __future__ import annotations

import pytest

from shop import claims, orders, payments, pickups, slips
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.refusals import AlreadyCancelled, AlreadyPaid, NoSuchOrder, NothingOpen
from shop.rules.orders import PayMode, Status
from tests.support.world import (
    NOW,
    a_cash_order,
    a_clerk,
    a_customer,
    a_paid_order,
    a_product,
    after,
    an_order,
    books,
    facts,
    hand_over,
    happened,
    pay,
    shelf,
    want,
)


async def test_asked_for_exactly_what_is_owed_and_only_once(shop: ShopId) -> None:
    slip = await an_order(await a_customer(), (await a_product("橙子", "29.90"), 2))
    first = await payments.ask(slip.token, "gateway", now=NOW)
    assert (first.order, first.code, first.amount, first.state) == (
        slip.id,
        "0501-001",
        Money(5980),
        "created",
    )
    assert await payments.ask(slip.token, "gateway", now=after(minutes=1)) == first
    assert await payments.intent(first.trade_no) == first
    assert await payments.intent("never made") is None


async def test_an_edit_closes_what_was_asked_before(shop: ShopId) -> None:
    oranges = await a_product("橙子", "29.90")
    li = await a_customer()
    slip = await an_order(li, (oranges, 2))
    first = await payments.ask(slip.token, "gateway", now=NOW)
    await orders.edit(shop, li, [want(oranges, 1)], now=NOW)
    closed = await payments.intent(first.trade_no)
    assert closed is not None and closed.state == "closed"
    second = await payments.ask(slip.token, "gateway", now=NOW)
    assert (second.amount, second.trade_no == first.trade_no) == (Money(8970), False)


async def test_another_provider_closes_the_first(shop: ShopId) -> None:
    slip = await an_order(await a_customer(), (await a_product(), 1))
    first = await payments.ask(slip.token, "gateway", now=NOW)
    await payments.ask(slip.token, "other", now=NOW)
    closed = await payments.intent(first.trade_no)
    assert closed is not None and closed.state == "closed"


async def test_paid_to_the_fen(shop: ShopId) -> None:
    oranges = await a_product("橙子", "29.90")
    slip = await an_order(await a_customer(), (oranges, 2))
    assert await pay(slip, now=after(minutes=3)) == "settled"
    paid = await slips.slip(slip.id)
    assert (paid.status, paid.paid_at, paid.pay_due_at) == (Status.PREPARING, after(minutes=3), None)
    assert paid.pickup_code is not None
    assert (await facts(), await happened(), await shelf(oranges)) == (
        [(5980, "settled")],
        ["OrderPaid"],
        ("5", "2"),
    )


async def test_the_old_request_is_paid_after_the_order_grew(shop: ShopId) -> None:
    """Booked as a mismatch; paying the new request is still possible."""
    oranges = await a_product("橙子", "29.90")
    li = await a_customer()
    slip = await an_order(li, (oranges, 2))
    trade = (await payments.ask(slip.token, "gateway", now=NOW)).trade_no
    more = await orders.edit(shop, li, [want(oranges, 1)], now=NOW)
    assert await pay(slip, trade_no=trade) == "mismatch"
    assert await pay(more) == "settled"
    assert await facts() == [(5980, "mismatch"), (8970, "settled")]


async def test_an_old_request_of_the_same_amount_settles_and_the_new_one_is_closed(shop: ShopId) -> None:
    oranges = await a_product("橙子", "29.90")
    li = await a_customer()
    slip = await an_order(li, (oranges, 2))
    first = await payments.ask(slip.token, "gateway", now=NOW)
    await orders.edit(shop, li, [want(oranges, 1)], now=NOW)
    await orders.edit(shop, li, [want(oranges, 1, "dec")], now=NOW)
    second = await payments.ask(slip.token, "gateway", now=NOW)
    assert await pay(slip, trade_no=first.trade_no) == "settled"
    closed = await payments.intent(second.trade_no)
    assert closed is not None and closed.state == "closed"


async def test_a_notice_for_an_unknown_number(shop: ShopId) -> None:
    slip = await an_order(await a_customer(), (await a_product(), 1))
    trade = (await payments.ask(slip.token, "gateway", now=NOW)).trade_no
    before = await books()
    for provider, number in (("gateway", "never made"), ("other", trade)):
        with pytest.raises(NoSuchOrder):
            await payments.settle(provider, "E1", number, Money(2990), now=NOW)
    assert await books() == before


async def test_what_cannot_be_paid_any_more(shop: ShopId) -> None:
    oranges = await a_product()
    li, flower, ming = await a_customer("小李"), await a_customer("阿花"), await a_customer("小明")
    paid, cancelled, late = await a_paid_order(li, (oranges, 1)), await an_order(flower, (oranges, 1)), None
    await orders.cancel(shop, flower, now=NOW)
    late = await an_order(ming, (oranges, 1))
    before = await books()
    for slip, no in ((paid, AlreadyPaid), (cancelled, AlreadyCancelled), (late, NothingOpen)):
        with pytest.raises(no):
            await payments.ask(slip.token, "gateway", now=after(minutes=15))
    with pytest.raises(NoSuchOrder):
        await payments.ask("no such token", "gateway", now=NOW)
    assert await books() == before


async def test_a_cash_order_may_be_paid_online_after_all(shop: ShopId) -> None:
    slip = await a_cash_order(await a_customer(), (await a_product("橙子", "29.90"), 2))
    assert await pay(slip, now=after(days=1)) == "settled"
    paid = await slips.slip(slip.id)
    assert (paid.pickup_code, paid.status, paid.pay_mode) == (slip.pickup_code, Status.PREPARING, PayMode.COD)
    assert (await pickups.look_up(shop, str(paid.pickup_code))).to_collect == Money(0)
    await hand_over(paid, await a_clerk())
    assert await facts() == [(5980, "settled")]


async def test_online_money_for_an_order_that_was_paid_in_cash(shop: ShopId) -> None:
    slip = await a_cash_order(await a_customer(), (await a_product("橙子", "29.90"), 2))
    trade = (await payments.ask(slip.token, "gateway", now=NOW)).trade_no
    await hand_over(slip, await a_clerk())
    closed = await payments.intent(trade)
    assert closed is not None and closed.state == "closed"
    assert await pay(slip, trade_no=trade) == "surplus"
    assert await facts() == [(5980, "settled"), (5980, "surplus")]


# ── 转账 ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_transfer_that_the_staff_have_seen(shop: ShopId) -> None:
    li, clerk = await a_customer(), await a_clerk()
    slip = await an_order(li, (await a_product("橙子", "29.90"), 2))
    asked = await payments.ask(slip.token, "gateway", now=NOW)
    await claims.claim(shop, li, now=NOW)
    await payments.confirm_transfer(slip.id, clerk, now=after(hours=1))
    paid = await slips.slip(slip.id)
    assert (paid.status, paid.paid_at, bool(paid.pickup_code)) == (Status.PREPARING, after(hours=1), True)
    assert await facts() == [(5980, "settled")]
    assert await happened() == ["TransferClaimed", "OrderPaid"]
    before = await books()
    with pytest.raises(AlreadyPaid):
        await payments.confirm_transfer(slip.id, clerk, now=after(hours=2))
    assert await books() == before
    assert await pay(slip, trade_no=asked.trade_no) == "surplus"


async def test_a_transfer_for_what_was_cancelled_or_handed_over(shop: ShopId) -> None:
    oranges = await a_product()
    li, clerk = await a_customer(), await a_clerk()
    cancelled = await an_order(li, (oranges, 1))
    await orders.cancel(shop, li, now=NOW)
    done = await a_paid_order(li, (oranges, 1))
    await hand_over(done, clerk)
    before = await books()
    with pytest.raises(AlreadyCancelled):
        await payments.confirm_transfer(cancelled.id, clerk, now=NOW)
    with pytest.raises(AlreadyPaid):
        await payments.confirm_transfer(done.id, clerk, now=NOW)
    assert await books() == before


async def test_a_transfer_may_be_confirmed_without_being_claimed(shop: ShopId) -> None:
    slip = await an_order(await a_customer(), (await a_product(), 1))
    await payments.confirm_transfer(slip.id, await a_clerk(), now=NOW)
    assert (await slips.slip(slip.id)).status == Status.PREPARING


# ── nothing to pay ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_goods_for_nothing_are_prepared_at_once(shop: ShopId) -> None:
    gift = await a_product("赠品", "0", stock=5)
    li, clerk = await a_customer(), await a_clerk()
    slip = await an_order(li, (gift, 2))
    assert (slip.status, slip.paid_at, bool(slip.pickup_code)) == (Status.PREPARING, NOW, True)
    with pytest.raises(AlreadyPaid):
        await payments.ask(slip.token, "gateway", now=NOW)
    await hand_over(slip, clerk)
    assert (await slips.slip(slip.id)).status == Status.FULFILLED
    assert (await facts(), await shelf(gift)) == ([], ("3", "0"))


async def test_an_order_that_became_free_waits_for_no_money(shop: ShopId) -> None:
    gift, oranges = await a_product("赠品", "0", stock=5), await a_product("橙子")
    li, flower, clerk = await a_customer("小李"), await a_customer("阿花"), await a_clerk()
    for buyer in (li, flower):
        await an_order(buyer, (gift, 1), (oranges, 1))
    first = await orders.edit(shop, li, [want(oranges, 0, "remove")], now=NOW)
    second = await orders.edit(shop, flower, [want(oranges, 1, "dec")], now=NOW)
    assert (first.payable, second.payable) == (Money(0), Money(0))
    assert (first.status, second.status) == (Status.PREPARING, Status.PREPARING)
    with pytest.raises(AlreadyPaid):
        await payments.ask(first.token, "gateway", now=NOW)
    with pytest.raises(AlreadyPaid):
        await payments.confirm_transfer(second.id, clerk, now=NOW)
    for slip in (first, second):
        await hand_over(slip, clerk)
        assert (await slips.slip(slip.id)).status == Status.FULFILLED
    assert (await facts(), await shelf(gift), await shelf(oranges)) == ([], ("3", "0"), ("5", "0"))
