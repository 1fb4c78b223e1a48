"""到货了: the goods of a list are here: the group hears it, everybody in it gets his code in private."""

from __future__ import annotations

from dataclasses import replace

from dialogs import rolling
from dialogs.engine import Data, Done, Question, Slot
from dialogs.leading import Leading, meant, parse_named, shown
from dialogs.turn import Turn
from shop import campaigns
from shop.kit.refusal import Refusal
from shop.refusals import CampaignOver


class CampaignArrived(Leading):
    id = "campaign_arrived"
    intents = ()
    starts = ("到货了", "货到了", "到货通知")
    first_words = ("到货了", "货到了", "到货通知")
    examples = ("到货了",)
    campaign = Slot(parse_named, optional=True)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        of = await meant(turn, data)
        if of.came_to_nothing:
            raise CampaignOver(of.title)
        at = await campaigns.progress(of.id)
        counted = rolling.total_words(of, at, turn.shelf)
        text = f"通知“{of.title}”的 {at.people} 人来取（{counted}），群里说一声"
        return replace(self.preview(turn, text), data=data | {"campaign": of.key})

    def words(self, refusal: Refusal) -> str | None:
        if isinstance(refusal, CampaignOver):
            return f"“{refusal.title}”没成，没有货要到，没通知"
        return super().words(refusal)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        of = shown(turn, data)
        await campaigns.arrived(of.id, now=turn.now)
        return Done((turn.here(f"通知了，“{of.title}”的人凭取货码来取"),), after=of.key)
