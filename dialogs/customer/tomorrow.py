"""明天想要: 明天想要草莓: counted, not ordered; the shop hears in the evening what to get."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from dialogs.engine import Data, Dialogue, Done, Slot
from dialogs.hear.reading import Reading
from dialogs.turn import Turn
from shop import day_wishes

_WANT = re.compile(
    r"^(?:我)?明[天儿](?:早上?)?(?:想要|想买|想吃|要是有|能不能有)\s*(?P<what>.{0,24}?)[吗吧啊呀呢？?!！。~]*$"
)


def parse_what(reading: Reading, old: Any, asked: bool) -> Any:
    found = _WANT.match(reading.text.strip())
    said = found["what"] if found else reading.text.strip() if asked else ""
    return said if said and said != "什么" else None


class Tomorrow(Dialogue):
    id = "tomorrow"
    intents = ()
    starts = ("明天想要", "明天想要什么")
    examples = ("明天想要",)
    is_answer = True
    what = Slot(parse_what, "明天想要什么？说名字就行，比如“草莓”", insists=True)

    def is_meant(self, turn: Turn) -> bool:
        found = _WANT.match(turn.text.strip())
        named = found["what"] if found else ""
        return bool(named) and named != "什么" and (turn.room is None or _goods(turn, named) is not None)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        what = _goods(turn, data["what"]) or data["what"]
        people = await day_wishes.want(turn.shop, turn.person.id, what, turn.day + timedelta(days=1))
        many = f"，有 {people} 位想要" if people > 1 else ""
        return Done((turn.here(f"记下了：明天想要{what}{many}。到了说一声就能订", fold=f"tomorrow:{what}"),))


def _goods(turn: Turn, said: str) -> str | None:
    """The name of the goods that were named; a group hears only of goods that the shop knows."""
    products = turn.shelf.everything.products
    named = [one for one in products if any(name in said for name in (one.name, *one.aliases))]
    return max(named, key=lambda one: len(one.name)).name if named else None
