"""答: the short answer to what the bot has just asked — 对的, 2, 8寸的, 三袋 — and the order it completes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from functools import cache

from dialogs.hear.choices import choice, chosen, complete, named, numbered, ordinal
from dialogs.hear.edits import edit
from dialogs.hear.lexicon import table
from dialogs.hear.offer import Want
from dialogs.hear.quantities import Quantity
from dialogs.hear.reading import Clarify, Line, Pending, Reading
from dialogs.hear.scene import Scene, act, ask, left_over
from dialogs.hear.settle import settle


def answer(scene: Scene) -> Reading | None:
    pending = scene.context.pending
    if pending is None:
        return None
    said = re.sub(r"[\s,，。.!！?？~、…\[\]]+", "", scene.text)
    for step in (
        _whole_order,
        numbered,
        ordinal,
        _amount,
        choice,
        named,
        _other_product,
        _yes_or_no,
        _amended,
        _in_the_first_clause,
    ):
        reading = step(scene, pending, said)
        if reading is not None:
            return reading if reading.intent else None
    return None


def _in_the_first_clause(scene: Scene, pending: Pending, said: str) -> Reading | None:
    """后一种吧，煮粥的: a choice, and what it is for."""
    first, *rest = re.split("[,，。]", scene.text.strip(), maxsplit=1)
    named = any(piece.kind in ("product", "qty", "code") for piece in scene.pieces)
    if rest and pending.kind == "confirm_order" and not (named or BUT.search(rest[0])):
        return _yes_or_no(scene, pending, first.strip())  # 可以，下午送来
    return choice(scene, pending, first.strip()) if rest and pending.options and not named else None


BUT = re.compile("[不没别改换等再吗么?？]|多少|几|什么|但")
EACH = re.compile("一样一|各|每样|都")
NOT_AN_ANSWER = Reading("ignore", "")


def _whole_order(scene: Scene, pending: Pending, said: str) -> Reading | None:
    """A full new order beats the question."""
    wants = scene.gathered.wants
    if pending.kind == "confirm_order" and scene.gathered.ops:
        return None  # 香蕉改成5斤
    full = [
        want for want in wants if want.quantity and (want.products or want.sku) and want.source != "unknown"
    ]
    if len(full) > 1 or (full and not (pending.product and full[0].products == (pending.product,))):
        return NOT_AN_ANSWER
    return None


# --- 三袋: the amount that was missing


def _amount(scene: Scene, pending: Pending, said: str) -> Reading | None:
    gathered = scene.gathered
    named = [want for want in gathered.wants if want.quantity and want.source != "unknown"]
    agreed = [
        want for want in gathered.wants if want.source == "unknown" and _answers("yes").fullmatch(want.heard)
    ]
    loose = [*gathered.loose, *(want.quantity for want in (*named, *agreed) if want.quantity)]
    specs = tuple(piece.value for piece in scene.pieces if piece.kind in ("spec", "specword"))
    if pending.kind == "confirm_order" and any(not _is_asked_about(scene, want, pending) for want in named):
        return None  # 再加两斤橙子, when 香蕉3斤 was read back
    if (
        len(loose) != 1
        or (len(pending.options) > 1 and EACH.search(scene.text))
        or left_over(gathered.left_over) > 2
        or (pending.kind == "confirm_order" and len(pending.lines) != 1)
    ):
        return None
    quantity = loose[0]
    if not _is_amount(quantity, pending):
        return None
    if not quantity.unit and pending.unit and pending.kind == "clarify_qty":
        quantity = replace(quantity, unit=pending.unit)
    settled = complete(scene, pending, quantity, specs)
    if isinstance(settled, Line):
        lines = (*(pending.lines if pending.kind != "confirm_order" else ()), settled)
        return replace(act("order.add", lines, why="补上了数量"), completes=lines)
    if isinstance(settled, Clarify):
        return ask("order.add", replace(settled, lines=pending.lines), why="补的数量还不够清楚")
    return None


def _is_asked_about(scene: Scene, want: Want, pending: Pending) -> bool:
    goods = scene.offer.catalogue.sku
    asked = {goods[line.sku].product for line in pending.lines if line.sku in goods}
    return bool(asked.intersection(want.products)) or want.sku in {line.sku for line in pending.lines}


def _is_amount(quantity: Quantity, pending: Pending) -> bool:
    """A bare number answers 哪一种 with an option and 要几 with an amount; 一个 may be either."""
    if quantity.unit:
        return not (
            len(pending.options) > 1
            and pending.kind != "clarify_qty"
            and quantity.unit == "个"
            and pending.qty is not None
        )
    return pending.kind == "clarify_qty" or (len(pending.options) <= 1 and pending.qty is None)


# --- 8寸的, 整箱, 青苹果, A: the option by its name


def _other_product(scene: Scene, pending: Pending, said: str) -> Reading | None:
    """青苹果, when 苹果 was offered: the amount asked for, of other goods."""
    named = [want for want in scene.gathered.wants if want.products and want.source != "unknown"]
    if (
        len(named) != 1
        or named[0].quantity
        or pending.qty is None
        or pending.kind != "clarify_product"
        or left_over(scene.gathered.left_over)
    ):
        return None
    settled = settle(
        replace(named[0], quantity=Quantity(pending.qty, pending.unit), op=pending.op), scene.offer
    )
    if isinstance(settled, Clarify):
        return ask("order.add", replace(settled, lines=pending.lines), why="换了一样货")
    lines = (*pending.lines, settled)
    return replace(act("order.add", lines, why="换了一样货"), completes=lines)


def _amended(scene: Scene, pending: Pending, said: str) -> Reading | None:
    """香蕉改成3斤, when the whole order was read back: the order with the change in it."""
    if pending.kind != "confirm_order" or not pending.lines or not scene.gathered.ops:
        return None
    reading = edit(replace(scene, context=replace(scene.context, cart=pending.lines, pending=None)))
    if reading is None or reading.action != "act" or not reading.lines:
        return reading
    return replace(reading, completes=_applied(pending.lines, reading.lines))


def _applied(lines: Iterable[Line], changes: Iterable[Line]) -> tuple[Line, ...]:
    kept = {line.sku: line for line in lines}
    for change in changes:
        before = kept.get(change.sku)
        old = before.qty if before else Decimal(0)
        qty = {"inc": old + change.qty, "dec": old - change.qty, "remove": Decimal(0)}.get(
            change.op, change.qty
        )
        kept[change.sku] = replace(before or change, qty=qty, op="add")
    return tuple(line for line in kept.values() if line.qty > 0)


# --- 对的, 不是


@cache
def _answers(kind: str) -> re.Pattern[str]:
    """At least one of its words, among others and small ones: 嗯可以的老板, but not 哈哈哈."""
    listed = table("answers.toml")
    told = "|".join(sorted(map(re.escape, listed[kind].split()), key=len, reverse=True))
    around = "|".join(map(re.escape, listed["around"].split()))
    return re.compile(f"(?:{around})*(?:{told})(?:{told}|{around})*")


def _yes_or_no(scene: Scene, pending: Pending, said: str) -> Reading | None:
    if _answers("no").fullmatch(said) or re.fullmatch("|".join(table("answers.toml")["no_forms"]), said):
        return act("confirm.no", (), why="说不是")
    if not _answers("yes").fullmatch(said):
        return None
    reading = act("confirm.yes", (), why="说是")
    if pending.kind == "confirm_order":
        return replace(reading, completes=pending.lines)
    if len(pending.options) == 1:
        only = chosen(scene, pending, 1)
        return replace(reading, completes=only.completes, clarify=only.clarify)
    return reading
