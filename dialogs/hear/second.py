"""第二读者: somebody else who may read what our own rules could not, and what is made of his answer.

Anybody can stand behind the port. What he answers is a stranger's word: only an action of a short list, goods that
are on sale and an amount that can be sold come through; no word of his reaches a chat, and goods are always asked
about before they are taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dialogs.hear.gate import not_for_us
from dialogs.hear.offer import Want, open_in
from dialogs.hear.reading import Context, Line, Reading
from dialogs.hear.settle import line
from shop.goods import Catalogue
from shop.kit.ids import PersonId

QUERIES = ("price.query", "stock.query")
UNEXPLAINED = frozenset({"word", "char", "latin"})  # tokens that no rule could use
WANTING = frozenset({"qty", "buy", "inc", "set", "ask"})  # what an order or a question about goods is made of
BY_ANOTHER = "规则没听清，第二读者读出来的"


@dataclass(frozen=True, slots=True)
class Unclear:
    """A message that our rules could not read, with what is needed to read it better. `names` are people known
    around it; they never leave the house."""

    first: Reading
    context: Context
    catalogue: Catalogue
    who: PersonId
    names: tuple[str, ...] = ()


class SecondReader(Protocol):
    async def read(self, unclear: Unclear) -> Reading | None:
        """His reading, made by `understood`; None when he does not know, may not be asked or does not answer in time.
        Raises nothing."""
        ...

    async def close(self) -> None: ...


def is_unclear(reading: Reading) -> bool:
    """Whether somebody seems to want goods by words that no rule knows. The caller sees to it that it was said to the
    shop."""
    kinds = {token.kind for token in reading.tokens}
    if not kinds & UNEXPLAINED or any(not_for_us.__name__ in why for why in reading.evidence):
        return False
    if reading.clarify is not None:
        which = reading.clarify.slot in ("product", "line") and not reading.clarify.options
        return which and reading.intent in ("order.add", "order.set")
    if reading.intent in QUERIES:
        return not reading.slots.keys() & {"product", "sku", "campaign"}
    return reading.intent == "chat.none" and bool(kinds & WANTING)


# ── the answer ──────────────────────────────────────────────────────────────────────────────────────────────────


class NotUsable(ValueError):
    """The answer is none. The message is our own sentence, never his words."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Line(_Strict):
    sku: Annotated[str, Field(max_length=64)]
    qty: Annotated[Decimal, Field(gt=0, le=1_000)]
    op: Literal["add", "set"] = "add"


class _Answer(_Strict):
    action: Literal["order.add", "order.set", "price.query", "stock.query", "catalog.query", "nothing"]
    lines: Annotated[tuple[_Line, ...], Field(max_length=10)] = ()
    sku: Annotated[str, Field(max_length=64)] | None = None


def understood(answer: str, unclear: Unclear) -> Reading | None:
    """The typed reading that an answer (JSON) stands for, None for "nothing". Raises NotUsable."""
    try:
        said = _Answer.model_validate_json(answer)
    except ValidationError:
        raise NotUsable("it does not have the form that was asked for") from None
    match said.action:
        case "nothing":
            return None
        case "order.add" | "order.set":
            return _wants(said, unclear)
        case _:
            return _asks(said, unclear)


def _wants(said: _Answer, unclear: Unclear) -> Reading:
    if not said.lines or said.sku is not None:
        raise NotUsable("an order without goods")
    if any(f"order.{one.op}" != said.action for one in said.lines):
        raise NotUsable("goods that are wanted in another way than the order says")
    lines = {one.sku: _line(one, unclear) for one in said.lines}
    if len(lines) != len(said.lines):
        raise NotUsable("the same goods twice")
    if said.action == "order.add" and unclear.first.clarify is not None:
        lines |= {clear.sku: clear for clear in unclear.first.clarify.lines}  # what our rules read stands
    return _reading(unclear, said.action, tuple(lines.values()), {"needs_confirm": True})


def _line(one: _Line, unclear: Unclear) -> Line:
    offer = open_in(unclear.catalogue, unclear.context.campaigns)
    sku = _on_sale(one.sku, unclear)
    if one.op == "set" and sku not in {wanted.sku for wanted in unclear.context.cart}:
        raise NotUsable("a change of goods that were not ordered")
    made = line(Want(sku=sku, op=one.op), offer, offer.catalogue.sku[sku], one.qty)
    if not isinstance(made, Line):
        raise NotUsable("an amount that cannot be sold")
    return made


def _on_sale(sku: str, unclear: Unclear) -> str:
    if sku not in unclear.catalogue.sku:
        raise NotUsable("goods that are not on sale")
    return sku


def _asks(said: _Answer, unclear: Unclear) -> Reading:
    if said.lines or (said.sku is None) != (said.action == "catalog.query"):
        raise NotUsable("a question that names the wrong things")
    about = {} if said.sku is None else {"sku": _on_sale(said.sku, unclear)}
    return _reading(unclear, said.action, (), about)


def _reading(unclear: Unclear, intent: str, lines: tuple[Line, ...], slots: dict[str, Any]) -> Reading:
    first = unclear.first
    around = {key: value for key, value in first.slots.items() if key != "unresolved"}
    return replace(
        first,
        action="act",
        intent=intent,
        lines=lines,
        clarify=None,
        slots=around | slots,
        score=0.5,
        evidence=(*first.evidence, BY_ANOTHER),
    )
