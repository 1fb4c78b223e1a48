"""亲手回的: somebody typed to a customer on the account's own phone; the bot steps aside, and says so to its agent only."""

from __future__ import annotations

from datetime import timedelta

from dialogs.agent import card
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import tickets
from shop.desk_limits import limits_of
from shop.events import TakenByHand

EVENT = TakenByHand


async def words(event: TakenByHand, desk: Desk) -> tuple[Say, ...]:
    request = await tickets.request(event.ticket)
    if request.owner is None or not request.in_hands:
        return ()
    minutes = (await limits_of(desk.shop)).by_hand // timedelta(minutes=1)
    text = (
        f"#{request.id} {await card.who(request)}：店里的微信亲手回他了，小店先不插话。"
        f"办好回“{request.id} 完”；{minutes}分钟没人说话小店自己接回去"
    )
    return (Say(text, person=request.owner),)
