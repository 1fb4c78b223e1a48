"""Many at once over real connections: the scarce thing is given away once.

Beside each race stands its control: the same race with a careless verb (read, check, save). On PostgreSQL the control
goes wrong, so the race would notice; SQLite, with one writer, hides it, which is why every race meets PostgreSQL.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Mapping
from datetime import date
from functools import partial
from itertools import count
from typing import Any

import pytest

from shop import catalogue, desk, mail, orders, payments, people, pickups, slips, stock
from shop.events import OrderPaid
from shop.invariants import broken
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.records.goods import Sku  # the careless verbs write rows by hand
from shop.records.orders import Order
from shop.records.payments import PayFact
from shop.records.pickups import Pickup
from shop.records.shops import Pairing
from shop.records.stock import StockItem
from shop.refusals import AlreadyHandedOver, AlreadyPaid, NameTaken, SoldOut, WrongPairingCode
from shop.rules.orders import Status
from shop.slips import newest_open
from shop.transaction import run_sql, transaction, unit_of_work
from tests.support.at_once import Meeting, at_once
from tests.support.world import (
    CHANNEL,
    NOW,
    TODAY,
    a_cash_order,
    a_clerk,
    a_customer,
    a_paid_order,
    a_product,
    a_room,
    after,
    an_order,
    facts,
    happened,
    pay,
    shelf,
    want,
)


async def customers(n: int) -> list[PersonId]:
    return [await a_customer(f"客{i}") for i in range(n)]


# ── the last boxes ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_fifty_buyers_and_the_last_five_boxes(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    buyers = await customers(50)
    came = await at_once(*(partial(orders.place, shop, b, [want(oranges, 1)], now=NOW) for b in buyers))
    assert came == {"done": 5, "SoldOut": 45}
    assert await shelf(oranges) == ("5", "5")
    assert len({order.number for order in await Order.all()}) == 5


async def test_ten_orders_that_want_one_more_of_the_last_five(shop: ShopId) -> None:
    oranges = await a_product(stock=15)
    buyers = await customers(10)
    for buyer in buyers:
        await an_order(buyer, (oranges, 1))
    came = await at_once(*(partial(orders.edit, shop, b, [want(oranges, 1)], now=NOW) for b in buyers))
    assert came == {"done": 5, "SoldOut": 5}
    assert await shelf(oranges) == ("15", "15")


async def test_control_read_check_save_sells_ten_of_the_last_five(
    careless_shop: ShopId, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting(database, 10)

    async def careless(takes: Mapping[int, stock.Take]) -> None:
        for sku_id, take in takes.items():
            item = await StockItem.get(sku_id=sku_id)
            if item.on_hand - item.held < take.more.milli:
                raise SoldOut(())
            await meeting.wait()
            await StockItem.filter(sku_id=sku_id).update(held=item.held + take.more.milli)

    oranges = await a_product(stock=15)
    buyers = await customers(10)
    for buyer in buyers:
        await an_order(buyer, (oranges, 1))
    monkeypatch.setattr(stock, "promise", careless)
    came = await at_once(
        *(partial(orders.edit, careless_shop, b, [want(oranges, 1)], now=NOW) for b in buyers)
    )
    if database == "postgres":
        assert came == {"done": 10}
        (breach,) = await broken(careless_shop)
        assert (breach.name, breach.figure) == ("promised is what orders hold", -9000)
    else:
        assert came == {"done": 5, "SoldOut": 5}
        assert await broken(careless_shop) == []


# ── one buyer ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_same_buyer_sends_the_same_order_twice_at_once(shop: ShopId) -> None:
    """Twice the goods, and one bill: whether it was meant twice is for the message's number to say."""
    oranges = await a_product(stock=5)
    li = await a_customer()
    assert await at_once(*[partial(orders.place, shop, li, [want(oranges, 2)], now=NOW)] * 2) == {"done": 2}
    (slip,) = await slips.recent(shop, li)
    assert [str(line.qty) for line in slip.lines] == ["4"]
    assert await shelf(oranges) == ("5", "4")


