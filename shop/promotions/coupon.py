"""券: what the coupons of one kind do. A buyer's coupon is one of them with an id and a time of its own."""

from __future__ import annotations

from shop.kit.money import ZERO
from shop.kit.terms import Terms, flag, rate, some_money
from shop.rules.coupons import Coupon
from shop.rules.promotions import About


def from_terms(about: About, said: Terms) -> Coupon:
    """From {"off": "3", "spend": "30"}, {"rate": "8.8", "cap": "20"} or {"delivery": "6"}; "alone" keeps it from goods
    that a promotion has cut. Raises ValueError."""
    ways = {
        "face": said.read("off", some_money, None),
        "delivery": said.read("delivery", some_money, None),
    }
    left = said.read("rate", rate, 0)
    chosen = [kind for kind, amount in ways.items() if amount] + (["rate"] if left else [])
    if len(chosen) != 1:
        raise ValueError("a coupon has one of 'off', 'rate' and 'delivery'")
    spend = said.read("spend", some_money, ZERO)
    if spend and (ways["face"] or ZERO) > spend:
        raise ValueError("off: more than is spent")
    return Coupon(
        about.rule,
        "rate" if left else "face" if ways["face"] else "delivery",
        face=ways["face"] or ways["delivery"] or ZERO,
        rate=left,
        spend=spend,
        cap=said.read("cap", some_money, None),
        scope=about.scope,
        stacks=not said.read("alone", flag, False),
    )
