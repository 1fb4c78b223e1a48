"""物: small judgements about pieces — does this word name a thing, is this amount a pack."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogs.hear.dictionary import is_noun, is_thing
from dialogs.hear.lattice import Piece
from dialogs.hear.lexicon import faults, words
from dialogs.hear.numbers import NUMBER, parse
from dialogs.hear.offer import Offer, Want
from dialogs.hear.quantities import Quantity
from dialogs.hear.settle import fits
from dialogs.hear.specs import Spec, measure
from dialogs.hear.units import same_unit


def makes_another_thing(follower: Piece) -> bool:
    if follower.kind not in ("word", "char", "latin") or follower.text in words("harmless.txt") | faults():
        return False  # 奶瓶漏水 is about our bottles
    if len(follower.text) == 1:
        return is_noun(follower.text) or follower.text in words("suffixes.txt")
    return is_thing(follower.text)


def names_a_thing(piece: Piece) -> bool:
    return piece.kind in ("word", "char", "latin") and is_noun(piece.text)


def ends_a_thing(said: Sequence[Piece]) -> bool:
    """山竹; and 榴莲酥, of a thing and what is made of it."""
    made = len(said) > 1 and said[-1].text in words("suffixes.txt") and names_a_thing(said[-2])
    return names_a_thing(said[-1]) or made


def as_amount(piece: Piece, ids: Sequence[str], offer: Offer) -> Quantity | None:
    """20米, of cable sold by the metre: a measure is an amount where the goods are sold in it and no pack has it."""
    skus = offer.skus(ids[0]) if len(ids) == 1 else ()
    match = re.fullmatch(rf"({NUMBER}) ?([^\d\s]+)", piece.text)
    number = parse(match[1]) if match else None
    if match is None or number is None or any(fits(piece.value, sku) for sku in skus):
        return None
    sold = any(same_unit(offer.catalogue, sku.unit, match[2]) for sku in skus)
    return Quantity(number, match[2]) if sold else None


def run(pieces: Sequence[Piece], end: int) -> list[Piece]:
    """The pieces that stand together directly before `end` (one blank may lie between)."""
    run: list[Piece] = []
    for piece in sorted(pieces, key=lambda one: -one.start):
        if piece.start >= end:
            continue
        if end - piece.end > 1:
            break
        run.insert(0, piece)
        end = piece.start
    return run


def pack_of(want: Want, first: Quantity, second: Quantity, offer: Offer) -> Spec | None:
    """The first amount as a spec, when the product has such a pack in the second's unit."""
    if first.value is None or not first.unit or len(want.products) != 1:
        return None
    spec = Spec((measure(first.value, first.unit),), firm=True)
    for sku in offer.skus(want.products[0]):
        if fits(spec, sku) and (not second.unit or same_unit(offer.catalogue, sku.unit, second.unit)):
            return spec
    return None
