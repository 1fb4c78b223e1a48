"""匿名: +1 匿名 joins a list that shows of the name only its first character to the group; who runs it reads it whole."""

from __future__ import annotations

import re

_WORD = re.compile(r"[（(]?(?:匿名|不留名|不写名字?)(?:接龙|接|的)?[）)]?[\s,，、:：]*")


def asked(text: str) -> bool:
    return bool(_WORD.search(text))


def without(text: str) -> str:
    """The words as if nothing had been said of the name; the very words when that was all."""
    return _WORD.sub("", text).strip() or text
