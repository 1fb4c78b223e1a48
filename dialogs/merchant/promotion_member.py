"""会员价: 会员价 草莓 25; 会员价 9.5折: what members pay."""

from __future__ import annotations

from dialogs import promotion_words as words
from dialogs.promoting import Plan, Promoting, only_sku, unheard, with_goods
from dialogs.turn import Turn


class MemberPrice(Promoting):
    id = "promotion_member"
    intents = ()
    first_words = ("会员价",)
    starts = first_words
    examples = ("会员价 草莓 25", "会员价 9.5折")
    example = "比如“会员价 草莓 25”"

    def plan(self, text: str, turn: Turn) -> Plan | str:
        rate = words.rate(text)
        found = words.goods(rate.rest, turn.shelf.catalogue)
        price = words.price(found.rest) if rate.what is None else words.Found(None, found.rest)
        if rest := words.unknown(price.rest):
            return unheard(rest)
        levels = turn.shelf.points.levels
        notes = () if levels else ("现在还没有会员等级，设了等级才有人能用",)
        if rate.what is not None:
            return Plan("member", {"rate": rate.what, **with_goods(found.what)}, notes=notes)
        if price.what is None or len(found.what) != 1:
            return f"哪样货、会员多少钱？{self.example}"
        return Plan("member", {"price": price.what, "goods": [only_sku(found.what[0], turn)]}, notes=notes)
