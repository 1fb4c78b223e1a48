"""第二件半价: 第二件半价 酸奶; 第3件1折: every second (third, …) of the same goods at a rate."""

from __future__ import annotations

import re

from dialogs import promotion_words as words
from dialogs.hear.numbers import DIGITS
from dialogs.promoting import Plan, Promoting, named_goods, with_goods
from dialogs.turn import Turn

_NTH = re.compile(r"第 ?([2-9二两三四五六七八九]) ?件")


class SecondPiece(Promoting):
    id = "promotion_second"
    intents = ()
    examples = ("第二件半价 酸奶", "第3件1折 苹果")
    example = "比如“第二件半价 酸奶”"

    @classmethod
    def is_begun_by(cls, word: str) -> bool:
        return _NTH.match(word) is not None

    def plan(self, text: str, turn: Turn) -> Plan | str:
        nth = _NTH.search(text)
        rate = words.rate(_NTH.sub(" ", text))
        found = named_goods(rate.rest, turn)
        if isinstance(found, str):
            return found
        if nth is None or rate.what is None:
            return f"第几件打几折？{self.example}"
        count = int(DIGITS.get(nth[1], nth[1]))
        return Plan("nth_piece", {"nth": count, "rate": rate.what, **with_goods(found.what)}, pieces=(count,))
