"""货令: commands about goods — 车厘子改价89, 补货 橙子 +20, 加个新品 云南蓝莓 125克一盒 15.9, 今日特价 草莓 19.9."""

from __future__ import annotations

import re
from dataclasses import replace

from dialogs.hear.half_said import like
from dialogs.hear.merchant_orders import Slots
from dialogs.hear.money import plain
from dialogs.hear.pricetags import Tag, slash_units, tags
from dialogs.hear.reading import Clarify, Reading
from dialogs.hear.scene import Scene, act, ask

NEGATIVE = re.compile(r"(?<![\da-z])[-负] ?\d")


def goods(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    """One product with what changes about it."""
    found = tags(scene)
    named = next((tag for tag in found if tag.products), None)
    if named is None or len(named.products) != 1:
        heard = named.heard if named else _unknown_name(scene, match)
        options = named.products if named else like(scene, heard) if heard else ()
        return ask(
            intent,
            Clarify("product", options, None if options else "unknown_product", heard=heard or None),
            why="不知道是哪样货",
        )
    return act(intent, (), tag_slots(scene, named), why=f"听到“{match[0]}”")


def set_goods(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    """改价 橙子 -5 sets nothing: a price or a stock below zero is asked about."""
    reading = goods(scene, intent, match)
    if reading.action != "act" or not NEGATIVE.search(scene.text):
        return reading
    product = reading.slots["product"]
    question = Clarify("qty", (), "negative", product=product)
    return ask(intent, question, {"product": product}, why="数不能是负的")


def restock(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    """补货 橙子 +20: the one number beside goods that come in is how many came."""
    reading = goods(scene, intent, match)
    slots = dict(reading.slots)
    price = slots.pop("price", None)
    stock = slots.pop("stock", None) or (price if _is_count(scene) else None)
    if stock is not None:
        slots["qty"] = stock
        units = [sku for sku in scene.offer.skus(slots["product"]) if sku.unit == slots.get("unit")]
        if len(units) == 1:
            slots["sku"] = units[0].id
    return replace(reading, slots=slots)


def _is_count(scene: Scene) -> bool:
    return not any(piece.kind == "money" for piece in scene.pieces)


def tag_slots(scene: Scene, tag: Tag) -> Slots:
    slots: Slots = {"product": tag.products[0]}
    unit = tag.unit or next((unit for _, unit in slash_units(scene.text)), None)
    if sku := Tag(tag.products, specs=tag.specs, unit=unit).sku(scene.offer):
        slots["sku"] = sku.id
        unit = unit or sku.unit
    for name, value in (("price", tag.price), ("stock", tag.stock), ("limit", tag.limit), ("min", tag.least)):
        if value is not None:
            slots[name] = plain(value)
    return slots | ({"unit": unit} if unit else {})


def _unknown_name(scene: Scene, match: re.Match[str]) -> str:
    rest = [
        piece.text
        for piece in scene.pieces
        if piece.kind in ("word", "char", "latin") and not match.start() <= piece.start < match.end()
    ]
    return "".join(rest[:3])


def product_add(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    """加个新品，云南蓝莓，125克一盒，卖15块9，有40盒."""
    rest = re.sub("^(?:一?[个款种样]|个新品)", "", scene.text[match.end() :].lstrip(" :,，、的"))
    name = re.match(
        r"[^\d,，:;；\n]*?(?=[,，:;；\n]|\s|\d|[一二两三四五六七八九十]+(?:块|元|斤|箱|盒|袋|瓶|克)|卖|每|$)",
        rest,
    )
    if not name or not name[0].strip():
        return ask(intent, Clarify("product", (), "no_name"), why="没说新品叫什么")
    body = [
        piece
        for piece in scene.pieces
        if piece.start >= match.end() + scene.text[match.end() :].find(name[0]) + len(name[0])
        and piece.kind != "product"
    ]
    told = tags(scene, body)
    tag = told[0] if told else Tag()
    slots: Slots = {"name": name[0].strip()}
    spec = re.search(
        r"\d+(?:\.\d+)? ?(?:ml|l|g|kg|克|毫升|升|斤|公斤|枚|寸)(?:[*x]\d+[\u4e00-\u9fff]?)?(?:装)?", rest
    )
    if (
        spec
        and spec[0] not in ("",)
        and not re.match(r".{0,2}(?:库存|有)", rest[max(0, spec.start() - 3) : spec.start()])
    ):
        slots["spec"] = spec[0]
    unit = (
        next((unit for _, unit in slash_units(scene.text)), None)
        or (re.search(r"一(?P<u>[斤箱盒袋包提板瓶罐桶个只条串根块份打件张支套位])", rest) or {"u": None})["u"]
        or tag.unit
    )
    for key, value in (("price", tag.price), ("stock", tag.stock)):
        if value is not None:
            slots[key] = plain(value)
    return act(intent, (), slots | ({"unit": unit} if unit else {}), why="添新品")


def special(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    found = [tag for tag in tags(scene) if tag.products]
    if any(len(tag.products) != 1 for tag in found):
        return ask(
            intent,
            Clarify("product", next(t.products for t in found if len(t.products) != 1)),
            why="不知道是哪样货",
        )
    if not found:
        return act(intent, why=f"听到“{match[0]}”")
    slots = tag_slots(scene, found[0])
    if len(found) > 1:
        slots["items"] = items(scene, found)
    return act(intent, (), slots, why=f"特价 {len(found)} 样")


def items(scene: Scene, found: list[Tag]) -> list[Slots]:
    return [
        {"sku": _sku_of(scene, tag), **({"price": plain(tag.price)} if tag.price is not None else {})}
        for tag in found
    ]


def _sku_of(scene: Scene, tag: Tag) -> str:
    skus = scene.offer.skus(tag.products[0])
    return (tag.sku(scene.offer) or next((sku for sku in skus if sku.default), skus[0])).id
