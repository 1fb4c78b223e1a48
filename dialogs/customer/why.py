"""为什么是这个价: the stored quote, line by line; nothing is computed anew."""

from __future__ import annotations

from dialogs import voice
from dialogs.engine import Data, Dialogue, Done
from dialogs.turn import Turn
from shop import slips
from shop.slips import Slip, SlipLine


class WhyThisPrice(Dialogue):
    id = "why"
    intents = ("price.why",)
    examples = ("为什么是这个价", "怎么算的")
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        slip = await slips.last_order(turn.shop, turn.person.id)
        if slip is None:
            return Done((turn.here("还没有订单。要什么直接说，比如“苹果2斤”"),))
        parts = [f"{slip.code} 这样算："] + [_line(line) for line in slip.lines]
        parts += [f"{why}：全单 {-amount}，按各样金额分摊" for why, amount in voice.cuts(slip.lines)]
        parts += _delivery(slip)
        parts.append(f"合计 {slip.payable}")
        if hint := voice.nearly(slip.nearly):
            parts.append(hint)
        private = turn.privately("\n".join(parts))
        return Done((private, *turn.pointer()), facts={"单号": slip.code})


def _delivery(slip: Slip) -> list[str]:
    """配送费 ¥5.00（配送费¥5，满50免），运费券 减4 −¥4.00 → ¥1.00"""
    if slip.delivery is None:
        return []
    cut = "".join(f"，{c.why} {-c.amount}" for c in slip.delivery.cuts)
    paid = f" → {slip.delivery.paid}" if cut else ""
    return [f"配送 {slip.delivery.fee}（{slip.delivery.why}）{cut}{paid}"]


def _line(line: SlipLine) -> str:
    special = f"（{line.price_why}）" if line.price_why else ""
    cut = "".join(f"，{c.why} {-c.amount}" for c in line.cuts)
    paid = f" → {line.net}" if line.cuts else ""
    return f"{line.name} {voice.price(line.price, line.unit)}{special} × {line.qty} = {line.gross}{cut}{paid}"
