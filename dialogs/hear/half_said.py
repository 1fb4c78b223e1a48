"""半句: what names no goods of ours and may still be an order, in a private chat: 橙, 来两斤, 榴莲千层一个."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dialogs.hear.around import slots_around
from dialogs.hear.dictionary import is_noun
from dialogs.hear.meant import buys
from dialogs.hear.offer import Want
from dialogs.hear.reading import Clarify, Reading
from dialogs.hear.scene import Scene, ask, chatters, left_over
from dialogs.hear.things import names_a_thing
from dialogs.hear.walk import SIZES
from dialogs.hear.wants import Gathered

MOST_OPTIONS, LONGEST_PART = 4, 6


def half_said(scene: Scene, gathered: Gathered) -> Reading | None:
    """In a private chat what names no goods of ours may still be an order."""
    return (
        _part_name(scene, gathered)
        or _amount_alone(scene, gathered)
        or _only_unknown(scene, gathered)
        or _part_with_amounts(scene, gathered)
    )


def _amount_alone(scene: Scene, gathered: Gathered) -> Reading | None:
    """来两斤, in a private chat where nobody spoke of goods."""
    sized = any(piece.kind in SIZES for piece in scene.pieces)  # 一段一罐二段两罐
    amount = gathered.loose[0] if len(gathered.loose) == 1 or (sized and gathered.loose) else None
    asks = any(piece.tag == "ask" for piece in scene.pieces) and not buys(scene.pieces)
    if amount is None or not amount.unit or asks or left_over(gathered.left_over) or gathered.ops:
        return None  # 你是哪一位
    return ask(
        "order.add",
        Clarify("product", (), "amount_without_goods", (), None, amount.value, amount.unit),
        why="没说要什么",
    )


def _only_unknown(scene: Scene, gathered: Gathered) -> Reading | None:
    """榴莲千层一个, 买50块钱的糖: in a private chat, a thing nobody sells and how much of it, and nothing else."""
    amounts = [piece for piece in scene.pieces if piece.kind in ("qty", "money")]
    things = [piece for piece in gathered.left_over if piece.kind in ("word", "char")]
    others = [piece for piece in scene.pieces if piece not in amounts and piece not in things]
    heard = "".join(piece.text for piece in things)
    if (
        len(amounts) != 1
        or heard not in scene.text
        or not 2 <= len(heard) <= 6
        or not (any(map(names_a_thing, things)) or is_noun(heard[-1]))
        or any(p.kind not in ("cue", "blank", "break", "spec") or p.tag == "ask" for p in others)
        or (amounts[0].kind == "money" and not buys(scene.pieces))
        or chatters(scene.text, private=True)
    ):
        return None
    quantity = amounts[0].value if amounts[0].kind == "qty" else None
    if quantity is not None and not quantity.unit:
        return None
    want = Want(heard=heard, source="unknown", quantity=quantity)
    return ask_unknown(scene, [want], "order.add", slots_around(scene))


def _part_name(scene: Scene, gathered: Gathered) -> Reading | None:
    """橙, alone in a private chat: a part of a name."""
    strange = gathered.left_over
    if gathered.loose or not strange or sum(len(p.text) for p in strange) > 3 or len(scene.text) > 8:
        return None
    heard = "".join(piece.text for piece in strange)
    names = scene.lattice.names  # 橙 is what 脐橙 ends with; 热 in 热拿铁 names nothing
    options = (names.having(heard) if len(heard) > 1 else names.ending_with(heard))[:MOST_OPTIONS]
    return (
        ask("order.add", Clarify("product", options, heard=heard), why="像是品名的一部分")
        if options and is_noun(heard)
        else None
    )


def _part_with_amounts(scene: Scene, gathered: Gathered) -> Reading | None:
    """南孚7号两卡，5号一卡, where 南孚电池 is sold: a part of a name and amounts that something of ours is sold by."""
    heard = "".join(piece.text for piece in gathered.left_over if piece.kind in ("word", "char", "latin"))
    units = [piece.value.unit for piece in scene.pieces if piece.kind == "qty"]
    if (
        not 2 <= len(heard) <= LONGEST_PART
        or heard not in scene.text
        or any(p.tag == "ask" for p in scene.pieces)
    ):
        return None
    options = scene.lattice.names.having(heard)[:MOST_OPTIONS]
    sold = {sku.unit for id in options for sku in scene.offer.skus(id)}
    if not units or not sold.issuperset(units) or chatters(scene.text, private=True):
        return None
    return ask("order.add", Clarify("product", options, heard=heard), why="像是品名的一部分")


def ask_unknown(scene: Scene, unknown: Sequence[Want], intent: str, slots: dict[str, Any]) -> Reading:
    want = unknown[0]
    options = like(scene, want.heard)
    quantity = want.quantity
    value, unit = (quantity.value, quantity.unit) if quantity and not quantity.trouble else (None, None)
    reason = None if options else "unknown_product"
    clarify = Clarify("product", options, reason, (), None, value, unit, want.heard)
    return ask(intent, clarify, slots, why=f"目录里没有“{want.heard}”")


def like(scene: Scene, heard: str) -> tuple[str, ...]:
    """What an unknown word may have meant, at most four products."""
    names = scene.lattice.names
    return tuple(dict.fromkeys([*names.having(heard), *names.like(heard)]))[:MOST_OPTIONS]
