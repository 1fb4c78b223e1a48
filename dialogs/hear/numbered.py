"""号数: several items of a campaign by their numbers — 1、3、4各一份, 1到3号都要，各两盒."""

from __future__ import annotations

import re
from dataclasses import replace

from dialogs.hear.codes import Code
from dialogs.hear.numbers import parse
from dialogs.hear.offer import Want
from dialogs.hear.orders import decide
from dialogs.hear.quantities import Quantity
from dialogs.hear.reading import Reading
from dialogs.hear.scene import Scene
from dialogs.hear.wants import Gathered

NO = r"第?(?:\d{1,2}|[一二三四五六七八九十])(?:号|个|款)?"
NUMBERS = re.compile(
    rf"^[我要来\s]*(?P<nos>(?=.*号|[\d、,，.和跟\s]+[^\d、,，.和跟\s]){NO}(?: ?[、,，.和跟 ]? ?{NO})+)(?:我|都|全)*(?:要|来|拿|想要)*[,，]?各(?:要|来|拿)*"
)
FROM_TO = re.compile(r"(?P<from>\d)(?:到|至|-|~)(?P<to>\d)(?=号)")

LETTERS = re.compile(
    r"^[我要来\s]*(?P<from>[a-w])款? ?(?:到|至|~|-) ?(?P<to>[a-w])款?(?:我|都|全|要|来|拿)*[,，]?各"
)  # A到C各一份


def by_numbers(scene: Scene, gathered: Gathered) -> Reading | None:
    match = NUMBERS.match(FROM_TO.sub(_each_number, scene.text))
    letters = LETTERS.match(scene.text)
    amounts = [piece.value for piece in scene.pieces if piece.kind == "qty"]
    last = scene.pieces[-1] if scene.pieces else None
    if match and last and last.kind == "number" and last.start >= match.end():
        amounts.append(Quantity(last.value))  # 1、2、4各1
    if letters and amounts and not any(want.products for want in gathered.wants):
        codes = [Code(letter=chr(n)) for n in range(ord(letters["from"]), ord(letters["to"]) + 1)]
        return decide(scene, [_item_want(scene, code, amounts[-1]) for code in codes], "groupbuy.join")
    if not match or not amounts or any(want.products for want in gathered.wants):
        return None
    said = (parse(no) for no in re.findall(r"\d+|[一二三四五六七八九十]", match["nos"]))
    codes = [Code(no=int(no)) for no in said if no is not None]
    return decide(scene, [_item_want(scene, code, amounts[-1]) for code in codes], "groupbuy.join")


def _each_number(said: re.Match[str]) -> str:
    """1到3号: 1、2、3号."""
    return "、".join(map(str, range(int(said["from"]), int(said["to"]) + 1)))


def _item_want(scene: Scene, code: Code, quantity: Quantity | None) -> Want:
    found = scene.offer.item(code)
    want = Want(heard=str(code.no or code.letter), source="code", quantity=quantity)
    return replace(want, sku=found[1].sku, campaign=found[0].id) if found else want
