"""砍价到点了: its owner hears what it had come to, and that it is over."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import bargains
from shop.events import BargainEnded
from shop.on_offer import campaign

EVENT = BargainEnded


async def words(event: BargainEnded, desk: Desk) -> tuple[Say, ...]:
    at = await bargains.standing(event.bargain)
    if not at.cuts:
        return ()  # nobody had helped: there is nothing to miss
    title = (await campaign(at.campaign)).title
    text = f"{title}砍价到点了，{len(at.cuts)} 位帮你砍到 {at.price}，没有下单。下次早点说“买”"
    return (Say(text, person=at.owner),)
