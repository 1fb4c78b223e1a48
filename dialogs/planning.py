"""开什么: what is to be opened with goods: which, for how much, until when, how many; and the campaign that would come of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from dialogs.command import as_money
from dialogs.engine import Data, Slot
from dialogs.hear.reading import Reading
from dialogs.leading import parse_each, parse_quota
from dialogs.opening import Opening, Unclear, moment, quantity
from dialogs.turn import Turn
from shop import campaigns
from shop.kit.quantity import NONE
from shop.rules.campaigns import Item, Kind, OnOffer, State

_STEP = re.compile(
    r"满?\s*(\d{1,4})\s*[\u4e00-\u9fff]?\s*[:：]?\s*¥?(\d{1,5}(?:\.\d{1,2})?)(?=\s|$|[,，;；元块])"
)
_STEPS = re.compile(r"阶梯\S*\s*(.+)")
_ANONYMOUS = re.compile("匿名")


def parse_items(reading: Reading, old: Any, asked: bool) -> Any:
    """[{"sku", "price"}]; goods named without a price cost what they cost on the shelf."""
    items = reading.slots.get("items")
    return [{"sku": one["sku"], "price": one.get("price")} for one in items] if items else None


def parse_steps(reading: Reading, old: Any, asked: bool) -> Any:
    """阶梯 20盒58 50盒52: [["20", "58"], ["50", "52"]]."""
    found = _STEPS.search(reading.text)
    said = found[1] if found else reading.text if asked else ""
    return [list(step) for step in _STEP.findall(said)] or None


def parse_least(reading: Reading, old: Any, asked: bool) -> Any:
    said = reading.slots.get("min")
    return str(said) if said and not parse_steps(reading, None, False) else None


class OfGoods(Opening):
    """A campaign with goods in it, each with a price."""

    items = Slot(parse_items, "接什么、多少钱？比如“接龙 车厘子 58 起20盒 晚上8点截”")
    title = Slot(lambda reading, old, asked: reading.slots.get("title"), optional=True)
    until = Slot(lambda reading, old, asked: reading.slots.get("until"), optional=True)
    least = Slot(parse_least, optional=True)
    quota = Slot(parse_quota, optional=True)
    each = Slot(parse_each, optional=True)
    steps = Slot(parse_steps, optional=True)
    anonymous = Slot(
        lambda reading, old, asked: True if _ANONYMOUS.search(reading.text) else None, optional=True
    )


def planned(turn: Turn, data: Data, kind: Kind) -> OnOffer | Unclear:
    """What was said, as the campaign that would come of it, so that the preview shows the very post."""
    steps = [(quantity(least), as_money(price)) for least, price in data.get("steps", ())]
    if any(not least or not price for least, price in steps):
        return Unclear("steps", "阶梯没看懂，比如“阶梯 20盒58 50盒52”")
    prices = [as_money(said["price"]) if said.get("price") else None for said in data["items"]]
    if any(said.get("price") and not price for said, price in zip(data["items"], prices, strict=True)):
        return Unclear("items", "价格或者数没看懂，比如“接龙 车厘子 58 起20盒”")
    deadline = moment(data.get("until"), turn)
    if deadline and deadline <= turn.now:
        return Unclear("until", "截止时间已经过了，换个时间，比如“晚上8点截”")
    said_many = [slot for slot in ("quota", "each", "least", "in_room") if data.get(slot)]
    if wrong := next((slot for slot in said_many if quantity(data[slot]) is None), None):
        return Unclear(wrong, "数没看懂，比如“起20盒 共50盒 每人限2”")
    quota, each = quantity(data.get("quota")), quantity(data.get("each"))
    in_room = quantity(data.get("in_room"))
    lower = tuple(sorted((least, low) for least, low in steps if least and low))
    items = tuple(
        Item(0, no, letter(no), said["sku"], price, quota, each, lower, in_room)
        for no, (said, price) in enumerate(zip(data["items"], prices, strict=True), start=1)
    )
    least = quantity(data.get("least")) or NONE
    extra = {"least": least.milli, "anonymous": bool(data.get("anonymous"))}
    return OnOffer(
        id=0,
        key="",
        kind=kind,
        title=data.get("title") or _titled(turn, items),
        state=State.OPEN,
        starts_at=None,
        deadline=deadline,
        rooms=(),
        items=items,
        least=least,
        extra={key: value for key, value in extra.items() if value},
    )


def letter(no: int) -> str:
    return campaigns.LETTERS[no - 1] if no <= len(campaigns.LETTERS) else ""


def _titled(turn: Turn, items: Sequence[Item]) -> str:
    return "、".join(turn.shelf.everything.product_of(item.sku).name for item in items[:3])
