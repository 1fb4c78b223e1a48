"""收款: the port to payment providers, and the sandbox that stands in for one.

A provider takes the money on a page of its own and tells us afterwards, by a signed callback that may come twice, late
or never. Everything it says ends in one verb, shop.payments.settle. WeChat Pay v3 and Alipay fit the port as it is:
their h5 or QR address is what `begin` gives, their certificates are what `verify` checks.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import aiohttp

from shop.kit.money import Money
from shop.payments import Intent

WINDOW = 300  # seconds that a callback's own time may be off
LONGEST_CALLBACK = 64 * 1024
MOST_FEN = 100_000_000_00  # more than that in one payment is a fault, not a sale

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PaidFact:
    """Money came in, says the provider. `event` is its own number for that, the same each time it says so."""

    event: str
    trade_no: str
    amount: Money


class BadCallback(Exception):
    """Not from the provider, not meant for now, or not readable. Nothing was booked."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class TradeClosed(Exception):
    """The provider takes no money on this trade number any more."""


class Provider(Protocol):
    @property
    def name(self) -> str:
        """As it stands in the books and in the callback's address; at most 16 letters."""
        ...

    async def begin(self, intent: Intent) -> str:
        """The address where the buyer pays. Asked again with the same trade number, it is the same payment."""
        ...

    def verify(self, headers: Mapping[str, str], body: bytes) -> PaidFact:
        """Is this callback real, fresh and new? Raises BadCallback."""
        ...

    async def query(self, trade_no: str) -> PaidFact | None:
        """Ask instead of waiting: what was paid on this number, None when nothing was."""
        ...

    async def close(self, trade_no: str) -> None:
        """Take no money on this number from now on."""
        ...


class Sandbox:
    """演示付款: no real money. Its cashier is a page of ours, everything else is as strict as a real provider's.

    What it knows of payments lives in memory: a restart forgets it, the shop's books do not.
    """

    name = "sandbox"

    def __init__(self, *, secret: str, clock: Callable[[], datetime]) -> None:
        if not secret:
            raise ValueError("callbacks are signed: give the sandbox a secret")
        self._key = hmac.digest(secret.encode(), b"qundian.sandbox", hashlib.sha256)
        self._clock = clock
        self._nonces: dict[str, int] = {}  # nonce → the time it was signed with
        self._paid: dict[str, PaidFact] = {}
        self._closed: set[str] = set()

    # -- as the port knows it

    async def begin(self, intent: Intent) -> str:
        return f"/sandbox/{intent.trade_no}"  # our own server, under whatever name the buyer reached it

    def verify(self, headers: Mapping[str, str], body: bytes) -> PaidFact:
        if len(body) > LONGEST_CALLBACK:
            raise BadCallback(413, "the callback is too long")
        timestamp, nonce, signature = (_header(headers, name) for name in ("Timestamp", "Nonce", "Signature"))
        signed_at = self._fresh(timestamp)
        if not re.fullmatch(r"[A-Za-z0-9_-]{16,64}", nonce):
            raise BadCallback(400, "the nonce is not one of ours")
        wanted = self._signature(timestamp, nonce, body)
        if not hmac.compare_digest(wanted.encode(), signature.encode(errors="surrogateescape")):
            raise BadCallback(401, "the signature is wrong")
        self._spend(nonce, signed_at)
        return _read(body)

    async def query(self, trade_no: str) -> PaidFact | None:
        return self._paid.get(trade_no)

    async def close(self, trade_no: str) -> None:
        if trade_no not in self._paid:
            self._closed.add(trade_no)

    # -- the provider's own side

    def pay(self, intent: Intent) -> PaidFact:
        """The buyer has confirmed. One trade number is paid once, however often the button is pressed. Raises
        TradeClosed."""
        if intent.trade_no in self._closed:
            raise TradeClosed(intent.trade_no)
        fact = PaidFact(f"sandbox-{intent.trade_no}", intent.trade_no, intent.amount)
        return self._paid.setdefault(intent.trade_no, fact)

    async def notify(self, fact: PaidFact, address: str) -> bool:
        """Send the callback until it is taken, signed anew each time, as real providers do; False after three tries."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            for pause in (0.0, 0.2, 1.0):
                await asyncio.sleep(pause)
                body = _write(fact)
                try:
                    async with session.post(address, data=body, headers=self.sign(body)) as answer:
                        if answer.status == 200:
                            return True
                        log.warning("callback for %s answered %d", fact.trade_no, answer.status)
                except (aiohttp.ClientError, TimeoutError) as fault:
                    log.warning("callback for %s failed: %r", fact.trade_no, fault)
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

    def _fresh(self, timestamp: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", timestamp):
            raise BadCallback(400, "the timestamp is not a number of seconds")
        if abs(self._clock().timestamp() - int(timestamp)) > WINDOW:
            raise BadCallback(401, "the callback is from another time")
        return int(timestamp)

    def _spend(self, nonce: str, signed_at: int) -> None:
        """Only signed nonces get here, so strangers cannot fill the memory; outside the window nothing is taken anyway."""
        oldest = self._clock().timestamp() - WINDOW
        self._nonces = {known: at for known, at in self._nonces.items() if at >= oldest}
        if nonce in self._nonces:
            raise BadCallback(409, "this very callback was taken already")
        self._nonces[nonce] = signed_at


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(f"X-Sandbox-{name}")
    if not value:
        raise BadCallback(400, f"the header X-Sandbox-{name} is missing")
    return value


def _write(fact: PaidFact) -> bytes:
    told = {"type": "paid", "event": fact.event, "trade_no": fact.trade_no}
    return json.dumps(told | {"amount_fen": fact.amount.fen, "currency": "CNY"}).encode()


def _read(body: bytes) -> PaidFact:
    """Every field by its form: what gets past here fits the tables of both databases."""
    try:
        told: Any = json.loads(body.decode())
    except (ValueError, RecursionError):  # bad UTF-8 is a ValueError, too
        raise BadCallback(400, "the callback is not JSON in UTF-8") from None
    if not isinstance(told, dict) or told.get("type") != "paid":
        raise BadCallback(400, "the callback tells of no payment")
    event, trade_no, fen = told.get("event"), told.get("trade_no"), told.get("amount_fen")
    if not isinstance(event, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", event):
        raise BadCallback(400, "the event has no number")
    if not isinstance(trade_no, str) or not re.fullmatch(r"[0-9a-f]{32}", trade_no):
        raise BadCallback(400, "the trade number is not one of ours")
    if type(fen) is not int or not 0 < fen <= MOST_FEN:
        raise BadCallback(400, "the amount is not a whole number of fen")
    if told.get("currency") != "CNY":
        raise BadCallback(400, "only CNY is taken")
    return PaidFact(event, trade_no, Money(fen))
