"""包裹的一生: an order may leave the shop in parts; what its parcels have come to says where the order is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from shop.kit.quantity import NONE, Quantity
from shop.refusals import NotThatMuchHere
from shop.rules.life import Life, Step

UNDER_WAY = timedelta(days=1)  # then it has arrived, unless somebody says that it has not


class State(StrEnum):
    PACKED = "packed"
    SENT = "sent"
    DONE = "done"
    VOID = "void"


S = State
LIFE: Life[State] = Life(
    of="a parcel",
    first=S.PACKED,
    last=frozenset({S.DONE, S.VOID}),
    steps=(
        Step(S.PACKED, "handed_over", S.DONE),
        Step(S.PACKED, "sent", S.SENT),
        Step(S.PACKED, "unpacked", S.VOID),
        Step(S.SENT, "arrived", S.DONE),
        Step(S.SENT, "came_back", S.PACKED),
        Step(S.DONE, "taken_back", S.VOID),
    ),
    waits={S.PACKED: "the buyer comes, or it is sent", S.SENT: "`due_at`: then it has arrived"},
    shown={S.PACKED: "备好了", S.SENT: "在路上", S.DONE: "交到了", S.VOID: "作废了"},
    returns=frozenset({"taken_back"}),
)
OUT = frozenset({S.SENT, S.DONE})  # it has left the shop


def all_with_the_buyer(states: Collection[State], *, inside: bool) -> bool:
    """Is the order over with this? Nothing of it is in the shop (`inside`) or under way, and something came to him."""
    return not inside and S.DONE in states and not {S.PACKED, S.SENT} & set(states)


@dataclass(frozen=True, slots=True)
class Inside:
    """What of a line is still in the shop and promised to its order."""

    line: int
    sku: str
    called: str
    unit: str
    qty: Quantity


def picked(inside: Sequence[Inside], units: Sequence[tuple[str, Quantity]]) -> tuple[Inside, ...]:
    """The parts that go, line by line, for so much of each sku; without `units` all there is. Raises NotThatMuchHere."""
    if not units:
        return tuple(inside)
    parts: dict[int, Inside] = {}
    left = {one.line: one.qty for one in inside}
    for sku, qty in units:
        mine = [one for one in inside if one.sku == sku]
        there = sum((left[one.line] for one in mine), NONE)
        if qty <= NONE or qty > there:
            raise NotThatMuchHere(mine[0].called if mine else sku, mine[0].unit if mine else "", there)
        for one in mine:
            more = min(qty, left[one.line])
            if more > NONE:
                before = parts[one.line].qty if one.line in parts else NONE
                parts[one.line] = Inside(one.line, one.sku, one.called, one.unit, before + more)
                left[one.line], qty = left[one.line] - more, qty - more
    return tuple(parts.values())
