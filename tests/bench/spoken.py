"""python -m tests.bench.spoken --seed 7 --messages 20000: orders and changes put together by chance from the goods of the
shops in tests/dialogs/hear. What each of them means is known before it is read, so that the reader can be held to it:

- it never takes such a message for another order than was said;
- it is never silent to one that was said to it in private;
- it may ask, but seldom.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from dialogs.hear import Context, Reader, Reading
from dialogs.hear.lexicon import words
from dialogs.hear.reading import Line
from shop.goods import Product, Sku, load

HEAR = Path(__file__).parents[1] / "dialogs" / "hear"
HAN = "零一两三四五六七八九"
OPENINGS = ("", "", "", "老板，", "你好，", "麻烦", "我要", "来")
ENDINGS = ("", "", "", "，谢谢", "，送3栋2单元501", "，下午来拿", "吧", "，急")
BETWEEN = ("，", "、", " ", "，再来", "；", "\n", "", "和", "还有", "加", "，另外", "再加")
CORRECTIONS = ("不对，", "不，", "说错了，", "哦不，", "错了是", "还是来")
TRIES = 60  # at finding goods that are called and counted as one thing only

Wanted = Mapping[tuple[str, str], Decimal]  # by sku and op


@dataclass(frozen=True, slots=True)
class Goods:
    """One thing on sale, as somebody calls it; `size` is said only where the unit does not tell which it is."""

    name: str
    sku: Sku
    size: str


@dataclass(frozen=True, slots=True)
class Spoken:
    text: str
    wanted: Wanted
    cart: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What was said, what came of it (read, asked, silent, mistaken), and how."""

    shop: str
    kind: str
    what: str
    said: Spoken
    read: Reading

    def __str__(self) -> str:
        cart = (
            f" {{{_told({(one.sku, one.op): one.qty for one in self.said.cart})}}}" if self.said.cart else ""
        )
        return (
            f"{self.shop} {self.kind}{cart} | {self.said.text!r} | {_told(self.said.wanted)}"
            f" ≠ {self.read.action} {self.read.intent} {_told(_lines(self.read))}"
        )


@dataclass(frozen=True, slots=True)
class Held:
    counts: Mapping[tuple[str, str], int]  # kind and what came of it → how often
    asked: tuple[Case, ...]
    wrong: tuple[Case, ...]  # mistaken or silent

    @property
    def share_asked(self) -> float:
        return len(self.asked) / sum(self.counts.values())


class Speaker:
    """Somebody who wants things of one shop and says so in one of many ways."""

    def __init__(self, reader: Reader, dice: random.Random) -> None:
        self.reader, self.dice = reader, dice
        self._products = reader.catalogue.products

    def goods(self, *, sized: bool | None = None) -> Goods | None:
        """Something whose name is no other's; None when none was found in a few tries."""
        for _ in range(TRIES):
            product = self.dice.choice(self._products)
            name, sku = self.dice.choice((product.name, *product.aliases)), self.dice.choice(product.skus)
            alone = _is_alone(product, sku)
            if sku.unit in words("heads.txt") | {"次", "场", "节"} or sized is alone:
                continue
            if self.reader.lattice.names.written.get(name.lower()) == (product.id,):
                return Goods(name, sku, "" if alone else sku.spec)
        return None

    def several(self, count: int, *, sized: bool | None = None) -> list[Goods]:
        """So many different things; fewer when the shop has not so many."""
        found = [one for _ in range(count) if (one := self.goods(sized=sized))]
        return list({one.sku.product: one for one in found}.values())

    def number(self) -> int:
        return self.dice.randint(1, 9)

    def amount(self, number: int, unit: str) -> str:
        return self.dice.choice((str(number), HAN[number])) + unit

    def phrase(self, goods: Goods, number: int) -> str:
        name, size, amount = goods.name, goods.size, self.amount(number, goods.sku.unit)
        if not size:
            forms = ("{n}{a}", "{a}{n}", "{n}来{a}", "{n}要{a}", "{n} {a}", "来{a}{n}")
        else:
            forms = ("{n}{s}{a}", "{s}{n}{a}", "{n}{s}的{a}", "{n} {s} {a}", "{a}{s}的{n}", "{n}来{a}{s}的")
        return apart(self.dice.choice(forms).format(n=name, s=size, a=amount), name, size)

    def message(self, text: str) -> str:
        return self.dice.choice(OPENINGS) + text + self.dice.choice(ENDINGS)


