"""快开始了: the day before and two hours before, who comes hears when, and the code for the door."""

from __future__ import annotations

from dialogs import rolling, signing, voice
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import signups, slips
from shop.events import EventSoon
from shop.kit.ids import OrderId
from shop.on_offer import campaign

EVENT = EventSoon


async def words(event: EventSoon, desk: Desk) -> tuple[Say, ...]:
    slip = await slips.slip(OrderId(event.order))
    if slip.status not in signups.COMES or slip.campaign is None:
        return ()
    of = await campaign(slip.campaign)
    if of.deadline is None or of.deadline <= desk.now:
        return ()
    begins = rolling.day_and_hour(of.deadline, desk.now, desk.tz)
    text = f"{of.title} {begins}开始，你报了{voice.all_goods(slip.lines)}。{signing.at_the_door(slip, desk.links)}\n{signing.NOT_COMING}"
    return (Say(text, person=slip.buyer, until=of.deadline),)
