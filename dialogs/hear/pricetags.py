"""价签: goods with prices, stocks and limits in a merchant's words — 草莓19.9一盒 限30盒, 每人限2块."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from dialogs.hear.lattice import Piece
from dialogs.hear.offer import Offer
from dialogs.hear.reading import Clarify
from dialogs.hear.scene import Scene
from dialogs.hear.settle import fits, fits_pack
from dialogs.hear.specs import Spec
from dialogs.hear.units import same_unit
from shop.goods import Sku

LIMIT = re.compile(r"(?:每人|一人|每户|每单|人均)(?:最多|只能|限|限购|限买)*$|限购$")
LEAST = re.compile(r"(?:满|够|凑够|凑满|起)$")
STOCK = re.compile(
    r"(?:库存|存货|货|有|剩|限|限量|共|总共|进|到|补|入库|来|加|备|数量)(?:改|改成|改为|改到|设|设为|调|调到|调成|成|为|到|是|了|还有|还剩|只剩|只有|剩|加|:|个| )*$"
)
PRICE = re.compile(
    r"(?:价|价格|卖|售|改|改成|改为|调到|涨到|降到|现价|特价|原价|定价|只要|才|成|到|为|￥|:|元|是)+ ?$"
)


@dataclass(frozen=True, slots=True)
class Tag:
    """What was said about one product."""

    products: tuple[str, ...] = ()
    heard: str = ""
    specs: tuple[Spec, ...] = ()
    unit: str | None = None
    price: Decimal | None = None
    stock: Decimal | None = None
    limit: Decimal | None = None
    least: Decimal | None = None
    source: str = "exact"

    def sku(self, offer: Offer) -> Sku | None:
        """The one sku that spec and unit name."""
        if len(self.products) != 1 or not (self.specs or self.unit):
            return None
        every = offer.skus(self.products[0])
        skus = [sku for sku in every if all(fits(spec, sku) for spec in self.specs)]
        skus = skus or [sku for sku in every if all(fits_pack(spec, sku) for spec in self.specs)]
        if self.unit:
            skus = [sku for sku in skus if same_unit(offer.catalogue, sku.unit, self.unit)]
        return skus[0] if len(skus) == 1 else None


def tags(scene: Scene, pieces: Sequence[Piece] | None = None) -> list[Tag]:
    """One tag for each product named; what is said before the first product belongs to it."""
    found: list[Tag] = []
    early = Tag()
    for piece in pieces or scene.pieces:
        if piece.kind == "product":
            counted = early.price is not None or early.stock is not None  # 开一个团 counts no goods
            before = replace(early, unit=early.unit if counted else None)
            new = replace(
                before if not found else Tag(), products=piece.value, heard=piece.text, source=piece.source
            )
            found.append(new)
        elif found:
            found[-1] = _told(scene, found[-1], piece)
        else:
            early = _told(scene, early, piece)
    return found or ([early] if early != Tag() else [])


def _told(scene: Scene, tag: Tag, piece: Piece) -> Tag:
    before = scene.text[max(0, piece.start - 8) : piece.start]
    if piece.kind == "spec" and (one := re.fullmatch("一(?P<unit>[\u4e00-\u9fff])的", piece.text)):
        return replace(tag, unit=one["unit"])  # 一箱的价格
    if piece.kind in ("spec", "specword"):
        return replace(tag, specs=(*tag.specs, piece.value))
    if piece.kind == "money":
        return tag if tag.price is not None else replace(tag, price=piece.value)
    if piece.kind == "number":
        return _numbered(tag, piece.value, None, before)
    if piece.kind == "qty" and piece.value.value is not None:
        quantity = piece.value
        if quantity.unit == "块" and tag.price is None and not _counts_pieces(scene, tag, before):
            return replace(tag, price=quantity.value)
        return _numbered(tag, quantity.value, quantity.unit, before)
    return tag


def _counts_pieces(scene: Scene, tag: Tag, before: str) -> bool:
    """限2块, 豆腐又送来40块: no money."""
    sold = any(sku.unit == "块" for id in tag.products for sku in scene.offer.skus(id))
    return bool(
        re.search("限|库存", before[-4:]) or (sold and STOCK.search(before) and not PRICE.search(before))
    )


def _numbered(tag: Tag, value: Decimal, unit: str | None, before: str) -> Tag:
    if LIMIT.search(before):
        return replace(tag, limit=value, unit=tag.unit or unit)
    if LEAST.search(before):
        return replace(tag, least=value)
    if STOCK.search(before) and not re.search("(?:价|涨|降|卖)[^,，]*$", before):
        return replace(tag, stock=value, unit=unit or tag.unit)
    if value == 1 and unit:
        return replace(tag, unit=tag.unit or unit)  # 一盒
    if unit is None and tag.price is None:
        return replace(tag, price=value)
    if unit and tag.stock is None:
        return replace(tag, stock=value, unit=tag.unit or unit)
    return tag


def unclear(tag: Tag, scene: Scene, intent: str) -> Clarify | None:
    """The question a command leaves when its product is not one."""
    if len(tag.products) == 1:
        return None
    return Clarify(
        "product", tag.products, "ambiguous" if tag.products else "unknown_product", heard=tag.heard or None
    )


def slash_units(text: str) -> Iterator[tuple[str, str]]:
    """5.8/斤, 25元每盒: a price and its unit."""
    for match in re.finditer(
        r"(?P<price>\d+(?:\.\d+)?)\s*(?:元|块)?\s*(?:/|每|一)\s*(?P<unit>[\u4e00-\u9fff])", text
    ):
        yield match["price"], match["unit"]
