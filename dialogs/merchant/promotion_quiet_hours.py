"""闲时: 闲时 14-16 奶茶8折 → a lower price in the same hours of each day, or of some days of the week."""

from __future__ import annotations

from dialogs import promotion_words as words
from dialogs.promoting import Plan, Promoting, named_goods, with_goods
from dialogs.turn import Turn


class QuietHours(Promoting):
    id = "promotion_quiet_hours"
    intents = ()
    first_words = ("闲时", "闲时优惠")
    starts = first_words
    examples = ("闲时 14-16 8折", "闲时 周一到周五 14-16 苹果8折")
    example = "比如“闲时 14-16 8折”，只要几天就加“周一到周五”"

    def plan(self, text: str, turn: Turn) -> Plan | str:
        days = words.weekdays(text)
        hours = words.clocks(days.rest)
        rate = words.rate(hours.rest)
        found = named_goods(rate.rest, turn)
        if isinstance(found, str):
            return found
        if hours.what is None:
            return f"每天几点到几点？{self.example}"
        if rate.what is None:
            return f"打几折？{self.example}"
        terms: dict[str, object] = {"rate": rate.what, "hours": hours.what.term, "tz": turn.tz}
        if days.what:
            terms["weekdays"] = sorted(days.what)
        return Plan("timed", terms | with_goods(found.what))
