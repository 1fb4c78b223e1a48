"""演示付款: no real money. Its cashier is a page of ours, everything else is as strict as a real provider's."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import aiohttp

from bot.payments.port import (
    CHINA,
    LONGEST_CALLBACK,
    WINDOW,
    BadCallback,
    BillLine,
    Go,
    PaidFact,
    ProviderAway,
    RefundFact,
    Reply,
    TradeClosed,
    Visitor,
    event_number,
    fresh,
    refund_number,
    trade_number,
    whole_fen,
)
from shop.kit.money import Money
from shop.payments import Intent

REFUND_TAKES = timedelta(seconds=3)  # by the sandbox's clock, between accepted and settled

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Refund:
    trade_no: str
    amount: Money
    settles_at: datetime


class Sandbox:
    """What it knows lives in memory: a restart forgets it, the shop's books do not. A refund of a payment that it has
    forgotten is therefore taken on the shop's word, and it has no bill of the day on which it was begun (`since`) or
    of one before.

    `trouble` is for trying things out. refused: it gives nothing back, for good. away: it gives no answer and does
    nothing. lost: it does as asked and the answer is lost.
    """

    name = "sandbox"
    title = "演示付款"

    def __init__(self, *, secret: str, clock: Callable[[], datetime], since: datetime | None = None) -> None:
        if not secret:
            raise ValueError("callbacks are signed: give the sandbox a secret")
        self._key = hmac.digest(secret.encode(), b"qundian.sandbox", hashlib.sha256)
        self._clock = clock
        self._since = since
        self._nonces: dict[str, int] = {}  # nonce → the time it was signed with
        self._paid: dict[str, tuple[PaidFact, datetime]] = {}
        self._closed: set[str] = set()
        self._refunds: dict[str, _Refund] = {}
        self.trouble: Literal["", "refused", "away", "lost"] = ""

    # ── as the port knows it ────────────────────────────────────────────────────────────────────────────────────

    async def begin(self, intent: Intent, visitor: Visitor) -> Go:
        return Go(f"/sandbox/{intent.trade_no}")  # our own server, under whatever name the buyer reached it

    def verify(self, headers: Mapping[str, str], body: bytes) -> PaidFact | RefundFact:
        if len(body) > LONGEST_CALLBACK:
            raise BadCallback(413, "the callback is too long")
        timestamp, nonce, signature = (_header(headers, name) for name in ("Timestamp", "Nonce", "Signature"))
        signed_at = fresh(timestamp, self._clock())
        if not re.fullmatch(r"[A-Za-z0-9_-]{16,64}", nonce):
            raise BadCallback(400, "the nonce is not one of ours")
        wanted = self._signature(timestamp, nonce, body)
        if not hmac.compare_digest(wanted.encode(), signature.encode(errors="surrogateescape")):
            raise BadCallback(401, "the signature is wrong")
        self._spend(nonce, signed_at)
        return _read(body)

    def reply(self, *, taken: bool, sentence: str) -> Reply:
        return Reply(json.dumps({"booked" if taken else "error": sentence}))

    async def query(self, trade_no: str) -> PaidFact | None:
        known = self._paid.get(trade_no)
        return known[0] if known else None

    async def close(self, trade_no: str) -> None:
        if trade_no not in self._paid:
            self._closed.add(trade_no)

    async def refund(
        self, refund_no: str, *, trade_no: str, total: Money, amount: Money, reason: str
    ) -> RefundFact:
        if self.trouble == "away":
            return RefundFact(refund_no, "failed", amount, may_retry=True, why="no answer")
        if refund_no not in self._refunds:
            if why := self._why_not(trade_no, total, amount):
                return RefundFact(refund_no, "failed", amount, why=why)
            self._refunds[refund_no] = _Refund(trade_no, amount, self._clock() + REFUND_TAKES)
        if self.trouble == "lost":
            return RefundFact(refund_no, "failed", amount, may_retry=True, why="no answer")
        return self._standing(refund_no)

    async def query_refund(self, refund_no: str, *, trade_no: str) -> RefundFact | None:
        return self._standing(refund_no) if refund_no in self._refunds else None

    async def bill(self, day: date) -> Sequence[BillLine]:
        if self._since and day <= self._since.astimezone(CHINA).date():
            raise ProviderAway(f"the sandbox has forgotten what came before {self._since}")
        paid = [
            BillLine("paid", fact.trade_no, "", fact.event, fact.amount, at)
            for fact, at in self._paid.values()
        ]
        back = [
            BillLine("refunded", r.trade_no, number, f"sandbox-{r.trade_no}", r.amount, r.settles_at)
            for number, r in self._refunds.items()
            if r.settles_at <= self._clock()
        ]
        return [line for line in paid + back if line.at.astimezone(CHINA).date() == day]

    async def shut_down(self) -> None:
        """Nothing is open."""

    # ── the provider's own side ─────────────────────────────────────────────────────────────────────────────────

    def pay(self, intent: Intent) -> PaidFact:
        """The buyer has confirmed. One trade number is paid once, however often the button is pressed. Raises
        TradeClosed."""
        if intent.trade_no in self._closed:
            raise TradeClosed(intent.trade_no)
        fact = PaidFact(f"sandbox-{intent.trade_no}", intent.trade_no, intent.amount)
        return self._paid.setdefault(intent.trade_no, (fact, self._clock()))[0]

    def take(self, fact: PaidFact) -> None:
        """It was paid, whatever was said before: money may also come too late."""
        self._paid.setdefault(fact.trade_no, (fact, self._clock()))

    async def notify(self, fact: PaidFact | RefundFact, address: str) -> bool:
        """Send the callback until it is taken, signed anew each time, as real providers do; False after three tries."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            for pause in (0.0, 0.2, 1.0):
                await asyncio.sleep(pause)
                body = _write(fact)
                try:
                    async with session.post(address, data=body, headers=self.sign(body)) as answer:
                        if answer.status == 200:
                            return True
                        log.warning("callback %s answered %d", _of(fact), answer.status)
                except (aiohttp.ClientError, TimeoutError) as fault:
                    log.warning("callback %s failed: %r", _of(fact), fault)
        return False

    def sign(self, body: bytes) -> dict[str, str]:
        """The headers that make a body a callback."""
        timestamp, nonce = str(int(self._clock().timestamp())), secrets.token_urlsafe(18)
        return {
            "Content-Type": "application/json",
            "X-Sandbox-Timestamp": timestamp,
            "X-Sandbox-Nonce": nonce,
            "X-Sandbox-Signature": self._signature(timestamp, nonce, body),
        }

    def _signature(self, timestamp: str, nonce: str, body: bytes) -> str:
        return hmac.new(self._key, f"{timestamp}\n{nonce}\n".encode() + body, hashlib.sha256).hexdigest()

    def _spend(self, nonce: str, signed_at: int) -> None:
        """Only signed nonces get here, so strangers cannot fill the memory; outside the window nothing is taken anyway."""
        oldest = self._clock().timestamp() - WINDOW
        self._nonces = {known: at for known, at in self._nonces.items() if at >= oldest}
        if nonce in self._nonces:
            raise BadCallback(409, "this very callback was taken already")
        self._nonces[nonce] = signed_at

    def _why_not(self, trade_no: str, total: Money, amount: Money) -> str:
        if self.trouble == "refused":
            return "refused"
        paid = self._paid[trade_no][0].amount.fen if trade_no in self._paid else total.fen
        back = sum(one.amount.fen for one in self._refunds.values() if one.trade_no == trade_no)
        return "" if 0 < amount.fen <= paid - back else "more than was paid"

    def _standing(self, refund_no: str) -> RefundFact:
        known = self._refunds[refund_no]
        is_settled = known.settles_at <= self._clock()
        return RefundFact(refund_no, "settled" if is_settled else "accepted", known.amount)


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(f"X-Sandbox-{name}")
    if not value:
        raise BadCallback(400, f"the header X-Sandbox-{name} is missing")
    return value


