"""暂停, 继续, 取消活动: nobody joins for now; it goes on; or it never was, and what people have in it is undone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import ClassVar

from dialogs import rolling
from dialogs.engine import Data, Done, Question, Slot
from dialogs.leading import Leading, meant, parse_named, shown
from dialogs.turn import Turn
from shop import campaigns
from shop.rules.campaigns import OnOffer


class Step(Leading):
    """One step in the life of a campaign: which, the verb that makes it, and what is said of it."""

    intents = ()
    event: ClassVar[str]
    verb: ClassVar[Callable[..., Awaitable[OnOffer]]]
    said: ClassVar[str]
    campaign = Slot(parse_named, optional=True)

    async def which(self, turn: Turn, data: Data) -> OnOffer:
        return await meant(turn, data, self.event)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        of = await self.which(turn, data)
        await type(self).verb(of.id, now=turn.now)
        return Done((turn.here(self.said.format(of.title)),), after=of.key)


class PauseCampaign(Step):
    id = "campaign_pause"
    starts = ("暂停", "暂停活动", "暂停接龙")
    first_words = ("暂停",)
    examples = ("暂停活动",)
    event, verb = "paused", campaigns.pause
    said = "“{}”暂停了，先不收单。要接着来说“继续”"


class ResumeCampaign(Step):
    id = "campaign_resume"
    starts = ("继续", "继续活动", "继续接龙")
    first_words = ("继续",)
    examples = ("继续活动",)
    event, verb = "resumed", campaigns.resume
    said = "“{}”又能接了"


class CallOff(Step):
    id = "campaign_call_off"
    starts = ("取消活动", "取消接龙", "取消拼团", "取消秒杀")
    first_words = ("取消活动", "取消接龙", "取消拼团", "取消秒杀")
    examples = ("取消活动",)
    event, verb = "cancelled", campaigns.cancel
    said = "“{}”取消了，群里说一声，付过的钱自动退"

    async def check(self, turn: Turn, data: Data) -> Question | None:
        of = await meant(turn, data, self.event)
        at = await campaigns.progress(of.id)
        text = f"取消{rolling.title(of)}：{at.people} 人的单都取消，付过的 {at.paid} 原路退回"
        return replace(self.preview(turn, text), data=data | {"campaign": of.key})

    async def which(self, turn: Turn, data: Data) -> OnOffer:
        return shown(turn, data)
