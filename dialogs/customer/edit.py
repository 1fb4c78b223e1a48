"""改单: 橙子改3箱，香蕉不要了，少一箱. One message, one difference, one new total."""

from __future__ import annotations

from dialogs.engine import Data, Question
from dialogs.ordering import Ordering
from dialogs.turn import Turn


class Edit(Ordering):
    id = "edit"
    intents = ("order.set", "order.remove")
    examples = ("苹果改3箱", "香蕉不要了", "苹果少一箱")

    async def check(self, turn: Turn, data: Data) -> Question | None:
        return None  # what is on order already is changed at a word; the stock decides
