"""Baskets by chance, and everything that must hold for each: for the properties in tests/rules and for the bench."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from json import dumps, loads
from random import Random
from typing import Any

from shop.kit.money import ZERO, Money, total
from shop.kit.quantity import Quantity
from shop.promotions import from_terms
from shop.rules.coupons import Coupon
from shop.rules.frozen import nearly_in, nearly_out, offer_in, offer_out, unused_in, unused_out
from shop.rules.offers import OVER
from shop.rules.pricing import Buyer, Item, Offer, Promotion, Quote, quote
from shop.rules.promotions import PointsRule
from shop.rules.shares import part_share

NOON = datetime(2026, 5, 1, 4, tzinfo=UTC)
TODAY = {"from": "2026-05-01T00:00+08:00", "until": "2026-05-02T00:00+08:00"}
KEYS = ("a", "b", "b|王姐", "c", "d", "d|3栋", "e", "f", "g", "h")


def item(key: str, fen: int, qty: int | str = 1, *offers: Offer, product: str = "") -> Item:
    return Item(key, Quantity.of(qty), (Offer(Money(fen)), *offers), key.split("|")[0], product)


def promo(kind: str, **terms: Any) -> Promotion:
    return from_terms(kind, terms)


def coupon(id: str, **terms: Any) -> Coupon:
    made = from_terms("coupon", {"id": id, **terms})
    assert isinstance(made, Coupon)
    return made


@dataclass(frozen=True)
class Cart:
    items: tuple[Item, ...]
    promotions: tuple[Promotion, ...] = ()
    buyer: Buyer = field(default_factory=lambda: Buyer(now=NOON))

    def quote(self) -> Quote:
        return quote(self.items, self.promotions, self.buyer)


def a_cart(r: Random) -> Cart:
    """Anything a shop may be asked: small and large, weighed and counted, cut from every side."""
    keys = r.sample(KEYS, r.randint(0, len(KEYS)))
    return Cart(tuple(an_item(k, r) for k in keys), some_promotions(r), a_buyer(r))


def an_item(key: str, r: Random) -> Item:
    """Now and then one that stands on an order at a price with a name."""
    new = item(key, a_price(r), a_quantity(r), product=r.choice("xy"))
    kept = Offer(Money(a_price(r)), "今日特价")
    return replace(new, offers=(kept,), frozen=True) if r.random() < 0.1 else new


def a_price(r: Random) -> int:
    return r.choice((0, 1, 99, 999, 2990, 5000, r.randint(0, 20_000)))


def a_quantity(r: Random) -> str:
    return r.choice((str(r.randint(1, 9)), f"{r.randint(1, 5999) / 1000:.3f}"))


def yuan(r: Random, least: int, most: int) -> str:
    return Money(r.choice((r.randint(least, most), r.randint(least, most) // 100 * 100 or least))).yuan


def terms_by_chance(r: Random) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """Each kind once, with terms that it may have."""
    spend, more = r.randint(100, 5_000), r.randint(5_001, 30_000)
    return (
        ("spend_save", {"steps": [[Money(spend).yuan, yuan(r, 1, spend)], [Money(more).yuan, yuan(r, 1, more)]]}),
        ("every_save", {"spend": Money(spend).yuan, "save": yuan(r, 1, spend), "cap": yuan(r, 1, 3_000)}),
        ("spend_rate", {"steps": [[yuan(r, 1, 9_000), r.choice(("8.8", "9.5", "1"))]]}),
        ("pieces_rate", {"steps": [[r.randint(1, 9), "9"], [r.randint(10, 20), "7.5"]]}),
        ("pieces_save", {"steps": [[r.randint(1, 9), yuan(r, 1, 3_000)]], "coupons": False}),
        ("nth_piece", {"nth": r.randint(2, 3), "rate": r.choice(("5", "1", "9.9"))}),
        ("member", {"rate": "9.5"}),
        ("timed", {"rate": r.choice(("8", "9.5", "9.9")), **TODAY}),
        ("tier", {"steps": [[2, yuan(r, 500, 2_000)], [5, yuan(r, 1, 499)]], "goods": ["a", "b"]}),
        ("packs", {"packs": [[2, yuan(r, 1, 5_000)], [5, yuan(r, 1, 9_000)]], "goods": ["c", "d"], "unit": "包"}),
        ("flash", {"price": yuan(r, 1, 2_000), "limit": r.randint(1, 3), "goods": ["b", "e"], **TODAY}),
        ("team", {"id": "T1", "price": yuan(r, 1, 2_000), "size": 3, "goods": ["x"], "exclusive": r.random() < 0.5}),
        ("bargain", {"id": "B1", "floor": yuan(r, 1, 500), "goods": ["f"]}),
        ("points", {"value": r.choice(("0.01", "0.1")), "cap": r.randint(1, 100)}),
        ("delivery", {"fee": yuan(r, 1, 900), "free_from": yuan(r, 1, 9_000)}),
    )  # fmt: skip


def some_promotions(r: Random) -> tuple[Promotion, ...]:
    found = r.sample(terms_by_chance(r), r.randint(0, 7))
    aimed = [(kind, {"priority": r.randint(0, 2), **_aim(kind, r), **terms}) for kind, terms in found]
    return tuple(from_terms(kind, terms) for kind, terms in aimed)


def _aim(kind: str, r: Random) -> dict[str, Any]:
    return {"goods": r.sample("abcxy", 2)} if r.random() < 0.3 else {}


def a_buyer(r: Random) -> Buyer:
    return Buyer(
        level=r.choice(("", "金卡")),
        teams=frozenset(r.choice(((), ("T1",)))),
        bargains=r.choice(({}, {"B1": Money(r.randint(0, 900))})),
        coupons=tuple(a_coupon(f"k{n}", r) for n in range(r.randint(0, 5))),
        points=r.choice((0, r.randint(1, 9_999))),
        now=NOON,
    )


def a_coupon(id: str, r: Random) -> Coupon:
    ways: tuple[dict[str, Any], ...] = (
        {"off": yuan(r, 1, 2_000)},
        {"rate": r.choice(("8.8", "5", "9.9")), "cap": yuan(r, 1, 2_000)},
        {"delivery": yuan(r, 1, 900)},
    )
    more = {"spend": yuan(r, 2_000, 9_000)} if r.random() < 0.6 else {}
    aim = {"goods": r.sample("abcxy", 2)} if r.random() < 0.3 else {}
    since = NOON + timedelta(days=r.choice((-3, -2, -1, 1)))
    return coupon(id, **r.choice(ways), **more, **aim, alone=r.random() < 0.2).given(
        id, since, since + timedelta(days=r.choice((1, 2, 3, 9)))
    )


# ── what must hold ──────────────────────────────────────────────────────────────────────────────────────────────


def hold(cart: Cart, r: Random) -> Quote:
    """Every law of a price, for this basket. Raises AssertionError."""
    result = cart.quote()
    every_fen_is_accounted_for(result)
    no_goods_are_lost_by_a_limit(cart, result)
    each_line_is_cut_once_a_step(result)
    points_are_worth_what_they_pay(cart, result)
    each_coupon_is_used_or_says_why_not(cart, result)
    no_coupon_makes_it_dearer(cart, result, r)
    a_named_coupon_is_used_or_cannot_be(cart, r)
    a_change_is_exact(cart, result, r)
    assert shuffled(cart, r).quote() == result
    parts_come_back_the_same(result)
    assert standing(cart, result).quote() == frozen(result)
    for line in result.lines:
        units_sum_to_the_line(line.net, line.qty, r)
    return result


def parts_come_back_the_same(result: Quote) -> None:
    """Through any store of JSON."""
    for near in result.nearly:
        assert nearly_in(loads(dumps(nearly_out(near)))) == near
    for one in result.unused:
        assert unused_in(loads(dumps(unused_out(one)))) == one
    for offer in (offer for line in result.lines for offer in line.item.offers):
        assert offer_in(loads(dumps(offer_out(offer)))) == offer


def every_fen_is_accounted_for(result: Quote) -> None:
    for line in result.lines:
        assert ZERO <= line.net <= line.gross <= line.listed
        assert line.gross - line.net == total(cut.amount for cut in line.cuts)
        assert all(cut.amount > ZERO and cut.why for cut in line.cuts)
    assert result.payable == result.goods + result.delivery
    assert result.gross == total(line.gross for line in result.lines)
    assert all(near.saves > ZERO and (near.short.fen > 0) != (near.more.milli > 0) for near in result.nearly)


def no_goods_are_lost_by_a_limit(cart: Cart, result: Quote) -> None:
    for one in cart.items:
        parts = result.parts(one.key)
        assert sum(part.qty.milli for part in parts) == one.qty.milli
        assert total(part.listed for part in parts) == one.list_offer.total(one.qty)
        assert all(part.offer.rule == "list" for part in parts if part.key.endswith(OVER))
    for sku in {one.sku for one in cart.items}:
        flash = [line for line in result.lines if line.item.sku == sku and line.offer.limit]
        assert all(sum(f.qty.milli for f in flash) <= f.offer.limit.milli for f in flash if f.offer.limit)


def each_line_is_cut_once_a_step(result: Quote) -> None:
    for line in result.lines:
        rules = [cut.rule for cut in line.cuts]
        assert len(set(rules)) == len(rules)
        assert len(set(rules) - {"packs", "coupon", "points"}) <= 1
        assert not (line.exclusive and set(rules) - {"points"})


def points_are_worth_what_they_pay(cart: Cart, result: Quote) -> None:
    rule = next((p for p in cart.promotions if isinstance(p, PointsRule)), None)
    paid = total(cut.amount for line in result.lines for cut in line.cuts if cut.rule == "points")
    assert paid == (Money(rule.value.fen * result.points) if rule else ZERO)
    assert 0 <= result.points <= cart.buyer.points
    assert rule is None or result.points <= rule.most(result.goods + paid)


def each_coupon_is_used_or_says_why_not(cart: Cart, result: Quote) -> None:
    said = [one.coupon for one in result.coupons] + [one.coupon for one in result.unused]
    assert sorted(said) == sorted(one.id for one in cart.buyer.coupons)
    for one in result.unused:
        assert (one.by > ZERO) if one.reason == "short" else (one.by >= ZERO)


def no_coupon_makes_it_dearer(cart: Cart, result: Quote, r: Random) -> None:
    have = cart.buyer.coupons
    fewer = tuple(r.sample(have, r.randint(0, len(have))))
    less = replace(cart, buyer=replace(cart.buyer, coupons=fewer)).quote()
    assert result.payable <= less.payable


def a_named_coupon_is_used_or_cannot_be(cart: Cart, r: Random) -> None:
    for one in r.sample(cart.buyer.coupons, min(1, len(cart.buyer.coupons))):
        result = replace(cart, buyer=replace(cart.buyer, named=one.id)).quote()
        reasons = {left.reason for left in result.unused if left.coupon == one.id}
        assert one.id in [used.coupon for used in result.coupons] or reasons <= {
            "not_yet",
            "expired",
            "nothing",
            "short",
        }


def a_change_is_exact(cart: Cart, result: Quote, r: Random) -> None:
    change = Money(r.randint(-result.goods.fen, (result.gross - result.goods).fen))
    changed = quote(cart.items, cart.promotions, cart.buyer, change=change)
    assert changed.payable == result.payable + change
    assert all(ZERO <= line.net <= line.gross for line in changed.lines)


def shuffled(cart: Cart, r: Random) -> Cart:
    """The same in another order. (Promotions of one id have one rank: of them the first stays the first.)"""
    have = cart.buyer.coupons
    coupons = tuple(r.sample(have, len(have)))
    promotions = tuple(r.sample(cart.promotions, len(cart.promotions)))
    items = tuple(r.sample(cart.items, len(cart.items)))
    return Cart(items, promotions, replace(cart.buyer, coupons=coupons))


def standing(cart: Cart, result: Quote) -> Cart:
    """The same basket as an order that stands: the offers it was made with, and no new ones."""
    kept = {line.item.key: replace(line.item, frozen=True) for line in result.lines}
    return replace(cart, items=tuple(kept[one.key] for one in cart.items))


def frozen(result: Quote) -> Quote:
    return replace(
        result, lines=tuple(replace(line, item=replace(line.item, frozen=True)) for line in result.lines)
    )


def units_sum_to_the_line(net: Money, qty: Quantity, r: Random) -> None:
    """Given back in parts by chance, a line gives back exactly what it cost."""
    gone, back = Quantity(0), []
    while gone < qty:
        more = Quantity(r.randint(1, qty.milli - gone.milli))
        back.append(part_share(net, qty, gone=gone, more=more))
        gone = gone + more
    assert total(back) == net
    assert all(ZERO <= share <= net for share in back)
