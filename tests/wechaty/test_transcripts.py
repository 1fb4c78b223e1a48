"""The transcripts of the web room, word for word in WeChat: each line goes through the real gateway, there and back."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bot import outbox, post
from bot.channels.channel import Pace
from bot.channels.wechaty.channel import Wechaty
from bot.clock import MovableClock
from bot.performance import A_PICTURE, CHANNEL, OPENING_DAY, Stage, perform, stage
from bot.run import demo_goods
from bot.transcript import Transcript, parse
from dialogs.speech import Card, Heard
from shop import mail
from shop.invariants import broken
from shop.kit.ids import MessageId
from shop.rules.pictures import Picture
from tests.support.servers import PATIENCE
from tests.wechaty.stand import US, NodeGateway, a_channel, a_world, connected, contact

FILES = sorted((Path(__file__).parents[1] / "transcripts").glob("*.chat"))
GROUP = "水果群"
STAFF = ("店主", "客服", "团长")
HURRY = Pace(per_minute=10_000, per_minute_in_a_place=10_000)  # the clock of a transcript stands still


@dataclass
class InWeChat(Stage):
    """What is said goes into the gateway, and the shop hears what comes out of it."""

    gateway: NodeGateway | None = None
    listening: AsyncGenerator[Heard, None] | None = None
    contacts: list[dict[str, Any]] = field(default_factory=list)

    async def befriend(self, who: str, *, is_friend: bool) -> None:
        assert self.gateway is not None
        self.contacts = [one | ({"friend": is_friend} if one["id"] == who else {}) for one in self.contacts]
        await self.gateway.do("world", contacts=self.contacts, dirty=[[2, who]])

    async def hear(self, heard: Heard) -> MessageId:
        assert self.gateway is not None
        assert self.listening is not None
        if heard.to is not None:
            await self.gateway.say(US, heard.text, room=heard.to.account, id=heard.id)
            heard = replace(heard, who=US, name=demo_goods().shop_name)
        elif heard.left:
            gone = {"roomId": heard.room, "removeeIdList": [heard.who], "removerId": heard.who}
            await self.gateway.do("emit", name="room-leave", payload=gone)
        elif heard.recalls:
            await self.gateway.say(heard.who, heard.recalls, room=heard.room, id=heard.id, type=13)
        elif heard.has_picture:
            await self.gateway.show(heard.who, A_PICTURE.body, room=heard.room, id=heard.id)
        else:
            await self.gateway.say(heard.who, heard.text, room=heard.room, id=heard.id)
        async with asyncio.timeout(PATIENCE):
            came = await anext(self.listening)
        id = came.id if heard.left else heard.id  # a leave has none of the gateway's
        assert replace(came, mentions=(), room_name="", room_owner="") == replace(
            heard, mentions=(), id=id
        ), "the gateway changed it"
        return await self.shop.hear(came)


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
async def test_in_wechat_the_shop_says_what_is_written(
    path: Path, one_gateway: NodeGateway, sqlite_url: str
) -> None:
    transcript = read(path)
    street = a_street(transcript)
    await one_gateway.do("reset", **street)
    channel = a_channel(
        one_gateway, shop_name=demo_goods().shop_name, now=MovableClock(OPENING_DAY, frozen=True).now
    )
    channel.name, channel.abilities = CHANNEL, replace(Wechaty.abilities, pace=HURRY)
    await connected(channel)
    async with stage(demo_goods(), sqlite_url, channel) as shop:
        on_stage = InWeChat(
            shop, gateway=one_gateway, listening=channel.listen(), contacts=street["contacts"]
        )
        channel._now = shop.clock.now
        difference = await perform(shop, transcript, on_stage=on_stage)
        assert difference is None, f"{path}:{difference.line}\n{difference.wanted}\n{difference.got}"
        assert await broken(shop.shop) == []
        assert in_each_place(one_gateway.said()) == in_each_place(await letters())
        assert sorted(place for place, _ in one_gateway.shown()) == sorted(await pictures())


def read(path: Path) -> Transcript:
    return parse(path.read_text(encoding="utf-8"))


def a_street(transcript: Transcript) -> dict[str, Any]:
    """Everybody who speaks in it, by name, and all of them in each of its groups."""
    names = dict.fromkeys([*STAFF, *(step.who for step in transcript.steps if step.who)])
    groups = dict.fromkeys([GROUP, *(step.room for step in transcript.steps if step.room)])
    people = [contact(name, name) for name in names]
    rooms = [{"id": group, "topic": group, "memberIdList": [US, *names]} for group in groups]
    return a_world(contacts=[contact(US, demo_goods().shop_name), *people], rooms=rooms)


async def letters() -> list[tuple[str, str]]:
    """What the shop has sent, as the channel was to say it."""
    longest = Wechaty.abilities.longest_text
    sent = [letter for letter, state in await mail.since(0) if state == "sent"]
    lines = [line for letter in sent for line in outbox.lines(letter, longest, pictured(letter.body))]
    said = [line for line in lines if not is_drawn(line.card) and not line.topic]
    return [(line.room or line.account or "", line.text) for line in said]


async def pictures() -> list[str]:
    """Where a picture was to be seen."""
    sent = [letter for letter, state in await mail.since(0) if state == "sent"]
    return [
        letter.room or letter.account or ""
        for letter in sent
        if "picture" in letter.body or is_drawn(post.card_of(letter.body))
    ]


def pictured(body: dict[str, Any]) -> Picture | None:
    return A_PICTURE if "picture" in body else None


def is_drawn(card: Card | None) -> bool:
    return card is not None and card.picture


def in_each_place(said: list[tuple[str, str]]) -> dict[str, list[str]]:
    places = defaultdict[str, list[str]](list)
    for place, text in said:
        places[place].append(text)
    return places
