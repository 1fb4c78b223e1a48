"""活动结束: whoever set it up gets the sheet, in private."""

from __future__ import annotations

from dialogs import rolling
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import campaigns, lists
from shop.catalogue import goods
from shop.events import CampaignSettled
from shop.on_offer import campaign

EVENT = CampaignSettled


async def words(event: CampaignSettled, desk: Desk) -> tuple[Say, ...]:
    of = await campaign(event.campaign)
    if of.made_by is None or of.extra.get("called_off"):
        return ()
    listed, at = await lists.entries(of.id), await campaigns.progress(of.id)
    if not listed:
        return ()
    text = rolling.sheet(of, listed, at, await goods(desk.shop), link=desk.links.sheet(of))
    return (Say(text, person=of.made_by),)
