"""店里的事: hours, address, delivery; what the shop has not told the bot is passed on to a person, never invented."""

from __future__ import annotations

from dialogs import delivering
from dialogs.calling import ask_the_shop
from dialogs.engine import Data, Dialogue, Done
from dialogs.turn import Turn


class ShopAnswers(Dialogue):
    id = "facts"
    intents = (
        "hours.query",
        "delivery.query",
        "pickup.schedule",
        "product.query",
        "booking.request",
        "bargain.ask",
        "review.give",
        "invoice.ask",
    )
    examples = ("几点关门", "送货吗", "能便宜点吗")
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        rule = delivering.rule(turn)
        delivery = turn.facts.delivery or (delivering.offered(rule) if rule else "")
        known = {
            "hours.query": turn.facts.hours,
            "pickup.schedule": _join(turn.facts.hours, turn.facts.address),
            "delivery.query": delivery,
            "delivery.address": delivery,
            "bargain.ask": "价格都标着呢。满减会自动算，特价看“菜单”",
            "review.give": "谢谢，话带给店里了",
        }.get(turn.reading.intent, "")
        if known:
            return Done((turn.here(known),), facts={"店里的说法": known})
        if turn.room is not None and not turn.addressed:
            return Done()
        return await ask_the_shop(turn)


def _join(*facts: str) -> str:
    return "，".join(fact for fact in facts if fact)
