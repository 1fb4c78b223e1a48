"""掌柜: a merchant's commands in the private chat, in natural words or short: 车厘子改价89, 今晚8点截团, 收款 17."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from dialogs.hear.around import iso
from dialogs.hear.lexicon import table
from dialogs.hear.merchant_orders import Slots, coupon, find, mute, order, payment, redeem, role
from dialogs.hear.merchant_short import about_order, basket, points, refund
from dialogs.hear.money import plain
from dialogs.hear.orders import like
from dialogs.hear.pricetags import Tag, slash_units, tags
from dialogs.hear.reading import Clarify, Reading
from dialogs.hear.scene import Scene, act, ask


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


def command(scene: Scene) -> Reading | None:
    if scene.context.chat != "admin":
        return None
    for one in commands():
        if one.first and (match := one.first.match(scene.text)):
            return FILL[one.intent](scene, one.intent, match)
    for one in commands():
        match = one.any.search(scene.text) if one.any and _has(scene, one.needs) else None
        if one.goods and not match and _has(scene, "product") and _has(scene, "number"):
            match = one.goods.search(scene.text)
        match = match or (one.bare.search(scene.text) if one.bare else None)
        if match and not (one.unless and one.unless.search(scene.text)):
            return FILL[one.intent](scene, one.intent, match)
    return None


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


# --- goods


def _goods(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
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


def _restock(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    """补货 橙子 +20: the one number beside goods that come in is how many came."""
    reading = _goods(scene, intent, match)
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


def _product_add(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
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


def _special(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
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
        slots["items"] = _items(scene, found)
    return act(intent, (), slots, why=f"特价 {len(found)} 样")


def _items(scene: Scene, found: list[Tag]) -> list[Slots]:
    return [
        {"sku": _sku_of(scene, tag), **({"price": plain(tag.price)} if tag.price is not None else {})}
        for tag in found
    ]


def _sku_of(scene: Scene, tag: Tag) -> str:
    skus = scene.offer.skus(tag.products[0])
    return (tag.sku(scene.offer) or next((sku for sku in skus if sku.default), skus[0])).id


# --- campaigns


def _flash(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    reading = _goods(scene, intent, match)
    if reading.action != "act":
        return reading
    times = _times(scene)
    slots = dict(reading.slots)
    if len(times) > 1:
        slots |= {"from": iso(times[0]), "until": iso(times[1])}
    elif times:
        starts = scene.says(r"点(?:钟|半|\d+分?)?(?:准时|开始|开|起|上|整?秒|整?抢)") and not scene.says(
            r"(?:到|截|止|结束)[^,，]{0,3}\d*点?"
        )
        slots["from" if starts else "until"] = iso(times[0])
    return act(intent, (), slots, why="开秒杀")


def _groupbuy(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    found = [tag for tag in tags(scene) if tag.products]
    if not found:
        return ask(intent, Clarify("product", (), "no_goods"), why="没说团什么")
    bad = next((tag for tag in found if len(tag.products) != 1), None)
    if bad is not None:
        return ask(intent, Clarify("product", bad.products), why="不知道是哪样货")
    slots: Slots = {"items": _items(scene, found)}
    if title := _title(scene.text[: scene.text.find(found[0].heard)]):
        slots["title"] = title
    least = next((tag.least for tag in found if tag.least is not None), None)
    if least is not None:
        slots["min"] = plain(least)
    if times := _times(scene):
        slots["until"] = iso(times[-1])
    return act(intent, (), slots, why=f"开团 {len(found)} 样")


def _title(text: str) -> str:
    """周一早餐团, before the goods; 新开团 is no title."""
    for match in re.finditer(r"[\u4e00-\u9fff\d]{2,14}团(?=[ :,，])", text):
        title = re.sub("^(?:新)?(?:开团|开个|开一个|组个|发个|开|建|组)", "", match[0])
        if len(title) > 2 and not re.fullmatch("(?:一|个|新|拼|开)*团", title):
            return title
    return ""


def _times(scene: Scene) -> list[datetime]:
    """The times said, a later one on the day of an earlier one (晚上8点到9点)."""
    moments = [piece.value for piece in scene.pieces if piece.kind == "time" and piece.value.has_clock]
    found = [at for moment in moments if scene.now and (at := moment.at(scene.now))]
    return [
        at.replace(year=found[0].year, month=found[0].month, day=found[0].day) if n and at < found[0] else at
        for n, at in enumerate(found)
    ]


def _deadline(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    slots = campaign_slot(scene)
    times = _times(scene)
    if times:
        slots["at"] = iso(times[-1])
    return act(intent, (), slots, why="改截团时间")


def campaign_slot(scene: Scene) -> Slots:
    """The campaign that is meant: by its kind or title, else the newest open one."""
    offered = scene.offer.campaigns or tuple(
        one for one in scene.offer.catalogue.campaigns if one.status == "open"
    )
    if scene.says("秒杀"):
        offered = tuple(one for one in offered if one.kind == "flash") or offered
    elif scene.says("团"):
        offered = tuple(one for one in offered if one.kind == "groupbuy") or offered
    titled = [
        one
        for one in offered
        if any(name in scene.text for name in (one.title[:2], one.title[-4:], one.title[-3:]))
    ]
    chosen = titled or list(offered)
    return {"campaign": chosen[-1].id} if len(chosen) == 1 or (scene.offer.campaigns and chosen) else {}


def _campaign_only(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    return act(intent, (), campaign_slot(scene), why=f"听到“{match[0]}”")


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
    "admin.sold_here": _restock,
    "admin.count": _restock,
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
    "admin.flash_create": _flash,
    "admin.special_post": _special,
    "admin.groupbuy_create": _groupbuy,
    "admin.campaign_deadline": _deadline,
    "admin.campaign_close": _campaign_only,
    "admin.product_add": _product_add,
    "admin.product_off": _goods,
    "admin.restock": _restock,
    "admin.product_set": _goods,
}
