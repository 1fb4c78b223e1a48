"""称重: 称重 0501-003 苹果 1.86: what the scale shows less than was ordered is given back at once."""

from __future__ import annotations

from dialogs.command import PRODUCT, Command, parse_order, parse_quantity
from dialogs.engine import Data, Done, Question, Slot
from dialogs.turn import Turn
from shop import slips, weighing
from shop.kit.quantity import NONE, Quantity
from shop.slips import Slip


class Weigh(Command):
    id = "weigh"
    intents = ("admin.weigh",)
    starts = ("称重",)
    examples = ("称重 0501-017 香蕉 1.86",)
    order = Slot(parse_order, "哪一单称重？说单号、货和斤数，比如“称重 0501-003 苹果 1.86”", insists=True)
    product = PRODUCT
    qty = Slot(parse_quantity, "称出来多少？比如“1.86”")

    async def check(self, turn: Turn, data: Data) -> Question | None:
        scale = Quantity.of(data["qty"])
        if scale <= NONE:
            kept = {key: value for key, value in data.items() if key != "qty"}
            return Question((turn.here("称出来多少没看懂，说个数，比如“1.86”"),), asked="qty", data=kept)
        slip = await _slip(turn, data)
        seen = await weighing.look(slip.id, data["product"], scale)
        if not seen.weighed.is_much:
            return None
        return self.preview(
            turn,
            f"{slip.code} {seen.name}订了 {seen.ordered} {seen.unit}，称出来 {scale} {seen.unit}，差得多，对吗？",
        )

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        scale, slip = Quantity.of(data["qty"]), await _slip(turn, data)
        seen = await weighing.look(slip.id, data["product"], scale)
        why = f"{seen.name}称出来 {scale} {seen.unit}"
        off = await weighing.settle(slip.id, data["product"], scale, turn.person.id, why, now=turn.now)
        text = f"{slip.code} {seen.name} {scale} {seen.unit}，记下了"
        if seen.weighed.beyond > NONE:
            text = f"{slip.code} {seen.name}多了 {seen.weighed.beyond} {seen.unit}，按 {seen.ordered} {seen.unit}收；要补差价请让顾客再下一单"
        elif off:
            text += f"，{'退他' if seen.is_paid else '少收'} {off}，告诉他了。剩的 {seen.weighed.stays} {seen.unit}放回货架"
        return Done((turn.here(text),), after={"order": slip.code, "milli": scale.milli, "fen": off.fen})


async def _slip(turn: Turn, data: Data) -> Slip:
    return await slips.find(turn.shop, str(data["order"]), now=turn.now, tz=turn.tz)
