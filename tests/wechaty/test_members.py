"""群成员: who leaves while nobody listens is missed when the shop is back, once."""

from __future__ import annotations

from bot.channels.wechaty.channel import Wechaty
from tests.wechaty.stand import ROOM, TOPIC, US, NodeGateway, until
from tests.wechaty.test_channel import heard

EVERYBODY = [US, "wxid_li", "wxid_hua", "wxid_boss"]


async def are_in_the_group(gateway: NodeGateway, members: list[str]) -> None:
    room = {"id": ROOM, "topic": TOPIC, "ownerId": "wxid_boss", "memberIdList": members}
    await gateway.do("world", rooms=[room], dirty=[[3, ROOM], [4, ROOM]])


async def is_away_while(channel: Wechaty, gateway: NodeGateway, members: list[str]) -> None:
    await gateway.do("logout", reason="the phone said so")
    await until(lambda: not channel.is_up)
    await are_in_the_group(gateway, members)
    await gateway.do("login")
    await until(lambda: channel.is_up)


async def first_look(channel: Wechaty, gateway: NodeGateway) -> None:
    await are_in_the_group(gateway, EVERYBODY)
    await gateway.say("wxid_li", "早", room=ROOM)
    assert [one.text for one in await heard(channel, 1)] == ["早"]
    await until(lambda: len(channel._members._in[ROOM]) == len(EVERYBODY))


async def test_who_left_meanwhile_is_heard_leaving_once(channel: Wechaty, gateway: NodeGateway) -> None:
    await first_look(channel, gateway)
    await is_away_while(channel, gateway, [US, "wxid_li", "wxid_boss"])
    (gone,) = await heard(channel, 1)
    assert (gone.left, gone.room, gone.who, gone.name, gone.text) == (True, ROOM, "wxid_hua", "阿花", "")
    await is_away_while(channel, gateway, [US, "wxid_li", "wxid_boss"])
    await gateway.say("wxid_li", "还在吗", room=ROOM)
    assert [one.text for one in await heard(channel, 1)] == ["还在吗"]


async def test_a_leave_that_was_told_is_not_missed_again(channel: Wechaty, gateway: NodeGateway) -> None:
    await first_look(channel, gateway)
    gone = {
        "roomId": ROOM,
        "removeeIdList": ["wxid_hua"],
        "removerId": "wxid_hua",
        "timestamp": 1_800_000_000,
    }
    await gateway.do("emit", name="room-leave", payload=gone)
    assert [(one.left, one.who) for one in await heard(channel, 1)] == [(True, "wxid_hua")]
    await is_away_while(channel, gateway, [US, "wxid_li", "wxid_boss"])
    await gateway.say("wxid_li", "还在吗", room=ROOM)
    assert [one.left for one in await heard(channel, 1)] == [False]


async def test_a_gateway_that_suddenly_knows_nobody_has_lost_nobody(
    channel: Wechaty, gateway: NodeGateway
) -> None:
    await first_look(channel, gateway)
    await is_away_while(channel, gateway, [])
    await is_away_while(channel, gateway, EVERYBODY)
    await gateway.say("wxid_li", "还在吗", room=ROOM)
    assert [one.text for one in await heard(channel, 1)] == ["还在吗"]
