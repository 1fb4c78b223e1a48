"""截单: 截单, 结团: nobody joins any more; what is in is settled. 取消活动 undoes it for everybody."""

from __future__ import annotations

from dataclasses import replace

from dialogs import rolling
from dialogs.engine import Data, Done, Question, Slot
from dialogs.leading import Leading, meant, parse_named, shown
from dialogs.turn import Turn
from shop import campaigns


class CloseCampaign(Leading):
    id = "campaign_close"
    intents = ("admin.campaign_close",)
    starts = ("截单", "截团", "结团", "截止", "封团")
    first_words = ("截单", "截团", "结团", "截止")
    examples = ("截团", "结团")
    campaign = Slot(parse_named, optional=True)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        of = await meant(turn, data, "closed")
        at = await campaigns.progress(of.id)
        counted = rolling.total_words(of, at, turn.shelf)
        short = f"，还差 {of.least - at.total} 才成团，现在截就全退" if at.total < of.least else ""
        text = f"截{rolling.title(of)}：{at.people} 人 {counted}{short}"
        return replace(self.preview(turn, text), data=data | {"campaign": of.key})

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        of = shown(turn, data)
        await campaigns.close(of.id, now=turn.now)
        return Done((turn.here(f"{of.title}截了，名单马上发你"),), after=of.key)
