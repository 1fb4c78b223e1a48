"""砍价的一生: the shares of a price are drawn once, before anybody cuts; nobody is invented, and nothing goes below the
floor."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import accumulate, pairwise
from random import Random

from shop.kit.money import Money
from shop.rules.campaigns import OnOffer
from shop.rules.life import Life, Step

FEWEST, MOST = 2, 50  # cuts
A_DAY = 3  # cuts of one helper in a day


class State(StrEnum):
    CUTTING = "cutting"
    REACHED = "reached"
    ORDERED = "ordered"
    EXPIRED = "expired"


S = State
LIFE: Life[State] = Life(
    of="a bargain",
    first=S.CUTTING,
    last=frozenset({S.ORDERED, S.EXPIRED}),
    steps=(
        Step(S.CUTTING, "helped", S.CUTTING, "not last"),
        Step(S.CUTTING, "helped", S.REACHED, "last"),
        Step(S.CUTTING, "bought", S.ORDERED),
        Step(S.REACHED, "bought", S.ORDERED),
        Step(S.CUTTING, "ran_out", S.EXPIRED),
        Step(S.REACHED, "ran_out", S.EXPIRED),
        Step(S.ORDERED, "not_paid", S.CUTTING, "not all cut"),
        Step(S.ORDERED, "not_paid", S.REACHED, "all cut"),
    ),
    waits={S.CUTTING: "helpers, its owner, the end of its campaign", S.REACHED: "its owner, the same end"},
    shown={S.CUTTING: "砍价中", S.REACHED: "到底价了", S.ORDERED: "下单了", S.EXPIRED: "到点了"},
    returns=frozenset({"not_paid"}),
)


def terms(of: OnOffer) -> tuple[Money, Money, int]:
    """Start, floor and cuts of a campaign of this kind."""
    start = of.items[0].price
    assert start is not None, "a bargain starts at a price"
    return start, Money(int(str(of.extra["floor"]))), int(str(of.extra["cuts"]))


def draw(start: Money, floor: Money, cuts: int, seed: int) -> tuple[Money, ...]:
    """What each cut takes off, in the order in which they are made: `cuts` shares of at least a fen that come to
    start − floor. The same seed draws the same. Raises ValueError when there is less to share than a fen for each."""
    whole = (start - floor).fen
    if not 1 <= cuts <= whole:
        raise ValueError("a share is a fen at least")
    chance = Random(seed)
    weights = list(accumulate(chance.randint(50, 150) for _ in range(cuts)))
    ends = [(whole - cuts) * weight // weights[-1] for weight in weights]
    return tuple(Money(1 + end - before) for before, end in pairwise([0, *ends]))


def price(start: Money, shares: Sequence[Money], helped: int) -> Money:
    """What it costs after so many cuts."""
    return start - sum(shares[:helped], Money(0))
