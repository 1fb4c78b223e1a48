"""暂停, 继续, 取消活动: nobody joins for now; it goes on; or it never was, and what people have in it is undone."""

from __future__ import annotations

from dialogs import rolling
from dialogs.engine import Data, Done, Question, Slot
from dialogs.leading import Leading, meant, parse_named, shown
from dialogs.turn import Turn
from shop import campaigns


class PauseCampaign(Leading):
    id = "campaign_pause"
    intents = ()
    starts = ("暂停", "暂停活动", "暂停接龙")
    first_words = ("暂停",)
    examples = ("暂停活动",)
    campaign = Slot(parse_named, optional=True)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        of = await meant(turn, data)
        await campaigns.pause(of.id, now=turn.now)
        return Done((turn.here(f"“{of.title}”暂停了，先不收单。要接着来说“继续”"),), after=of.key)


class ResumeCampaign(Leading):
    id = "campaign_resume"
    intents = ()
    starts = ("继续", "继续活动", "继续接龙")
    first_words = ("继续",)
    examples = ("继续活动",)
    campaign = Slot(parse_named, optional=True)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        of = await meant(turn, data)
        await campaigns.resume(of.id, now=turn.now)
        return Done((turn.here(f"“{of.title}”又能接了"),), after=of.key)


class CallOff(Leading):
    id = "campaign_call_off"
    intents = ()
    starts = ("取消活动", "取消接龙", "取消拼团", "取消秒杀")
    first_words = ("取消活动", "取消接龙", "取消拼团", "取消秒杀")
    examples = ("取消活动",)
    campaign = Slot(parse_named, optional=True)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        of = await meant(turn, data)
        at = await campaigns.progress(of.id)
        text = f"取消{rolling.title(of)}：{at.people} 人的单都取消，付过的 {at.paid} 原路退回"
        question = self.preview(turn, text)
        return Question(question.says, pending=question.pending, data=data | {"campaign": of.key})

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        of = shown(turn, data)
        await campaigns.cancel(of.id, now=turn.now)
        return Done((turn.here(f"“{of.title}”取消了，群里说一声，付过的钱自动退"),), after=of.key)
