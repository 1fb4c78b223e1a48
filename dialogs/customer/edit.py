"""改单: 橙子改3箱，香蕉不要了，再加一箱. One message, one difference, one new total."""

from __future__ import annotations

from dialogs import voice
from dialogs.ask import clarify_question
from dialogs.customer.order import Order
from dialogs.engine import Data, Dialogue, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.turn import Turn
from dialogs.wants import line_to_json, to_wants
from shop import orders, slips
from shop.rules.orders import Status


def parse_changes(reading: Reading, old: object, asked: bool) -> object:
    if reading.action != "act":
        return None
    lines = reading.lines or reading.completes
    return [line_to_json(line) for line in lines] if lines else None


class Edit(Dialogue):
    id = "edit"
    intents = ("order.set", "order.remove")
    examples = ("苹果改3箱", "香蕉不要了", "再加一箱苹果")
    lines = Slot(parse_changes, "要改哪一样？比如“苹果改3箱”")

    async def question(self, turn: Turn, data: Data, slot: str) -> Question:
        return clarify_question(turn) or await super().question(turn, data, slot)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        wants = to_wants(data["lines"])
        if (
            all(want.op in ("add", "inc") for want in wants)
            and await slips.open_order(turn.shop, turn.person.id) is None
        ):
            return await Order().done(turn, data, "")  # 再加一箱 with nothing to add to is an order
        slip = await orders.edit(turn.shop, turn.person.id, wants, now=turn.now)
        if slip.status == Status.CANCELLED:
            return Done(
                (turn.here(f"{slip.code} 都去掉了，这单取消了。想要了再说"),), facts={"order": slip.code}
            )
        private = turn.privately(
            voice.slip_text(slip, turn.links, minutes=turn.facts.pay_minutes),
            card=voice.slip_card(slip, turn.links),
            buttons=voice.slip_buttons(slip),
            fold=f"slip:{slip.code}",
        )
        public = turn.to_room(
            f"{turn.name}：{voice.all_goods(slip.lines)}（{slip.code}）", fold=f"order:{slip.code}"
        )
        return Done((public, private) if public else (private,), facts={"order": slip.code})
