"""学词: what was not understood is noted for the merchant, masked; what he teaches is proved on the very words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dialogs.hear import Context, Reader
from dialogs.hear.asked import COVERED, covered
from dialogs.hear.missed import is_lost, unknown_words
from dialogs.hear.ordinary import is_everyday, is_ordinary
from dialogs.hear.reading import Reading
from dialogs.turn import Turn
from shop import words
from shop.catalogue import goods
from shop.goods import Catalogue, Product
from shop.refusals import OrdinaryWord
from shop.rules.words import may_be_a_name

EDGES = f" {COVERED[0]},."  # @the shop in front says nothing


async def note(turn: Turn, reading: Reading, names: Iterable[str]) -> None:
    """Keep what a customer said to the shop and no rule understood; costs nothing where all was understood."""
    missed = unknown_words(reading)
    if not missed and not is_lost(reading):
        return
    text = " ".join(covered(reading.text, reading.tokens, names).split()).lstrip(EDGES)
    known_by = sorted(word for word in missed if word in text and may_be_a_name(word, ()))
    for word in known_by or [""]:
        await words.note(turn.shop, text, word, in_group=turn.room is not None, now=turn.now)


def guess(word: str, reader: Reader) -> Product | None:
    """The goods that an unknown word sounds like or is a part of, where there is only one such."""
    names, products = reader.lattice.names, reader.catalogue.product
    like = {*names.having(word), *names.like(word)} if word else set()
    return products[like.pop()] if len(like) == 1 else None


def is_risky(word: str, product: str, catalogue: Catalogue) -> bool:
    """Whether somebody should think twice: a word often heard that is no part of the name and does not sound like it.
    Raises OrdinaryWord for what people say without wanting goods."""
    reader = Reader(catalogue)
    if is_ordinary(word, reader):
        raise OrdinaryWord(word)
    likely = guess(word, reader)
    return is_everyday(word) and (likely is None or likely.id != product)


@dataclass(frozen=True, slots=True)
class Proof:
    said: str
    heard: str  # 红富士苹果2斤


async def proof(turn: Turn, word: str, product: str, text: str) -> Proof | None:
    """How the message that was missed is read now, or else the word with an amount; None when even that leaves a
    question open."""
    catalogue = (await goods(turn.shop)).catalogue
    reader, unit = Reader(catalogue), catalogue.product[product].skus[0].unit
    for said in (text, f"{word}2{unit}"):
        reading = reader.read(said, Context())
        if reading.action == "act" and reading.lines and not unknown_words(reading):
            heard = (f"{catalogue.called(line.sku)}{line.qty:f}{line.unit}" for line in reading.lines)
            return Proof(said, "、".join(heard))
    return None
