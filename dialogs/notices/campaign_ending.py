"""最后一喊: half an hour before the end, once: how far it is and how to be in it."""

from __future__ import annotations

from dialogs import rolling
from dialogs.notices import Desk
from dialogs.notices.campaign_opened import groups
from dialogs.speech import Say
from shop import campaigns
from shop.catalogue import goods
from shop.events import CampaignEnding
from shop.kit.quantity import NONE
from shop.on_offer import campaign
from shop.rules.campaigns import State

EVENT = CampaignEnding


async def words(event: CampaignEnding, desk: Desk) -> tuple[Say, ...]:
    of = await campaign(event.campaign)
    if of.state != State.OPEN or of.deadline is None:
        return ()
    at = await campaigns.progress(of.id)
    counted = rolling.total_words(of, at, await goods(desk.shop))
    short = f"，还差 {of.least - at.total} 成团" if of.least > NONE and at.total < of.least else ""
    ends = rolling.day_and_hour(of.deadline, desk.now, desk.tz)
    text = (
        f"{rolling.title(of)}，{ends}截，最后一会儿了：{at.people} 人 {counted}{short}。{rolling.how_to(of)}"
    )
    return tuple(Say(text, room=room, lane="list", until=of.deadline) for room in await groups(of, desk.shop))
