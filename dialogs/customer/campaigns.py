"""活动: what runs here, how far it is, until when, and how to be in it; 我接了什么 is the person's own part."""

from __future__ import annotations

from dialogs import rolling, voice
from dialogs.engine import Data, Dialogue, Done
from dialogs.turn import Turn
from shop import campaigns, lists, slips
from shop.rules.campaigns import OnOffer


class Campaigns(Dialogue):
    id = "campaigns"
    intents = ("campaign.query",)
    starts = ("活动", "有什么活动", "团购", "有团吗")
    examples = ("还差几份", "几点截团", "有什么团")
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        running = turn.running
        if not running:
            return Done((turn.here("现在没有团和活动。看看今天有什么：回“菜单”"),))
        shown = [await _shown(turn, one) for one in running[-3:]]
        return Done((turn.here("\n\n".join(shown)),), facts={"活动": len(running)})


async def _shown(turn: Turn, of: OnOffer) -> str:
    """Title, goods, end, sum: the list without its names."""
    head = rolling.post(of, turn.shelf, now=turn.now)
    return f"{head}\n{rolling.how_far(of, await campaigns.progress(of.id), turn.shelf)}"


class MyEntries(Dialogue):
    id = "my_entries"
    intents = ()
    starts = ("我接了什么", "我的接龙", "我接了啥")
    group_words = starts
    examples = ("我接了什么", "我的接龙")
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        mine = [
            slip
            for slip in await slips.recent(turn.shop, turn.person.id, limit=20)
            if slip.campaign and str(slip.status) not in lists.GONE
        ]
        if not mine:
            return Done((turn.privately("你还没接。看看有什么活动：回“活动”"),))
        titles = {one.id: one.title for one in turn.shelf.campaigns}
        lines = [
            f"{titles.get(slip.campaign or 0, '活动')}：{voice.all_goods(slip.lines)} {slip.payable} "
            f"{slip.code} {voice.state(slip)} {turn.links.order(slip)}"
            for slip in mine[:5]
        ]
        return Done((turn.privately("\n".join(lines)),))
