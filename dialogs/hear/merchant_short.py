"""短令: a merchant's commands that are learnt once and said short; the word at the head settles which one.

退款 0501-003 苹果1箱 烂了 · 同意退 0501-003 · 已退 0501-003 · 称重 0501-003 苹果 1.86 · 门店卖了 苹果2斤
"""

from __future__ import annotations

import re

from dialogs.hear.merchant_orders import ORDER_CODE, Slots, money_said
from dialogs.hear.merchant_orders import refund as refund_in_words
from dialogs.hear.money import plain
from dialogs.hear.reading import Reading
from dialogs.hear.scene import Scene, act

CODE = re.compile(rf"^[ :，,#]*(?P<code>{ORDER_CODE})")
WITHOUT_GOODS = ("admin.refund_agree", "admin.refund_refuse", "admin.refund_done", "admin.order_cancel")
GLUE = " ,，:：。;；的"


def about_order(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    """An order's code behind the word, then goods and how much of them, or an amount, and the rest is why."""
    slots, after = _order(scene, match.end())
    if intent not in WITHOUT_GOODS:
        goods, after = _goods(scene, after)
        slots |= goods
    if "product" not in slots and intent not in WITHOUT_GOODS:
        slots |= _amount(scene, after)
    why = _rest(scene, after)
    return act(intent, (), slots | ({"why": why} if why else {}), why=f"听到“{match[0]}”")


def _amount(scene: Scene, start: int) -> Slots:
    """退款 0501-003 5: a number right behind the code is money, whatever its form."""
    behind = re.match(r"[\s,，:：]*(\d+(?:\.\d+)?)", scene.text[start:])
    said = behind[1] if behind else plain(amount) if (amount := money_said(scene)) is not None else None
    return {"amount": said} if said else {}


def refund(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    """Short when the code stands right behind the word, else in any words (merchant_orders.refund)."""
    is_short = CODE.match(scene.text[match.end() :])
    return about_order(scene, intent, match) if is_short else refund_in_words(scene, intent, match)


def _order(scene: Scene, start: int) -> tuple[Slots, int]:
    found = CODE.match(scene.text[start:])
    return ({"order": found["code"]}, start + found.end()) if found else ({}, start)


def _goods(scene: Scene, start: int) -> tuple[Slots, int]:
    """The first goods named, with the number that stands beside them."""
    slots: Slots = {}
    end = start
    for piece in scene.pieces:
        if piece.start < start:
            continue
        if piece.kind == "product" and len(piece.value) == 1 and "product" not in slots:
            slots["product"], end = piece.value[0], piece.end
        elif piece.kind == "qty" and piece.value.value is not None and "qty" not in slots:
            slots |= {"qty": plain(piece.value.value), "unit": piece.value.unit}
            end = piece.end
        elif piece.kind in ("number", "digits") and "qty" not in slots and "product" in slots:
            slots["qty"], end = plain(piece.value), piece.end
    return (slots, end) if "product" in slots else ({}, start)


def _rest(scene: Scene, start: int) -> str:
    rest = scene.text[start:]
    rest = re.sub(r"^[\s,，:：]*\d+(?:\.\d+)? ?(?:元|块钱?)?", "", rest)
    return rest.strip(" ,，:：。;；")[:80]


def points(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    """给 @李姐 加 20 积分 线下消费."""
    said = re.match(
        r"给 ?@?(?P<to>\S{1,16}?) ?(?P<op>[加减扣]) ?(?P<n>\d{1,7}) ?(?:个|点)?积分(?P<why>.*)", scene.text
    )
    if said is None:
        return act(intent, (), {}, why=f"听到“{match[0]}”")
    sign = "" if said["op"] == "加" else "-"
    why = said["why"].strip(GLUE)[:80]
    slots: Slots = {"to": said["to"], "points": sign + said["n"]}
    return act(intent, (), slots | ({"why": why} if why else {}), why=f"听到“{match[0]}”")


def basket(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    """试算 苹果3 香蕉2 @李姐: what it would cost, and for whom; the goods are read as an order's."""
    who = re.search(r"@(?P<who>\S{1,16})", scene.text)
    rest = scene.text[match.end() :]
    said = rest.replace(who[0], "") if who else rest
    slots: Slots = {"basket": said.strip(GLUE)}
    return act(intent, (), slots | ({"to": who["who"]} if who else {}), why=f"听到“{match[0]}”")
