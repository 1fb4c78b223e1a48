"""满减, 满折: 满50减5 满100减15; 满100打9折; 满3件8折: so much or so many, over all goods or the named ones."""

from __future__ import annotations

import re
from typing import Any

from dialogs.promoting import Plan, Promoting, named_goods, with_goods
from dialogs.promotion_words import Found, rate
from dialogs.turn import Turn
from shop.kit.money import Money

_AMOUNT = r"(\d{1,6}(?:\.\d{1,2})?)元?"
_SAVE = re.compile(rf"满 ?{_AMOUNT} ?[减送] ?{_AMOUNT}")
_RATE = re.compile(
    rf"满 ?{_AMOUNT} ?(?=打|\d+(?:\.\d)? ?折|[一二三四五六七八九]+ ?折)打? ?(\d{{1,2}}(?:\.\d)?|[一二三四五六七八九]{{1,2}}) ?折"
)
_PIECES = re.compile(r"满? ?(\d{1,3}) ?件 ?打? ?(\d{1,2}(?:\.\d)?|[一二三四五六七八九]{1,2}) ?折")
_PIECES_SAVE = re.compile(rf"满? ?(\d{{1,3}}) ?件 ?减 ?{_AMOUNT}")
_BEGINS = re.compile(r"满\d|满减|满折")


class SpendSave(Promoting):
    id = "promotion_spend"
    intents = ()
    first_words = ("满减", "满折")
    starts = first_words
    examples = ("满50减5 满100减15", "满100打9折", "满3件8折")
    example = "比如“满50减5 满100减15”“满100打9折”“满3件8折”"

    @classmethod
    def is_begun_by(cls, word: str) -> bool:
        return _BEGINS.match(word) is not None

    def plan(self, text: str, turn: Turn) -> Plan | str:
        kind, steps, rest = _steps(text)
        if not steps:
            return f"没看懂，{self.example}"
        found = named_goods(rest.replace("满", " "), turn)
        if isinstance(found, str):
            return found
        if kind == "spend_save" and any(Money.parse(off) >= Money.parse(spend) for spend, off in steps):
            return "减的要比满的少，换个数再说一次"
        terms: dict[str, Any] = {"steps": steps, **with_goods(found.what)}
        if re.search("不(?:能)?叠券|不(?:能)?(?:和|跟)券|不用券", text):
            terms["coupons"] = False
        if kind in ("pieces_rate", "pieces_save"):
            return Plan(kind, terms, pieces=tuple(int(count) for count, _ in steps))
        return Plan(kind, terms, worth=tuple(Money.parse(spend) for spend, _ in steps))


def _steps(text: str) -> tuple[str, list[list[str]], str]:
    """The kind, its steps as shop/promotions reads them, and the words that are left."""
    for kind, pattern in (
        ("pieces_save", _PIECES_SAVE),
        ("pieces_rate", _PIECES),
        ("spend_save", _SAVE),
        ("spend_rate", _RATE),
    ):
        found = pattern.findall(text)
        if found:
            is_rate = kind.endswith("rate")
            steps = [[least, _rate(off) if is_rate else off] for least, off in found]
            return kind, steps, pattern.sub(" ", text)
    return "", [], text


def _rate(said: str) -> str:
    found: Found[str | None] = rate(f"{said}折")
    return found.what or said
