"""微信 through a real gateway: what is written there and what the shop hears of it, and the other way round."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest

from bot.channels.channel import NotSent, Spoken, TooFast, Unreachable
from bot.channels.wechaty.channel import Wechaty
from bot.clock import SystemClock
from bot.inbox import to_incoming
from dialogs.speech import Heard, Quote
from shop import mail
from shop.kit.ids import LetterId
from tests.support.servers import PATIENCE
from tests.wechaty.stand import PEOPLE, ROOM, US, NodeGateway, a_world, contact, until

DASHES = "- - - - - - - - - - - - - - -"


async def heard(channel: Wechaty, count: int) -> list[Heard]:
    found = list[Heard]()
    async with asyncio.timeout(PATIENCE):
        async for one in channel.listen():
            found.append(one)
            if len(found) == count:
                break
    return found


async def only(channel: Wechaty, gateway: NodeGateway) -> list[Heard]:
    """Everything up to a word that is said now."""
    await gateway.say("wxid_hua", "这是最后一句")
    found = list[Heard]()
    async with asyncio.timeout(PATIENCE):
        async for one in channel.listen():
            if one.text == "这是最后一句":
                break
            found.append(one)
    return found


def a_line(text: str, *, room: str | None = None, account: str | None = None, letter: int = 1) -> Spoken:
    return Spoken(LetterId(letter), room, account, text)


async def test_in_a_group_and_in_private(channel: Wechaty, gateway: NodeGateway) -> None:
    in_group = await gateway.say("wxid_li", "@鲜果小助手\u2005来2箱橙子", room=ROOM, mentionIdList=[US])
    in_private = await gateway.say("wxid_li", "我的订单")
    first, second = await heard(channel, 2)
    assert (first.id, first.room, first.who, first.name) == (in_group, ROOM, "wxid_li", "小李")
    assert (first.text, first.mentions) == ("@邻里鲜果 来2箱橙子", ("@shop",))
    assert (second.id, second.room, second.who, second.text) == (in_private, None, "wxid_li", "我的订单")
    assert abs(first.sent_at.timestamp() - time.time()) < PATIENCE


async def test_a_quote(channel: Wechaty, gateway: NodeGateway) -> None:
    await gateway.say("wxid_li", f"「鲜果小助手：1 橙子」\n{DASHES}\n来2箱", room=ROOM)
    await gateway.say("wxid_li", f"「阿花：来2箱橙子」\n{DASHES}\n+1", room=ROOM)
    first, second = await heard(channel, 2)
    assert (first.quote, first.text) == (Quote("邻里鲜果", "1 橙子"), "来2箱")
    assert (second.quote, second.text) == (Quote("阿花", "来2箱橙子"), "+1")


async def test_our_own_words_and_system_accounts_are_not_heard(
    channel: Wechaty, gateway: NodeGateway
) -> None:
    await channel.speak(a_line("记下了", room=ROOM))
    await gateway.say(US, "店主用手机写的", room=ROOM)
    await gateway.say("gh_news", "今日头条")
    await gateway.say("wxid_li", '<?xml version="1.0"?><msg/>', room=ROOM)
    assert await only(channel, gateway) == []


async def test_history_is_not_heard(channel: Wechaty, gateway: NodeGateway) -> None:
    for hours in (240, 13, 11):
        said_at = SystemClock().now() - timedelta(hours=hours)
        await gateway.say("wxid_li", f"{hours}", room=ROOM, timestamp=int(said_at.timestamp() * 1000))
    assert [one.text for one in await only(channel, gateway)] == ["11"]


async def test_pictures_and_cards_are_heard_as_what_a_phone_shows_of_them(
    channel: Wechaty, gateway: NodeGateway
) -> None:
    for kind in (6, 14, 9, 3, 2):
        await gateway.say("wxid_li", "<msg>来20箱橙子</msg>", type=kind)
    assert [one.text for one in await heard(channel, 5)] == [
        "[图片]",
        "[链接]",
        "[小程序]",
        "[名片]",
        "[语音]",
    ]


async def test_a_member_is_called_by_the_name_in_this_group_and_a_new_name_is_known_at_once(
    channel: Wechaty, gateway: NodeGateway
) -> None:
    async def say_and_hear() -> str:
        await gateway.say("wxid_li", "在", room=ROOM)
        return (await heard(channel, 1))[0].name

    assert await say_and_hear() == "小李"
    (room,) = a_world()["rooms"]
    await gateway.do("world", rooms=[room | {"aliases": {"wxid_li": "3栋小李"}}], dirty=[[4, ROOM]])
    assert await say_and_hear() == "3栋小李"
    renamed = [one if one["id"] != "wxid_li" else contact("wxid_li", "李太太") for one in PEOPLE]
    await gateway.do("world", rooms=[room], contacts=[contact(US, "鲜果小助手"), *renamed])
    await gateway.do("world", dirty=[[2, "wxid_li"], [4, ROOM]])
    assert await say_and_hear() == "李太太"


async def test_whose_group_it_is_is_heard_and_when_that_changes(
    channel: Wechaty, gateway: NodeGateway
) -> None:
    async def owner(text: str = "在", room: str | None = ROOM) -> str:
        await gateway.say("wxid_li", text, room=room)
        return (await heard(channel, 1))[0].room_owner

    assert (await owner(), await owner(room=None)) == ("wxid_leader", "")
    (group,) = a_world()["rooms"]
    for account, is_heard_as in (("wxid_li", "wxid_li"), (US, "@shop"), ("", ""), ("x" * 200, "")):
        await gateway.do("world", rooms=[group | {"ownerId": account}], dirty=[[3, ROOM]])
        assert await owner() == is_heard_as
    await gateway.say(US, "我来看看", room=ROOM, mentionIdList=["wxid_li"])
    assert [one.text for one in await only(channel, gateway)][-1:] == ["我来看看"]


async def test_the_account_is_renamed_and_still_knows_when_it_is_called(
    channel: Wechaty, gateway: NodeGateway
) -> None:
    await gateway.say("wxid_li", "@果铺阿姨\u2005在吗", room=ROOM)
    assert (await heard(channel, 1))[0].mentions == ("果铺阿姨",)
    await gateway.do("world", contacts=[contact(US, "果铺阿姨"), *PEOPLE], dirty=[[2, US], [4, ROOM]])
    await gateway.say("wxid_li", "@果铺阿姨\u2005在吗", room=ROOM)
    assert (await heard(channel, 1))[0].mentions == ("@shop",)


async def test_two_thousand_at_once_keep_their_order(channel: Wechaty, gateway: NodeGateway) -> None:
    people = [one["id"] for one in PEOPLE[:4]]
    burst = asyncio.create_task(
        gateway.do("burst", count=2_000, talkers=people, rooms=[ROOM, US, US], text="第")
    )
    found = await heard(channel, 2_000)
    await burst
    assert [one.text for one in found] == [f"第{n}" for n in range(2_000)]
    assert len({one.id for one in found}) == 2_000


async def test_whatever_ids_and_names_come_nobody_else_suffers(
    channel: Wechaty, gateway: NodeGateway
) -> None:
    odd = [contact("wxid_odd", ""), contact("x" * 129, "太长"), contact("wxid_zalgo", "\u202e\x00" * 500)]
    await gateway.do("world", contacts=[contact(US, "鲜果小助手"), *PEOPLE, *odd])
    await gateway.say("wxid_odd", "没有名字")
    await gateway.say("x" * 129, "账号太长")
    await gateway.say("wxid_zalgo", "怪名字")
    await gateway.say("wxid_nobody", "谁也不认识")
    await gateway.say("wxid_li", "群也不认识", room=None, roomId="99999@chatroom")
    await gateway.say("", "没有账号")
    long_id = await gateway.say("wxid_li", "编号太长", id="m" * 200)
    await gateway.say("wxid_li", "不" * 100_000)
    found = await only(channel, gateway)
    assert [one.text[:5] for one in found] == [
        "没有名字",
        "怪名字",
        "谁也不认识",
        "群也不认识",
        "编号太长",
        "不不不不不",
    ]
    assert [one.name for one in found][0::2] == ["", "", "小李"]
    assert len(found[4].id) <= 128 < len(long_id)


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("message", {}),
        ("message", {"messageId": "no-such-message"}),
        ("message", {"messageId": ["m"]}),
        ("message", {"messageId": None}),
        ("message", ["m"]),
        ("login", {}),
        ("room-join", {"roomId": 7}),
        ("room-leave", {}),
        ("friendship", {}),
        ("friendship", {"friendshipId": "no-such-friendship"}),
        ("room-invite", {"roomInvitationId": "no-such-invitation"}),
        ("scan", {"qrcode": 7}),
        ("error", {"data": "x" * 100_000}),
        ("heartbeat", {"data": "\u202e"}),
    ],
)
async def test_an_event_that_is_none_changes_nothing(
    channel: Wechaty, gateway: NodeGateway, name: str, payload: object
) -> None:
    await gateway.do("emit", name=name, payload=payload)
    await gateway.say("wxid_li", "还在吗")
    assert [one.text for one in await only(channel, gateway)] == ["还在吗"]


async def test_who_leaves_a_group_is_heard_once_and_said_nothing(
    channel: Wechaty, gateway: NodeGateway
) -> None:
    left = {"removeeIdList": ["wxid_li"], "removerId": "wxid_li", "roomId": ROOM, "timestamp": 1_777_600_000}
    for payload in (left, left, {**left, "removerId": "wxid_boss"}, {**left, "roomId": ""}):
        await gateway.do("emit", name="room-leave", payload=payload)
    await gateway.say("wxid_wang", "还在吗")
    *gone, last = await only(channel, gateway)
    assert [(one.left, one.room, one.who, one.text) for one in gone] == [(True, ROOM, "wxid_li", "")] * 2
    assert gone[0].id == gone[1].id  # the inbox takes it once
    assert (last.left, last.text) == (False, "还在吗")


async def test_what_the_shop_says_arrives_whole(channel: Wechaty, gateway: NodeGateway) -> None:
    text = "0501-001 橙子2箱 ¥59.80\n付款：http://shop.example/o/1?a=1&b=<2>「」@所有人\u2005\U0001f34a"
    await channel.speak(a_line(text, account="wxid_li"))
    await channel.speak(a_line("小李：橙子2箱，记下了", room=ROOM))
    assert gateway.said() == [("wxid_li", text), (ROOM, "小李：橙子2箱，记下了")]


async def test_what_the_account_may_not_say_is_said_again_later(
    channel: Wechaty, gateway: NodeGateway
) -> None:
    await gateway.do("fail", method="text", times=1, error="消息太长")
    with pytest.raises(NotSent, match="消息太长"):
        await channel.speak(a_line("记下了", account="wxid_li"))
    await channel.speak(a_line("记下了", account="wxid_li"))
    assert gateway.said() == [("wxid_li", "记下了")]


async def test_logged_out_it_is_not_up_and_logged_in_again_it_is(
    channel: Wechaty, gateway: NodeGateway
) -> None:
    await gateway.do("logout", reason="在别处登录")
    await until(lambda: not channel.is_up)
    with pytest.raises(NotSent):
        await channel.speak(a_line("记下了", room=ROOM))
    await gateway.do("login")
    await until(lambda: channel.is_up)
    await channel.speak(a_line("记下了", room=ROOM))
    assert gateway.said() == [(ROOM, "记下了")]


async def test_a_stranger_cannot_be_written_to_until_he_is_a_friend_or_writes_himself(
    channel: Wechaty, gateway: NodeGateway, shop_db: str
) -> None:
    line = a_line("付款：http://shop.example/o/1", account="wxid_stranger")
    with pytest.raises(Unreachable):
        await channel.speak(line)
    friends = [one if one["id"] != "wxid_stranger" else contact("wxid_stranger", "路人") for one in PEOPLE]
    await gateway.do("world", contacts=[contact(US, "鲜果小助手"), *friends], dirty=[[2, "wxid_stranger"]])
    await gateway.say("wxid_li", "在")
    await heard(channel, 1)  # and the news before it
    await channel.speak(line)
    await gateway.do("fail", method="text", times=1, error="对方开启了朋友验证，你还不是他朋友")
    with pytest.raises(Unreachable):
        await channel.speak(a_line("取货码 4829-31", account="wxid_stranger", letter=2))
    assert gateway.said() == [("wxid_stranger", "付款：http://shop.example/o/1")]


async def test_whoever_wrote_in_private_can_be_answered_there(
    channel: Wechaty, gateway: NodeGateway, shop_db: str
) -> None:
    await gateway.say("wxid_stranger", "在吗")
    (said,) = await heard(channel, 1)
    await mail.keep(to_incoming(said), now=said.sent_at)
    await channel.speak(a_line("在的", account="wxid_stranger"))
    assert gateway.said() == [("wxid_stranger", "在的")]


async def test_what_is_said_too_fast_is_told_apart(channel: Wechaty, gateway: NodeGateway) -> None:
    await gateway.do("fail", method="text", times=1, error="操作过于频繁，请稍后再试")
    with pytest.raises(TooFast, match="频繁"):
        await channel.speak(a_line("记下了", room=ROOM))
