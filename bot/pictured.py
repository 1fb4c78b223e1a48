"""配图: the picture that a letter is said with, fetched or drawn at the last moment, and only where it may be seen."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from zoneinfo import ZoneInfo

from bot import cards, post
from bot.channels.channel import Abilities
from shop import pictures
from shop.mail import Sealed
from shop.rules.pictures import Picture

NOT_HERE = "（这里看不到图）"

log = logging.getLogger(__name__)


async def of(letter: Sealed, can: Abilities, shop_name: str, tz: str, now: datetime) -> Picture | None:
    """None where there is none, or the channel shows none: the text stands alone."""
    if not can.pictures:
        return None
    if (number := letter.body.get("picture")) is not None:
        if letter.room is not None and not await pictures.may_be_shown_in(letter.channel, letter.room):
            log.error("letter %s would have shown a room somebody's picture; it was left out", letter.id)
            return None
        return await pictures.find(number)
    card = post.card_of(letter.body)
    if card is None or not card.picture or can.cards or len(card.rows) > cards.MOST_ROWS:
        return None
    local = now.astimezone(ZoneInfo(tz))
    drawn = await asyncio.to_thread(cards.of_specials, card.title, card.rows, card.note, shop_name, local)
    return Picture(drawn, "png")
