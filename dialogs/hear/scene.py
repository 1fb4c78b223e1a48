"""场: one message with everything known around it. The steps of the reader look at a scene and answer with a reading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from typing import Any

from dialogs.hear.lattice import Lattice, Piece, mark_emoji
from dialogs.hear.lexicon import patterns, words
from dialogs.hear.normalise import Typed, normalise
from dialogs.hear.offer import Offer, Want
from dialogs.hear.reading import Clarify, Context, Line, Reading, Token
from dialogs.hear.settle import fits
from dialogs.hear.wants import Gathered, gather

SHOP = "@shop"


@dataclass(frozen=True)
class Scene:
    typed: Typed
    context: Context
    offer: Offer
    lattice: Lattice
    now: datetime | None
    pieces: tuple[Piece, ...] = ()

    @property
    def text(self) -> str:
        return self.typed.text

    @property
    def private(self) -> bool:
        return self.context.chat != "group"

    @property
    def addressed(self) -> bool:
        """Whether this is certainly said to the shop."""
        quote = self.context.quote
        return (
            self.private
            or SHOP in self.context.mention
            or bool(quote and quote.who == "bot")
            or self.calls_shop
        )

    @property
    def calls_shop(self) -> bool:
        """@鲜果店 typed by hand."""
        return any(self.is_shop(name) for name in self.called)

    @property
    def called(self) -> tuple[str, ...]:
        return tuple(piece.value for piece in self.pieces if piece.kind == "mention")

    def is_shop(self, name: str) -> bool:
        return (
            name == SHOP[1:]
            or name in self.offer.catalogue.shop_name
            or bool(re.search("店|老板|团长|客服|机器人|小助手", name))
        )

    def it(self) -> Want | None:
        return self._it

    @cached_property
    def _it(self) -> Want | None:
        """What 这个 is: the quoted card, or in private the one thing the bot last spoke of."""
        sku = quoted_sku(self) or (named_by_bot(self) if self.private else None)
        return Want(sku=sku, source="quote") if sku else None

    @cached_property
    def _cuts(self) -> dict[str, tuple[Piece, ...]]:
        return {}

    def cut(self, text: str) -> tuple[Piece, ...]:
        """Another stretch of text cut as this chat would; each stretch once."""
        if text not in self._cuts:
            typed = normalise(text)
            pieces = self.lattice.cut(typed, codes=bool(self.offer.campaigns))
            self._cuts[text] = mark_emoji(pieces, typed)
        return self._cuts[text]

    @cached_property
    def gathered(self) -> Gathered:
        return gather(self.pieces, self.offer, it=self.it())

    @cached_property
    def masked(self) -> str:
        """The message with 〇 for every name of goods: 拼车厘子 is about no car."""
        text = list(self.text)
        for piece in self.pieces:
            if piece.kind == "product":
                text[piece.start : piece.end] = "〇" * (piece.end - piece.start)
        return "".join(text)

    def says(self, pattern: str) -> re.Match[str] | None:
        return re.search(pattern, self.text)


def quoted_sku(scene: Scene) -> str | None:
    quote = scene.context.quote
    if quote is None:
        return None
    if quote.sku in scene.offer.catalogue.sku:
        return quote.sku
    return sku_in(scene, quote.text) if quote.who == "bot" else None


def named_by_bot(scene: Scene) -> str | None:
    """In its last words, or in the question that they answer (橙子还有吗, 还有 12 箱)."""
    history = scene.context.history
    at = next((n for n in reversed(range(len(history))) if history[n].who == "bot"), None)
    if at is None:
        return None
    named = sku_in(scene, history[at].text)
    return named or (sku_in(scene, history[at - 1].text) if at and history[at - 1].who == "self" else None)


def sku_in(scene: Scene, text: str) -> str | None:
    """The one sku a message of the shop speaks of."""
    pieces = scene.lattice.cut(normalise(text), by_sound=False)
    products = {id for piece in pieces if piece.kind == "product" for id in piece.value}
    if len(products) != 1:
        return None
    skus = scene.offer.skus(products.pop())
    specs = [piece.value for piece in pieces if piece.kind == "spec"]
    fitting = [sku for sku in skus if any(fits(spec, sku) for spec in specs)]
    return next((sku.id for sku in (*fitting, *skus) if sku.default or sku in fitting), skus[0].id)


# --- readings


def ignore(intent: str = "chat.none", why: str = "") -> Reading:
    return Reading("ignore", intent, evidence=(why,) if why else ())


def act(
    intent: str,
    lines: Iterable[Line] = (),
    slots: Mapping[str, Any] | None = None,
    why: str = "",
    score: float = 0.9,
) -> Reading:
    return Reading(
        "act", intent, tuple(lines), None, dict(slots or {}), score=score, evidence=(why,) if why else ()
    )


def ask(intent: str, clarify: Clarify, slots: Mapping[str, Any] | None = None, why: str = "") -> Reading:
    return Reading(
        "clarify", intent, (), clarify, dict(slots or {}), score=0.6, evidence=(why,) if why else ()
    )


def tokens(scene: Scene) -> tuple[Token, ...]:
    """The pieces as the rest of the house sees them: in the text as typed."""
    typed = scene.typed
    return tuple(
        Token(
            piece.tag or piece.kind,
            typed.typed(piece.start, piece.end),
            typed.span(piece.start, piece.end),
            piece.value,
            piece.source,
        )
        for piece in scene.pieces
        if piece.kind not in ("blank", "break")
    )


# --- how much of a message is understood


def left_over(pieces: Iterable[Piece], spans: Iterable[tuple[int, int]] = ()) -> int:
    """Characters that nobody explained, outside of these spans."""
    covered = tuple(spans)
    return sum(
        piece.end - piece.start
        for piece in pieces
        if piece.kind in ("word", "char", "latin", "digits")
        and not any(a <= piece.start and piece.end <= b for a, b in covered)
        and piece.text not in words("harmless.txt")
        and not is_nickname(piece.text)
    )


def is_nickname(word: str) -> bool:
    """老周, 小李, 阿陈: who speaks."""
    return len(word) == 2 and word[0] in "老小阿" and word[1] in words("surnames.txt")


def chatters(text: str, *, private: bool) -> bool:
    """Whether the message talks about goods instead of asking for them."""
    marks = patterns_of_chatter()
    return bool(marks["always"].search(text) or (not private and marks["group"].search(text)))


@cache
def patterns_of_chatter() -> Mapping[str, re.Pattern[str]]:
    return patterns("chatter.toml")
