"""绑定: the one-time code from the log makes its sender the owner; in private only."""

from __future__ import annotations

from dialogs.engine import Data, Dialogue, Done, Question, Slot
from dialogs.turn import Turn
from shop import people
from shop.kit.refusal import Refusal


class Bind(Dialogue):
    id = "bind"
    intents = ("bind",)
    examples = ("绑定 493027",)
    private_only = True
    code = Slot(
        lambda reading, old, asked: reading.slots.get("code"), "绑定码是日志里的六位数字，比如“绑定 493027”"
    )

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        await people.pair(turn.shop, turn.person.id, data["code"], now=turn.now)
        text = "绑好了，你是店主了。先上架一样试试：上架 红颜草莓 25/盒 库存80；所有说法回“帮助”"
        return Done((turn.privately(text),), facts={"身份": "店主"})

    async def refused(self, turn: Turn, data: Data, refusal: Refusal) -> Question | None:
        await people.count_wrong_pairing(turn.shop)
        return None
