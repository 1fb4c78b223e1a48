"""Each invariant is broken by hand once, and named with its figure; sound books have nothing to say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta

import pytest

from shop import (
    bargains,
    bookings,
    campaigns,
    coupon_drops,
    coupon_templates,
    coupons,
    deals,
    desk,
    invariants,
    mail,
    orders,
    payments,
    points,
    referrals,
    resources,
    seed,
    teams,
)
from shop.invariants import Breach, broken, look
from shop.kit.ids import OrderId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.rules.baskets import Want
from shop.rules.campaigns import Kind
from shop.transaction import run_sql, transaction
from tests.support.world import (
    FULL50,
    NO_GOODS,
    NOW,
    a_cash_order,
    a_clerk,
    a_customer,
    a_paid_order,
    a_product,
    a_refund,
    a_room,
    a_shop,
    an_order,
    hand_over,
    pay,
)


async def a_busy_day(shop: ShopId) -> None:
    """Order 1 is unpaid, 2 prepared, 3 handed over for cash, 4 cancelled and then paid, 5 prepared with one of its two
    boxes paid back; a message is answered, a person wanted."""
    await seed.fill(shop, NO_GOODS, now=NOW, promotions=[FULL50])
    oranges = await a_product("橙子", "29.90", stock=10)
    li, flower, ming, hong = [await a_customer(name) for name in ("小李", "阿花", "小明", "小红")]
    unpaid = await an_order(li, (oranges, 2))
    await payments.ask(unpaid.token, "gateway", now=NOW)
    await a_paid_order(flower, (oranges, 1))
    await hand_over(await a_cash_order(ming, (oranges, 1)), await a_clerk())
    late = await an_order(hong, (oranges, 1))
    asked = await payments.ask(late.token, "gateway", now=NOW)
    await orders.cancel(shop, hong, now=NOW)
    await pay(late, trade_no=asked.trade_no)
    apples = await a_product("苹果", "12.00", stock=10)
    paid = await a_paid_order(ming, (apples, 2))
    await a_refund(paid, apples, 1)
    await desk.want_person(shop, li, "烂了", room=None, now=NOW)
    id, _ = await mail.keep(mail.Incoming("street", "m1", "g1", "wx1", "小李", "+1", NOW), now=NOW)
    letter = mail.NewLetter("m1/0", "street", "g1", None, "reply", {"text": "好"}, NOW)
    async with transaction():
        await mail.finish(id, [letter], {}, now=NOW)
    await mail.sent([one.id for one in await mail.due(now=NOW)], now=NOW)
    await coupons_of_the_day(shop, unpaid.id, paid.id)
    await campaign_of_the_day(shop)
    await team_of_the_day(shop)
    await points_of_the_day(shop, unpaid.id, paid.id)
    await bargain_of_the_day(shop)
    await shares_of_the_day(shop)
    await commission_of_the_day(shop)
    await booking_of_the_day(shop)
    await delivery_of_the_day(shop)


async def delivery_of_the_day(shop: ShopId) -> None:
    """The last order of the day is brought to 小孙 for ¥5.00, and paid."""
    await deals.run(shop, "delivery", {"fee": "5"}, now=NOW)
    sun = await a_customer("小孙")
    await an_order(sun, (await a_product("桃", "10.00", stock=5), 1))
    await pay(await orders.bring(shop, sun, "3栋2单元501", now=NOW))


async def coupons_of_the_day(shop: ShopId, unpaid: int, paid: int) -> None:
    """Coupon 1 waits with order 1, coupon 2 was used for order 5, coupon 3 was grabbed and is free."""
    await coupon_templates.make_template(shop, "C1", "满30减5", total=2)
    li, ming, flower = [await a_customer(name) for name in ("小李", "小明", "阿花")]
    locked, used = [await coupons.claim(shop, who, "C1", now=NOW) for who in (li, ming)]
    await coupons.lock(unpaid, locked.id, now=NOW)
    await coupons.lock(paid, used.id, now=NOW)
    await coupons.use(paid, now=NOW)
    rain = await coupon_templates.make_template(shop, "C2", "满20减2", total=3, running=False)
    room = (await a_room()).id
    await coupon_drops.drop(shop, room, rain.id, 3, now=NOW)
    await coupon_drops.grab(room, flower, now=NOW)


async def campaign_of_the_day(shop: ShopId) -> None:
    """Of the six boxes of a flash sale, one for each, somebody has taken one."""
    cherries = await a_product("车厘子", "58.00", stock=10)
    six = campaigns.NewItem(cherries, Money(990), Quantity.of(6), Quantity.of(1))
    sale = await campaigns.set_up(shop, Kind.FLASH, "秒杀车厘子", [six], by=None, now=NOW)
    await orders.place(
        shop, await a_customer("阿强"), [Want(cherries, Quantity.of(1))], now=NOW, campaign=sale
    )


async def team_of_the_day(shop: ShopId) -> None:
    """Team 1 of two is complete and order 7 of it prepared; team 2 has 大刘 on a seat that he has paid."""
    grapes = await a_product("葡萄", "30.00", stock=10)
    two = {"size": 2}
    of = await campaigns.set_up(
        shop, Kind.TEAM, "葡萄", [campaigns.NewItem(grapes, Money(2000))], by=None, now=NOW, terms=two
    )
    one = [Want(grapes, Quantity.of(1))]
    first, team = await teams.open(shop, await a_customer("阿珍"), of, one, now=NOW)
    second, _ = await teams.join(shop, await a_customer("阿芳"), team.number, one, now=NOW)
    third, _ = await teams.open(shop, await a_customer("大刘"), of, one, now=NOW)
    for slip in (first, second, third):
        await pay(slip)
    for order in await teams.unsettled(now=NOW):
        await teams.settle(order, now=NOW)


async def commission_of_the_day(shop: ShopId) -> None:
    """老周 promotes: of ¥40.00 of pears, a tenth is his, and half of it went back with one of the two boxes."""
    pears = await a_product("梨", "20.00", stock=10)
    promoter, friend = await a_customer("老周"), await a_customer("小周")
    await referrals.settle(shop, first_bp=1_000, cap_bp=1_000)
    await referrals.bind(shop, friend, await referrals.promote(shop, promoter, now=NOW), now=NOW)
    await a_refund(await a_paid_order(friend, (pears, 2)), pears, 1)


async def bargain_of_the_day(shop: ShopId) -> None:
    """Bargain 1, from 40 to 30 in two cuts: one was made, then its owner has bought."""
    mangoes = await a_product("芒果", "40.00", stock=10)
    item = campaigns.NewItem(mangoes, Money(4000), None, Quantity.of(1))
    terms = {"floor": 3000, "cuts": 2}
    of = await campaigns.set_up(shop, Kind.BARGAIN, "芒果", [item], by=None, now=NOW, terms=terms)
    made = await bargains.begin(shop, of, await a_customer("阿伟"), (await a_room()).id, now=NOW)
    await bargains.cut(made.id, await a_customer("阿玲"), now=NOW, day=NOW.date())
    await bargains.buy(made.id, now=NOW)


async def booking_of_the_day(shop: ShopId) -> None:
    """Two may sit with 阿强 at a time; one of them has to pay his deposit."""
    await resources.employ(shop, "阿强", time(10), time(19), capacity=2)
    boss = await a_customer("老板")
    perm, _ = await resources.offer(shop, "烫发", 60, Money(9000), Money(1000), by=boss, now=NOW)
    await bookings.book(shop, await a_customer("阿玲"), perm.id, NOW + timedelta(hours=1), now=NOW)


async def shares_of_the_day(shop: ShopId) -> None:
    """Of the two plums of its group somebody has taken one."""
    room, plums = (await a_room()).id, await a_product("李子", "8.00", stock=10)
    item = campaigns.NewItem(plums, in_room=Quantity.of(2))
    of = await campaigns.set_up(shop, Kind.LIST, "李子", [item], by=None, now=NOW, rooms=[room])
    one = [Want(plums, Quantity.of(1))]
    await orders.place(shop, await a_customer("阿强"), one, now=NOW, room=room, campaign=of)


async def points_of_the_day(shop: ShopId, unpaid: OrderId, paid: OrderId) -> None:
    """Person 1 was given 50 and has spent 20 on order 1; order 5 has earned 24 for person 3."""
    li, ming, boss = [await a_customer(name) for name in ("小李", "小明", "老板")]
    await points.give(shop, li, 50, boss, "老顾客", NOW, "by hand")
    await points.spend(unpaid, li, 20, NOW, 1)
    await points.earn(paid, ming, {5: 24}, NOW)


@dataclass(frozen=True)
class Spoil:
    """What is done to the rows, in tables whose constraints were taken away, and what is said of it."""

    name: str
    figure: int
    about: str
    statement: str
    unguarded: str = ""


SPOILS = (
    Spoil("promised is what orders hold", 1000, "N001-1", "UPDATE stock_item SET held = held + 1000 WHERE sku_id = 1"),
    Spoil("promised is what orders hold", -2000, "N001-1", "UPDATE stock_item SET held = held - 2000 WHERE sku_id = 1"),
    Spoil("never more promised than there is", 1000, "N001-1", "UPDATE stock_item SET on_hand = 2000 WHERE sku_id = 1", "stock_item"),
    Spoil("nothing below zero on the shelf", -1, "N001-1", "UPDATE stock_item SET held = -1 WHERE sku_id = 1", "stock_item"),
    Spoil("every change of stock is a move", 500, "N001-1", "UPDATE stock_item SET on_hand = on_hand + 500"),
    Spoil("every change of stock is a move", 1000, "N001-1", "UPDATE stock_move SET change = -2000 WHERE change < 0"),
    Spoil("goods have a place on the shelf", 1, "N001-1", "DELETE FROM stock_item"),
    Spoil("what left one place came to another", -500, "N001-1",
          "UPDATE stock_move SET reason = 'moved', change = -500 WHERE reason = 'received' AND sku_id = 1"),
    Spoil("an ended order holds nothing", 1000, "0501-004", "UPDATE hold SET state = 'active' WHERE line_id = 4"),
    Spoil("a living line holds what it promises", 2000, "0501-001", "DELETE FROM hold WHERE line_id = 1"),
    Spoil("a living line holds what it promises", 500, "0501-001", "UPDATE hold SET qty = 1500 WHERE line_id = 1"),
    Spoil("a living line holds what it promises", 0, "0501-001", "UPDATE hold SET state = 'released' WHERE line_id = 1"),
    Spoil("what was handed over was consumed", 1000, "0501-003", "UPDATE hold SET state = 'released' WHERE line_id = 3"),
    Spoil("what was cancelled was given back", 1000, "0501-004", "UPDATE hold SET state = 'consumed' WHERE line_id = 4"),
    Spoil("sold is what was handed over", -1000, "0501-003", "DELETE FROM stock_move WHERE reason = 'sold'"),
    Spoil("sold is what was handed over", 500, "0501-002",
          "UPDATE stock_move SET change = -500, ref = '0501-002' WHERE reason = 'received' AND sku_id = 1"),
    Spoil("what went in parts went in parcels", 500, "0501-002", "UPDATE hold SET gone = 500 WHERE line_id = 2"),
    Spoil("what went in parts went in parcels", 0, "0501-002", "UPDATE hold SET parcelled = 500 WHERE line_id = 2"),
    Spoil("a parcel is where its order is", 1, "0501-003",
          'INSERT INTO parcel (order_id, number, state, "by", packed_at) '
          "SELECT id, 1, 'sent', 1, placed_at FROM \"order\" WHERE id = 3"),
    Spoil("what the scale did not show is given back", 1500, "1", "UPDATE line SET weighed = 500 WHERE id = 1"),
    Spoil("an order is its lines", 20, "0501-002", 'UPDATE "order" SET gross_fen = 3010, payable_fen = 3010 WHERE id = 2'),
    Spoil("an order is its lines", 0, "0501-001", 'UPDATE "order" SET gross_fen = 9999 WHERE id = 1'),
    Spoil("an order has something on it", 0, "0501-004", "DELETE FROM line WHERE id = 4", "line"),
    Spoil("a status is a word of the table", 1, "0501-001", "UPDATE \"order\" SET status = 'lost' WHERE id = 1"),
    Spoil("an unpaid order waits for something", 1, "0501-001", 'UPDATE "order" SET pay_due_at = NULL WHERE id = 1'),
    Spoil("an end has its moment", 1, "0501-004", 'UPDATE "order" SET ended_at = NULL WHERE id = 4'),
    Spoil("an end has its moment", 1, "0501-001", 'UPDATE "order" SET ended_at = placed_at WHERE id = 1'),
    Spoil("paid is what was asked", -1, "0501-002", "UPDATE pay_fact SET amount_fen = 2989 WHERE order_id = 2"),
    Spoil("paid is what was asked", -2990, "0501-002", "DELETE FROM pay_fact WHERE order_id = 2"),
    Spoil("settled money makes an order paid", 2990, "0501-002", 'UPDATE "order" SET paid_at = NULL WHERE id = 2'),
    Spoil(
        "an order is settled once", 2, "0501-002",
        "INSERT INTO pay_fact (order_id, provider, event, amount_fen, standing, at) "
        "SELECT order_id, provider, 'another', amount_fen, standing, at FROM pay_fact WHERE order_id = 2",
    ),
    Spoil("money is in before goods go out", 2990, "0501-003", 'UPDATE "order" SET paid_at = NULL WHERE id = 3'),
    Spoil(
        "an order that came to nothing keeps no money", 2990, "0501-004",
        "INSERT INTO pay_fact (order_id, provider, event, amount_fen, standing, at) "
        "SELECT 4, provider, 'another', amount_fen, standing, at FROM pay_fact WHERE order_id = 2",
    ),
    Spoil("a refunded order has given everything back", 1200, "0501-005",
          "UPDATE \"order\" SET status = 'refunded' WHERE id = 5"),
    Spoil("money that nobody asked for goes back", 1, "0501-004",
          "UPDATE refund SET amount_fen = amount_fen - 1 WHERE order_id = 4"),
    Spoil("a refund is its parts", 1, "-1", "UPDATE refund_part SET fen = fen - 1"),
    Spoil("the delivery fee gives back what its refunds say", 1, "0501-0",
          'UPDATE "order" SET delivery_back_fen = 1 WHERE delivery_fen = 500'),
    Spoil("delivery brought what was paid for it", 1, "0501-0",
          "UPDATE entry SET amount = amount - 1 WHERE account = 'delivery_income'"),
    Spoil("what a line gave back is what its refunds say", -1, "line 5", "UPDATE given_back SET done_fen = done_fen - 1"),
    Spoil("a line gives back no more than it cost", 1, "line 5",
          "UPDATE given_back SET done_fen = 2401", "given_back"),
    Spoil("every transfer is in balance", 1, "sale 2", "UPDATE entry SET amount = amount + 1 WHERE account = 'sales'"),
    Spoil("the tills hold what came in less what went back", -1, "tills",
          "UPDATE pay_fact SET amount_fen = amount_fen + 1 WHERE order_id = 2"),
    Spoil("the books of an order say what its facts say", -1, "0501-002",
          "UPDATE pay_fact SET amount_fen = amount_fen + 1 WHERE order_id = 2"),
    Spoil("a buyer owes nothing that was settled", 1, "order:2",
          "UPDATE entry SET amount = amount + 1 WHERE account = 'order:2' AND amount > 0"),
    Spoil("an unpaid order has no money", 0, "0501-001", 'UPDATE "order" SET paid_at = placed_at WHERE id = 1'),
    Spoil(
        "each fact is booked once", 2, "cash order 3",
        "INSERT INTO pay_fact SELECT * FROM pay_fact WHERE order_id = 3", "pay_fact",
    ),
    Spoil("what is asked for is owed", -1, "0501-001", "UPDATE pay_intent SET amount_fen = 5479 WHERE order_id = 1"),
    Spoil("what is asked for is owed", 0, "0501-002", "UPDATE pay_intent SET state = 'created' WHERE order_id = 2"),
    Spoil(
        "one open request at a time", 2, "0501-001",
        "INSERT INTO pay_intent (order_id, provider, trade_no, amount_fen, state, made_at) "
        "SELECT order_id, provider, 'another', amount_fen, state, made_at FROM pay_intent WHERE order_id = 1",
    ),
    Spoil("what is prepared can be picked up", 0, "0501-002", "UPDATE pickup SET state = 'void' WHERE order_id = 2"),
    Spoil("a code stands for a living order", 1, "0501-001", "UPDATE pickup SET order_id = 1 WHERE order_id = 2"),
    Spoil("an order is handed over once", 0, "0501-003", "UPDATE pickup SET state = 'void' WHERE order_id = 3"),
    Spoil("an order is handed over once", 1, "0501-002", "UPDATE pickup SET state = 'done' WHERE order_id = 2"),
    Spoil(
        "a waiting code is one order's", 2, "the code",
        "INSERT INTO pickup SELECT * FROM pickup WHERE order_id = 2", "pickup",
    ),
    Spoil("an order takes one coupon", 3, "order 1", "UPDATE coupon SET state = 'locked', order_id = 1", "coupon"),
    Spoil("no more coupons than there are", 1, "C1", "UPDATE coupon_template SET issued = issued - 1 WHERE id = 1"),
    Spoil("no more coupons than there are", 0, "C1", "UPDATE coupon_template SET total = 1 WHERE id = 1", "coupon_template"),
    Spoil("nobody has more coupons than one may", 2, "小李", "INSERT INTO coupon SELECT * FROM coupon WHERE id = 1", "coupon"),
    Spoil("a coupon is where its order is", 1, "coupon 1", "UPDATE \"order\" SET status = 'cancelled' WHERE id = 1"),
    Spoil("a coupon is where its order is", 5, "coupon 2", 'UPDATE "order" SET paid_at = NULL WHERE id = 5'),
    Spoil("a coupon is where its order is", 4, "coupon 3", "UPDATE coupon SET order_id = 4 WHERE id = 3"),
    Spoil("a coupon is where its order is", 1, "coupon 1", "UPDATE coupon SET person_id = 5 WHERE id = 1"),
    Spoil("what was grabbed was given", -1, "drop 1", "UPDATE coupon_drop SET taken = 2"),
    Spoil("a campaign gave what its orders took", 1000, "1", "UPDATE campaign_item SET taken = 2000, reserved = 4000 WHERE id = 1"),
    Spoil("a campaign keeps to its quota", 500, "1", "UPDATE campaign_item SET quota = 5500", "campaign_item"),
    Spoil("a campaign keeps to its quota", 0, "1", "UPDATE campaign SET status = 'settled'"),
    Spoil("nobody has more of a campaign than his share", 1000, "阿强", "UPDATE campaign_share SET qty = 0"),
    Spoil("no group has more of a campaign than its share", 1000, "水果群", "UPDATE campaign_room_share SET taken = 0"),
    Spoil("no group has more of a campaign than its share", 0, "水果群",
          "UPDATE campaign_room_share SET most = 500", "campaign_room_share"),
    Spoil("a time counts its appointments", 1, "阿强", "UPDATE slot SET booked = 2"),
    Spoil("a time counts its appointments", 1, "阿强", "UPDATE appointment SET state = 'cancelled'"),
    Spoil("no time has more appointments than places", 1, "阿强", "UPDATE slot SET capacity = 0", "slot"),
    Spoil("every appointment has its time", 1, "阿强", "DELETE FROM slot"),
    Spoil("an appointment stands as its deposit does", 1, "0501-0", "UPDATE appointment SET state = 'booked'"),
    Spoil("an appointment stands as its deposit does", 1, "0501-0", "UPDATE appointment SET state = 'done'"),
    Spoil("a team counts its seats", 1, "2", "UPDATE team SET taken = 2 WHERE number = 2"),
    Spoil("a team counts its seats", 1, "2", "UPDATE team_seat SET state = 'held' WHERE team_id = 2"),
    Spoil("a team is complete when all its seats are paid or the shop's", 1, "2",
          "UPDATE team SET status = 'complete' WHERE number = 2", "team"),
    Spoil("a team is complete when all its seats are paid or the shop's", 0, "1", "UPDATE team SET status = 'failed' WHERE number = 1"),
    Spoil("nothing is prepared for a team that is not full", 1, "0501-007", "UPDATE team SET status = 'failed' WHERE number = 1"),
    Spoil("nothing is prepared for a team that is not full", 1, "0501-007", "DELETE FROM team_seat WHERE order_id = 7"),
    Spoil("a seat stands for a living order", 1, "0501-009", "UPDATE \"order\" SET status = 'preparing' WHERE id = 9"),
    Spoil("a bargain counts the cuts that people made", -1, "1", "UPDATE bargain SET helped = 0"),
    Spoil("a bargain counts the cuts that people made", 0, "1", "UPDATE bargain_cut SET helper_id = (SELECT person_id FROM bargain)"),
    Spoil("no bargain goes below its floor", 500, "1", "UPDATE bargain_cut SET fen = 1500"),
    Spoil("no bargain goes below its floor", 0, "1", "UPDATE bargain_cut SET fen = 1000"),
    Spoil("a bargain is bought for what it came to", 1, "1",
          "UPDATE line SET price_fen = price_fen + 1 WHERE order_id = (SELECT order_id FROM bargain)"),
    Spoil("a bargain is bought for what it came to", -3999, "1", "UPDATE bargain SET order_id = NULL, start_fen = 3999 + (SELECT sum(fen) FROM bargain_cut)"),
    Spoil("a line is as long as it is counted", 1, "1", "UPDATE campaign_item SET waiting = 1"),
    Spoil("what is offered to a line is kept for it", 1000, "1",
          "INSERT INTO waiting (item_id, person_id, qty, state, asked_at, until) "
          "SELECT id, 1, 1000, 'offered', '2026-05-01 02:00:00+00:00', '2026-05-01 02:03:00+00:00' FROM campaign_item"),
    Spoil("points are their entries", 1, "points:1", "UPDATE points_account SET balance = 31 WHERE person_id = 1"),
    Spoil("points are their entries", -30, "points:1", "DELETE FROM points_account WHERE person_id = 1"),
    Spoil("pending points are their entries", -24, "pending:3", "UPDATE points_account SET pending = 0"),
    Spoil("a level is what was earned for good", -50, "points:1", "UPDATE points_account SET earned = 0"),
    Spoil("an order that is over has no pending points", 24, "0501-005",
          "UPDATE \"order\" SET status = 'completed' WHERE id = 5"),
    Spoil("an order that was cancelled keeps no points", 20, "0501-004",
          "UPDATE transfer SET order_id = 4 WHERE kind = 'points_spent'"),
    *(
        Spoil(f"{kept} commission is its entries", 7, "commission_", f"UPDATE commission_account SET {kept} = {kept} + 7")
        for kept in ("frozen", "available", "asked", "paid")
    ),
    Spoil("commission goes back with what was paid", 200, "", "UPDATE commission SET back_fen = 0"),
    Spoil("commission is what its lines bring", -200, "person", "UPDATE commission SET back_fen = 0"),
    Spoil("commission stays below its cap", 1, "line", "UPDATE commission SET fen = 401"),
    Spoil("one open request for a person", 2, "person 1", "INSERT INTO ticket SELECT * FROM ticket", "ticket"),
    Spoil("whoever is served is served by somebody", 1, "request 1", "UPDATE ticket SET owner_id = 1"),
    Spoil("whoever is served is served by somebody", 1, "request 1", "UPDATE ticket SET state = 'waiting'"),
    Spoil("no request is forgotten", 1, "request 1", "UPDATE ticket SET due_at = NULL"),
    Spoil("a request that ended has its moment", 1, "request 1", "UPDATE ticket SET state = 'closed'"),
    Spoil("a request that ended has its moment", 1, "request 1", "UPDATE ticket SET closed_at = opened_at, ended = 'idle'"),
    Spoil("what waits for an answer is in hands", 1, "request 1", "UPDATE ticket SET state = 'active', owner_id = 1"),
    Spoil("what waits for an answer is in hands", 1, "request 1", "UPDATE ticket SET owed_since = opened_at"),
    Spoil("an account is one person's", 2, "account of 小李", "INSERT INTO handle SELECT * FROM handle WHERE id = 1", "handle"),
    Spoil("a message is heard once", 2, "street m1", "INSERT INTO message SELECT * FROM message", "message"),
    Spoil("letters come from what was worked through", 1, "message 1", "UPDATE message SET state = 'new'"),
    Spoil("a letter exists once", 2, "m1/0", "INSERT INTO letter SELECT * FROM letter", "letter"),
    Spoil("a letter that was sent has its moment", 1, "m1/0", "UPDATE letter SET sent_at = NULL"),
    Spoil(
        "an event that was not told has no letters", 1, "event",
        "UPDATE letter SET event = (SELECT min(id) FROM event)",
    ),
    Spoil("every fen taken off has a reason", 500, "0501-001", "UPDATE line SET cuts = '[]' WHERE id = 1"),
    Spoil("every fen taken off has a reason", -1, "0501-002",
          "UPDATE line SET cuts = '[{\"rule\": \"x\", \"why\": \"x\", \"fen\": 1}]' WHERE id = 2"),
)  # fmt: skip


class Undone(Exception):
    pass


async def said_after(shop: ShopId, spoil: Spoil) -> list[Breach]:
    """What is said of the spoilt books; then everything, the constraints too, is as it was."""
    said: list[Breach] = []
    with pytest.raises(Undone):
        async with transaction():
            if spoil.unguarded:
                await run_sql(f"ALTER TABLE {spoil.unguarded} RENAME TO guarded")
                await run_sql(f"CREATE TABLE {spoil.unguarded} AS SELECT * FROM guarded")
            await run_sql(spoil.statement)
            said = await broken(shop)
            for name in {breach.name for breach in said}:  # alone it says the same
                assert await look(shop, name) == [breach for breach in said if breach.name == name]
            raise Undone
    return said


async def test_a_busy_day_breaks_nothing(shop: ShopId) -> None:
    await a_busy_day(shop)
    assert await broken(shop) == []


async def test_every_invariant_is_broken_once_and_named(shop: ShopId) -> None:
    """One day for all of them: each spoil is undone before the next."""
    await a_busy_day(shop)
    for spoil in SPOILS:
        said = await said_after(shop, spoil)
        named = [breach for breach in said if (breach.name, breach.figure) == (spoil.name, spoil.figure)]
        assert named, f"{spoil.statement}: {said}"
        assert spoil.about in named[0].sentence


def test_no_invariant_is_left_unbroken() -> None:
    assert len(set(invariants.NAMES)) == len(invariants.NAMES)
    assert {spoil.name for spoil in SPOILS} == set(invariants.NAMES)


async def test_the_breach_is_a_sentence_for_the_merchant(shop: ShopId) -> None:
    await a_busy_day(shop)
    said = await said_after(
        shop, Spoil("", 0, "", "UPDATE stock_item SET held = held + 1000 WHERE sku_id = 1")
    )
    assert said == [
        Breach(
            "promised is what orders hold",
            1000,
            "N001-1 is promised 1000 thousandths more than orders and campaigns hold",
            "N001-1",
        )
    ]


async def test_another_shops_trouble_is_not_ours(shop: ShopId) -> None:
    other = await a_shop("S2", "隔壁")
    await a_product("橙子", stock=5, shop=other)
    with pytest.raises(Undone):
        async with transaction():
            await run_sql("UPDATE stock_item SET on_hand = 7000")
            assert [breach.name for breach in await broken(other)] == ["every change of stock is a move"]
            assert await broken(shop) == []
            raise Undone
