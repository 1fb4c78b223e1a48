"""开店: the owner's word in a group makes it one of the shop's; until then the shop is silent there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from dialogs.speech import Heard, Say
from dialogs.turn import ShopFacts
from shop import people, quiet
from shop.kit.ids import ShopId
from shop.people import OWNER, Person, Room

WORD = "开店"
US = "@shop"


@dataclass(frozen=True, slots=True)
class Opened:
    room: Room
    owner: Person
    say: Say


async def room_of(heard: Heard, *, now: datetime) -> Room | None:
    """The shop's group in which this was said, by the name and under the leader that it has today; None for a private
    word and for a group that is not ours."""
    if heard.room is None or (room := await people.room(heard.channel, heard.room)) is None:
        return None
    room = await _led(room, heard, now=now)
    if not heard.room_name or heard.room_name == room.name:
        return room
    await people.rename_room(room.id, heard.room_name)
    return replace(room, name=heard.room_name)


async def _led(room: Room, heard: Heard, *, now: datetime) -> Room:
    """Whose group it is (群主) leads it (团长), as soon as we know him; not where the merchant has said who does."""
    owner = heard.room_owner
    if not owner or room.follows is None or (owner == room.follows and (room.owner or owner == US)):
        return room
    leader: Person | None
    if owner == heard.who:
        leader = await people.recognise(room.shop, heard.channel, owner, heard.name, now=now)
    else:
        leader = await people.known(heard.channel, owner)
    return await people.follow(room, owner, leader.id if leader else None)


def said_to_us(text: str, facts: ShopFacts) -> str:
    """The words without our name and without what stands around them."""
    return text.replace(f"@{facts.name}", " ").strip(" \u2005\n!！。~")


async def left(shop: ShopId, heard: Heard, *, now: datetime) -> str:
    """Somebody has left the group: nobody is answered; whether it was our doing is for shop/quiet.py. Gives the outcome."""
    room = await room_of(heard, now=now)
    if room is None:
        return "silent"
    person = await people.known(heard.channel, heard.who) or await people.recognise(
        shop, heard.channel, heard.who, heard.name, now=now
    )
    was_us = not person.is_staff and person.id != room.owner and await quiet.left(room, person.id, now=now)
    return "left after a post" if was_us else "left"


async def opened(shop: ShopId, facts: ShopFacts, heard: Heard, *, now: datetime) -> Opened | None:
    """What `@店名 开店` does in a group that nobody serves. None for all other words, and for everybody but the owner."""
    if said_to_us(heard.text, facts) != WORD or heard.room is None:
        return None
    person = await people.recognise(shop, heard.channel, heard.who, heard.name, now=now)
    if OWNER not in person.roles:
        return None
    room = await people.take_over_room(shop, heard.channel, heard.room, heard.room_name or heard.room[:64])
    room = await _led(room, heard, now=now)
    text = f"{facts.name}开张了。发“菜单”看今天有什么，想要的直接说，比如“来2箱橙子”；付款和取货码私聊发你"
    return Opened(room, person, Say(text, room=room.id))
