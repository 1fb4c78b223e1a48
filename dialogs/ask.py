"""问一句: the question for each thing that the reader could not settle; four choices at most, answered by a number."""

from __future__ import annotations

from dataclasses import replace

from dialogs import voice
from dialogs.engine import Question
from dialogs.hear.reading import Clarify, Pending
from dialogs.speech import Button
from dialogs.turn import Turn
from shop.goods import Sku
from shop.rules.orders import MOST_OF_ONE

MOST_CHOICES = 6


def clarify_question(turn: Turn) -> Question | None:
    """What to ask after this reading; None when it did not ask for anything."""
    clarify = turn.reading.clarify
    if clarify is None:
        return None
    if clarify.slot == "confirm":
        return _is_it(turn, clarify)
    text, labels = _words(turn, clarify)
    buttons = tuple(Button(label, str(n)) for n, label in enumerate(labels, start=1))
    said = f"{turn.name}，{text}" if turn.room else text
    return Question((turn.here(said, buttons=buttons),), asked="lines", pending=Pending.after(clarify))


def _is_it(turn: Turn, clarify: Clarify) -> Question:
    goods = "、".join(
        f"{turn.shelf.catalogue.product_of(line.sku).name}{line.qty}{line.unit}" for line in clarify.lines
    )
    buttons = (Button("对", "对"), Button("不对", "不对"))
    text = f"是要{goods}吗？回“对”就记下" if goods else "按金额我算不准，要几份？比如“香蕉3斤”"
    said = f"{turn.name}，{text}" if turn.room else text
    return Question((turn.here(said, buttons=buttons),), asked="lines", pending=Pending.after(clarify))


def _words(turn: Turn, clarify: Clarify) -> tuple[str, list[str]]:
    catalogue = turn.shelf.catalogue
    options = clarify.options[:MOST_CHOICES]
    if clarify.reason == "all_but":
        return f"不要的几样我没听准，要的说名字就行，比如“{_first(turn)}1份”", []
    if clarify.slot == "product":
        names = [catalogue.product[id].name for id in options if id in catalogue.product]
        heard = f"“{clarify.heard}”" if clarify.heard else "这个"
        if not names and not clarify.heard:
            return f"要哪样？说名字就行，比如“{_first(turn)}”", []
        if not names:
            return f"没找到{heard}，回“菜单”看看今天有什么", []
        if len(names) == 1:
            return f"{heard}是{names[0]}吗？回“对”就记下", []
        return f"{heard}是哪一种：{voice.options(names)}，回数字", names
    skus = [catalogue.sku[id] for id in options if id in catalogue.sku]
    labels = [_label(turn, sku) for sku in skus]
    name = _name(turn, clarify, skus)
    if clarify.slot == "qty":
        return _how_many(turn, name, clarify, skus), []
    if clarify.slot in ("unit", "spec") and len(labels) <= 1:
        return _how_many(turn, name, replace(clarify, reason="no_sku_with_unit"), skus), []
    if clarify.slot == "line":
        return _which_line(turn, clarify, skus, labels), labels if len(labels) > 1 else []
    if clarify.slot == "campaign_item":
        return f"要哪一样：{voice.options(labels)}，回数字" if labels else "要哪一样？说名字就行", labels
    return f"{name}有{len(labels)}种：{voice.options(labels)}，回数字", labels


def _first(turn: Turn) -> str:
    products = turn.shelf.catalogue.products
    return products[0].name if products else "苹果"


def _which_line(turn: Turn, clarify: Clarify, skus: list[Sku], labels: list[str]) -> str:
    if clarify.reason == "unclear_change" and len(skus) == 1:
        name, unit = turn.shelf.catalogue.product[skus[0].product].name, skus[0].unit
        return f"{name}怎么改没听准，先不动。要改就说“{name}改2{unit}”"
    if labels:
        return f"改哪一样：{voice.options(labels)}，回数字"
    named = turn.shelf.catalogue.product.get(clarify.product or "")
    return f"单里没有{named.name}。看看订了什么：回“我的订单”" if named else "要改哪一样？比如“香蕉改3斤”"


def _label(turn: Turn, sku: Sku) -> str:
    name = turn.shelf.catalogue.product[sku.product].name
    price = turn.shelf.price(sku.id, turn.day).price
    spec = "" if sku.spec == "散称" else sku.spec
    return f"{name}{spec} {voice.price(price, sku.unit)}"


def _name(turn: Turn, clarify: Clarify, skus: list[Sku]) -> str:
    product = clarify.product or (skus[0].product if skus else None)
    found = turn.shelf.catalogue.product.get(product or "")
    return found.name if found else "这个"


def _how_many(turn: Turn, name: str, clarify: Clarify, skus: list[Sku]) -> str:
    product = turn.shelf.catalogue.product.get(clarify.product or "")
    sold = skus or (list(product.skus) if product else [])
    unit = clarify.unit or (sold[0].unit if sold else "份")
    match clarify.reason:
        case "over_limit":
            return f"{name}一单最多 {MOST_OF_ONE} {unit}，要多少？量大请说“转人工”"
        case "half":
            return f"{name}按整{unit}卖，要几{unit}？比如“{name}1{unit}”"
        case "no_sku_with_unit":
            return _sold_by(turn, name, sold)
        case _:
            return f"{name}要几{unit}？说个准数，比如“{name}2{unit}”"


def _sold_by(turn: Turn, name: str, sold: list[Sku]) -> str:
    """草莓按盒卖（¥28.00/盒），要几盒？"""
    prices = "、".join(voice.price(turn.shelf.price(sku.id, turn.day).price, sku.unit) for sku in sold)
    units = "、".join(dict.fromkeys(sku.unit for sku in sold))
    return (
        f"{name}按{units}卖（{prices}），要几{sold[0].unit}？"
        if sold
        else f"{name}怎么卖我没弄清，回“菜单”看看"
    )
