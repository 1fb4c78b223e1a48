"""到货叫我的话: how somebody asks to be told, and the answer; shared by the question about goods and the wish alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogs.engine import Done
from dialogs.turn import Turn
from shop import wishes
from shop.goods import Sku

_CALL = re.compile(
    "(?:到货|有货|有了|补货|来货|到了|上货).{0,4}?(?:叫|喊|告诉|通知|提醒|@|call) ?(?:我|一?下|一?声)|(?:到货|有货|补货|来货|到|有|补)了?(?:说|吱|吭)(?:一?声|一?下)"
)


def wants_a_call(text: str) -> bool:
    """橙子到货叫我, 补货了说一声."""
    return bool(_CALL.search(text))


async def wished(turn: Turn, gone: Sequence[Sku]) -> Done:
    """All of these are sold out; the person is told when there is some again."""
    await wishes.wish(turn.shop, [sku.id for sku in gone], turn.person.id, now=turn.now)
    name = turn.shelf.catalogue.product[gone[0].product].name
    text = f"{name}现在卖完了，到货私聊叫你。不用了就回“不用叫了”"
    return Done((turn.here(text),), facts={"等": name})
