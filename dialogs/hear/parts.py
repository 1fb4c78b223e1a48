"""谁的: whose part of the order a change is about — 妈妈的改成2份, 我妈那份不要了, 我的改成3箱, -1."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dialogs.hear.codes import Code
from dialogs.hear.lattice import mark_emoji
from dialogs.hear.normalise import normalise
from dialogs.hear.numbers import parse
from dialogs.hear.offer import Want
from dialogs.hear.quantities import Quantity
from dialogs.hear.reading import Line
from dialogs.hear.scene import Scene

MINE = re.compile(
    r"^(?:我|我自己|我家)(?:的|那[份个箱盒单]?)(?=[^\u4e00-\u9fff]|改|换|减|少|加|多|再|不要|取消|退)"
)
PART = "(?:家)?(?:的(?:那?一?[份个箱盒袋])?|那一?[份个箱盒袋]?)"
MINUS = re.compile(r"(?:我|我的)?(?P<letter>[a-w])?(?:款|号)? ?- ?(?P<n>\d{1,2})[份个]?[!~。]*")


def of_whom(scene: Scene) -> Scene | None:
    """The message without the person it names, over the part of the order that is hers; None when it names nobody."""
    cart = scene.context.cart
    if all(line.for_whom is None for line in cart):
        return None
    for whom in {line.for_whom for line in cart if line.for_whom}:
        if said := re.search(f"(?:给|帮|替)?{_called(whom)}{PART}", scene.text):
            return _over(scene, said, [line for line in cart if line.for_whom == whom])
    own = [line for line in cart if line.for_whom is None]
    said = MINE.search(scene.text)
    return _over(scene, said, own) if said and own else None


def _called(whom: str) -> str:
    """我妈, 妈妈 and 妈 are one person."""
    kin = whom.removeprefix("我")
    if len(set(kin)) == 1:
        return f"(?:我?{kin[0]}{{1,2}})"
    return re.escape(whom)


def _over(scene: Scene, said: re.Match[str], cart: Sequence[Line]) -> Scene:
    typed = normalise(scene.text[: said.start()] + scene.text[said.end() :])
    pieces = mark_emoji(scene.lattice.cut(typed, codes=bool(scene.offer.campaigns)), typed)
    return replace(scene, typed=typed, pieces=pieces, context=replace(scene.context, cart=tuple(cart)))


def own(lines: Sequence[Line]) -> list[Line]:
    """Of the same goods for several people, one's own."""
    mine = [line for line in lines if line.for_whom is None]
    return mine if len(mine) == 1 and len({line.sku for line in lines}) == 1 else list(lines)


def one_less(scene: Scene) -> tuple[Want, ...]:
    """-1 and A-1, of what stands in the order for a campaign that is open here."""
    said = MINUS.fullmatch(scene.text.strip())
    number = parse(said["n"]) if said else None
    lines = [line for line in scene.context.cart if line.campaign in scene.context.campaigns]
    if said and said["letter"]:
        item = scene.offer.item(Code(said["letter"]))
        lines = [line for line in lines if item and line.sku == item[1].sku]
    lines = own(lines)
    if number is None or number <= 0 or len(lines) != 1:
        return ()
    return (Want(sku=lines[0].sku, campaign=lines[0].campaign, quantity=Quantity(number), op="dec"),)
