"""取图: the picture of a message is fetched from its channel once, and kept with the message; a message without it is
worked through all the same."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime

from bot.channels.channel import Channel, NoPicture
from dialogs.speech import Heard
from shop import pictures
from shop.kit.ids import MessageId
from shop.rules.pictures import Picture
from shop.transaction import unit_of_work

log = logging.getLogger(__name__)

SECONDS = 30.0  # of one person's patience; whoever comes after him is not held up


async def fetch(channel: Channel, heard: Heard, id: MessageId, *, now: datetime) -> None:
    if heard.picture is not None:  # fetched before a restart
        return
    if not await pictures.is_wanted(heard.channel, heard.room, _sender(heard), now=now):
        return
    try:
        async with asyncio.timeout(SECONDS):
            picture = await channel.picture(heard)
    except (NoPicture, TimeoutError) as why:
        log.warning("message %s came without its picture: %s", id, why or "too slow")
        return
    await unit_of_work(lambda: _keep(picture, id, now))


def _sender(heard: Heard) -> str:
    """Whose conversation it belongs to."""
    return heard.to.account if heard.to is not None else heard.who


async def _keep(picture: Picture, id: MessageId, now: datetime) -> None:
    await pictures.came_with(id, await pictures.keep(picture, now=now))
