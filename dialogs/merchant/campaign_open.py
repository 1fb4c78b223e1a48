"""开团, 接龙: 接龙 周五 车厘子 58/盒 起20盒 晚上8点截 → a preview of the very post; confirmed, it goes to the groups."""

from __future__ import annotations

from dialogs import rolling
from dialogs.engine import Data, Done, Question, Slot
from dialogs.leading import parse_in_room, rooms_for
from dialogs.opening import Unclear, reach, set_up
from dialogs.planning import OfGoods, planned
from dialogs.turn import Turn
from shop.rules.campaigns import Kind


class OpenCampaign(OfGoods):
    id = "campaign_open"
    intents = ("admin.groupbuy_create",)
    first_words = ("接龙", "开接龙", "团购", "开团")
    reads_as = "开团"
    examples = (
        "开团 周五车厘子团：车厘子58 起20盒，晚上8点截",
        "接龙 车厘子 58 晚上8点截",
    )
    opens = "接龙 …"
    in_room = Slot(parse_in_room, optional=True)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        rooms = await rooms_for(turn, data)
        if not rooms:
            return self.no_group(turn)
        plan = planned(turn, data, Kind.LIST)
        if isinstance(plan, Unclear):
            return self.ask_again(turn, data, plan)
        return await self.shown(turn, data, rooms, rolling.post(plan, turn.shelf, now=turn.now))

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        plan = planned(turn, data, Kind.LIST)
        if isinstance(plan, Unclear):
            return self.too_late(turn)
        made, rooms = await set_up(turn, data, plan)
        told = await reach(turn, rooms, at=turn.now, until=made.deadline)
        text = f"“{made.title}”接龙开了，{told}。截单说“截单”，看名单说“名单”"
        return self.opened(turn, data, made, text)
