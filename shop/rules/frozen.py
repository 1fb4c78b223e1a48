"""冻结: the parts of a quote as plain data, as the rows of an order and of its lines keep them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shop.kit.money import Money
from shop.kit.quantity import NONE, Quantity
from shop.rules.promised import Promise
from shop.rules.quotes import Brought, Cut, Nearly, Offer, Unused
from shop.rules.weighing import Weighed

Plain = dict[str, Any]


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


def cut_out(cut: Cut) -> Plain:
    return {"rule": cut.rule, "why": cut.why, "fen": cut.amount.fen}


def cut_in(row: Mapping[str, Any]) -> Cut:
    return Cut(row["rule"], row["why"], Money(row["fen"]))


def delivery_out(promise: Promise, cuts: Sequence[Cut]) -> Plain:
    """The rule as it was promised (with what makes it again), what of it the scale may not change, and what a coupon
    takes off its fee."""
    weighed = {key: [one.counts.milli, one.stays.milli] for key, one in promise.weighed.items()}
    return {
        "why": promise.say(),
        "terms": promise.rule.terms(),
        "cuts": [cut_out(cut) for cut in cuts],
        **({"weighed": weighed} if weighed else {}),
    }


def weighed_in(row: Mapping[str, Any]) -> dict[str, Weighed]:
    found = row.get("weighed", {})
    return {key: Weighed(Quantity(counts), Quantity(stays)) for key, (counts, stays) in found.items()}


def delivery_in(paid: int, row: Mapping[str, Any]) -> Brought:
    return Brought(Money(paid), row["why"], tuple(cut_in(cut) for cut in row["cuts"]))


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
