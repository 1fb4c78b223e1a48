"""The desk in a service group, by skills, by hours, and what comes back when a person has gone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.channels.channel import Spoken
from dialogs.speech import Quote
from shop import agents, people, tickets
from shop.transaction import unit_of_work
from tests.support.street import PRIVATE, ROOM, Street, appoint, open_street, rows

AGENT, OWNER, GROUP = "客服", "店主", "客服群"


@pytest.fixture
async def street(database_url: str) -> AsyncIterator[Street]:
    async with open_street(database_url) as opened:
        yield opened


@pytest.fixture
async def group(street: Street) -> Street:
    """A second room, in which the owner has said what it is."""
    await unit_of_work(lambda: people.take_over_room(street.shop.shop, street.channel.name, GROUP, GROUP))
    (told,) = await street.texts(OWNER, f"@{street.shop.shop_name} 这里是客服群", GROUP)
    assert told.startswith("好，有人找就发到这里")
    await appoint(street.shop, "小美")
    return street


async def test_a_service_group_gets_the_card_and_the_first_to_answer_has_the_customer(group: Street) -> None:
    answers = await group.say("小李", "橙子坏了三个")
    cards = [one for one in answers if one.room == GROUP]
    assert [one.text.split("\n")[0] for one in cards] == ["#1 小李@水果群 找人：橙子坏了三个"]
    assert await group.texts("小美", "这个谁接一下", GROUP) == []
    said = await group.say("小美", "1 马上补发", GROUP)
    assert [(one.room or one.account, one.text) for one in said] == [
        (GROUP, "→#1 小李@水果群"),
        ("小李", "小美来了，有事直接跟他说"),
        ("小李", "小美：马上补发"),
    ]
    assert await group.texts(AGENT, "1 接", GROUP) == ["#1 小美在跟，这句没发"]
    assert await group.texts("小美", "好的", GROUP) == []  # without a number it is talk among agents
    assert (await group.texts("小美", "1 完", GROUP))[0] == "#1 结束了，小李@水果群 交还小店"


async def test_money_goes_back_from_the_service_group_as_well(group: Street) -> None:
    await group.say("小李", "来2箱橙子", PRIVATE)
    await group.shop.direct("小李", "pay")
    await group.say("小李", "转人工", PRIVATE)
    asked = await group.texts("小美", "1 退款 20 坏果", GROUP)
    assert asked[0] == "#1 小李：0501-001 付了 ¥54.80，退他 ¥20.00？\n回“确认”就办，“不要”作罢"
    assert await group.texts(AGENT, "确认", GROUP) == []  # somebody else's yes is none
    assert (await group.texts("小美", "确认", GROUP))[0] == "#1 0501-001 退 ¥20.00，原路退回，到了会告诉他"


async def test_only_who_may_decide_makes_a_service_group_and_nothing_is_sold_in_it(group: Street) -> None:
    shop = group.shop.shop
    assert [room.name for room in await people.rooms(shop)] == [ROOM]
    assert await agents.service_rooms(shop) != ()
    await group.say(AGENT, f"@{group.shop.shop_name} 这里不是客服群", GROUP)
    assert await agents.service_rooms(shop) != ()
    await group.say("小偷", f"@{group.shop.shop_name} 这里是客服群", ROOM)
    assert [room.name for room in await people.rooms(shop)] == [ROOM]
    await group.say(OWNER, f"@{group.shop.shop_name} 这里不是客服群", GROUP)
    assert await agents.service_rooms(shop) == ()


@pytest.mark.parametrize(
    "words", ["我去客服群问问", "客服群里说过了", "取消订单的事去客服群说", "是不是客服群"]
)
async def test_a_group_that_is_only_spoken_of_becomes_none(street: Street, words: str) -> None:
    await street.say(OWNER, f"@{street.shop.shop_name} {words}")
    assert await agents.service_rooms(street.shop.shop) == ()
    assert [room.name for room in await people.rooms(street.shop.shop)] == [ROOM]


@pytest.mark.parametrize("words", ["客服群", "这里是客服群！", "本群做客服群。", "这个群是客服群"])
async def test_who_may_decide_says_it_in_these_words(street: Street, words: str) -> None:
    await street.say(OWNER, f"@{street.shop.shop_name}\u2005{words}")
    assert len(await agents.service_rooms(street.shop.shop)) == 1


async def test_a_number_of_stars_is_for_the_agent_when_there_is_nothing_to_rate(street: Street) -> None:
    await street.say("小李", "转人工", PRIVATE)
    await street.say(AGENT, "1 在的", PRIVATE)
    said = await street.say("小李", "5分", PRIVATE)
    assert [(one.account, one.text) for one in said] == [(AGENT, "#1 小李：5分")]


async def test_a_quoted_card_says_whom_the_answer_is_for(street: Street) -> None:
    for who in ("小李", "阿花"):
        await street.say(who, "转人工", PRIVATE)
        await street.say(AGENT, "接", PRIVATE)
    card = Quote("小店", "#1 小李 找人：转人工\n/1 在的，你说")
    heard = street.heard(AGENT, "马上来", PRIVATE)
    message = await street.shop.hear(replace(heard, quote=card))
    assert [one.account for one in await street.shop.answers(message) if "马上来" in one.text] == ["小李"]


async def test_an_order_for_an_agent_who_knows_goes_to_him(street: Street) -> None:
    """骗子 is a matter of 售后; 转 批发 goes to whoever knows that."""
    shop = street.shop.shop
    mei, qiang = await appoint(street.shop, "小美"), await appoint(street.shop, "小强")
    await agents.set_skills(shop, mei, ["售后"])
    await agents.set_skills(shop, qiang, ["批发"])
    await street.say("小李", "骗子", PRIVATE)
    assert (await tickets.request(1)).offered == mei
    await street.say("小美", "1 转 批发", PRIVATE)
    assert (await tickets.request(1)).offered == qiang
    assert await street.texts("小美", "1 转 小美", PRIVATE) != []
    assert (await tickets.request(1)).offered == mei


async def test_who_has_the_fewest_is_asked_and_nobody_above_his_cap(street: Street) -> None:
    shop, mei = street.shop.shop, await appoint(street.shop, "小美")
    await agents.set_most(shop, mei, 1)
    for n in range(4):
        await street.say(f"顾客{n}", "转人工", PRIVATE)
    asked = await rows("SELECT offered_id = ? FROM ticket ORDER BY id", mei)
    assert [bool(one) for (one,) in asked] == [False, True, False, False]


async def test_a_question_of_the_group_is_asked_again_in_the_group(street: Street) -> None:
    await street.say("小李", f"@{street.shop.shop_name} 苹果", ROOM)
    (asked,) = await rows("SELECT count(*) FROM talk WHERE place > 0")
    assert asked == (1,)
    await street.say("小李", "转人工", ROOM)
    await street.say(AGENT, "1 你好", PRIVATE)
    assert await rows("SELECT count(*) FROM talk WHERE place > 0") == [(0,)]
    await street.shop.pass_time(timedelta(hours=2))
    await street.say(AGENT, "1 好的", PRIVATE)
    answers = await street.say(AGENT, "1 完", PRIVATE)
    again = [one.text for one in answers if one.room == ROOM]
    assert len(again) == 1 and again[0].startswith("小李")
    assert "0501-001" in "".join(await street.texts("小李", "2斤", ROOM))


async def test_a_rating_counts_once_and_only_while_it_is_asked_for(street: Street) -> None:
    await street.say("小李", "转人工", PRIVATE)
    assert "谢谢" not in "".join(await street.texts("小李", "5分", PRIVATE))
    await street.say(AGENT, "1 你好", PRIVATE)
    await street.say(AGENT, "1 完", PRIVATE)
    assert await street.texts("小李", "4分", PRIVATE) == ["谢谢，下次还这样"]
    await street.say("小李", "1分", PRIVATE)
    assert (await tickets.request(1)).rating == 4
    await street.say("小李", "转人工", PRIVATE)
    await street.say(AGENT, "2 你好", PRIVATE)
    await street.say(AGENT, "2 完", PRIVATE)
    await street.shop.pass_time(timedelta(hours=25))
    await street.say("小李", "5分", PRIVATE)
    assert (await tickets.request(2)).rating is None


async def test_who_was_not_answered_is_not_asked_how_it_was(street: Street) -> None:
    await street.say("小李", "转人工", PRIVATE)
    await street.say(AGENT, "1 接", PRIVATE)
    answers = await street.say(AGENT, "1 完", PRIVATE)
    assert not [one for one in answers if "打几分" in one.text]


async def test_the_owner_says_who_answers_customers(street: Street) -> None:
    assert (await street.texts(OWNER, "加客服 小美", PRIVATE))[0].startswith("还没有叫“小美”的人")
    await street.say("小美", "你好", PRIVATE)
    assert (await street.texts("小美", "加客服 小美", PRIVATE))[0] != "小美是客服了"
    assert (await street.texts(OWNER, "加客服 小美", PRIVATE))[0].startswith("小美是客服了")
    await street.say(AGENT, "下班", PRIVATE)
    answers = await street.say("小李", "转人工", PRIVATE)
    assert [one.account for one in answers] == ["小李", "小美"]
    assert (await street.texts(OWNER, "去掉客服 小美", PRIVATE))[0].startswith("小美不再是客服了")
    await street.say(AGENT, "上班", PRIVATE)
    assert await street.texts("小美", "1 接", PRIVATE) != ["#1 小李 归你了，直接说就发给他，办好回“1 完”"]
    acts = await rows("SELECT command FROM act WHERE command LIKE '%_agent' ORDER BY id")
    assert acts == [("appoint_agent",), ("dismiss_agent",)]


async def test_a_second_agent_who_falls_silent_is_told_to_the_owner(street: Street) -> None:
    await appoint(street.shop, "小美")
    await street.say("小李", "转人工", PRIVATE)
    await street.say(AGENT, "1 接", PRIVATE)
    passed = await minutes(street, 11)
    assert [one.account for one in passed if one.text.startswith("#1 小李 找人")] == ["小美"]
    assert OWNER not in [one.account for one in passed]
    await street.say("小美", "1 接", PRIVATE)
    told = [one.text for one in await minutes(street, 11) if one.account == OWNER]
    assert told == ["#1 小李 换了2次人还没回上话：转人工"]


async def minutes(street: Street, many: int) -> list[Spoken]:
    """A minute after the other, as the clock would have it."""
    return [one for _ in range(many) for one in await street.shop.pass_time(timedelta(minutes=1))]


async def test_a_shop_that_closes_early_tells_when_somebody_is_back(street: Street) -> None:
    await unit_of_work(lambda: agents.set_hours(street.shop.shop, ["1-7 09:00-21:00"], []))
    assert await street.texts(AGENT, "打烊", PRIVATE) != ["今天打烊了，有人找就请他留言，明天 09:00再叫你们"]
    assert await street.texts(OWNER, "打烊", PRIVATE) == ["今天打烊了，有人找就请他留言，明天 09:00再叫你们"]
    told = await street.texts("小李", "转人工", PRIVATE)
    assert told[0] == "现在没人在店里。什么事先留言，明天 09:00回你；小店照常能下单"
