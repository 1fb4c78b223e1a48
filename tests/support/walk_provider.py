"""A payment provider for walks: it keeps its own book, pays late and twice, and loses answers on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from bot.payments import CHINA, BillLine, PaidFact, ProviderAway, RefundFact
from shop.kit.money import Money, total
from tests.support.world import NOW


class Impossible(AssertionError):
    """The shop asks for what no shop may ask for."""


@dataclass
class Trade:
    order: int
    asks: Money
    paid: list[PaidFact] = field(default_factory=list)
    paid_at: list[datetime] = field(default_factory=list)
    is_closed: bool = False


@dataclass
class Back:
    """One refund number: `done_at` when the buyer has the money."""

    trade_no: str
    amount: Money
    done_at: datetime | None = None


class Gateway:
    """`is_in_order`: it answers, and gives back at once. Otherwise as `dice` has it."""

    name = "gateway"
    title = "收款台"

    def __init__(self) -> None:
        self.trades: dict[str, Trade] = {}
        self.backs: dict[str, Back] = {}
        self.now = NOW
        self.dice = Random(0)
        self.is_in_order = False

    # ── as the port knows it ────────────────────────────────────────────────────────────────────────────────────

    async def query(self, trade_no: str) -> PaidFact | None:
        self._answer()
        trade = self.trades.get(trade_no)
        return trade.paid[0] if trade and trade.paid else None

    async def close(self, trade_no: str) -> None:
        self._answer()
        if trade_no in self.trades:
            self.trades[trade_no].is_closed = True

    async def refund(
        self, refund_no: str, *, trade_no: str, total: Money, amount: Money, reason: str
    ) -> RefundFact:
        self._answer()
        if refund_no not in self.backs:
            if self._luck() < 0.1:
                return RefundFact(refund_no, "failed", amount, why="账户注销了")
            self._take(refund_no, trade_no, amount)
        if self.backs[refund_no].amount != amount:
            raise Impossible(f"refund {refund_no} is sent again with another amount")
        self._answer()  # done, and the answer may be lost
        return self._standing(refund_no)

    async def query_refund(self, refund_no: str, *, trade_no: str) -> RefundFact | None:
        self._answer()
        if refund_no not in self.backs:
            return None
        return self.settle_back(refund_no)

    async def bill(self, day: date) -> Sequence[BillLine]:
        self._answer()
        paid = [
            BillLine("paid", fact.trade_no, "", fact.event, fact.amount, at)
            for trade in self.trades.values()
            for fact, at in zip(trade.paid, trade.paid_at, strict=True)
        ]
        back = [
            BillLine("refunded", one.trade_no, number, "", one.amount, one.done_at)
            for number, one in self.backs.items()
            if one.done_at
        ]
        return [line for line in paid + back if line.at.astimezone(CHINA).date() == day]

    # ── its own side ────────────────────────────────────────────────────────────────────────────────────────────

    def begin(self, trade_no: str, order: int, asks: Money) -> Trade:
        return self.trades.setdefault(trade_no, Trade(order, asks))

    def pay(self, trade_no: str, amount: Money) -> PaidFact:
        trade = self.trades[trade_no]
        fact = PaidFact(f"E-{trade_no[:20]}-{len(trade.paid)}", trade_no, amount)
        trade.paid.append(fact)
        trade.paid_at.append(self.now)
        return fact

    def payments(self) -> list[PaidFact]:
        return [fact for trade in self.trades.values() for fact in trade.paid]

    def settle_back(self, refund_no: str) -> RefundFact:
        """The buyer has it, if he had it not before."""
        back = self.backs[refund_no]
        back.done_at = back.done_at or self.now
        return self._standing(refund_no)

    def _take(self, refund_no: str, trade_no: str, amount: Money) -> None:
        came = total([fact.amount for fact in self.trades[trade_no].paid])
        gone = total([back.amount for back in self.backs.values() if back.trade_no == trade_no])
        if gone + amount > came:
            raise Impossible(f"of {came} paid on {trade_no} the shop gives {gone + amount} back")
        self.backs[refund_no] = Back(trade_no, amount, self.now if self._luck() < 0.7 else None)

    def _standing(self, refund_no: str) -> RefundFact:
        back = self.backs[refund_no]
        return RefundFact(refund_no, "settled" if back.done_at else "accepted", back.amount)

    def _answer(self) -> None:
        if self._luck() < 0.12:
            raise ProviderAway("no answer")

    def _luck(self) -> float:
        return 0.5 if self.is_in_order else self.dice.random()