def apart(text: str, *before: str) -> str:
    """500ml*12 4箱, D3 9盒: nobody writes the two numbers as one."""
    ends = "|".join(re.escape(word) for word in before if word[-1:].isdigit())
    return re.sub(rf"({ends})(?=\d)", r"\1 ", text) if ends else text


def _is_alone(product: Product, sku: Sku) -> bool:
    """Whether the unit alone tells which of the product's skus is meant."""
    return sum(one.unit == sku.unit for one in product.skus) == 1


# ── the kinds ───────────────────────────────────────────────────────────────────────────────────────────────────


def ordered(speaker: Speaker) -> Spoken | None:
    """One to three things, one after the other."""
    goods = speaker.several(speaker.dice.randint(1, 3))
    numbers = [speaker.number() for _ in goods]
    between = speaker.dice.choice(BETWEEN)
    text = between.join(speaker.phrase(one, n) for one, n in zip(goods, numbers, strict=True))
    wanted = {(one.sku.id, "add"): Decimal(n) for one, n in zip(goods, numbers, strict=True)}
    return Spoken(speaker.message(text), wanted) if goods else None


def in_two_sizes(speaker: Speaker) -> Spoken | None:
    """大米5斤装2袋，10斤装一袋; 5斤装和10斤装各两袋."""
    goods = speaker.goods(sized=True)
    if goods is None:
        return None
    first = goods.sku
    skus = speaker.reader.catalogue.product[first.product].skus
    second = speaker.dice.choice([sku for sku in skus if sku.unit == first.unit and sku.id != first.id])
    m, n = speaker.number(), speaker.number()
    of = speaker.dice.choice(("", "的"))
    if speaker.dice.random() < 0.3:
        n = m
        said = f"{first.spec}{speaker.dice.choice('和、')}{second.spec}各{speaker.amount(m, first.unit)}"
    else:
        between = speaker.dice.choice(("，", " ", "、", "，再来", "和"))
        said = between.join(
            apart(f"{sku.spec}{of}{speaker.amount(number, sku.unit)}", sku.spec)
            for sku, number in ((first, m), (second, n))
        )
    wanted = {(first.id, "add"): Decimal(m), (second.id, "add"): Decimal(n)}
    return Spoken(speaker.message(goods.name + said), wanted)


def of_each(speaker: Speaker) -> Spoken | None:
    """苹果、香蕉各要三斤."""
    goods = speaker.several(2, sized=False)
    if len(goods) < 2 or goods[0].sku.unit != goods[1].sku.unit:
        return None
    number, joint = speaker.number(), speaker.dice.choice(("和", "、", " ", ""))
    each = "各" + speaker.dice.choice(("", "来", "要")) + speaker.amount(number, goods[0].sku.unit)
    wanted = {(one.sku.id, "add"): Decimal(number) for one in goods}
    return Spoken(speaker.message(joint.join(one.name for one in goods) + each), wanted)


def corrected(speaker: Speaker) -> Spoken | None:
    """香蕉两斤，不对，三斤: the last word counts."""
    goods = speaker.goods(sized=False)
    if goods is None:
        return None
    first, last = speaker.dice.sample(range(1, 10), 2)
    unit = goods.sku.unit
    said = f"{speaker.phrase(goods, first)}，{speaker.dice.choice(CORRECTIONS)}{speaker.amount(last, unit)}"
    return Spoken(speaker.message(said), {(goods.sku.id, "add"): Decimal(last)})