def _of(fact: PaidFact | RefundFact) -> str:
    return f"for {fact.trade_no}" if isinstance(fact, PaidFact) else f"for refund {fact.refund_no}"


def _write(fact: PaidFact | RefundFact) -> bytes:
    told: dict[str, Any]
    if isinstance(fact, PaidFact):
        told = {"type": "paid", "event": fact.event, "trade_no": fact.trade_no}
    else:
        told = {"type": "refunded", "refund_no": fact.refund_no, "state": fact.state}
    fen = fact.amount.fen if fact.amount else None
    return json.dumps(told | {"amount_fen": fen, "currency": "CNY"}).encode()


def _read(body: bytes) -> PaidFact | RefundFact:
    """Every field by its form: what gets past here fits the tables of both databases."""
    try:
        told: Any = json.loads(body.decode())
    except (ValueError, RecursionError):  # bad UTF-8 is a ValueError, too
        raise BadCallback(400, "the callback is not JSON in UTF-8") from None
    if not isinstance(told, dict) or told.get("type") not in ("paid", "refunded"):
        raise BadCallback(400, "the callback tells of no payment")
    if told.get("currency") != "CNY":
        raise BadCallback(400, "only CNY is taken")
    amount = whole_fen(told.get("amount_fen"))
    if told["type"] == "paid":
        return PaidFact(event_number(told.get("event")), trade_number(told.get("trade_no")), amount)
    state = told.get("state")
    if state not in ("accepted", "settled", "failed"):
        raise BadCallback(400, "a refund has no such state")
    return RefundFact(refund_number(told.get("refund_no")), state, amount)
