"""名单: who is in it with what, what to get ready, who has paid; for who runs it, in private."""

from __future__ import annotations

from dialogs import rolling
from dialogs.engine import Data, Done, Slot
from dialogs.leading import Leading, meant, parse_named
from dialogs.turn import Turn
from shop import campaigns, lists


class CampaignSheet(Leading):
    id = "campaign_sheet"
    intents = ("admin.export",)
    starts = ("名单", "汇总", "接龙名单", "导出名单")
    first_words = ("名单", "汇总", "导出")
    examples = ("导出名单",)
    is_answer = True
    campaign = Slot(parse_named, optional=True)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        of = await meant(turn, data)
        listed, at = await lists.entries(of.id), await campaigns.progress(of.id)
        text = rolling.sheet(of, listed, at, turn.shelf, link=turn.links.sheet(of))
        return Done((turn.here(text),))
