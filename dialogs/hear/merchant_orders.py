"""单: a merchant about orders, money and people — 发货, 核销, 退款, 收款, 发券, 禁言."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from dialogs.hear.money import plain
from dialogs.hear.reading import Reading
from dialogs.hear.scene import Scene, act

ORDER_CODE = r"(?<![\d.])(?:\d{4}-\d{3}|\d{8}-?\d{3,4}|\d{7}|\d{1,14})(?![\d.]|点|号楼|元|块|斤|箱|份|张)"


Slots = dict[str, Any]


def coupon(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    slots: Slots = {}
    if full := scene.says(r"满 ?(?P<min>\d+(?:\.\d+)?) ?(?:元|块)?(?:减|立减|-|送)(?P<amount>\d+(?:\.\d+)?)"):
        slots |= {"min": full["min"], "amount": full["amount"]}
    elif plain_amount := scene.says(
        r"(?P<amount>\d+(?:\.\d+)?) ?(?:元|块钱?)?(?:的)?(?:无门槛|代金|优惠|现金)"
    ):
        slots["amount"] = plain_amount["amount"]
    elif money := next((piece.value for piece in scene.pieces if piece.kind == "money"), None):
        slots["amount"] = plain(money)
    if count := next(
        (piece.value.value for piece in scene.pieces if piece.kind == "qty" and piece.value.unit == "张"),
        None,
    ):
        slots["qty"] = plain(count)
    if to := scene.says(
        r"(?:给|发券 ?|送券 ?|发给 ?|送给 ?)(?P<to>(?!群|大家|所有|全|每|个|一|\d)[^\s\d,，一二两三四五六七八九十几发送张块元]{2,6})(?=[发送 \d一二两三四五六七八九十张个的]|$)"
    ):
        slots["to"] = to["to"]
    return act(intent, (), slots, why="发券")


def order_said(scene: Scene) -> Slots:
    """An order by its code (0501-017, 20261121007) or its last digits."""
    codes = [m[0] for m in re.finditer(ORDER_CODE, scene.text)]
    codes = sorted(codes, key=len, reverse=True)
    return {"order": codes[0]} if codes else {}


def order(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    slots = order_said(scene)
    return act(intent, (), slots | ({} if slots else _person(scene, match)), why=f"听到“{match[0]}”")


def redeem(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    code = re.search(r"(?<!\d)\d[\d -]{2,12}\d(?!\d)", scene.text)
    return act(
        intent, (), {"code": re.sub(r"[ -]", "", code[0])} if code else _person(scene, match), why="核销"
    )


def _person(scene: Scene, match: re.Match[str]) -> Slots:
    """A name beside a command: 小李的单, 给王姐退款."""
    rest = scene.text[: match.start()] + " " + scene.text[match.end() :]
    found = re.search(
        r"(?:给|把|帮|收到|是|查|找)? ?(?P<who>(?:\d{1,3}[栋-][\d-]*)?[\u4e00-\u9fffa-z]{1,6}?)(?:家)?(?:的|发货|订单|单|退|付|转|到账|\s*\d|\s*$)",
        rest.strip(),
    )
    who = found["who"].strip() if found else ""
    who = re.sub("^(?:给|把|帮|收到|查一下|查|找|看看|看|微信|的|了|下|一下|把)+", "", who)
    return {"name": who} if len(who) > 1 and not re.search("订单|单子|今天|全部|钱|款|哪|什么", who) else {}


def payment(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    """收款 0501-017, 0501-017到账了, 收到小李的69.2."""
    slots: Slots = {}
    if (amount := money_said(scene)) is not None:
        slots["amount"] = plain(amount)
    if short := scene.says(r"^收款 ?(?P<who>[\u4e00-\u9fff]{2,4}) ?(?P<n>\d+(?:\.\d+)?)$"):
        return act(intent, (), {"name": short["who"], "amount": short["n"]}, why="收到货款")
    slots |= order_said(scene) if "amount" not in slots or scene.says(r"\d{4}-\d{3}") else {}
    payer = scene.says(
        r"(?:收到|是)?(?P<who>[\u4e00-\u9fff]{2,5}?)(?:家)?(?:的(?:\d|钱|款|转账)|(?:钱|款)?(?:到账|转|付))"
    )
    name = re.sub("^(?:收到|确认|微信|是|收款)+", "", payer["who"]) if payer else ""
    return act(
        intent, (), slots | ({"name": name} if len(name) > 1 and "账" not in name else {}), why="收到货款"
    )


def money_said(scene: Scene) -> Decimal | None:
    """An amount of money: 20块 (块 counts goods as well), 69.2, 25元."""
    for piece in scene.pieces:
        if piece.kind == "money" or (piece.kind == "number" and "." in piece.text):
            return Decimal(piece.value)
        if piece.kind == "qty" and piece.value.unit == "块" and piece.value.value is not None:
            return Decimal(piece.value.value)
    return None


def refund(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    slots = order_said(scene)
    amount = money_said(scene)
    product = next(
        (piece.value[0] for piece in scene.pieces if piece.kind == "product" and len(piece.value) == 1), None
    )
    slots |= {"amount": plain(amount)} if amount is not None else {}
    slots |= {"product": product} if product else {}
    return act(intent, (), slots if "order" in slots else slots | _person(scene, match), why="退款")


def find(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    phone = next((piece.value for piece in scene.pieces if piece.kind == "phone"), None)
    place = next((piece.value for piece in scene.pieces if piece.kind == "place"), None)
    product = next(
        (piece.value[0] for piece in scene.pieces if piece.kind == "product" and len(piece.value) == 1), None
    )
    slots: Slots = {"phone": phone} if phone else order_said(scene) if not place else {"address": place}
    slots |= {"product": product} if product else {}
    return act(intent, (), slots or _person(scene, match), why="查订单")


def role(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    role = next(
        (
            word
            for word in ("管理员", "店员", "配送员", "团长", "客服", "收银员", "店长")
            if word in scene.text
        ),
        None,
    )
    who = scene.says(
        r"(?:让|把|给|设|加|添加|任命|授权)? ?@?(?P<who>[\u4e00-\u9fffa-z]{1,6}?) ?(?:当|做|设为|设成|为|成为|升|加为|是|管理员|店员|配送员|团长|客服)"
    )
    name = re.sub("^(?:让|把|给|设|加|添加|任命|授权|设置)+", "", who["who"]) if who else ""
    return act(
        intent,
        (),
        ({"to": name} if name and name != role else {}) | ({"role": role} if role else {}),
        why="加人手",
    )


def mute(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    who = scene.says(
        r"(?:禁言|静音|踢(?:掉|出)?|让)[ @]*(?P<who>(?!他|她|那|一|\d|群|这)[\u4e00-\u9fffa-z]{2,6}?)(?=[ \d一二三两]|别|闭|天|小时|$)|把(?P<whom>(?!他|她|那|群)[\u4e00-\u9fffa-z]{2,6}?)(?:禁言|踢|静音)"
    )
    return act(intent, (), {"to": who["who"] or who["whom"]} if who else {}, why="禁言")