def and_more(speaker: Speaker) -> Spoken | None:
    """香蕉两斤，再加一斤: three."""
    goods = speaker.goods(sized=False)
    if goods is None:
        return None
    first, more = speaker.number(), speaker.number()
    unit = goods.sku.unit
    said = f"{speaker.phrase(goods, first)}，再加{speaker.amount(more, unit)}"
    return Spoken(speaker.message(said), {(goods.sku.id, "add"): Decimal(first + more)})


def changed(speaker: Speaker) -> Spoken | None:
    """香蕉改成五斤, 苹果不要了, where both are in the order."""
    goods = speaker.several(2, sized=False)
    if len(goods) < 2:
        return None
    cart = tuple(Line(one.sku.id, Decimal(speaker.dice.randint(4, 9)), one.sku.unit) for one in goods)
    it, number, unit = goods[0], speaker.dice.randint(1, 3), goods[0].sku.unit
    amount = speaker.amount(number, unit)
    changes: dict[str, tuple[str, ...]] = {
        "set": (f"{it.name}改成{amount}", f"{it.name}改{amount}", f"把{it.name}改成{amount}"),
        "inc": (f"{it.name}再加{amount}", f"再来{amount}{it.name}", f"{it.name}加{amount}"),
        "dec": (f"{it.name}少{amount}", f"{it.name}减{amount}"),
        "remove": (f"{it.name}不要了", f"不要{it.name}了", f"去掉{it.name}", f"{it.name}取消"),
    }
    op = speaker.dice.choice(list(changes))
    wanted = {(it.sku.id, op): Decimal(0 if op == "remove" else number)}
    return Spoken(speaker.dice.choice(changes[op]) + speaker.dice.choice(("", "，谢谢", "吧")), wanted, cart)


KINDS: tuple[Callable[[Speaker], Spoken | None], ...] = (
    ordered,
    in_two_sizes,
    of_each,
    corrected,
    and_more,
    changed,
)


# ── holding the reader to it ────────────────────────────────────────────────────────────────────────────────────


@cache
def readers() -> Mapping[str, Reader]:
    return {file.stem: Reader(load(file)) for file in sorted(HEAR.glob("*.json"))}


def hold(seed: int, messages: int) -> Held:
    """So many tries at saying something; those that find no fitting goods are left out."""
    cases = list(_cases(seed, messages))
    return Held(
        Counter((case.kind, case.what) for case in cases),
        tuple(case for case in cases if case.what == "asked"),
        tuple(case for case in cases if case.what in ("mistaken", "silent")),
    )


def _cases(seed: int, messages: int) -> Iterator[Case]:
    for shop, kind, said in spoken(seed, messages):
        read = readers()[shop].read(said.text, Context("private", cart=said.cart))
        yield Case(shop, kind, _judged(said, read), said, read)


def spoken(seed: int, messages: int) -> Iterator[tuple[str, str, Spoken]]:
    dice = random.Random(seed)
    for _ in range(messages):
        shop = dice.choice(list(readers()))
        kind = dice.choice(KINDS)
        if said := kind(Speaker(readers()[shop], dice)):
            yield shop, kind.__name__, said


def _judged(said: Spoken, read: Reading) -> str:
    if read.action == "act":
        return "read" if _lines(read) == said.wanted else "mistaken"
    return "asked" if read.action == "clarify" else "silent"


def _lines(read: Reading) -> dict[tuple[str, str], Decimal]:
    return {(line.sku, line.op): line.qty for line in read.lines}


def _told(lines: Wanted) -> str:
    return " ".join(f"{sku}×{qty}:{op}" for (sku, op), qty in sorted(lines.items()))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.spoken", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--asked", action="store_true", help="show what was asked about, too")
    given = parser.parse_args()
    print(f"--seed {given.seed} --messages {given.messages}")
    held = hold(given.seed, given.messages)
    for (kind, what), number in sorted(held.counts.items()):
        print(f"{kind:14}{what:10}{number:8,}")
    print(f"{held.share_asked:.1%} asked about, {len(held.wrong)} mistaken or left alone")
    for case in (*held.wrong, *(held.asked if given.asked else ())):
        print(case)
    raise SystemExit(bool(held.wrong))


if __name__ == "__main__":
    main()
