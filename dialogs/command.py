"""店里的命令: what every command by chat shares: staff only, in private, written down, and taken back by 撤销."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

from dialogs import voice
from dialogs.ask import clarify_question
from dialogs.engine import Data, Dialogue, Question, Slot
from dialogs.hear.reading import Pending, Reading
from dialogs.speech import Button, Card
from dialogs.turn import Turn
from shop.goods import Catalogue, Sku
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.people import MANAGER, OWNER

CODE_ALONE = re.compile(r"(?:就?是)?\d{4}-\d{3}(?:[这那]一?单)?[。.!！]?")
UNDO_FOR = timedelta(minutes=2)
YES = (Button("确认", "确认"), Button("不要", "不要"))


class Command(Dialogue):
    """A dialogue that only staff may hold, that leaves a row in the audit, and that may be undone."""

    roles: ClassVar[frozenset[str]] = frozenset({OWNER, MANAGER})
    private_only = True

    def settle(self, data: Data, catalogue: Catalogue) -> Data:
        return settle_sku(data, catalogue) if "sku" in self.slots() else data

    async def question(self, turn: Turn, data: Data, slot: str) -> Question:
        """A choice of goods where they are unclear; else the slot's own question."""
        if slot == "sku" and (choice := which_sku(turn, data)):
            return choice
        if slot == "product" and _names_goods(turn.reading) and (unclear := clarify_question(turn)):
            return replace(unclear, asked=slot)
        return await super().question(turn, data, slot)

    def preview(self, turn: Turn, text: str, *, card: Card | None = None) -> Question:
        return Question(
            (turn.here(f"{text}\n回“确认”就办，“不要”作罢", card=card, buttons=YES),),
            pending=Pending("confirm"),
        )


# ── slots ───────────────────────────────────────────────────────────────────────────────────────────────────────


def slot_of(*names: str) -> Any:
    """A slot that the reader fills under one of these names."""

    def parse(reading: Reading, old: Any, asked: bool) -> Any:
        return next(
            (reading.slots[name] for name in names if reading.slots.get(name) not in (None, "")), None
        )

    return parse


def parse_order(reading: Reading, old: Any, asked: bool) -> Any:
    """The order that the command names; while it is asked for, a code alone. 0501-017到账了吗 is no answer."""
    if reading.intent == "admin.order_find" and not (asked and CODE_ALONE.fullmatch(reading.text.strip())):
        return None
    return reading.slots.get("order") or None


def parse_sku(reading: Reading, old: Any, asked: bool) -> Any:
    """The sku itself, or the choice among what was offered."""
    if sku := reading.slots.get("sku"):
        return sku
    return reading.slots.get("chosen") or (reading.completes[0].sku if reading.completes else None)


def parse_product(reading: Reading, old: Any, asked: bool) -> Any:
    return reading.slots.get("product") or (reading.slots.get("chosen") if asked else None)


def parse_amount(reading: Reading, old: Any, asked: bool) -> Any:
    """A price in yuan as text; a bare number counts when it was asked for."""
    for name in ("price", "amount"):
        if value := reading.slots.get(name):
            return str(value)
    if asked:
        return bare_number(reading.text)
    return None


def parse_quantity(reading: Reading, old: Any, asked: bool) -> Any:
    for name in ("qty", "stock"):
        if value := reading.slots.get(name):
            return str(value)
    if asked:
        return bare_number(reading.text)
    return None


def bare_number(text: str) -> str | None:
    """25, 25.5, +50, 25块, 50箱 typed as an answer."""
    stripped = text.strip().lstrip("+").rstrip("块元斤箱盒袋包提板瓶罐桶只条个串根份 ")
    try:
        return stripped if stripped and Quantity.of(stripped).milli >= 0 else None
    except ValueError:
        return None


SKU = Slot(parse_sku, "哪样货？说名字就行")
PRODUCT = Slot(parse_product, "哪样货？说名字就行")


# ── goods named in a command ────────────────────────────────────────────────────────────────────────────────────


def settle_sku(data: Data, catalogue: Catalogue) -> Data:
    """When only the product was named: its single sku, or the one with the unit that was said, or the default one
    where it alone is sold by that unit."""
    if "sku" in data or "product" not in data or data["product"] not in catalogue.product:
        return data
    skus = fitting(data, catalogue)
    return data | {"sku": skus[0].id} if len(skus) == 1 else data


def fitting(data: Data, catalogue: Catalogue) -> list[Sku]:
    product = catalogue.product.get(data.get("product", ""))
    if product is None:
        return []
    by_unit = [sku for sku in product.skus if sku.unit == data.get("unit")]
    return by_unit or list(product.skus)


def usual_sku(product: str, catalogue: Catalogue) -> str:
    """What goods named without more are sold by."""
    skus = catalogue.product[product].skus
    return next((sku.id for sku in skus if sku.default), skus[0].id)


def which_sku(turn: Turn, data: Data) -> Question | None:
    skus = fitting(data, turn.shelf.catalogue)
    if not skus:
        return None
    labels = [f"{sku.spec or sku.unit} {voice.price(sku.price, sku.unit)}" for sku in skus]
    name = turn.shelf.catalogue.product[data["product"]].name
    buttons = tuple(Button(label, str(n)) for n, label in enumerate(labels, start=1))
    pending = Pending("clarify_spec", tuple(sku.id for sku in skus), product=data["product"])
    return Question(
        (turn.here(f"{name}有{len(skus)}种：{voice.options(labels)}，回数字", buttons=buttons),),
        asked="sku",
        pending=pending,
    )


def sku_name(turn: Turn, sku: str) -> str:
    """草莓, or 苹果（10斤装） where the spec tells two apart."""
    known = turn.shelf.catalogue.sku[sku]
    product = turn.shelf.catalogue.product[known.product]
    return f"{product.name}（{known.spec}）" if len(product.skus) > 1 and known.spec else product.name


def as_money(text: str) -> Money | None:
    """Yuan as the reader gives them ("25.5"); None when it is no price."""
    try:
        money = Money.parse(text)
    except ValueError:
        return None
    return money if money >= Money(0) else None


def _names_goods(reading: Reading) -> bool:
    return reading.clarify is not None and bool(reading.clarify.options or reading.clarify.heard)
