"""元: 25块5, 二十五块半, 9块9, ¥29.9, 3毛 — amounts of money as said, in yuan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from dialogs.hear.numbers import NUMBER, parse

_SMALL = r"[\d一二两三四五六七八九]"
YUAN = re.compile(
    rf"(?<![\d.a-z])(?P<n>{NUMBER}) ?(?:块钱?|元钱?|圆|rmb|¥)"
    rf"(?:(?P<half>半)|(?P<mao>{_SMALL})(?:毛|角)?(?:(?P<fen>{_SMALL})分?)?(?![\d.个斤箱盒袋包提板瓶罐桶只条根块份件]))?"
)
SIGNED = re.compile(r"[¥$](?P<n>\d+(?:\.\d+)?)")
MAO = re.compile(rf"(?<![\d.a-z])(?P<n>{NUMBER})(?:毛钱?|角)(?P<half>半)?")


@dataclass(frozen=True, slots=True)
class FoundMoney:
    start: int
    end: int
    yuan: Decimal


def find_money(text: str) -> Iterator[FoundMoney]:
    for match in YUAN.finditer(text):
        if (yuan := _yuan(match)) is not None:
            yield FoundMoney(match.start(), match.end(), yuan)
        if match["mao"] and (whole := parse(match["n"])) is not None:
            yield FoundMoney(match.start(), match.start("mao"), whole)  # 30块五花肉
    for match in SIGNED.finditer(text):
        yield FoundMoney(match.start(), match.end(), Decimal(match["n"]))
    for match in MAO.finditer(text):
        if (mao := parse(match["n"])) is not None:
            yield FoundMoney(match.start(), match.end(), mao / 10 + (Decimal("0.05") if match["half"] else 0))


def _yuan(match: re.Match[str]) -> Decimal | None:
    whole = parse(match["n"])
    if whole is None:
        return None
    if match["half"]:
        return whole + Decimal("0.5")
    mao, fen = parse(match["mao"] or ""), parse(match["fen"] or "")
    return whole + (mao or 0) / Decimal(10) + (fen or 0) / Decimal(100)


def plain(yuan: Decimal) -> str:
    """As text without trailing zeros: 34.8, 89, 100."""
    text = f"{yuan:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
