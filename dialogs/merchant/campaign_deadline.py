"""改截单时间: 周六团延到晚上9点. The groups hear the new hour with the next list and the last call."""

from __future__ import annotations

from dialogs import rolling
from dialogs.command import UNDO_FOR
from dialogs.engine import Data, Done, Question, Slot
from dialogs.leading import Leading, meant, parse_named
from dialogs.opening import moment
from dialogs.turn import Turn
from shop import campaigns

ALIVE = "cancelled"  # what can still be called off can still be moved


class MoveDeadline(Leading):
    id = "campaign_deadline"
    intents = ("admin.campaign_deadline",)
    examples = ("截单时间改到晚上9点", "接龙延到明天中午12点")
    undo_for = UNDO_FOR
    campaign = Slot(parse_named, optional=True)
    at = Slot(lambda reading, old, asked: reading.slots.get("at"), "改到几点截？比如“晚上9点”")

    async def check(self, turn: Turn, data: Data) -> Question | None:
        await meant(turn, data, ALIVE)
        at = moment(data["at"], turn)
        if at is None or at <= turn.now:
            kept = {key: value for key, value in data.items() if key != "at"}
            return Question((turn.here("这个时间已经过了，改到几点？比如“晚上9点”"),), asked="at", data=kept)
        return None

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        of, at = await meant(turn, data, ALIVE), moment(data["at"], turn)
        assert at is not None, "it was read before"
        await campaigns.move_deadline(of.id, at, now=turn.now)
        text = f"“{of.title}”改到{rolling.day_and_hour(at, turn.now, turn.tz)}截（撤销 2 分钟内有效）"
        before = of.deadline.isoformat() if of.deadline else None
        return Done(
            (turn.here(text),), undo={"campaign": of.id, "title": of.title, "was": before}, after=data["at"]
        )

    async def take_back(self, turn: Turn, undo: Data) -> str:
        await campaigns.move_deadline(undo["campaign"], moment(undo["was"], turn), now=turn.now)
        return f"“{undo['title']}”的截单时间改回去了"
