"""店里的事: hours, address, delivery; what the shop has not told the bot is passed on to a person, never invented."""

from __future__ import annotations

from dialogs import delivering
from dialogs.calling import when_back
from dialogs.engine import Data, Dialogue, Done
from dialogs.turn import Turn
from shop import desk


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
        request = await desk.pass_on(turn.shop, turn.person.id, turn.text, room=turn.room_id, now=turn.now)
        when = await when_back(turn)
        text = f"这个我记下了，现在没人在店里，{when}私聊回你" if when else "这个我帮你问店里，问到了私聊回你"
        return Done((turn.here(text),), facts={"找人单": f"#{request.id}"})


def _join(*facts: str) -> str:
    return "，".join(fact for fact in facts if fact)
