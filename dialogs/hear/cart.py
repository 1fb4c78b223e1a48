"""篮: which lines of the cart a word or an amount may mean."""

from __future__ import annotations

from decimal import Decimal

from dialogs.hear.offer import Want
from dialogs.hear.quantities import Quantity
from dialogs.hear.reading import Line
from dialogs.hear.scene import Scene
from dialogs.hear.settle import fits_pack, settle
from dialogs.hear.units import same_unit

PACKING = "袋盒箱瓶罐桶筐杯"


def of_cart(scene: Scene, want: Want) -> list[Line]:
    goods = scene.offer.catalogue.sku
    lines = [line for line in scene.context.cart if line.sku in goods]
    if want.sku:
        return [line for line in lines if line.sku == want.sku]
    if want.products:
        return [line for line in lines if goods[line.sku].product in want.products]
    return lines


def short_for(scene: Scene, word: str) -> list[Line]:
    """本子, where 作业本 is in the order: the lines whose goods a word that is no name of ours may mean."""
    if len(word) < 2 or word[0] in PACKING:
        return []  # 袋子不要了 is said of no 垃圾袋
    goods = scene.offer.catalogue.sku
    meant = scene.lattice.names.having(word) or scene.lattice.names.ending_with(word.rstrip("子儿"))
    return [line for line in scene.context.cart if line.sku in goods and goods[line.sku].product in meant]


def by_specs(scene: Scene, want: Want, lines: list[Line]) -> list[Line]:
    goods = scene.offer.catalogue.sku
    return [line for line in lines if all(fits_pack(spec, goods[line.sku]) for spec in want.specs)] or lines


def by_unit(scene: Scene, quantity: Quantity) -> list[Line]:
    return [
        line
        for line in scene.context.cart
        if line.sku in scene.offer.catalogue.sku and unit_fits(scene, line, quantity)
    ]


def unit_fits(scene: Scene, line: Line, quantity: Quantity) -> bool:
    if not quantity.unit or quantity.loose or quantity.unit == "份":
        return True
    settled = settle(Want(sku=line.sku, quantity=quantity, campaign=line.campaign), scene.offer)
    return (isinstance(settled, Line) and settled.sku == line.sku) or same_unit(
        scene.offer.catalogue, line.unit, quantity.unit
    )


def removed(line: Line) -> Line:
    return Line(line.sku, Decimal(0), line.unit, "remove", line.for_whom, None, line.campaign)
