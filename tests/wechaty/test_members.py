"""群成员: who leaves while nobody listens is missed when the shop is back, once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from bot.channels.wechaty.channel import Wechaty
from bot.channels.wechaty.members import past_of
from bot.clock import SystemClock
from bot.inbox import to_incoming
from dialogs.speech import Heard
from shop import mail, people
from shop.mail import Incoming
from shop.transaction import unit_of_work
from tests.support.world import NOW, a_shop, after
from tests.wechaty.stand import ROOM, TOPIC, US, NodeGateway, a_channel, connected, until
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
    await until(lambda: channel._members._in[ROOM] is not None)


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


async def test_a_list_that_lacks_most_of_them_is_not_read_to_the_end(
    channel: Wechaty, gateway: NodeGateway
) -> None:
    await first_look(channel, gateway)
    await is_away_while(channel, gateway, [US])
    await is_away_while(channel, gateway, [US, "wxid_li", "wxid_hua"])
    assert [one.who for one in await heard(channel, 1)] == ["wxid_boss"]


# ── after a restart ─────────────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def a_process(gateway: NodeGateway) -> AsyncIterator[Callable[[int], Awaitable[list[Heard]]]]:
    """One run of the shop; gives how to hear so many messages and keep them, as its inbox does."""
    channel = a_channel(gateway, past=past_of("wechaty", SystemClock().now))
    await connected(channel)

    async def hear(count: int) -> list[Heard]:
        found = await heard(channel, count)
        for one in found:
            await unit_of_work(partial(mail.keep, to_incoming(one), now=one.sent_at))
        return found

    yield hear
    await channel.close()


async def test_who_left_while_the_shop_was_closed_is_heard_leaving_once(
    gateway: NodeGateway, shop_db: str
) -> None:
    """Of those who have spoken in the group, as soon as the account is there and before anybody speaks."""
    shop = await a_shop()
    await people.take_over_room(shop, "wechaty", ROOM, TOPIC)
    await are_in_the_group(gateway, EVERYBODY)
    async with a_process(gateway) as hear:
        for who in ("wxid_li", "wxid_hua", "wxid_boss"):
            await gateway.say(who, "早", room=ROOM)
        assert [one.left for one in await hear(3)] == [False] * 3
    await are_in_the_group(gateway, [US, "wxid_li", "wxid_boss"])
    async with a_process(gateway) as hear:
        (gone,) = await hear(1)
        assert (gone.left, gone.room, gone.who) == (True, ROOM, "wxid_hua")
    async with a_process(gateway) as hear:
        await gateway.say("wxid_li", "还在吗", room=ROOM)
        assert [one.left for one in await hear(1)] == [False]


async def test_who_spoke_long_ago_or_has_left_already_is_missed_by_nobody(shop_db: str) -> None:
    said = [("li", False, 31), ("hua", True, 2), ("hua", False, 1), ("boss", False, 1), ("boss", True, 0)]
    for n, (who, left, days) in enumerate(said):
        extra = {"left": True} if left else None
        one = Incoming("wechaty", f"m{n}", ROOM, who, who, "早", NOW, extra)
        await unit_of_work(partial(mail.keep, one, now=after(days=-days)))
    past = past_of("wechaty", lambda: NOW)
    assert (await past.members(ROOM), await past.members("another")) == ({"hua"}, frozenset())
