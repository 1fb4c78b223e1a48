"""群公告: in a group that the account owns, through a real gateway; in any other, and wherever it fails, the words are posted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.channels.channel import NotSent
from bot.channels.python_wechaty.gateway import PythonGateway
from bot.channels.wechaty.channel import Wechaty
from tests.wechaty.stand import ROOM, TOPIC, US, NodeGateway, a_channel
from tests.wechaty.test_channel import a_line

WORDS = "公告｜明天停电，下午两点以后不开门"
NEWS = replace(a_line(WORDS, room=ROOM), announces=True)


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
    assert a_channel(gateway).abilities.announcements
    assert not a_channel(gateway, connect=PythonGateway).abilities.announcements
