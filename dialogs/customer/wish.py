"""到货叫我, said without goods; and 不用叫了. With goods it is a question about them (goods.py)."""

from __future__ import annotations

from dialogs.engine import Data, Dialogue, Done
from dialogs.turn import Turn
from shop import wishes


class CallMe(Dialogue):
    """到货叫我: of which goods?"""

    id = "wish"
    intents = ()
    starts = ("到货叫我", "有货叫我", "到货通知我")
    examples = ("到货叫我",)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        return Done((turn.here("哪样货到了叫你？连名字一起说，比如“橙子到货叫我”"),))


class LetBe(Dialogue):
    """不用叫了: all wishes of this person."""

    id = "wish_drop"
    intents = ()
    starts = ("不用叫了", "不用叫我了", "别叫我了", "不用通知了")
    examples = ("不用叫了",)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        many = await wishes.forget(turn.person.id)
        text = "好，到货不叫你了" if many else "没有在等的货。看今天有什么：回“菜单”"
        return Done((turn.here(text),))
