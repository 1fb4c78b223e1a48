"""读者: one message in, one reading out. The steps are asked in order; the first that knows the message answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from dialogs.hear.answers import answer
from dialogs.hear.bonds import copy_or_repeat
from dialogs.hear.dictionary import lexicon, syllables
from dialogs.hear.edits import edit
from dialogs.hear.gate import not_for_us, small_talk
from dialogs.hear.joins import join
from dialogs.hear.lattice import LONGEST_CUE, Lattice, mark_emoji
from dialogs.hear.lesson import lesson
from dialogs.hear.lexicon import words
from dialogs.hear.lists import post
from dialogs.hear.merchant import command
from dialogs.hear.names import index
from dialogs.hear.normalise import fold, normalise
from dialogs.hear.offer import open_in
from dialogs.hear.orders import order
from dialogs.hear.quantities import Amounts
from dialogs.hear.questions import plain_question, question
from dialogs.hear.reading import Context, Reading
from dialogs.hear.reposts import repost
from dialogs.hear.scene import Scene, ignore, tokens
from dialogs.hear.specs import MEASURE_ONLY, find_specs, in_han
from shop.goods import Catalogue, Product, Unit

Step = Callable[[Scene], Reading | None]

STEPS: tuple[Step, ...] = (
    repost,
    not_for_us,
    lesson,
    post,
    answer,
    command,
    small_talk,
    plain_question,
    copy_or_repeat,
    join,
    edit,
    question,
    order,
)
LISTS: tuple[Step, ...] = (repost, not_for_us, post)  # what a text may be that is too long for a message
LONGEST, MOST_PIECES = 2_000, 400  # of a message to a shop: signs, and words, goods and amounts among them
MEASURED = re.compile(r"[^\u4e00-\u9fff]+[斤两克升只个枚片包支根颗粒瓶袋块]?装?")
NAMED = re.compile("[a-z\u4e00-\u9fff]")  # a pack's name has a letter in it
LETTER = re.compile(r"(?<![a-z])([sml]|x{1,4}[sl])(?=[码号])")
SIZE = re.compile(r"(?<![\d.*])(\d{1,4})(ml|cm|mm|w|[\u4e00-\u9fff])")
HAN_ONLY = re.compile("[\u4e00-\u9fff]+")
NOBODY = Context()


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads messages for one catalogue. Everything heavy is shared by all readers of a process."""

    catalogue: Catalogue
    lattice: Lattice

    def __init__(self, catalogue: Catalogue) -> None:
        object.__setattr__(self, "catalogue", catalogue)
        object.__setattr__(self, "lattice", _lattice(catalogue.products, catalogue.units))

    def read(self, text: str, context: Context = NOBODY, *, now: datetime | None = None) -> Reading:
        scene = self._scene(text, context, now or self.catalogue.now)
        too_long = bool(text.strip()) and not scene.pieces
        for step in LISTS if too_long else STEPS:
            reading = step(scene)
            if reading is not None:
                break
        else:
            reading = ignore(why="太长，不是点单" if too_long else "没有听出要什么")
        by = f"由“{step.__name__}”读出"
        return replace(
            reading, tokens=tokens(scene), text=scene.text, at=scene.now, evidence=(*reading.evidence, by)
        )

    def _scene(self, text: str, context: Context, now: datetime | None) -> Scene:
        typed = normalise(text[: 20 * LONGEST])
        offer = open_in(self.catalogue, context.campaigns)
        scene = Scene(typed, context, offer, self.lattice, now)
        if len(text) > LONGEST:
            return scene
        pieces = self.lattice.cut(typed, codes=bool(offer.campaigns))
        return replace(scene, pieces=mark_emoji(pieces, typed)) if len(pieces) <= MOST_PIECES else scene


def _kinds(spec: str, units: Collection[str]) -> Iterator[str]:
    """真空 and 真空装 of 300g真空装, 礼盒 of 4斤礼盒: what a pack is called besides its size."""
    for word in MEASURED.sub(" ", spec).split():
        if len(word) > 1 and word.rstrip("装") not in units:
            yield from (word, word.rstrip("装"))


def _in_short(kind: str) -> Iterator[str]:
    """甜的 of 甜, 红的 of 红色; 黄瓜 of 黄瓜味; 韭菜的 and 鸡蛋的 of 韭菜鸡蛋, 芝麻的 of 黑芝麻."""
    stem = kind.rstrip("色味码")
    if stem and (stem != kind or len(kind) == 1):
        yield f"{stem}的"
    if len(stem) > 1 and stem != kind:
        yield stem
    if len(kind) in (3, 4) and HAN_ONLY.fullmatch(kind):
        yield from (f"{kind[-2:]}的", f"{kind[:2]}的") if len(kind) == 4 else (f"{kind[1:]}的",)


def _sizes(spec: str, units: Collection[str]) -> Iterator[str]:
    """L, L的 and L号 of L码; 240的 of 240ml; 52度 and 52的 of 52度500ml, 18年 of 2018年."""
    for letters in LETTER.findall(spec):
        yield from (f"{letters}{behind}" for behind in ("", "的", "码", "号"))
    for number, unit in SIZE.findall(spec):
        if unit in units:
            continue
        if len(number) > 1:
            yield f"{number}的"
        if unit not in MEASURE_ONLY:
            yield from (f"{number}{unit}", f"{number}{unit}的")
        if unit == "年" and number[:2] == "20":
            yield from (f"{number[2:]}年", f"{number[2:]}年的")


def warm_up() -> None:
    """Read the dictionaries before anybody speaks: whoever spoke first would wait for them, and everybody with him."""
    lexicon(), syllables(), normalise("麵")


@lru_cache(maxsize=2)  # the goods as they were and as they are
def _lattice(products: tuple[Product, ...], units: tuple[Unit, ...]) -> Lattice:
    lexicon(), syllables()  # read once a process
    measured = {unit.lower() for one in units for unit in (one.name, *one.aliases)}
    sold = {sku.unit.lower() for product in products for sku in product.skus}
    specs = {fold(sku.spec) for product in products for sku in product.skus if sku.spec}
    amounts = Amounts(measured | sold | words("units.txt"))
    spec_words = {spec for spec in specs if len(spec) <= LONGEST_CUE and not _measures(spec, amounts)}
    counted = measured | sold
    spec_words.update(word for spec in specs for word in _kinds(spec, counted))
    spec_words.update(size for spec in specs for size in _sizes(spec, counted.difference(MEASURE_ONLY)))
    spec_words.update([short for spec in spec_words for short in _in_short(spec)])
    spec_words.update([spelled for spec in spec_words for spelled in in_han(spec)])
    return Lattice(index(products), amounts, frozenset(spec_words) | words("spec_words.txt"))


def _measures(spec: str, amounts: Amounts) -> bool:
    """5斤装, 11枝, 2小时: read as a measure wherever it stands; 4两母 and 9号 are names of a pack."""
    found = [(one.start, one.end) for one in find_specs(spec, amounts.unit)]
    found += [(one.start, one.end) for one in amounts.find(spec)]
    return not NAMED.search(spec) or (0, len(spec)) in found
