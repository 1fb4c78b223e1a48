"""亲手打字: a person types to a customer on the account's own phone. From then on that person serves him."""

from __future__ import annotations

from datetime import datetime

from dialogs.speech import Heard
from shop import desk, mail, people
from shop.kit.ids import ShopId
from shop.people import Room
from shop.tickets import Request


async def take_over(shop: ShopId, heard: Heard, room: Room | None, *, now: datetime) -> Request | None:
    """None where it is the shop's own word after all (said before a restart), or said to somebody who works here."""
    assert heard.to is not None
    account = None if room is not None else heard.to.account
    said = await mail.said_lately(heard.channel, heard.room, account or "")
    if any(_plain(heard.text) == _plain(one) for one in said):
        return None
    person = await people.recognise(shop, heard.channel, heard.to.account, heard.to.name, now=now)
    if person.is_staff:
        return None
    return await desk.spoke_by_hand(
        shop, person.id, heard.text, room=room.id if room else None, now=now, picture=heard.picture
    )


def _plain(text: str) -> str:
    return "".join(text.split())