async def test_control_without_the_buyers_lock_there_are_two_bills(
    careless_shop: ShopId, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting(database, 2)

    async def careless(shop: int, buyer: int, *statuses: Status, campaign: object) -> Order | None:
        found = await newest_open(shop, buyer, lock="FOR UPDATE")
        await meeting.wait()
        return found

    monkeypatch.setattr(orders, "_lock_open", careless)
    oranges = await a_product(stock=5)
    li = await a_customer()
    await at_once(*[partial(orders.place, careless_shop, li, [want(oranges, 2)], now=NOW)] * 2)
    assert len(await slips.recent(careless_shop, li)) == (2 if database == "postgres" else 1)


async def test_thirty_edits_of_one_order_at_once(shop: ShopId) -> None:
    oranges, pears = await a_product("橙子", "29.90", stock=100), await a_product("梨", "12.00", stock=100)
    li = await a_customer()
    await an_order(li, (oranges, 10), (pears, 1))
    changes = [want(oranges, 1)] * 12 + [want(oranges, 1, "dec")] * 8 + [want(pears, 2)] * 10
    came = await at_once(*(partial(orders.edit, shop, li, [c], now=NOW) for c in changes))
    assert came == {"done": 30}
    (slip,) = await slips.recent(shop, li)
    assert {line.name: str(line.qty) for line in slip.lines} == {"橙子": "14", "梨": "21"}
    assert slip.payable == Money(14 * 2990 + 21 * 1200)
    assert (await shelf(oranges), await shelf(pears)) == (("100", "14"), ("100", "21"))


async def test_control_without_the_orders_lock_edits_are_lost(
    careless_shop: ShopId, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting(database, 5)

    async def careless(shop: int, buyer: int, *statuses: Status, campaign: object) -> Order | None:
        found = await newest_open(shop, buyer)
        await meeting.wait()
        return found

    oranges = await a_product(stock=100)
    li = await a_customer()
    await an_order(li, (oranges, 10))
    monkeypatch.setattr(orders, "_lock_open", careless)
    await at_once(*[partial(orders.edit, careless_shop, li, [want(oranges, 1)], now=NOW)] * 5)
    names = {breach.name for breach in await broken(careless_shop)}
    assert ("promised is what orders hold" in names) == (database == "postgres")


async def test_cancelled_while_it_is_edited_paid_and_running_out_of_time(shop: ShopId) -> None:
    """Whoever comes first, the books are right: nothing is both cancelled and prepared, every fen is booked."""
    oranges = await a_product(stock=40)
    for buyer in await customers(6):
        slip = await an_order(buyer, (oranges, 2))
        trade = (await payments.ask(slip.token, "gateway", now=NOW)).trade_no
        late = after(minutes=15)
        came = await at_once(
            partial(orders.cancel, shop, buyer, now=NOW),
            partial(pay, slip, trade_no=trade, now=late),
            partial(orders.expire, slip.id, now=late),
            partial(orders.edit, shop, buyer, [want(oranges, 1)], now=NOW),
            partial(orders.choose_cash, shop, buyer, now=NOW),
        )
        assert sum(came.values()) == 5
        assert len(await PayFact.filter(order_id=slip.id)) == 1
        assert await broken(shop) == []


# ── money and goods, once ───────────────────────────────────────────────────────────────────────────────────────


async def test_twenty_clerks_type_the_same_code(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    clerk = await a_clerk()
    slip = await a_paid_order(await a_customer(), (oranges, 2))
    code = str(slip.pickup_code)
    came = await at_once(*[partial(pickups.redeem, shop, code, clerk, cash=Money(0), now=NOW)] * 20)
    assert came == {"done": 1, "AlreadyHandedOver": 19}
    assert await shelf(oranges) == ("3", "0")
    assert await happened() == ["OrderPaid", "OrderHandedOver"]


async def test_control_a_code_that_is_read_then_saved_hands_over_ten_times(
    careless_shop: ShopId, database: str
) -> None:
    meeting = Meeting(database, 10)
    slip = await a_paid_order(await a_customer(), (await a_product(), 2))

    async def careless() -> None:
        pickup = await Pickup.get(code=str(slip.pickup_code))
        if pickup.state != "ready":
            raise AlreadyHandedOver(slip.code)
        await meeting.wait()
        await Pickup.filter(id=pickup.id).update(state="done")

    assert (await at_once(*[careless] * 10))["done"] == (10 if database == "postgres" else 1)


async def test_cash_at_the_counter_while_the_phone_pays(shop: ShopId) -> None:
    """Both may come in; only one of them settles, and the other is booked as surplus or not taken."""
    oranges = await a_product(stock=40)
    clerk = await a_clerk()
    for buyer in await customers(8):
        slip = await a_cash_order(buyer, (oranges, 1))
        trade = (await payments.ask(slip.token, "gateway", now=NOW)).trade_no
        came = await at_once(
            partial(pickups.redeem, shop, str(slip.pickup_code), clerk, cash=Money(2990), now=NOW),
            partial(pay, slip, trade_no=trade),
        )
        assert came in ({"done": 1, "surplus": 1}, {"NotPaidYet": 1, "settled": 1})
        assert await broken(shop) == []


async def test_twenty_clerks_confirm_one_transfer(shop: ShopId) -> None:
    clerk = await a_clerk()
    slip = await an_order(await a_customer(), (await a_product("橙子", "29.90"), 2))
    came = await at_once(*[partial(payments.confirm_transfer, slip.id, clerk, now=NOW)] * 20)
    assert came == {"done": 1, "AlreadyPaid": 19}
    assert (await facts(), await happened()) == ([(5980, "settled")], ["OrderPaid"])


async def test_control_confirming_without_a_lock_tells_the_buyer_ten_times(
    careless_shop: ShopId, database: str
) -> None:
    meeting = Meeting(database, 10)
    slip = await an_order(await a_customer(), (await a_product(), 1))

    async def careless() -> None:
        async with transaction() as tx:
            order = await Order.get(id=slip.id)
            if order.paid_at is not None:
                raise AlreadyPaid(order.code)
            await meeting.wait()
            await Order.filter(id=order.id).update(paid_at=NOW)
            tx.tell(OrderPaid(order.id), at=NOW)

    await at_once(*[careless] * 10)
    assert len(await happened()) == (10 if database == "postgres" else 1)


# ── numbers ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_forty_orders_at_once_have_forty_numbers(shop: ShopId) -> None:
    """Eight of them are refused in between, and take no number with them."""
    oranges, eggs = await a_product("橙子", stock=100), await a_product("鸡蛋", stock=0)
    wants = [[want(oranges, 1)] if n % 6 else [want(oranges, 1), want(eggs, 1)] for n in range(48)]
    buyers = await customers(48)
    await an_order(await a_customer(), (oranges, 1))  # the day has begun
    came = await at_once(
        *(partial(orders.place, shop, b, w, now=NOW) for b, w in zip(buyers, wants, strict=True))
    )
    assert came == {"done": 40, "SoldOut": 8}
    codes = [slip.code for slip in await slips.of_day(shop, TODAY)]
    assert codes == [f"0501-{n:03d}" for n in range(1, 42)]


async def test_the_first_orders_of_a_day_come_at_once(shop: ShopId) -> None:
    buyers = await customers(10)
    goods = [await a_product(f"橙子{n}") for n in range(10)]  # of the same goods one would wait for the other
    pairs = zip(buyers, goods, strict=True)
    await at_once(*(partial(orders.place, shop, buyer, [want(sku, 1)], now=NOW) for buyer, sku in pairs))
    numbers = {order.number for order in await Order.all()}
    assert len(numbers) == 10 and min(numbers) >= 1 and max(numbers) <= 20


async def test_control_counting_gives_one_number_to_many(
    careless_shop: ShopId, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting, drawn = Meeting(database, 10), orders.next_order

    async def careless(shop: ShopId, day: date) -> tuple[OrderId, int]:
        id, _ = await drawn(shop, day)
        number = await Order.filter(shop_id=shop).count() + 1
        await meeting.wait()
        return id, number

    await an_order(await a_customer(), (await a_product("梨"), 1))  # the day has begun
    monkeypatch.setattr(orders, "next_order", careless)
    buyers = await customers(10)
    goods = [await a_product(f"橙子{n}") for n in range(10)]
    came = await at_once(
        *(
            partial(orders.place, careless_shop, buyer, [want(sku, 1)], now=NOW)
            for buyer, sku in zip(buyers, goods, strict=True)
        )
    )
    assert came == ({"done": 1, "IntegrityError": 9} if database == "postgres" else {"done": 10})


# ── crossing ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_orders_that_cross_never_wait_in_a_circle(shop: ShopId) -> None:
    oranges, pears = await a_product("橙子", stock=500), await a_product("梨", stock=500)
    buyers = await customers(10)
    for buyer in buyers:
        await an_order(buyer, (oranges, 1), (pears, 1))
    edits = []
    for n, buyer in enumerate(buyers * 3):
        changes = [want(oranges, 1), want(pears, 1)]
        edits.append((buyer, changes if n % 2 else changes[::-1]))
    came = await at_once(*(partial(orders.edit, shop, b, c, now=NOW) for b, c in edits))
    assert came == {"done": 30}
    assert (await shelf(oranges), await shelf(pears)) == (("500", "40"), ("500", "40"))


async def test_control_in_the_order_of_the_basket_two_edits_meet_and_the_unit_of_work_tries_again(
    shop: ShopId, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting(database, 2)
    tries = count()
    real = stock.promise

    async def careless(takes: Mapping[int, stock.Take]) -> None:
        first = next(tries) < 2
        for sku_id in list(takes)[:: 1 if next(orders_seen) % 2 else -1]:
            await real({sku_id: takes[sku_id]})
            if first:
                await meeting.wait()
                first = False

    orders_seen = count()
    oranges, pears = await a_product("橙子", stock=50), await a_product("梨", stock=50)
    li, flower = await a_customer("小李"), await a_customer("阿花")
    for buyer in (li, flower):
        await an_order(buyer, (oranges, 1), (pears, 1))
    monkeypatch.setattr(stock, "promise", careless)
    changes = [want(oranges, 1), want(pears, 1)]
    came = await at_once(
        partial(orders.edit, shop, li, changes, now=NOW), partial(orders.edit, shop, flower, changes, now=NOW)
    )
    assert came == {"done": 2}
    assert next(tries) == (3 if database == "postgres" else 2)  # one of them was the deadlock's victim
    assert (await shelf(oranges), await shelf(pears)) == (("50", "4"), ("50", "4"))


# ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_ten_people_send_the_right_binding_code(shop: ShopId) -> None:
    code = str(await people.pairing_code(shop, now=NOW))
    came = await at_once(*(partial(people.pair, shop, b, code, now=NOW) for b in await customers(10)))
    assert came == {"done": 1, "WrongPairingCode": 9}
    assert (len(await people.staff(shop, people.OWNER)), await happened()) == (1, ["OwnerPaired"])


async def test_control_a_code_that_is_read_then_used_makes_ten_owners(
    careless_shop: ShopId, database: str
) -> None:
    meeting = Meeting(database, 10)
    code = str(await people.pairing_code(careless_shop, now=NOW))

    async def careless(who: PersonId) -> None:
        row = await Pairing.filter(shop_id=careless_shop, used_at=None, code=code).first()
        if row is None:
            raise WrongPairingCode
        await meeting.wait()
        await Pairing.filter(id=row.id).update(used_at=NOW)
        await people.appoint(careless_shop, who, people.OWNER, now=NOW)

    await at_once(*(partial(careless, b) for b in await customers(10)))
    assert len(await people.staff(careless_shop)) == (10 if database == "postgres" else 1)


async def test_a_strangers_first_words_in_ten_groups_at_once(shop: ShopId) -> None:
    await at_once(*[partial(people.recognise, shop, CHANNEL, "wx1", "小李", now=NOW)] * 10)
    rows = await run_sql(
        "SELECT (SELECT count(*) FROM person) AS people, (SELECT count(*) FROM handle) AS handles"
    )
    assert dict(rows[0]) == {"people": 1, "handles": 1}


async def test_a_person_is_wanted_in_ten_groups_at_once(shop: ShopId) -> None:
    li = await a_customer()
    rooms = [(await a_room(f"群{n}")).id for n in range(10)]
    came = await at_once(*(partial(desk.want_person, shop, li, "人呢", room=r, now=NOW) for r in rooms))
    assert (came, await happened()) == ({"done": 10}, ["PersonWanted"])


async def test_two_clerks_put_the_same_goods_on_sale(shop: ShopId) -> None:
    new = catalogue.NewGoods("橙子", "箱", Money(2990), Quantity.of(5))
    came = await at_once(*[partial(catalogue.put_on_sale, shop, new, now=NOW)] * 5)
    assert came == {"N001-1": 1, NameTaken.__name__: 4}
    assert await shelf("N001-1") == ("5", "0")
    assert await Sku.all().count() == 1


async def test_ten_clerks_set_todays_special(shop: ShopId) -> None:
    oranges = await a_product()
    prices = [Money(1000 + n) for n in range(10)]
    came = await at_once(*(partial(catalogue.set_specials, shop, {oranges: p}, TODAY) for p in prices))
    assert came == {"done": 10}


# ── the post ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_message_delivered_twenty_times_at_once_is_kept_once(shop: ShopId) -> None:
    incoming = mail.Incoming(CHANNEL, "m1", "g1", "wx1", "小李", "+1", NOW)
    kept = await asyncio.gather(*(unit_of_work(partial(mail.keep, incoming, now=NOW)) for _ in range(20)))
    assert Counter(new for _, new in kept) == {True: 1, False: 19}
    assert len({id for id, _ in kept}) == 1


async def test_a_message_is_worked_through_by_one(shop: ShopId) -> None:
    id, _ = await mail.keep(mail.Incoming(CHANNEL, "m1", "g1", "wx1", "小李", "+1", NOW), now=NOW)
    letter = mail.NewLetter("m1/0", CHANNEL, "g1", None, "reply", {"text": "好"}, NOW)

    async def work() -> str:
        if await mail.begin(id) is None:
            return "seen"
        await mail.finish(id, [letter], {}, now=NOW)
        return "answered"

    assert await at_once(*[work] * 10) == {"answered": 1, "seen": 9}


async def test_ten_senders_claim_and_ten_tellers_tell(shop: ShopId) -> None:
    async with transaction() as tx:
        tx.tell(OrderPaid(1), at=NOW)
    (event,) = await mail.untold()
    letters = [
        [mail.NewLetter(f"e1/{n}", CHANNEL, "g1", None, "notice", {"text": "好"}, NOW)] for n in range(10)
    ]
    await at_once(*(partial(mail.tell, event, one, now=NOW) for one in letters))
    due = [one.id for one in await mail.due(now=NOW)]
    assert len(due) == 1
    claimed = await asyncio.gather(*(_claim(due) for _ in range(10)))
    assert sorted(claimed) == [[]] * 9 + [due]


def _claim(ids: list[Any]) -> Coroutine[Any, Any, list[int]]:
    return unit_of_work(partial(mail.claim, ids))
