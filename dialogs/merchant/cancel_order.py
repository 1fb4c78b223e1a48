"""退单: the shop cannot keep its word; the order ends, what was paid goes back, the buyer hears why."""

from __future__ import annotations

from dialogs import voice
from dialogs.command import YES, Command, parse_order, slot_of
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Pending
from dialogs.turn import Turn
from shop import orders, parcels, people, refunds, slips
from shop.kit.money import Money
from shop.refusals import PartlyHandedOver
from shop.rules.refunds import What


class CancelOrder(Command):
    id = "cancel_order"
    intents = ("admin.order_cancel",)
    starts = ("退单",)
    examples = ("退单 0501-017 没货了",)
    order = Slot(parse_order, "退哪一单？说单号，比如“退单 0501-017 没货了”", insists=True)
    why = Slot(slot_of("why"), optional=True)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        slip = await slips.find(turn.shop, str(data["order"]), now=turn.now, tz=turn.tz)
        if any(one.is_out for one in await parcels.of_order(slip.id)):
            raise PartlyHandedOver(slip.code)
        buyer = await people.person(slip.buyer)
        back = await refunds.preview(slip.id, What()) if slip.money_in and slip.payable else Money(0)
        money = f"，退他 {back}" if back else ""
        text = f"{slip.code} {buyer.name}：{voice.all_goods(slip.lines)}，整单取消{money}？回“确认”就办"
        return Question((turn.here(text, buttons=YES),), pending=Pending("confirm"))

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        slip = await slips.find(turn.shop, str(data["order"]), now=turn.now, tz=turn.tz)
        await orders.shop_cancel(slip.id, turn.person.id, str(data.get("why") or ""), now=turn.now)
        text = f"{slip.code} 取消了，货放回去了，已经告诉他"
        return Done((turn.here(text),), after={"order": slip.code})
