"""带团: what commands about campaigns share. Staff run them in every group, a group owner (团长) in his own groups only;
said in the group, they are answered in private."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from dialogs.command import Command
from dialogs.engine import Data
from dialogs.hear.reading import Reading
from dialogs.turn import Turn
from shop import people
from shop.kit.ids import RoomId
from shop.kit.refusal import Refusal
from shop.people import LEADER, MANAGER, OWNER, Room
from shop.refusals import CampaignOver, NoSuchCampaign
from shop.rules.campaigns import LIFE, Kind, OnOffer

_EACH = re.compile(r"每人(?:只能|最多|限[购量]?)?\s*(\d{1,3})")
_IN_ROOM = re.compile(r"每个?群(?:各|最多|限量?)?\s*(\d{1,5})")
_QUOTA = re.compile(
    r"(?:一?共|总共|限量?|名额|[x×*])\s*(\d{1,5})(?=\s*(?:[\u4e00-\u9fff]|$|[,，。 ]))(?<!每人限\d)"
)


class Leading(Command):
    """A command about a campaign."""

    roles: ClassVar[frozenset[str]] = frozenset({OWNER, MANAGER, LEADER})
    in_group = True

    def words(self, refusal: Refusal) -> str | None:
        """To who runs it, not to who wanted to be in it."""
        if isinstance(refusal, CampaignOver):
            return f"“{refusal.title}”现在不用这样办，什么都没动。看看在办的：回“活动”"
        if isinstance(refusal, NoSuchCampaign):
            return "现在没有能这样办的活动。看看有哪些：回“活动”"
        return None


def parse_each(reading: Reading, old: Any, asked: bool) -> Any:
    """每人限2."""
    said = reading.slots.get("limit") or ((found := _EACH.search(reading.text)) and found[1])
    return str(said) if said else None


def parse_in_room(reading: Reading, old: Any, asked: bool) -> Any:
    """每群30箱: the share of each group."""
    found = _IN_ROOM.search(reading.text)
    return found[1] if found else None


def parse_quota(reading: Reading, old: Any, asked: bool) -> Any:
    """共50盒, x20: how many there are at this price."""
    found = _QUOTA.search(_EACH.sub(" ", reading.text))
    said = found[1] if found else reading.slots.get("stock")
    return str(said) if said else None


def parse_named(reading: Reading, old: Any, asked: bool) -> Any:
    """The campaign that was meant, by the reader or by its number (3号活动)."""
    return reading.slots.get("campaign")


async def rooms_for(turn: Turn, data: Data) -> list[Room]:
    """Where it goes: what was shown in the preview, the group it was said in, the groups that were named, else all
    that this person runs."""
    rooms = [room for room in await people.rooms(turn.shop) if not room.muted and _runs(turn, room)]
    if "rooms" in data:
        return [room for room in rooms if room.id in data["rooms"]]
    if "said_in" in data:
        return [room for room in rooms if room.id == data["said_in"]]
    return [room for room in rooms if room.name in turn.text] or rooms


def _runs(turn: Turn, room: Room) -> bool:
    return turn.person.is_staff or room.owner == turn.person.id


async def my_rooms(turn: Turn) -> frozenset[RoomId] | None:
    """The groups a group owner may touch; None for staff: all."""
    if turn.person.is_staff:
        return None
    return frozenset(room.id for room in await people.rooms(turn.shop) if room.owner == turn.person.id)


async def meant(turn: Turn, data: Data, event: str | None = None) -> OnOffer:
    """The campaign this is about: the one that was named, else the newest here to which this can happen (None: that is
    only looked at, and may be over). Raises CampaignOver when it cannot happen to the one that was named, and
    NoSuchCampaign; for a group owner also for a campaign that is not only his."""
    mine = await my_rooms(turn)
    known = [
        one
        for one in turn.shelf.campaigns
        if one.kind != Kind.BOOKING
        and (mine is None or (one.rooms and mine.issuperset(one.rooms)))
        and ("said_in" not in data or not one.rooms or data["said_in"] in one.rooms)
    ]
    named = [one for one in known if one.title in turn.text]
    possible = [one for one in named or known if event is None or LIFE.after(one.state, event) is not None]
    if named and not possible:
        raise CampaignOver(named[-1].title)
    found = [one for one in possible if one.key == data.get("campaign")] or possible
    if not found:
        raise NoSuchCampaign(turn.text)
    return found[-1]


def shown(turn: Turn, data: Data) -> OnOffer:
    """The campaign that the preview was about, whatever has become of it. Raises NoSuchCampaign."""
    try:
        return turn.shelf.campaign[data["campaign"]]
    except KeyError:
        raise NoSuchCampaign("") from None
