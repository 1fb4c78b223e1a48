"""平常话: words that may not become a name of goods, because people say them without wanting any."""

from __future__ import annotations

from typing import get_args

from dialogs.hear.dictionary import is_common
from dialogs.hear.lexicon import words
from dialogs.hear.reader import Reader
from dialogs.hear.reading import Chat, Context, Pending, Reading
from dialogs.hear.second import UNEXPLAINED

FIGURES = frozenset(
    {"qty", "number", "money", "time", "place", "phone", "spec", "order", "code", "digits", "mention"}
)
ALONE = (*map(Context, get_args(Chat)), Context(pending=Pending("confirm_order")))


def is_ordinary(word: str, reader: Reader) -> bool:
    """Whether the word says something already: 谢谢, 两斤, 菜单, 明天, 撤销, 好的."""
    return any(_means_something(reader.read(word, context)) for context in ALONE)


def _means_something(reading: Reading) -> bool:
    kinds = {token.kind for token in reading.tokens}
    free = (token.text for token in reading.tokens if token.kind in UNEXPLAINED | {"product"})
    strange = any(text not in words("harmless.txt") for text in free)
    wants_goods = reading.intent == "order.add" and reading.action == "clarify"
    return bool(kinds & FIGURES) or not strange or not (reading.intent == "chat.none" or wants_goods)


def is_everyday(word: str) -> bool:
    """手机, 西红柿: a word that is often heard. It may be a name of goods, but somebody should think twice."""
    return is_common(word)
