"""群公告、群名: what stands at the top of a group. An announcement is its owner's alone, so it is asked who that is; elsewhere the
same words are posted. Who may change a name differs from group to group: it is tried."""

from __future__ import annotations

import logging

from bot.channels.channel import MaybeSent, NotSent, Unable
from bot.channels.wechaty.cards import CardBox
from bot.channels.wechaty.gateway import GatewayAway, GatewayFault, WrongToken
from bot.channels.wechaty.link import Link

log = logging.getLogger(__name__)


async def call_it(link: Link, room: str, name: str) -> None:
    """The group's name. Raises Unable where the account may not, or its gateway cannot, and NotSent: once more does no
    harm."""
    try:
        await link.call("RoomTopic", id=room, topic=name)
    except GatewayAway as why:
        raise NotSent(str(why)) from None
    except (GatewayFault, WrongToken) as no:
        raise Unable(str(no)) from None


async def is_announced(link: Link, cards: CardBox, room: str, text: str) -> bool:
    """False where the account may not, or its gateway cannot. Raises MaybeSent."""
    card = await cards.room(room)
    if card is None or card.owner_id != link.account:
        return False
    try:
        await link.call("RoomAnnounce", id=room, text=text)
    except GatewayAway as why:
        raise MaybeSent(str(why)) from None
    except (GatewayFault, WrongToken) as no:
        log.warning("no announcement, the words are posted instead: %s", no)
        return False
    return True
