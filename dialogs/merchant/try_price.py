"""试算: 试算 苹果3箱 香蕉2斤 @李姐, what that would cost and why, for anybody or for one customer; nothing is taken."""

from __future__ import annotations

from dialogs import voice
from dialogs.command import Command, slot_of
from dialogs.engine import Data, Done, Slot
from dialogs.turn import Turn
from dialogs.wants import to_want
from shop import orders, people


class TryPrice(Command):
    id = "try_price"
    intents = ("admin.try_price",)
    starts = ("试算",)
    examples = ("试算 苹果3箱 香蕉2斤", "试算 苹果3箱 @李姐")
    is_answer = True
    basket = Slot(slot_of("basket"), "试算什么？比如“试算 苹果3箱 香蕉2斤 @李姐”")
    to = Slot(slot_of("to"), optional=True)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        reading = turn.read(f"来{data['basket']}")
        wants = [to_want(line) for line in reading.lines if line.op == "add"]
        if not wants:
            return Done((turn.here("没看懂是哪些货，写上数量和单位，比如“试算 苹果3箱 香蕉2斤”"),))
        found = await people.named(turn.shop, str(data["to"])) if data.get("to") else ()
        if data.get("to") and not found:
            return Done((turn.here(f"没有叫“{data['to']}”的顾客，不写名字就按谁都一样的价算"),))
        buyer = found[0] if found else None
        preview = await orders.preview(turn.shop, wants, now=turn.now, buyer=buyer)
        who = f"（{data['to']}）" if buyer else ""
        near = voice.nearly(preview.nearly)
        text = f"试算{who}：{voice.bill(preview.lines, preview.payable)}" + (f"\n{near}" if near else "")
        return Done((turn.here(text),), facts={"合计": str(preview.payable)})
