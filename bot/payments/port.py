"""收款口: what every payment provider can do for the shop, and the facts it tells.

A provider takes the money on a page of its own and tells us afterwards, by a signed callback that may come twice, late,
out of order or never. Everything it says is a fact with the provider's own number, so that the books take it once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from shop.kit.money import Money
from shop.payments import Intent

CHINA = ZoneInfo("Asia/Shanghai")  # a bill's day begins at midnight there, wherever the shop is
WINDOW = 300  # seconds that a callback's own time may be off
LONGEST_CALLBACK = 64 * 1024
LARGEST_BILL = 64 * 1024 * 1024  # unpacked
MOST_FEN = 100_000_000_00  # more than that in one payment is a fault, not a sale


# ── what a provider tells ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class PaidFact:
    """Money came in, says the provider. `event` is its own number for that, the same each time it says so."""

    event: str
    trade_no: str
    amount: Money


@dataclass(frozen=True, slots=True)
class RefundFact:
    """How it stands with a refund.

    accepted: it is on its way, ask again. settled: the buyer has the money. failed: nothing is on its way, and `why`
    is the provider's word for it; `may_retry` then says that it may even have been done (no answer came) or can be
    done later, so that the same number is sent again and never another one. Failed without `may_retry` is for a person.
    """

    refund_no: str
    state: Literal["accepted", "settled", "failed"]
    amount: Money | None = None  # None where a callback does not tell
    may_retry: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line of a provider's bill of a day. `refund_no` is empty for money that came in."""

    kind: Literal["paid", "refunded"]
    trade_no: str
    refund_no: str
    event: str  # the provider's own number of the payment
    amount: Money
    at: datetime


# ── where the buyer goes to pay ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who stands before the till. `code` is what WeChat adds to the address when it has been asked who it is; `page` is
    the path of the page where he is, to come back to."""

    device: Literal["desk", "phone", "wechat"] = "desk"
    ip: str = "127.0.0.1"
    code: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Go:
    """Send the browser on to this address."""

    address: str
    kind: Literal["go"] = "go"


@dataclass(frozen=True, slots=True)
class Tap:
    """A button that opens the provider's own page or app. WeChat wants to see from which site: an open redirect or a
    hidden referrer is refused there."""

    address: str
    kind: Literal["tap"] = "tap"


@dataclass(frozen=True, slots=True)
class Scan:
    """A code to be drawn and scanned with the provider's app."""

    code: str
    kind: Literal["scan"] = "scan"


@dataclass(frozen=True, slots=True)
class InApp:
    """What WeChat's own browser wants to hear before it opens the payment over the page."""

    values: Mapping[str, str]
    kind: Literal["inapp"] = "inapp"


Cashier = Go | Tap | Scan | InApp


# ── how it may end otherwise ────────────────────────────────────────────────────────────────────────────────────


class BadCallback(Exception):
    """Not from the provider, not meant for now, or not readable. Nothing was booked."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class TradeClosed(Exception):
    """The provider takes no money on this trade number any more: it is paid, or it was closed."""


class BegunElsewhere(Exception):
    """The provider was asked for this trade number in another way (on a desk, in an app) and wants no second one."""


class ProviderAway(Exception):
    """No answer, or none that can be believed. What was asked for may have been done: ask the same again later."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider wants to hear back, so that it stops telling or tells again."""

    text: str
    content_type: str = "application/json"


class Provider(Protocol):
    @property
    def name(self) -> str:
        """As it stands in the books and in the callback's address; at most 16 letters."""
        ...

    @property
    def title(self) -> str:
        """As buyers know it: 微信, 支付宝."""
        ...

    async def begin(self, intent: Intent, visitor: Visitor) -> Cashier:
        """Where the buyer pays. Asked again with the same trade number, it is the same payment. Raises TradeClosed,
        BegunElsewhere, ProviderAway."""
        ...

    def verify(self, headers: Mapping[str, str], body: bytes) -> PaidFact | RefundFact | None:
        """Is this callback real and fresh? None: real, but no news for the books. Raises BadCallback."""
        ...

    def reply(self, *, taken: bool, sentence: str) -> Reply:
        """The body that goes back to a callback."""
        ...

    async def query(self, trade_no: str) -> PaidFact | None:
        """Ask instead of waiting: what was paid on this number, None when nothing was. Raises ProviderAway."""
        ...

    async def close(self, trade_no: str) -> None:
        """Take no money on this number from now on; done again, or on a paid number, it changes nothing. Raises
        ProviderAway, also while the buyer is paying at this very moment."""
        ...

    async def refund(
        self, refund_no: str, *, trade_no: str, total: Money, amount: Money, reason: str
    ) -> RefundFact:
        """Give money back. One refund number is paid once, however often it is sent. `total` is what the trade was."""
        ...

    async def query_refund(self, refund_no: str, *, trade_no: str) -> RefundFact | None:
        """How it stands; None: the provider has never heard of it. Raises ProviderAway."""
        ...

    async def bill(self, day: date) -> Sequence[BillLine]:
        """对账: everything that was paid and refunded on that day, as the provider has it. Raises ProviderAway, also
        while the bill is not made yet (WeChat Pay makes it at ten the next morning)."""
        ...

    async def shut_down(self) -> None:
        """Let go of connections."""
        ...


# ── by their form ───────────────────────────────────────────────────────────────────────────────────────────────


def trade_number(value: object) -> str:
    """What gets past here fits the tables of both databases. Raises BadCallback."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{32}", value):
        raise BadCallback(400, "the trade number is not one of ours")
    return value


def refund_number(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", value):
        raise BadCallback(400, "the refund number is not one of ours")
    return value


def event_number(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value):
        raise BadCallback(400, "the event has no number")
    return value


def whole_fen(value: object) -> Money:
    if type(value) is not int or not 0 < value <= MOST_FEN:
        raise BadCallback(400, "the amount is not a whole number of fen")
    return Money(value)


def fresh(timestamp: str, now: datetime) -> int:
    """The seconds that a callback was signed with. Raises BadCallback when they are no number or too far from now."""
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        raise BadCallback(400, "the timestamp is not a number of seconds")
    if abs(now.timestamp() - int(timestamp)) > WINDOW:
        raise BadCallback(401, "the callback is from another time")
    return int(timestamp)


@contextmanager
def believing() -> Iterator[None]:
    """The same forms in an answer: one with a field that does not fit is as good as none. Raises ProviderAway."""
    try:
        yield
    except BadCallback as bad:
        raise ProviderAway(f"the answer cannot be believed: {bad.sentence}") from None
