"""改单: 橙子改3箱，香蕉不要了，少一箱. One message, one difference, one new total."""

from __future__ import annotations

from dialogs.engine import Data, Question
from dialogs.hear.reading import Pending
from dialogs.ordering import YES_NO, Ordering
from dialogs.turn import Turn


class Edit(Ordering):
    id = "edit"
    intents = ("order.set", "order.remove")
    examples = ("苹果改3箱", "香蕉不要了", "苹果少一箱")

    async def check(self, turn: Turn, data: Data) -> Question | None:
        if not data.get("unsure"):
            return None  # what is on order already is changed at a word; the stock decides
        called = turn.shelf.everything.called
        goods = "、".join(f"{called(line['sku'])}改成{line['qty']}{line['unit']}" for line in data["lines"])
        text = f"{goods}，对吗？回“对”就改"
        said = f"{turn.name}，{text}" if turn.room else text
        return Question((turn.here(said, buttons=YES_NO),), pending=Pending("confirm"))
