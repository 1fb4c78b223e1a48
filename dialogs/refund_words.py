"""退哪些: what a buyer wants his money back for, as he says it: 全退, 橙子1箱 烂了, 橙子, 1箱, 两箱都退."""

from __future__ import annotations

import re
from typing import Any

from dialogs.hear import numbers
from dialogs.hear.reading import Reading
from shop.slips import Slip

BARE = ("退款", "我要退款", "申请退款")
LONGEST_WHY = 120
EVERYTHING = re.compile("全退|全部退|都退|整单退|全部|都不要")
AMOUNT_AND_ALL = re.compile(r"^(?P<n>[\d一二两三四五六七八九十]{1,4})(?P<unit>[^\d,，。都])都退?")  # 两箱都退
AMOUNT = re.compile(
    r"^[^,，。\s\d]{0,8}[\d一二两三四五六七八九十半]+[^,，。\s]{0,2}(?:[,，。\s]+|$)"
)  # 橙子1箱，


def goods(reading: Reading, old: Any, asked: bool) -> Any:
    """Each with how much of it: None is all of that. What has no name is of the only goods of its unit (check)."""
    if asked and EVERYTHING.search(reading.text):
        if (amount := AMOUNT_AND_ALL.search(reading.text)) and (n := numbers.parse(amount["n"])):
            return [{"product": None, "qty": str(n), "unit": amount["unit"]}]
        return _half_said(reading) or "all"
    said: list[dict[str, Any]] = [
        {"sku": line.sku, "qty": str(line.qty), "unit": line.unit} for line in reading.lines
    ]
    slots = reading.slots
    if not said and slots.get("product") and slots.get("qty"):
        said = [{"product": slots["product"], "qty": str(slots["qty"]), "unit": slots.get("unit")}]
    if said or "全退" in reading.text:
        return said or "all"
    half = _half_said(reading)
    return half if half and (asked or not half[0]["product"]) else None


def _half_said(reading: Reading) -> list[dict[str, Any]] | None:
    """橙子; 1箱: an order that says too little says enough here."""
    clarify, slots = reading.clarify, reading.slots
    product = slots.get("product") or (clarify.product if clarify else None)
    qty = slots.get("qty") or (clarify.qty if clarify else None)
    if not product and qty is None:
        return None
    unit = slots.get("unit") or (clarify.unit if clarify else None)
    return [{"product": product, "qty": None if qty is None else str(qty), "unit": unit}]


def why(reading: Reading, old: Any, asked: bool) -> Any:
    """What was said on the way, without the bare word, the goods at its head and the yes."""
    text = AMOUNT.sub("", EVERYTHING.sub("", reading.text.strip()) if asked or old else reading.text.strip())
    text = text.strip(" ,，。")
    is_talk = reading.action == "ignore" or reading.intent.startswith("confirm")
    if not text or text in BARE or is_talk:
        return old
    return f"{old}；{text}"[:LONGEST_WHY] if old else text[:LONGEST_WHY]


def with_names(slip: Slip, goods: Any) -> Any:
    """1箱 is of the goods that are sold by 箱, where the order has only one such; None where nobody can say."""
    if not isinstance(goods, list):
        return goods
    named: list[dict[str, Any]] = []
    for one in goods:
        if one.get("sku") or one.get("product"):
            named.append(one)
            continue
        lines = [line for line in slip.lines if one["unit"] in (None, line.unit)]
        if len(lines) != 1:
            return None
        named.append({**one, "sku": lines[0].sku})
    return named
