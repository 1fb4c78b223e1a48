"""铺面: the open shop as the outside sees it; web pages, terminal and tests call nothing else of the machinery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from dialogs.speech import Button, Card, Heard
from shop.kit.ids import MessageId


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing that the shop said: `to` is a name for a private line, `room` a room's name otherwise."""

    letter: int
    to: str | None
    account: str | None
    room: str | None
    text: str
    card: Card | None = None
    buttons: tuple[Button, ...] = ()


class Shopfront(Protocol):
    """What bot/web needs of the open shop (built in bot/wiring.py)."""

    shop_name: str
    is_demo: bool

    async def hear(self, heard: Heard) -> MessageId:
        """Keep the message for good and queue it; the same (channel, id) again is dropped and gives the same number."""
        ...

    async def answers(self, message: MessageId) -> tuple[Answer, ...]:
        """Wait until the message is worked through, flush folding and pacing, and give what was said because of it."""
        ...

    async def pass_time(self, by: timedelta) -> tuple[Answer, ...]:
        """Demo only: move the clock, run what falls due, and give what was said by then."""
        ...

    async def why(self, letter: int) -> dict[str, Any] | None:
        """The trace behind a letter: heard, tokens, intent, score, rules, facts (JSON-ready); None when unknown."""
        ...

    async def direct(self, who: str, what: str) -> tuple[Answer, ...]:
        """Demo only, a stage direction: the person opens the payment page of his newest order ("ask"), or pays what
        he was asked for there ("pay"). Raises the Refusal of a payment that cannot be."""
        ...

    async def reset(self) -> None:
        """Demo only: an empty chat and the seeded shop again."""
        ...
