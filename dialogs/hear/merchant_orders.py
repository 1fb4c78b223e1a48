"""单: a merchant about orders, money and people — 发货, 核销, 退款, 收款, 发券, 禁言."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from dialogs.hear.merchant_people import person_said
from dialogs.hear.money import plain
from dialogs.hear.reading import Reading
from dialogs.hear.scene import Scene, act

# A few digits are an order where nothing else is counted with them: 收款 17, 17到账了, 17号单; not 等1分钟, 1楼, 1笔.
BEHIND = r"(?=$|[\s,，、。;；:：!！]|号?单|[那这]一?单|的?[单钱款]|[也都全已就刚先]|[到收付转发退送取核寄出完好给]|帮我|给我|现在|什么|情况)"
ORDER_CODE = (
    r"(?<![\d.])(?:\d{4}-\d{3}|\d{8}-?\d{3,4}|\d{7}|\d{1,14}"
    + BEHIND
    + r")(?![\d.]|点|号楼|元|块|斤|箱|份|张)"
)
AROUND_A_NAME = re.compile("^(?:收到|确认|微信|是|收款)+|(?:的|刚才?|已经?|都|[今昨][天早晚儿]|[上下中]午)+$")

Slots = dict[str, Any]


def coupon(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    slots: Slots = {}
    if full := scene.says(r"满 ?(?P<min>\d+(?:\.\d+)?) ?(?:元|块)?(?:减|立减|-|送)(?P<amount>\d+(?:\.\d+)?)"):
        slots |= {"min": full["min"], "amount": full["amount"]}
    elif plain_amount := scene.says(
        r"(?P<amount>\d+(?:\.\d+)?) ?(?:元|块钱?)?(?:的)?(?:无门槛|代金|优惠|现金)"
    ):
        slots["amount"] = plain_amount["amount"]
    elif (money := money_said(scene)) is not None:
        slots["amount"] = plain(money)
    if count := next(
        (piece.value.value for piece in scene.pieces if piece.kind == "qty" and piece.value.unit == "张"),
        None,
    ):
        slots["qty"] = plain(count)
    if to := person_said(scene):
        slots["to"] = to
    return act(intent, (), slots, why="发券")


def order_said(scene: Scene) -> Slots:
    """An order by its code (0501-017, 20261121007) or its last digits; the figures of amounts and places are none."""
    taken = [
        (p.start, p.end)
        for p in scene.pieces
        if p.kind in ("money", "qty", "place", "time", "phone", "spec")
        and not re.fullmatch(r"[\d-]+", p.text)
    ]
    found = (m for m in re.finditer(ORDER_CODE, scene.text) if not any(a <= m.start() < b for a, b in taken))
    codes = sorted((m[0] for m in found), key=len, reverse=True)
    return {"order": codes[0]} if codes else {}


def where_said(scene: Scene) -> Slots:
    """A building as it was numbered: 3栋的单都送出去了."""
    place: Slots = next((piece.value for piece in scene.pieces if piece.kind == "place"), {})
    return {"building": str(place["building"])} if "building" in place else {}


def order(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    slots = order_said(scene)
    return act(intent, (), slots or where_said(scene) | _person(scene), why=f"听到“{match[0]}”")


def redeem(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    code = re.search(r"(?<!\d)\d[\d -]{2,12}\d(?!\d)", scene.text)
    return act(intent, (), {"code": re.sub(r"[ -]", "", code[0])} if code else _person(scene), why="核销")


def _person(scene: Scene) -> Slots:
    who = person_said(scene)
    return {"name": who} if who else {}


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
    name = AROUND_A_NAME.sub("", payer["who"]) if payer else ""
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
    said = scene.says(r"(?P<n>\d+(?:\.\d+)?)(?:块|元)")  # 8块的券
    return Decimal(said["n"]) if said else None


def refund(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    slots = order_said(scene)
    amount = money_said(scene)
    product = next(
        (piece.value[0] for piece in scene.pieces if piece.kind == "product" and len(piece.value) == 1), None
    )
    bare = {} if amount is not None else _bare_amount(scene)
    slots = bare or slots | ({"amount": plain(amount)} if amount is not None else {})
    slots |= {"product": product} if product else {}
    who = {} if "order" in slots else _person(scene)
    return act(intent, (), slots | who, why="退款")


def _bare_amount(scene: Scene) -> Slots:
    """退老段79: a number behind a person is money."""
    said = scene.says(r"[\u4e00-\u9fff](?P<n>\d{1,4}(?:\.\d{1,2})?)(?=[,，。]|$)")
    return {"amount": said["n"]} if said and not scene.says(r"\d{4}-\d{3}|20\d{9}") else {}


def find(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    phone = next((piece.value for piece in scene.pieces if piece.kind == "phone"), None)
    place = next((piece.value for piece in scene.pieces if piece.kind == "place"), None)
    product = next(
        (piece.value[0] for piece in scene.pieces if piece.kind == "product" and len(piece.value) == 1), None
    )
    tail = scene.says(r"尾号 ?(?P<n>\d{3,4})")
    slots: Slots = {"phone": phone} if phone else {"phone": tail["n"]} if tail else order_said(scene)
    slots = {"address": place} | where_said(scene) if place else slots
    slots |= {"product": product} if product else {}
    return act(intent, (), slots or _person(scene), why="查订单")


def role(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    role = next(
        (
            word
            for word in ("管理员", "店员", "配送员", "团长", "客服", "收银员", "店长")
            if word in scene.text
        ),
        None,
    )
    who = person_said(scene)
    return act(intent, (), ({"to": who} if who else {}) | ({"role": role} if role else {}), why="加人手")


def mute(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    who = person_said(scene)
    return act(intent, (), {"to": who} if who else {}, why="禁言")
