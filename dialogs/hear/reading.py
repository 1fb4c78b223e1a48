"""读: what goes into the reader and what comes out; every value frozen, every word traceable to the typed text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

Action = Literal["act", "clarify", "ignore"]
Op = Literal["add", "inc", "dec", "set", "remove"]
Chat = Literal["group", "private", "admin"]


NO_LAST_ORDER = "没有上一单"  # evidence: with context.last_order this would be a repeat


@dataclass(frozen=True, slots=True)
class Span:
    """Where in the text as typed: characters start (in) to end (out)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # product, qty, unit, spec, code, verb, time, money, …
    text: str  # as typed: equals typed[span.start:span.end]
    span: Span
    value: Any = None
    source: str = "exact"  # exact, alias, pinyin, emoji, …


@dataclass(frozen=True, slots=True)
class Line:
    sku: str
    qty: Decimal  # in the sku's unit; 0 with op remove
    unit: str
    op: Op = "add"
    for_whom: str | None = None
    note: str | None = None
    campaign: str | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Clarify:
    """One thing must be asked first. `lines` are clear already and are kept."""

    slot: str  # product, spec, unit, qty, line, campaign_item, confirm
    options: tuple[str, ...] = ()  # sku ids (spec, unit, line, campaign_item) or product ids (product)
    reason: str | None = None
    lines: tuple[Line, ...] = ()
    product: str | None = None
    qty: Decimal | None = None
    unit: str | None = None
    heard: str | None = None  # the words that were not understood
    op: Op = "add"


@dataclass(frozen=True, slots=True)
class Said:
    who: str  # "bot", "self" or a nickname
    text: str


@dataclass(frozen=True, slots=True)
class Quoted:
    who: str
    text: str
    sku: str | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """What the bot has just asked this person. Made from the Clarify of the last reading, or by a dialogue."""

    kind: str  # confirm_order, clarify_spec, clarify_unit, clarify_qty, clarify_product, clarify_line, …
    options: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    product: str | None = None
    qty: Decimal | None = None
    unit: str | None = None
    op: Op = "add"

    @classmethod
    def after(cls, clarify: Clarify) -> Pending:
        """The question that a clarify leads to, so that the next message can complete it."""
        kind = "confirm_order" if clarify.slot == "confirm" else f"clarify_{clarify.slot}"
        return cls(
            kind, clarify.options, clarify.lines, clarify.product, clarify.qty, clarify.unit, clarify.op
        )


@dataclass(frozen=True, slots=True)
class Context:
    chat: Chat = "private"
    mention: tuple[str, ...] = ()  # who is @-mentioned; "@shop" is the bot
    campaigns: tuple[str, ...] = ()  # open in this group, newest last
    cart: tuple[Line, ...] = ()
    last_order: tuple[Line, ...] = ()
    history: tuple[Said, ...] = ()  # oldest first
    quote: Quoted | None = None
    pending: Pending | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One message read. `completes` holds the finished lines when a pending question was answered (choose.option too)."""

    action: Action
    intent: str
    lines: tuple[Line, ...] = ()
    clarify: Clarify | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)
    completes: tuple[Line, ...] = ()
    score: float = 0.0
    evidence: tuple[str, ...] = ()  # which rules spoke, in order: words a merchant can read
    tokens: tuple[Token, ...] = ()
    text: str = ""  # normalised
    at: datetime | None = None
