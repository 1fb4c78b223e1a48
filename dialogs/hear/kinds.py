"""款: what people call the packs of a shop, learnt from how its catalogue writes them.

Some of it is said anywhere (L码, 红的, M4, 1.8的 of 1.8米床), some only beside the goods that have it (红 in 红围巾).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import takewhile

from dialogs.hear.dictionary import LONGEST as LONGEST_WORD
from dialogs.hear.lexicon import cues, lines, words
from dialogs.hear.normalise import fold
from dialogs.hear.numbers import HAN
from dialogs.hear.quantities import Amounts
from dialogs.hear.specs import MEASURE_ONLY, find_specs, in_han, ranges
from shop.goods import Product

LONGEST, LONGEST_SHORT = 12, 3
MEASURED = re.compile(r"[^\u4e00-\u9fff]+[斤两克升只个枚片包支根颗粒瓶袋块]?装?")
NAMED = re.compile("[a-z\u4e00-\u9fff]")  # a pack's name has a letter in it
LETTER = re.compile(r"(?<![a-z\d.])([sml]|x{1,4}[sl])(?![a-z\d])|(?<![a-z])([sml]|x{1,4}[sl])(?=[码号])")
TIMES_X = re.compile(r"(?<![a-z])(?:(\d)x|(x{2,4}))l(?![a-z])")  # 2XL, XXL
SIZE = re.compile(r"(?<![\d.*-])(\d{1,5}(?:\.\d{1,2})?)(ml|cm|mm|w|[\u4e00-\u9fff])([\u4e00-\u9fff]?)")
MODEL = re.compile(r"(?<![a-z\d.*])([a-z]{1,2}\d+(?:\*\d+)*|\d+(?:\.\d+)?(?:\*\d+(?:\.\d+)?)+)(?![\d.])")
PACKED = re.compile(r"(?<![\d.])\d+(?:\.\d+)?[a-z\u4e00-\u9fff]{1,2}\*\d+")
TEN_THOUSANDS = re.compile(r"(?<![\d.])(([1-9])0000([\u4e00-\u9fff]{1,2}))")
HAN_ONLY = re.compile("[\u4e00-\u9fff]+")
COLOURED = re.compile("[红橙黄绿青蓝紫黑白灰粉棕褐驼咖金银杏米]")
USES = "用穿戴吃喝"  # 小孩用的
SORT = "色味码款型号装式"  # of 红色, 原味, 儿童款, 大号


@dataclass(frozen=True, slots=True)
class Kinds:
    words: Mapping[str, str] = field(default_factory=dict)  # said anywhere → how it is found in a pack's name
    short: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # beside a product → the same
    firsts: frozenset[str] = frozenset()  # how the short ones begin
    packed: frozenset[str] = frozenset()  # 500ml*12: packs of so many, in the words of the catalogue
    heads: frozenset[str] = frozenset()  # how those and the small words begin that are longer than any word


def kinds(products: Iterable[Product], units: Collection[str], amounts: Amounts) -> Kinds:
    """What the packs of these goods are called; `units` are those that something is sold or measured by."""
    said: dict[str, str] = {}
    short: dict[str, dict[str, str]] = {}
    several: dict[str, bool] = {}  # a pack as it is written → whether goods that have it have others, too
    for product in products:
        specs = {fold(sku.spec) for sku in product.skus if sku.spec}
        for spec in specs:
            several[spec] = several.get(spec, False) or len(specs) > 1
        if len(specs) > 1:
            for word, meant in _shortest(specs, units):
                short.setdefault(word, {})[product.id] = meant
    for spec, others in several.items():
        if len(spec) <= LONGEST and not _measures(spec, amounts) and not _ends_in_amount(spec, amounts):
            said |= {
                spec: spec,
                f"{spec}的": spec,
                spec.replace(" ", ""): spec,
            }  # iPhone15Pro of iPhone15 Pro
        for word in (*_named(spec, units), *_sizes(spec, units, others=others)):
            said[word] = word
        said.update(_letters(spec))
        said.update(_in_ten_thousands(spec))
    for shorter in (_in_short, in_han):
        said = {one: one for word in said for one in shorter(word)} | said
    for word, of in short.items():
        for meant in (
            of.values() if word not in ("大", "小", "中") else ()
        ):  # large and small are so of any goods
            ends = ("的", *(f"{use}的" for use in USES)) if word in _alike() else ("的",)
            said = {f"{word}{end}": meant for end in ends} | said
    said |= {word: word for word in words("spec_words.txt")}
    heads = frozenset(word[:LONGEST_WORD] for word in (*said, *cues()) if len(word) > LONGEST_WORD)
    packed = frozenset(one for spec in several for one in PACKED.findall(spec))
    return Kinds(said, short, frozenset(word[0] for word in short), packed, heads)


def _named(spec: str, units: Collection[str]) -> Iterator[str]:
    """真空 and 真空装 of 300g真空装, 礼盒 of 4斤礼盒: what a pack is called besides its size."""
    for word in MEASURED.sub(" ", spec).split():
        if len(word) > 1 and word.rstrip("装") not in units:
            yield from (word, word.rstrip("装"))


def _shortest(specs: Collection[str], units: Collection[str]) -> Iterator[tuple[str, str]]:
    """红 of 红色, 儿童 of 儿童款, and 小孩, which means the same: nothing that every pack of the goods has."""
    named = {word for spec in specs for word in MEASURED.sub(" ", spec).split()} - {*units, *MEASURE_ONLY}
    shared = _shared_end(named)
    for spec in specs:
        for word in MEASURED.sub(" ", spec).split():
            stem = word[: len(word) - shared] or word
            stem = stem.rstrip(SORT) if stem == word else stem
            if not 0 < len(stem) <= LONGEST_SHORT or stem in units or stem[0] in HAN:
                continue
            if all(stem in one for one in specs):
                continue
            yield from ((one, stem) for one in (stem, *_alike().get(stem, ())))
            if COLOURED.search(stem):
                yield f"{stem}色", stem  # 藏青色 of 藏青


def _shared_end(named: Collection[str]) -> int:
    """1 for 软毛 and 硬毛, 苹果口 and 安卓口: how many characters all these end with."""
    ends = zip(*(reversed(word) for word in named), strict=False)
    return sum(1 for _ in takewhile(lambda end: len(set(end)) == 1, ends)) if len(named) > 1 else 0


@cache
def _alike() -> Mapping[str, tuple[str, ...]]:
    groups = [one.split() for one in lines("specs_alike.txt")]
    return {word: tuple(other for other in group if other != word) for group in groups for word in group}


def _in_short(kind: str) -> Iterator[str]:
    """甜的 of 甜, 红的 of 红色; 黄瓜 of 黄瓜味; 韭菜的 and 鸡蛋的 of 韭菜鸡蛋, 芝麻的 of 黑芝麻."""
    stem = kind.rstrip("色味码款式型")
    if stem and (stem != kind or len(kind) == 1):
        yield f"{stem}的"
    if len(stem) > 1 and stem != kind:
        yield stem
    if len(kind) in (3, 4) and HAN_ONLY.fullmatch(kind):
        yield from (f"{kind[-2:]}的", f"{kind[:2]}的") if len(kind) == 4 else (f"{kind[1:]}的",)


def _sizes(spec: str, units: Collection[str], *, others: bool) -> Iterator[str]:
    """240的 of 240ml; 52度 and 52的 of 52度500ml, 18年 of 2018年; M4 and M4*20 of M4*20 100颗; 38的 of 38-39码."""
    for number, unit, more in SIZE.findall(spec):
        if unit in units and unit not in MEASURE_ONLY:
            continue
        if len(number) > 1 or others:
            yield f"{number}的"
        if unit not in MEASURE_ONLY:
            for said in (f"{number}{unit}", f"{number}{unit}{more}"):
                yield from (said, f"{said}的")
        if unit == "年" and number[:2] == "20":
            yield from (f"{number[2:]}年", f"{number[2:]}年的")
    for one in MODEL.findall(spec):
        for model in (one, one.partition("*")[0]):
            if not model.isdigit() and "." not in model.partition("*")[0]:
                yield from (model, f"{model}的")
    yield from (f"{n}的" for numbers, _ in ranges(spec) for n in numbers)


def _in_ten_thousands(spec: str) -> Iterator[tuple[str, str]]:
    """2万毫安 and 两万毫安 of 20000毫安."""
    for whole, number, unit in TEN_THOUSANDS.findall(spec):
        for said in (f"{number}万", *in_han(f"{number}万")):
            yield from ((f"{said}{unit}{behind}", whole) for behind in ("", "的"))


def _letters(spec: str) -> Iterator[tuple[str, str]]:
    """L, L的 and L号 of L码; 2XL of XXL and the other way round."""
    for found in LETTER.findall(spec):
        letters = found[0] or found[1]
        yield from ((f"{letters}{behind}", f"{letters}{behind}") for behind in ("", "的", "码", "号"))
    for many, written in TIMES_X.findall(spec):
        other = "x" * int(many) + "l" if many else f"{len(written)}xl"
        this = f"{many}xl" if many else f"{written}l"
        yield from ((f"{one}{behind}", this) for one in (other, this) for behind in ("", "的", "码", "号"))


def _ends_in_amount(spec: str, amounts: Amounts) -> bool:
    """L码4包: whoever says so may want four of L."""
    return any(one.start and one.end == len(spec) for one in amounts.find(spec))


def _measures(spec: str, amounts: Amounts) -> bool:
    """5斤装, 11枝, 2小时: read as a measure wherever it stands; 4两母 and 9号 are names of a pack."""
    found = [(one.start, one.end) for one in find_specs(spec, amounts.unit)]
    found += [(one.start, one.end) for one in amounts.find(spec)]
    return not NAMED.search(spec) or (0, len(spec)) in found
