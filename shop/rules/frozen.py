"""冻结: a quote as plain data, to be kept with an order, and the seal that binds a yes to exactly one quote."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from shop.kit.money import Money
from shop.kit.quantity import NONE, Quantity
from shop.rules.pricing import check
from shop.rules.quotes import Cut, Item, Nearly, Offer, Priced, Quote, Spent, Unused

VERSION = 1
Plain = dict[str, Any]


def seal(quote: Quote) -> str:
    """What a yes is a yes to: how much of what, each line's price, delivery, coupons and points. Not the near misses."""
    told = (
        [(line.key, line.qty.milli, line.net.fen) for line in quote.lines],
        [one.coupon for one in quote.coupons],
        quote.points,
        quote.delivery.fen,
    )
    return sha256(json.dumps(told).encode()).hexdigest()[:16]


def to_json(quote: Quote) -> Plain:
    """Numbers, texts, lists and tables only; the same quote always gives the same."""
    return {
        "v": VERSION,
        "lines": [_line_out(line) for line in quote.lines],
        "nearly": [nearly_out(near) for near in quote.nearly],
        "gross": quote.gross.fen,
        "payable": quote.payable.fen,
        "delivery": quote.delivery.fen,
        "delivery_cuts": [cut_out(cut) for cut in quote.delivery_cuts],
        "coupons": [{"coupon": one.coupon, "why": one.why, "fen": one.amount.fen} for one in quote.coupons],
        "unused": [unused_out(one) for one in quote.unused],
    }


def from_json(row: Mapping[str, Any]) -> Quote:
    """The quote that was kept. Raises ValueError when the row is damaged, ArithmeticError when its sums are."""
    try:
        quote = _quote_in(row)
    except (KeyError, TypeError, IndexError, AttributeError) as exc:
        raise ValueError(f"this is no kept quote: {exc!r}") from exc
    check(quote)
    return quote


def _quote_in(row: Mapping[str, Any]) -> Quote:
    if row["v"] != VERSION:
        raise ValueError(f"a quote of another time: version {row['v']!r}")
    return Quote(
        tuple(_line_in(line) for line in row["lines"]),
        tuple(nearly_in(near) for near in row["nearly"]),
        Money(row["gross"]),
        Money(row["payable"]),
        Money(row["delivery"]),
        tuple(cut_in(cut) for cut in row["delivery_cuts"]),
        tuple(Spent(one["coupon"], one["why"], Money(one["fen"])) for one in row["coupons"]),
        tuple(unused_in(one) for one in row["unused"]),
    )


# ── the parts, each of which a row may also keep alone ──────────────────────────────────────────────────────────


def cut_out(cut: Cut) -> Plain:
    return {"rule": cut.rule, "why": cut.why, "fen": cut.amount.fen}


def cut_in(row: Mapping[str, Any]) -> Cut:
    return Cut(row["rule"], row["why"], Money(row["fen"]))


def nearly_out(near: Nearly) -> Plain:
    more = {"more": near.more.milli, "unit": near.unit} if near.more != NONE else {}
    return {"rule": near.rule, "why": near.why, "short": near.short.fen, "saves": near.saves.fen, **more}


def nearly_in(row: Mapping[str, Any]) -> Nearly:
    more, unit = Quantity(row.get("more", 0)), row.get("unit", "件")
    return Nearly(row["rule"], row["why"], Money(row["short"]), Money(row["saves"]), more, unit)


def unused_out(one: Unused) -> Plain:
    return {"coupon": one.coupon, "why": one.why, "reason": one.reason, "by": one.by.fen}


def unused_in(row: Mapping[str, Any]) -> Unused:
    return Unused(row["coupon"], row["why"], row["reason"], Money(row["by"]))


def offer_out(offer: Offer) -> Plain:
    """Only what differs from the plain list price."""
    row: Plain = {"fen": offer.price.fen}
    if offer.rule != "list" or offer.why:
        row |= {"rule": offer.rule, "why": offer.why}
    if offer.exclusive:
        row["exclusive"] = True
    if offer.least != NONE:
        row["least"] = offer.least.milli
    if offer.limit is not None:
        row["limit"] = offer.limit.milli
    if offer.packs:
        row["packs"] = [[pieces, price.fen] for pieces, price in offer.packs]
    return row


def offer_in(row: Mapping[str, Any]) -> Offer:
    return Offer(
        Money(row["fen"]),
        row.get("why", ""),
        row.get("rule", "list"),
        row.get("exclusive", False),
        Quantity(row.get("least", 0)),
        Quantity(row["limit"]) if "limit" in row else None,
        tuple((pieces, Money(fen)) for pieces, fen in row.get("packs", ())),
    )


def _line_out(line: Priced) -> Plain:
    item = line.item
    return {
        "key": line.key,
        "qty": line.qty.milli,
        "item": {"key": item.key, "qty": item.qty.milli, "frozen": item.frozen},
        "goods": [item.sku, item.product, item.unit],
        "offers": [offer_out(offer) for offer in item.offers],
        "taken": item.offers.index(line.offer),
        "listed": line.listed.fen,
        "gross": line.gross.fen,
        "net": line.net.fen,
        "cuts": [cut_out(cut) for cut in line.cuts],
        "points": line.points,
    }


def _line_in(row: Mapping[str, Any]) -> Priced:
    offers = tuple(offer_in(offer) for offer in row["offers"])
    said = row["item"]
    sku, product, unit = row["goods"]
    item = Item(said["key"], Quantity(said["qty"]), offers, sku, product, unit, said["frozen"])
    return Priced(
        row["key"],
        Quantity(row["qty"]),
        item,
        offers[row["taken"]],
        Money(row["listed"]),
        Money(row["gross"]),
        Money(row["net"]),
        tuple(cut_in(cut) for cut in row["cuts"]),
        row["points"],
    )
