"""为什么是这个价: a quote as reasons, from the list price down to what is paid; the words around them are dialogs'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shop.kit.money import ZERO, Money
from shop.rules.quotes import Priced, Quote


@dataclass(frozen=True, slots=True)
class Reason:
    """One step. `key` is the line's, empty for the whole basket; `amount` is added to what went before, and the last
    step ("payable") is the sum of all."""

    key: str
    step: Literal["list", "offer", "cut", "delivery", "payable"]
    why: str
    amount: Money


def reasons(quote: Quote) -> tuple[Reason, ...]:
    told = [reason for line in quote.lines for reason in _of_line(line)]
    off = sum(cut.amount.fen for cut in quote.delivery_cuts)
    if fee := Money(quote.delivery.fen + off):
        told.append(Reason("", "delivery", "配送费", fee))
    told += [Reason("", "cut", cut.why, -cut.amount) for cut in quote.delivery_cuts]
    return (*told, Reason("", "payable", "", quote.payable))


def _of_line(line: Priced) -> list[Reason]:
    told = [Reason(line.key, "list", "", line.listed)]
    if line.gross != line.listed:
        told.append(Reason(line.key, "offer", line.offer.why, line.gross - line.listed))
    return told + [Reason(line.key, "cut", cut.why, ZERO - cut.amount) for cut in line.cuts]
