"""下架: off the menu at once; orders that stand are kept."""

from __future__ import annotations

from dialogs.command import PRODUCT, UNDO_FOR, Command
from dialogs.engine import Data, Done
from dialogs.turn import Turn
from shop import catalogue


class Withdraw(Command):
    id = "withdraw"
    intents = ("admin.product_off",)
    starts = ("下架",)
    examples = ("下架 葡萄", "鲈鱼今天没货了先别卖")
    undo_for = UNDO_FOR
    product = PRODUCT

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        name = await catalogue.withdraw(turn.shop, data["product"])
        text = f"{name} 下架了，已经订的照给。（快捷：下架 {name} · 撤销 2 分钟内有效）"
        return Done((turn.here(text),), undo={"product": data["product"], "name": name})

    async def take_back(self, turn: Turn, undo: Data) -> str:
        await catalogue.put_back(turn.shop, undo["product"])
        return f"{undo['name']} 又上架了"
