"""群公告、群名 through a real gateway: an announcement in a group that the account owns, a name wherever it may."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.channels.channel import NotSent, Pace, Unable
from bot.channels.python_wechaty.gateway import PythonGateway
from bot.channels.wechaty.channel import Wechaty
from bot.clock import MovableClock
from bot.performance import CHANNEL, OPENING_DAY, stage
from bot.run import demo_goods
from dialogs import apart
from dialogs.speech import Heard
from shop import people
from tests.wechaty.stand import ROOM, TOPIC, US, NodeGateway, a_channel, connected
from tests.wechaty.test_channel import a_line

WORDS = "公告｜明天停电，下午两点以后不开门"
NEWS = replace(a_line(WORDS, room=ROOM), announces=True)
NAME = replace(a_line("群名改成“水果2群”", room=ROOM), topic="水果2群")


async def owns_the_group(gateway: NodeGateway, owner: str) -> None:
    room = {"id": ROOM, "topic": TOPIC, "ownerId": owner, "memberIdList": [US, "wxid_li"]}
    await gateway.do("world", rooms=[room], dirty=[[3, ROOM]])


async def test_the_owner_of_a_group_hangs_it_up_there(channel: Wechaty, gateway: NodeGateway) -> None:
    await owns_the_group(gateway, US)
    await channel.speak(NEWS)
    assert [(one["to"], one["value"]) for one in gateway.sent("roomAnnounce")] == [(ROOM, WORDS)]
    assert gateway.said() == []


async def test_in_the_group_of_somebody_else_it_is_posted(channel: Wechaty, gateway: NodeGateway) -> None:
    await owns_the_group(gateway, "wxid_leader")
    await channel.speak(NEWS)
    assert gateway.sent("roomAnnounce") == []
    assert gateway.said() == [(ROOM, WORDS)]


async def test_what_the_account_cannot_hang_up_is_posted(channel: Wechaty, gateway: NodeGateway) -> None:
    await owns_the_group(gateway, US)
    await gateway.do("fail", method="roomAnnounce", times=1, error="not implemented")
    await channel.speak(NEWS)
    assert gateway.said() == [(ROOM, WORDS)]


async def test_logged_out_it_waits(channel: Wechaty, gateway: NodeGateway) -> None:
    await owns_the_group(gateway, US)
    channel._link.account = ""
    with pytest.raises(NotSent):
        await channel.speak(NEWS)
    assert gateway.sent() == []


async def test_what_only_says_that_it_made_one_is_not_asked_for_it(gateway: NodeGateway) -> None:
    """python-wechaty writes the words where gateways have not read them since 2022."""
    ours, theirs = a_channel(gateway).abilities, a_channel(gateway, connect=PythonGateway).abilities
    assert (ours.announcements, ours.topics) == (True, True)
    assert (theirs.announcements, theirs.topics) == (False, False)


async def test_a_group_is_called_otherwise_and_nothing_is_said(
    channel: Wechaty, gateway: NodeGateway
) -> None:
    await channel.speak(NAME)
    await channel.speak(NAME)  # the same again, as after a lost answer
    assert [(one["to"], one["value"]) for one in gateway.sent("roomTopic")] == [(ROOM, "水果2群")] * 2
    assert gateway.said() == []


async def test_where_the_account_may_not_it_says_so(channel: Wechaty, gateway: NodeGateway) -> None:
    await gateway.do("fail", method="roomTopic", times=1, error="not the owner")
    with pytest.raises(Unable):
        await channel.speak(NAME)
    assert gateway.sent("roomTopic") == []


async def test_who_asked_hears_that_his_phone_can(gateway: NodeGateway, sqlite_url: str) -> None:
    await gateway.do("fail", method="roomTopic", times=1, error="not the owner")
    channel = a_channel(gateway, now=MovableClock(OPENING_DAY, frozen=True).now)
    channel.name, channel.abilities = CHANNEL, replace(Wechaty.abilities, pace=Pace())
    await connected(channel)
    async with stage(demo_goods(), sqlite_url, channel) as shop:
        room = await people.take_over_room(shop.shop, CHANNEL, ROOM, "三栋")
        boss = await people.recognise(shop.shop, CHANNEL, "wxid_boss", "店主", now=shop.clock.now())
        await people.appoint(shop.shop, boss.id, people.OWNER, now=shop.clock.now())
        for n, text in enumerate(("群名 三栋 改成 三栋团购", "确认")):
            heard = Heard(CHANNEL, f"m{n}", None, "wxid_boss", "店主", text, shop.clock.now())
            await shop.answers(await shop.hear(heard))
        assert gateway.said()[-1] == ("wxid_boss", apart.not_renamed("三栋", "三栋团购"))
        assert (await people.room_by_id(room.id)).name == "三栋"
