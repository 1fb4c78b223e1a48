"""截单: the groups hear the result once; nothing of it is anybody's money."""

from __future__ import annotations

from dialogs import rolling
from dialogs.notices import Desk
from dialogs.notices.campaign_opened import groups
from dialogs.speech import Say
from shop import campaigns
from shop.catalogue import goods
from shop.events import CampaignClosed
from shop.on_offer import campaign

EVENT = CampaignClosed


async def words(event: CampaignClosed, desk: Desk) -> tuple[Say, ...]:
    of = await campaign(event.campaign)
    at = await campaigns.progress(of.id)
    head, shelf = rolling.title(of), await goods(desk.shop)
    if of.extra.get("called_off"):
        text = f"{head} 取消了，接了的都不收钱，付过的原路退回"
    elif at.total < of.least:
        text = f"{head} 截单了，差 {of.least - at.total} 没成团。接了的都不收钱，付过的原路退回，下次再来"
    elif not at.people:
        text = f"{head} 截单了，这次没人接"
    else:
        text = f"{head} 截单了：{at.people} 人 {rolling.total_words(of, at, shelf)}。没付的私聊发你付款"
    return tuple(Say(text, room=room, lane="reply") for room in await groups(of, desk.shop))
