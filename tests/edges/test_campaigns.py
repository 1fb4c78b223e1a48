"""43–54, lists and teams in a group: prices that stay, lists that stay readable, codes, names, and what a bare +1 means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.shopfront import Answer
from dialogs.speech import Quote
from shop import campaigns, catalogue, orders, people, refunds
from shop.campaigns import NewItem
from shop.catalogue import goods
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.refusals import CampaignOver
from shop.rules.campaigns import Kind, OnOffer
from shop.rules.refunds import What
from shop.transaction import unit_of_work
from tests.support.street import PRIVATE, ROOM, Street, rows
from tests.support.world import NOW, a_customer, a_product, pay, want

BOSS = "店主"


def qty(n: int) -> Quantity:
    return Quantity.of(n)


def to(who: str, answers: tuple[Answer, ...]) -> list[str]:
    return [one.text for one in answers if one.to == who]


async def opened(street: Street, words: str = "接龙 车厘子2斤装 58 晚上8点截") -> None:
    await street.say(BOSS, words, PRIVATE)
    await street.say(BOSS, "确认", PRIVATE)


async def entries() -> list[tuple[object, ...]]:
    """Buyer, for whom, how much, of every living order."""
    return await rows(
        "SELECT person.name, coalesce(line.for_whom, ''), line.qty / 1000 FROM \"order\" AS o "
        "JOIN person ON person.id = o.buyer_id JOIN line ON line.order_id = o.id "
        "WHERE o.status <> 'cancelled' ORDER BY line.id"
    )


async def settle(of: OnOffer) -> None:
    for order in await campaigns.unsettled(of.id):
        await campaigns.settle_order(order, now=NOW)


# ── prices and lists ────────────────────────────────────────────────────────────────────────────────────────────


async def test_43_a_refund_after_the_close_leads_below_the_step_and_the_price_stays(shop: ShopId) -> None:
    sku, li, wang = await a_product(price="58", stock=40), await a_customer("小李"), await a_customer("王姐")
    ten = NewItem(sku, Money(5800), steps=((qty(10), Money(5000)),))
    of = await campaigns.set_up(shop, Kind.LIST, "团", [ten], by=None, now=NOW)
    placed = [await orders.place(shop, who, [want(sku, 5)], now=NOW, campaign=of) for who in (li, wang)]
    for one in placed:
        await pay(one)
    await campaigns.close(of.id, now=NOW)
    await campaigns.settle_order(placed[0].id, now=NOW)
    await refunds.give(placed[0].id, li, What(units=((sku, qty(2)),)), "坏了", now=NOW)
    await campaigns.settle_order(placed[1].id, now=NOW)
    (difference,) = await refunds.of_order(placed[1].id)
    assert difference.amount == Money(5 * 800)  # ¥50, as it was at the close


async def test_44_a_list_of_five_hundred_stays_readable(street: Street) -> None:
    await opened(street, "接龙 橙子 29")
    shop, now = street.shop.shop, street.shop.clock.now()
    of = (await goods(shop)).campaigns[-1]

    async def five_hundred() -> None:
        await catalogue.restock(shop, of.items[0].sku, qty(600), now=now)
        for n in range(500):
            who = await people.recognise(shop, "street", f"n{n}", f"邻居{n}", now=now)
            await orders.place(shop, who.id, [want(of.items[0].sku)], now=now, campaign=of)

    await unit_of_work(five_hundred)
    text = next(one.text for one in await street.say("小李", "+1", ROOM) if one.text.startswith("接龙"))
    assert len(text) < 600 and text.count("\n") < 20
    assert "…前面 489 条" in text and "501 人" in text and "501 小李" in text
    assert "/l/" in text  # the whole of it


async def test_45_two_campaigns_with_one_item_number(street: Street) -> None:
    """The newest that has the number: everybody sees it last."""
    await opened(street, "接龙 橙子 29 香蕉 4")
    await opened(street, "接龙 草莓 22 蓝莓 10")
    await street.say("小李", "2号+3", ROOM)
    assert await rows("SELECT name FROM line") == [("蓝莓",)]


async def test_46_nothing_is_changed_after_the_close(street: Street) -> None:
    await opened(street)
    await street.say("小李", "+1", ROOM)
    await street.say(BOSS, "截单", PRIVATE)
    await street.say(BOSS, "确认", PRIVATE)
    await street.say("小李", "车厘子改成5盒", PRIVATE)
    assert await entries() == [("小李", "", 1)]


async def test_46_nor_by_the_verb(shop: ShopId) -> None:
    sku, li = await a_product(), await a_customer()
    of = await campaigns.set_up(shop, Kind.LIST, "团", [NewItem(sku)], by=None, now=NOW)
    await orders.place(shop, li, [want(sku)], now=NOW, campaign=of)
    await campaigns.close(of.id, now=NOW)
    with pytest.raises(CampaignOver):
        await orders.edit(shop, li, [want(sku, 2, "set")], now=NOW, campaign=of)


# ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_47_who_orders_for_somebody_pays_and_alone_may_cancel(street: Street) -> None:
    await opened(street)
    await street.say("小李", "+1", ROOM)
    await street.say("小李", "帮妈妈+2", ROOM)
    await street.say("妈妈", "退出", ROOM)  # a name is nobody
    assert await entries() == [("小李", "", 1), ("小李", "妈妈", 2)]
    await street.say("小李", "退出", ROOM)
    assert await entries() == []


async def test_47_with_the_word_from_the_slip_the_neighbour_takes_it_over(street: Street) -> None:
    await opened(street)
    await street.say("小李", "+1", ROOM)
    (private,) = to("小李", await street.say("小李", "帮妈妈+2", ROOM))
    said = private.rpartition("转这句：")[2]
    assert said.startswith("认领 0501-001-")
    refused = await street.say("大刘", said[:-1] + ("0" if said[-1] != "0" else "1"), PRIVATE)
    assert "认领不了" in "".join(to("大刘", refused))
    answers = await street.say("老妈", said, PRIVATE)
    assert "车厘子2盒" in "".join(to("老妈", answers)) and "¥53.00" in "".join(to("小李", answers))
    assert await entries() == [("小李", "", 1), ("老妈", "", 2)]
    assert "认领不了" in "".join(to("大刘", await street.say("大刘", said, PRIVATE)))  # once


async def test_47_who_guesses_the_word_finds_the_door_shut_even_with_the_right_one(street: Street) -> None:
    await opened(street)
    (private,) = to("小李", await street.say("小李", "帮妈妈+2", ROOM))
    said = private.rpartition("转这句：")[2]
    head, proof = said[:-6], said[-6:]
    wrong = [f"{n:06x}" for n in range(6) if f"{n:06x}" != proof][:5]
    answers = [to("大刘", await street.say("大刘", head + guess, PRIVATE)) for guess in wrong]
    assert ["认领不了" in "".join(texts) for texts in answers] == [True] * 4 + [False], answers
    await street.say("大刘", said, PRIVATE)
    assert await entries() == [("小李", "妈妈", 2)]
    await street.say("老妈", said, PRIVATE)  # the door is shut for who guessed, and for nobody else
    assert await entries() == [("老妈", "", 2)]


async def test_47_the_word_for_one_neighbour_is_no_word_for_another(street: Street) -> None:
    await opened(street)
    await street.say("小李", "帮妈妈+2", ROOM)
    (private,) = to("小李", await street.say("小李", "帮王姐+1", ROOM))
    for_mum, for_wang = (line.rpartition("转这句：")[2] for line in private.splitlines()[-2:])
    assert for_mum != for_wang
    await street.say("王姐", for_wang, PRIVATE)
    assert await entries() == [("小李", "妈妈", 2), ("王姐", "", 1)]


async def test_48_two_members_with_one_name_are_two_entries(street: Street) -> None:
    await opened(street)
    await street.say("one", "+1", ROOM, name="小李")
    await street.say("two", "+1", ROOM, name="小李")
    await street.say("two", "退出", ROOM, name="小李")
    assert await entries() == [("小李", "", 1)]
    assert await rows(
        'SELECT account FROM "order" AS o JOIN handle ON person_id = buyer_id WHERE status = ?', "unpaid"
    ) == [("one",)]


async def test_49_a_new_name_keeps_the_entry(street: Street) -> None:
    await opened(street)
    await street.say("one", "+1", ROOM, name="小李")
    await street.say("one", "再+1", ROOM, name="李总")
    assert await entries() == [("李总", "", 2)]


async def test_50_who_left_the_group_keeps_what_he_has_and_may_settle_it_in_private(street: Street) -> None:
    await opened(street)
    await street.say("小李", "+1", ROOM)
    answers = await street.say("小李", "我接了什么", PRIVATE)
    assert "车厘子1盒" in "".join(to("小李", answers))
    await street.say("小李", "取消", PRIVATE)
    assert await entries() == []


# ── messages ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_52_plus_one_as_a_reply_is_for_what_it_replies_to(street: Street) -> None:
    await opened(street, "接龙 橙子 29")
    await street.say("王姐", "今晚吃火锅谁来", ROOM)
    posted = Quote(street.shop.shop_name, "接龙｜橙子\n橙子 ¥29.00/箱\n要的回“+1”")
    reply = replace(street.heard("小李", "+2", ROOM), quote=posted)
    await street.shop.answers(await street.shop.hear(reply))
    assert await entries() == [("小李", "", 2)]


@pytest.mark.parametrize("words", ["＋１", "十1", "加一", "+1"])
async def test_53_every_way_to_write_one_more(street: Street, words: str) -> None:
    await opened(street)
    await street.say("小李", words, ROOM)
    assert await entries() == [("小李", "", 1)]


async def test_53_twice_in_one_message_are_two(street: Street) -> None:
    await opened(street)
    await street.say("小李", "+1+1", ROOM)
    assert await entries() == [("小李", "", 2)]


async def test_54_while_nothing_is_open_plus_one_is_silence(street: Street) -> None:
    assert await street.say("小李", "+1", ROOM) == ()
    await opened(street)
    await street.say(BOSS, "截单", PRIVATE)
    await street.say(BOSS, "确认", PRIVATE)
    assert await street.say("小李", "+1", ROOM) == ()
    assert await entries() == []
