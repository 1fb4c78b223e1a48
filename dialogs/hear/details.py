"""细: the slots of single questions — the unit of a price, the amount that was paid, the stars."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dialogs.hear.around import iso, moment_said, said_at
from dialogs.hear.money import plain
from dialogs.hear.scene import Scene, quoted_sku
from dialogs.hear.settle import fits
from dialogs.hear.specs import Spec
from dialogs.hear.wants import Gathered


def topic(scene: Scene, gathered: Gathered) -> dict[str, Any]:
    """The product, sku, unit or campaign that the question names."""
    for want in gathered.wants:
        if want.sku:
            return {"sku": want.sku, **({"campaign": want.campaign} if want.campaign else {})}
        if len(want.products) == 1:
            return _product_topic(scene, want.products[0], [*want.specs, *_specs(scene)])
    sku = quoted_sku(scene)
    return {"sku": sku} if sku else {}


def _specs(scene: Scene) -> list[Spec]:
    return [piece.value for piece in scene.pieces if piece.kind in ("spec", "specword")]


def _product_topic(scene: Scene, product: str, specs: list[Spec]) -> dict[str, Any]:
    topic: dict[str, Any] = {"product": product}
    skus = (
        [sku for sku in scene.offer.skus(product) if all(fits(spec, sku) for spec in specs)] if specs else []
    )
    if not skus and any(spec.word.startswith("整") for spec in specs):
        skus = [sku for sku in scene.offer.skus(product) if sku.unit in {spec.word[1:] for spec in specs}]
    if len(skus) == 1:
        topic |= {"sku": skus[0].id, "unit": skus[0].unit}
    return topic


def _unit_asked(scene: Scene, gathered: Gathered) -> dict[str, Any]:
    unit = next(
        (piece.value.unit for piece in scene.pieces if piece.kind == "qty" and piece.value.value == 1), None
    )
    match = re.search(
        r"(?:多少钱|几块|多少|怎么卖|咋卖)?一(?P<u>[斤箱盒袋包提板瓶罐桶个只条串根块份打件])", scene.text
    )
    unit = unit or (match["u"] if match else None)
    return {"unit": unit} if unit else {}


def _stock(scene: Scene, gathered: Gathered) -> dict[str, Any]:
    slots: dict[str, Any] = {}
    only = scene.offer.only_item()
    if not topic(scene, gathered) and only and (scene.says("秒杀|团") or not _unknown_goods(scene)):
        slots |= {"sku": only[1].sku, **({"campaign": only[0].id} if scene.says("秒杀|团") else {})}
    elif not topic(scene, gathered) and (unknown := _unknown_goods(scene)):
        slots["unresolved"] = [unknown]
    return slots


def _unknown_goods(scene: Scene) -> str:
    match = re.search(
        r"有(?:没有|没得|没)?(?P<what>[\u4e00-\u9fff]{1,6}?)(?:卖|吗|么|没|不|货|$)|(?P<before>[\u4e00-\u9fff]{2,5})还?有",
        scene.text,
    )
    what = (match["what"] or match["before"] or "") if match else ""
    return (
        what if any(piece.kind in ("word", "char") and piece.text in what for piece in scene.pieces) else ""
    )


def _category(scene: Scene, gathered: Gathered) -> dict[str, Any]:
    found = next((category for category in categories(scene) if category in scene.text), None)
    return {"category": found} if found else {}


def categories(scene: Scene) -> tuple[str, ...]:
    return scene.offer.catalogue.categories


def _coupon(scene: Scene, gathered: Gathered) -> dict[str, Any]:
    """满50减10 names a coupon by its numbers."""
    slots: dict[str, Any] = {}
    numbers = re.findall(r"\d+", scene.text)
    for coupon in scene.offer.catalogue.coupons:
        if coupon.code.lower() in scene.text or (
            len(numbers) > 1 and numbers[:2] == re.findall(r"\d+", coupon.title)[:2]
        ):
            slots["coupon"] = coupon.code
    flash = next((one for one in scene.offer.campaigns if one.kind == "flash"), None)
    if flash and "秒杀" in scene.text:
        slots["campaign"] = flash.id
    return slots


def _paid(scene: Scene, gathered: Gathered) -> dict[str, Any]:
    amount = next((piece.value for piece in scene.pieces if piece.kind == "money"), None)
    match = re.search(
        r"(?:给|转|付|打)(?:给?你|好|完|清|过去|过来|过)?了?(?P<n>\d+(?:\.\d{1,2})?)(?!\d|-)", scene.text
    )
    slots = _order_code(scene, gathered)
    if amount is not None:
        return {"amount": plain(amount), **slots}
    return {"amount": match["n"], **slots} if match else slots


def _way(scene: Scene, gathered: Gathered) -> dict[str, Any]:
    if scene.says(
        "(?:别|不要|不想|不是|(?<!能)不)(?:用|去|再)?(?:现金|到店|货到|转账|微信转|支付宝转)"
    ):  # 不到店付了
        return {}
    if scene.says(
        "现金|到店(?:再)?付|货到(?:再)?付|来了(?:再)?付|到了(?:再)?付|自提(?:再)?付|取货(?:时|的时候)?(?:再)?付|见面付|当面付|拿货(?:时)?(?:再)?付"
    ):
        return {"way": "cash"}
    return {"way": "transfer"} if scene.says("转账|微信转|支付宝转") else {}


def _order_code(scene: Scene, gathered: Gathered) -> dict[str, Any]:
    match = re.search(r"(?<!\d)(\d{4}-?\d{3}|\d{8,14})(?!\d)", scene.text)
    phone = any(piece.kind == "phone" for piece in scene.pieces)
    return {"order": match[1]} if match and not phone else {}


def _damage(scene: Scene, gathered: Gathered) -> dict[str, Any]:
    amounts = [piece.value for piece in scene.pieces if piece.kind == "qty" and piece.value.value is not None]
    if not amounts:
        return {}
    unit = {"unit": amounts[0].unit} if amounts[0].unit else {}
    return {"qty": plain(amounts[0].value), **unit}


def _stars(scene: Scene, gathered: Gathered) -> dict[str, Any]:
    match = re.search("(?P<n>[1-5一二三四五])(?:颗)?星", scene.text)
    return {"stars": int("一二三四五".find(match["n"]) + 1 or match["n"])} if match else {}


def _booked(scene: Scene, gathered: Gathered) -> dict[str, Any]:
    amounts = [piece.value for piece in scene.pieces if piece.kind == "qty" and piece.value.value is not None]
    moment = moment_said(scene)
    slots: dict[str, Any] = {"qty": plain(amounts[0].value)} if amounts else {}
    if moment and (at := said_at(moment, scene.now)):
        slots["at"] = at
    return slots


def _before(scene: Scene, gathered: Gathered) -> dict[str, Any]:
    moment = moment_said(scene)
    at = moment.at(scene.now) if moment and scene.now else None
    return {"before" if moment and moment.side == "before" else "deliver_at": iso(at)} if at else {}


def _campaign(scene: Scene, gathered: Gathered) -> dict[str, Any]:
    campaigns = scene.offer.campaigns
    named = [one for one in campaigns if (one.kind == "flash") == bool(scene.says("秒"))] or list(campaigns)
    return {"campaign": named[-1].id} if named else {}


def _code(scene: Scene, gathered: Gathered) -> dict[str, Any]:
    match = re.search("[0-9a-z]{4,12}$", scene.text)
    return {"code": match[0]} if match else {}


SLOTS: Mapping[str, Any] = {
    "bind": _code,
    "price.query": _unit_asked,
    "stock.query": _stock,
    "catalog.query": _category,
    "coupon.query": _coupon,
    "coupon.claim": _coupon,
    "pay.notify": _paid,
    "pay.ask": _way,
    "order.query": _order_code,
    "aftersale.report": _damage,
    "review.give": _stars,
    "booking.request": _booked,
    "delivery.query": _before,
    "campaign.query": _campaign,
}
