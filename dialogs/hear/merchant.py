"""掌柜: a merchant's commands in the private chat, in natural words or short: 车厘子改价89, 今晚8点截团, 收款 17."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from dialogs.hear.lexicon import table
from dialogs.hear.merchant_campaigns import campaign_only, campaign_slot, deadline, flash, groupbuy
from dialogs.hear.merchant_goods import goods, product_add, restock, set_goods, special
from dialogs.hear.merchant_orders import Slots, coupon, find, mute, order, payment, redeem, role
from dialogs.hear.merchant_short import about_order, basket, points, refund
from dialogs.hear.reading import Reading
from dialogs.hear.scene import Scene, act
from dialogs.hear.told import is_asked, is_told


@dataclass(frozen=True, slots=True)
class Command:
    intent: str
    any: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    needs: str
    goods: re.Pattern[str] | None  # words that are this command beside goods and a number
    bare: re.Pattern[str] | None  # words so plain that they need nothing beside them
    first: re.Pattern[str] | None  # words that settle it at the head of a message


@cache
def commands() -> tuple[Command, ...]:
    listed = dict(table("merchant.toml"))
    fragments = listed.pop("fragments")
    return tuple(
        Command(
            intent,
            _either(one["any"], fragments) if "any" in one else None,
            _either(one["unless"], fragments) if "unless" in one else None,
            one.get("needs", ""),
            _either(one["goods"], fragments) if "goods" in one else None,
            _either(one["bare"], fragments) if "bare" in one else None,
            _either([one["first"]], fragments) if "first" in one else None,
        )
        for intent, one in listed.items()
    )


def _either(expressions: Sequence[str], fragments: Mapping[str, str]) -> re.Pattern[str]:
    """The expressions as one, with each <fragment> written out."""
    whole = "|".join(expressions)
    return re.compile(re.sub("<([a-z]+)>", lambda match: fragments[match[1]], whole))


CODE = re.compile(r"(?<!\d)\d{4}-\d{3}(?!\d)")
ONE_AMOUNT = ("admin.restock", "admin.sold_here", "admin.count")
ONE_THING = (*ONE_AMOUNT, "admin.product_set", "admin.product_off")
ASKS = {  # a command that is asked about is a question about its goods
    "admin.product_set": "price.query",
    "admin.product_off": "stock.query",
    "admin.restock": "stock.query",
}


def command(scene: Scene) -> Reading | None:
    """What it tells the shop to do. What only speaks of it is a question about the order or the goods it names, or is left
    undone (told.py)."""
    if scene.context.chat != "admin":
        return None
    found = next(_matches(scene), None)
    if found and is_told(scene.text, found.intent, at_head=found.at_head):
        if _several(scene, found.intent):
            return act("admin.unsure", (), {"about": found.intent, "several": True}, why="一次说了几样")
        return FILL[found.intent](scene, found.intent, found.match)
    if is_asked(scene.text):
        return _question(scene, found.intent if found else "")
    if found is None:
        return None
    return act("admin.unsure", (), {"about": found.intent}, why=f"听到“{found.match[0]}”，没叫现在办")


def _several(scene: Scene, intent: str) -> bool:
    """补货橙子20箱香蕉30斤: one thing done and the other left would be found out too late."""
    named = [set(piece.value) for piece in scene.pieces if piece.kind == "product"]
    goods = any(one.isdisjoint(other) for one, other in combinations(named, 2))
    amounts = [piece for piece in scene.pieces if piece.kind == "qty" and piece.value.value is not None]
    return (intent in ONE_THING and goods) or (intent in ONE_AMOUNT and len(amounts) > 1)


def _question(scene: Scene, about: str) -> Reading | None:
    if code := CODE.search(scene.text):
        return find(scene, "admin.order_find", code)
    goods = [piece.value[0] for piece in scene.pieces if piece.kind == "product" and len(piece.value) == 1]
    if about in ASKS and len(goods) == 1:
        return act(ASKS[about], (), {"product": goods[0]}, why="问的，不是叫办的")
    return None


@dataclass(frozen=True, slots=True)
class Found:
    intent: str
    match: re.Match[str]
    at_head: bool


def _matches(scene: Scene) -> Iterator[Found]:
    for one in commands():
        if one.first and (match := one.first.match(scene.text)):
            yield Found(one.intent, match, at_head=True)
    for one in commands():
        match = one.any.search(scene.text) if one.any and _has(scene, one.needs) else None
        if one.goods and not match and _has(scene, "product") and _has(scene, "number"):
            match = one.goods.search(scene.text)
        match = match or (one.bare.search(scene.text) if one.bare else None)
        if match and not (one.unless and one.unless.search(scene.text)):
            yield Found(one.intent, match, at_head=False)


def _has(scene: Scene, needs: str) -> bool:
    """What a word needs beside it before it is this command."""
    kinds = {piece.kind for piece in scene.pieces}
    if needs == "time":
        return any(
            piece.kind == "time" and (piece.value.has_clock or piece.value.part) for piece in scene.pieces
        )
    if needs == "number":
        return bool(kinds & {"number", "qty", "money", "digits"})
    if needs == "product":
        return "product" in kinds
    if needs == "no product":
        return "product" not in kinds
    return True


def _export(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    return act(
        intent, (), campaign_slot(scene) if scene.says("团|秒杀") else _period(scene), why=f"听到“{match[0]}”"
    )


def _report(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    product = next(
        (piece.value[0] for piece in scene.pieces if piece.kind == "product" and len(piece.value) == 1), None
    )
    return act(
        intent, (), {**_period(scene), **({"product": product} if product else {})}, why=f"听到“{match[0]}”"
    )


PERIODS = {
    "今天|今日|当日|日报|今儿": "today",
    "昨天|昨日|昨儿": "yesterday",
    "这周|本周|周报|这个星期|这星期": "week",
    "上周|上个?星期": "last_week",
    "这个?月|本月|月报|当月": "month",
    "上个?月": "last_month",
}


def _period(scene: Scene) -> Slots:
    found = next((period for words, period in PERIODS.items() if scene.says(words)), None)
    return {"period": found} if found else {}


# --- coupons, orders, people


def _plain(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    return act(intent, (), {}, why=f"听到“{match[0]}”")


FILL: dict[str, Callable[[Scene, str, re.Match[str]], Reading]] = {
    "admin.refund_agree": about_order,
    "admin.refund_refuse": about_order,
    "admin.refund_done": about_order,
    "admin.order_cancel": about_order,
    "admin.adjust": about_order,
    "admin.weigh": about_order,
    "admin.sold_here": restock,
    "admin.count": restock,
    "admin.books": _plain,
    "admin.points_give": points,
    "admin.try_price": basket,
    "admin.payment_received": payment,
    "admin.orders_today": _plain,
    "admin.mute": mute,
    "admin.role_add": role,
    "admin.coupon_issue": coupon,
    "admin.export": _export,
    "admin.report": _report,
    "admin.order_redeem": redeem,
    "admin.refund": refund,
    "admin.order_ship": order,
    "admin.order_find": find,
    "admin.flash_create": flash,
    "admin.special_post": special,
    "admin.groupbuy_create": groupbuy,
    "admin.campaign_deadline": deadline,
    "admin.campaign_close": campaign_only,
    "admin.product_add": product_add,
    "admin.product_off": goods,
    "admin.restock": restock,
    "admin.product_set": set_goods,
}
