"""Fourteen baskets whose every fen is known. `a x1 1000->666 [coupon -334]`: the list price, what is paid, what came off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from shop.kit.money import Money
from shop.rules.pricing import Buyer, Coupon, Item, Promotion, Quote, quote
from tests.support.carts import NOON, TODAY, coupon, item, promo


def buys(*coupons: Coupon, level: str = "", points: int = 0) -> Buyer:
    return Buyer(level=level, coupons=coupons, points=points, now=NOON)


@dataclass(frozen=True)
class Vector:
    pins: str
    items: Sequence[Item]
    lines: str
    payable: int
    promotions: Sequence[Promotion] = ()
    buyer: Buyer = field(default_factory=buys)
    coupon: str = "-"
    points: int = 0
    delivery: int = 0


FREE_FROM_40 = promo("delivery", fee="6", free_from="40")
M50 = promo("spend_save", id="m50", steps=[["50", "5"]])
C8 = coupon("c8", off="8", spend="50")

VECTORS = {
    "V1": Vector(
        "334, 333, 333: the odd fen goes to the smallest key",
        [item("a", 1000), item("b", 1000), item("c", 1000)],
        "a x1 1000->666 [coupon -334]; b x1 1000->667 [coupon -333]; c x1 1000->667 [coupon -333]",
        2000,
        buyer=buys(coupon("c10", off="10")),
        coupon="c10",
    ),
    "V2": Vector(
        "a coupon above the whole leaves nothing to pay and never less",
        [item("a", 550)],
        "a x1 550->0 [coupon -550]",
        0,
        buyer=buys(coupon("c10", off="10")),
        coupon="c10",
    ),
    "V3": Vector(
        "a rate leaves half up",
        [item("a", 999)],
        "a x1 999->879 [coupon -120]",
        879,
        buyer=buys(coupon("r88", rate="8.8")),
        coupon="r88",
    ),
    "V4": Vector(
        "one offer a line, the cheapest",
        [item("a", 2000), item("b", 2000)],
        "a x1 2000->1500 [timed -500]; b x1 2000->1900 [member -100]",
        3400,
        [promo("timed", price="15", goods=["a"], **TODAY), promo("member", rate="9.5")],
        buys(level="金卡"),
    ),
    "V5": Vector(
        "a limit splits the line; the flash part is no coupon's",
        [item("a", 1000, 5)],
        "a x2 2000->1000 [flash -1000]; a#over x3 3000->2500 [coupon -500]",
        3500,
        [promo("flash", price="5", limit=2, goods=["a"], **TODAY)],
        buys(coupon("c5", off="5", spend="30")),
        "c5",
    ),
    "V6": Vector(
        "the coupon's threshold looks at what 满减 has left, and is met to the fen",
        [item("a", 3000), item("b", 2500)],
        "a x1 3000->2291 [m50 -273] [coupon -436]; b x1 2500->1909 [m50 -227] [coupon -364]",
        4200,
        [M50],
        buys(C8),
        "c8",
    ),
    "V7": Vector(
        "a fen less, and the coupon says so",
        [item("a", 3000), item("b", 2499)],
        "a x1 3000->2727 [m50 -273]; b x1 2499->2272 [m50 -227]",
        4999,
        [M50],
        buys(C8),
    ),
    "V8": Vector(
        "3 × 4.00, capped at 10.00",
        [item("a", 1100, 9)],
        "a x9 9900->8900 [e30 -1000]",
        8900,
        [promo("every_save", id="e30", spend="30", save="4", cap="10")],
    ),
    "V9": Vector(
        "two pieces at 9折",
        [item("a", 1990), item("b", 990)],
        "a x1 1990->1791 [n2 -199]; b x1 990->891 [n2 -99]",
        2682,
        [promo("pieces_rate", id="n2", steps=[[2, "9"]])],
    ),
    "V10": Vector(
        "points pay for half of what the coupon has left, rounded down",
        [item("a", 1001)],
        "a x1 1001->401 [coupon -200] [points -400]",
        401,
        [promo("points", value="0.01", cap=50)],
        buys(coupon("c2", off="2"), points=9999),
        "c2",
        points=400,
    ),
    "V11": Vector(
        "delivery is free for 50.00 of goods, although 25.00 are paid with money",
        [item("a", 5000)],
        "a x1 5000->2500 [points -2500]",
        2500,
        [promo("points", value="0.01", cap=50), promo("delivery", fee="6", free_from="50")],
        buys(points=9999),
        points=2500,
    ),
    "V12": Vector(
        "of two that save the same the one that expires first",
        [item("a", 3000)],
        "a x1 3000->2500 [coupon -500]",
        2500,
        buyer=buys(
            coupon("late", off="5", until="2026-06-01T00:00+08:00"),
            coupon("soon", off="5", until="2026-05-03T00:00+08:00"),
        ),
        coupon="soon",
    ),
    "V13": Vector(
        "a gift never gets a share",
        [item("a", 1000), item("gift", 0)],
        "a x1 1000->667 [coupon -333]; gift x1 0->0",
        667,
        buyer=buys(coupon("c3", off="3.33")),
        coupon="c3",
    ),
    "V14": Vector(
        "a coupon that would cost the free delivery is left alone: 37.00 + 6.00 is more than 40.00",
        [item("a", 4000)],
        "a x1 4000->4000",
        4000,
        [FREE_FROM_40],
        buys(coupon("c3", off="3")),
    ),
}


def told(result: Quote) -> str:
    lines = []
    for line in result.lines:
        offer = [(line.offer.rule, line.listed - line.gross)] if line.listed != line.gross else []
        cuts = offer + [(cut.rule, cut.amount) for cut in line.cuts]
        shown = "".join(f" [{rule} -{amount.fen}]" for rule, amount in cuts)
        lines.append(f"{line.key} x{line.qty} {line.listed.fen}->{line.net.fen}{shown}")
    return "; ".join(lines)


@pytest.mark.parametrize("name", VECTORS)
def test_golden(name: str) -> None:
    vector = VECTORS[name]
    result = quote(vector.items, vector.promotions, vector.buyer)
    assert told(result) == vector.lines, vector.pins
    assert result.payable == Money(vector.payable)
    assert result.delivery == Money(vector.delivery)
    assert result.points == vector.points
    assert [one.coupon for one in result.coupons] == [vector.coupon] * (vector.coupon != "-")


def test_v7_says_that_a_fen_is_missing_and_v14_that_it_would_cost_more() -> None:
    short, worse = (
        quote(VECTORS[name].items, VECTORS[name].promotions, VECTORS[name].buyer) for name in ("V7", "V14")
    )
    assert [(one.coupon, one.why, one.reason, one.by) for one in (*short.unused, *worse.unused)] == [
        ("c8", "券 满50减8", "short", Money(1)),
        ("c3", "券 减3", "worse", Money(300)),
    ]
