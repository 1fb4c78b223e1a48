"""截单: the groups hear the result once; nothing of it is anybody's money."""

from __future__ import annotations

from dialogs import flashing, rolling
from dialogs.notices import Desk
from dialogs.notices.campaign_opened import groups
from dialogs.speech import Say
from shop import campaigns, flash
from shop.catalogue import goods
from shop.events import CampaignClosed
from shop.on_offer import campaign
from shop.rules.campaigns import Kind

EVENT = CampaignClosed


async def words(event: CampaignClosed, desk: Desk) -> tuple[Say, ...]:
    of = await campaign(event.campaign)
    if of.kind == Kind.DAILY:
        return ()  # the day is over; nobody waits for news of that
    at = await campaigns.progress(of.id)
    head, shelf = rolling.title(of), await goods(desk.shop)
    if of.kind == Kind.TEAM:
        rest = (
            "取消了，没满的团都退，付过的原路退回；成了的团照常取"
            if of.extra.get("called_off")
            else "不再开新团了，没满的团继续拼到各自的时间"
        )
        text = f"{head} {rest}"
    elif of.extra.get("called_off"):
        text = f"{head} 取消了，接了的都不收钱，付过的原路退回"
    elif of.kind == Kind.BARGAIN:
        text = f"{head} 结束了：{at.people} 人买下了"
    elif of.kind == Kind.EVENT:
        text = f"{head} 截止了，{at.people} 人来，到点见" if at.people else f"{head} 截止了，没有人报名"
    elif of.kind == Kind.FLASH:
        text = flashing.ended(await flash.seen(of.id), shelf)
    elif of.extra.get("too_few"):
        text = f"{head} 截单了，差 {of.least - at.total} 没成团。接了的都不收钱，付过的原路退回，下次再来"
    elif not at.people:
        text = f"{head} 截单了，这次没人接"
    else:
        text = f"{head} 截单了：{at.people} 人 {rolling.total_words(of, at, shelf)}。没付的私聊发你付款"
    if not text:
        return ()
    return tuple(  # a list that waits asks nobody to join any more
        Say(text, room=room, ends=rolling.fold(of, room), lane="list") for room in await groups(of, desk.shop)
    )
