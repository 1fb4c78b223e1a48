"""限时: 限时 苹果8折 18-20点 → a lower price between two moments; the groups hear it at both."""

from __future__ import annotations

from dialogs import promotion_words as words
from dialogs.promoting import Plan, Promoting, only_sku, unheard, with_goods
from dialogs.turn import Turn


class TimedPrice(Promoting):
    id = "promotion_timed"
    intents = ()
    first_words = ("限时", "限时折扣", "限时价")
    starts = first_words
    examples = ("限时 苹果8折 18-20点", "限时 草莓22 今天")
    example = "比如“限时 苹果8折 18-20点”"

    def plan(self, text: str, turn: Turn) -> Plan | str:
        span = words.span(text, turn.now, turn.tz)
        rate = words.rate(span.rest)
        found = words.goods(rate.rest, turn.shelf.catalogue)
        price = words.price(found.rest) if rate.what is None else words.Found(None, found.rest)
        if rest := words.unknown(price.rest):
            return unheard(rest)
        if span.what is None:
            return "从几点到几点？比如“18-20点”，或者“今天”“3天”"
        if rate.what is None and price.what is None:
            return "打几折，还是多少钱？比如“8折”或“22”"
        if price.what is not None and len(found.what) != 1:
            return f"哪一样卖 {price.what}？一次说一样，{self.example}"
        begins, ends = span.what
        terms: dict[str, object] = {"until": ends.isoformat()}
        if begins > turn.now:
            terms["from"] = begins.isoformat()
        if price.what is not None:
            sku = only_sku(found.what[0], turn)
            return Plan("timed", terms | {"price": price.what, "goods": [sku]}, tells=True)
        return Plan("timed", terms | {"rate": rate.what} | with_goods(found.what), tells=True)
