"""选: which of the offered options an answer names — 2, 第一个, 8寸的, 整箱, A."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from dialogs.hear.codes import Code
from dialogs.hear.lattice import Piece
from dialogs.hear.numbers import NUMBER, parse
from dialogs.hear.offer import Want
from dialogs.hear.quantities import Quantity
from dialogs.hear.reading import Clarify, Line, Pending, Reading
from dialogs.hear.scene import Scene, act, ask, left_over
from dialogs.hear.settle import fits, settle
from dialogs.hear.specs import Spec, measure
from dialogs.hear.units import same_unit
from shop.goods import Sku

CHOICE = re.compile(
    rf"(?:我(?:说|要|选|点)的)?(?:是|就是)?(?:要|选|就|我要|我选|那就|选择|来|拿)*第?(?P<n>{NUMBER})(?:个|项|种|款|号|样|那个)?(?:链接)?(?:吧|呗|谢谢|啊|好了|就行|可以|的)*"
)


NUMBERED = re.compile(
    rf"(?!一样)第?(?P<n>{NUMBER})(?:号|款|项|种|样|个链接|号链接|(?<=第\d)个|(?<=第[一二三四五六七八九])个)(?P<rest>.*?)(?=第?{NUMBER}(?:号|款|项|种|样|个链接)|$)"
)


def numbered(scene: Scene, pending: Pending, said: str) -> Reading | None:
    """2号2箱, 1号一份3号两份: options by their numbers, each with its amount."""
    text = scene.text
    first = NUMBERED.search(text)
    if len(pending.options) < 2 or first is None or not _only_asks_for(scene, text[: first.start()]):
        return None
    lines: list[Line] = []
    for match in NUMBERED.finditer(text):
        number, goods = parse(match["n"]), scene.offer.catalogue
        amounts = scene.lattice.amounts.whole(match["rest"])
        if number is None or not 1 <= number <= len(pending.options) or amounts is None:
            return None
        id = pending.options[int(number) - 1]
        if id not in goods.sku and id not in goods.product:
            return None  # amounts or messages were offered, no goods
        want = Want(quantity=amounts, op=pending.op)
        want = replace(want, sku=id) if id in goods.sku else replace(want, products=(id,))
        settled = settle(want, scene.offer)
        if isinstance(settled, Clarify):
            return ask("order.add", replace(settled, lines=(*pending.lines, *lines)), why="选的还没说清多少")
        lines.append(settled)
    slots = {"option": int(parse(first["n"]) or 0)} if len(lines) == 1 else {}
    done = (*pending.lines, *lines)
    return replace(act("order.add", done, slots, why="选了，也说了多少"), completes=done)


def _only_asks_for(scene: Scene, text: str) -> bool:
    return all(piece.kind in ("cue", "blank", "break") for piece in scene.cut(text)) if text else True


LAST = re.compile(r"(?:要|选|就)*(?:最后|后面|下面|后)(?:一|那)?(?:个|种|款|项|者)?(?:的)?吧?")


FIRST = re.compile(r"(?:要|选|就)*(?:前面|上面|前|头)(?:一|那)?(?:个|种|款|项|者)?(?:的)?吧?")


def complete(
    scene: Scene, pending: Pending, quantity: Quantity, specs: tuple[Spec, ...]
) -> Line | Clarify | None:
    offer = scene.offer
    if pending.kind == "confirm_order":
        line = pending.lines[0]
        return settle(
            Want(
                sku=line.sku,
                campaign=line.campaign,
                quantity=quantity,
                op=line.op,
                for_whom=line.for_whom,
                note=line.note,
            ),
            offer,
        )
    skus = [id for id in pending.options if id in offer.catalogue.sku]
    products = [id for id in pending.options if id in offer.catalogue.product]
    if pending.product:
        return settle(
            Want(
                (pending.product,),
                quantity=quantity,
                specs=specs,
                op=pending.op,
                sku=skus[0] if len(skus) == 1 else None,
            ),
            offer,
        )
    if len(skus) == 1:
        return settle(Want(sku=skus[0], quantity=quantity, op=pending.op), offer)
    return (
        settle(Want((products[0],), quantity=quantity, specs=specs, op=pending.op), offer)
        if len(products) == 1
        else None
    )


def ordinal(scene: Scene, pending: Pending, said: str) -> Reading | None:
    return choice(scene, pending, said) if "第" in said else None


def choice(scene: Scene, pending: Pending, said: str) -> Reading | None:
    count = len(pending.options)
    match = CHOICE.fullmatch(said)
    number = parse(match["n"]) if match else None
    if number is not None and number == number.to_integral_value() and (1 <= number <= count or not count):
        return chosen(scene, pending, int(number))
    if count and LAST.fullmatch(said):
        return chosen(scene, pending, count)
    if count and FIRST.fullmatch(said):
        return chosen(scene, pending, 1)
    return None


def named(scene: Scene, pending: Pending, said: str) -> Reading | None:
    if not pending.options and pending.product:
        return _sized_only(scene, pending)
    if not pending.options or left_over(scene.gathered.left_over) > 2:
        return None
    options = (
        _by_product(scene, pending)
        or _by_code(scene, pending)
        or _by_spec(scene, pending)
        or _by_unit(scene, pending)
        or _by_part(scene, pending)
    )
    if len(options) > 1 and len(options) < len(pending.options):
        fewer = tuple(pending.options[n - 1] for n in options)
        question = Clarify("spec", fewer, None, pending.lines, pending.product, pending.qty, op=pending.op)
        return ask("order.add", question, why="还剩几种")
    return chosen(scene, pending, options[0]) if len(options) == 1 else None


def _sized_only(scene: Scene, pending: Pending) -> Reading | None:
    """8寸的, when only how many was asked: the size is settled, the amount is still open."""
    product = pending.product or ""
    skus = scene.offer.skus(product) if product in scene.offer.catalogue.product else ()
    narrowed = replace(pending, options=tuple(sku.id for sku in skus))
    found = _by_spec(scene, narrowed)
    return chosen(scene, narrowed, found[0]) if len(found) == 1 else None


def _by_product(scene: Scene, pending: Pending) -> list[int]:
    named = {id for piece in scene.pieces if piece.kind == "product" for id in piece.value}
    goods = scene.offer.catalogue
    of = [
        id if id in goods.product else goods.sku[id].product if id in goods.sku else ""
        for id in pending.options
    ]
    found = [n for n, id in enumerate(of, 1) if id in named]
    return found if len(found) == 1 or len(set(of)) > 1 else []


def _by_code(scene: Scene, pending: Pending) -> list[int]:
    codes = [piece.value for piece in scene.pieces if piece.kind == "code"]
    items = [item for code in codes if isinstance(code, Code) and (item := scene.offer.item(code))]
    return [n for n, id in enumerate(pending.options, 1) if items and id == items[0][1].sku]


def _by_spec(scene: Scene, pending: Pending) -> list[int]:
    skus = _skus(scene, pending.options)
    said = [(piece, found) for piece in scene.pieces if (found := _by_piece(piece, skus))]
    sizes = [set(found) for piece, found in said if piece.kind != "qty"]
    if len(sizes) > 1 and not set.intersection(*sizes):
        return []  # 一咸一甜
    return said[0][1] if said else _by_size(scene.text, skus)


def _by_piece(piece: Piece, skus: list[Sku | None]) -> list[int]:
    if piece.kind in ("spec", "specword"):
        return _fitting(piece.value, skus) or _by_size(piece.text, skus)
    if piece.kind == "number" and piece.text.isdigit() and len(piece.text) > 1:
        return _fitting(Spec(word=piece.text), skus)  # 303
    if piece.kind == "qty" and piece.value.value is not None and piece.value.unit:
        return _fitting(
            Spec((measure(piece.value.value, piece.value.unit),)), skus
        )  # 5斤, where a box of 5斤 is
    return []


def _fitting(spec: Spec, skus: list[Sku | None]) -> list[int]:
    return [n for n, sku in enumerate(skus, 1) if sku and fits(spec, sku)]


def _by_size(text: str, skus: list[Sku | None]) -> list[int]:
    """大的, 小箱, 贵的, 便宜的: by price, which grows with the pack."""
    known = [(sku.price.fen, n) for n, sku in enumerate(skus, 1) if sku]
    if len(known) < 2:
        return []
    if re.search("大|多的|贵的", text) and not re.search("小", text):
        return [max(known)[1]]
    return [min(known)[1]] if re.search("小|少的|便宜", text) else []


def _by_unit(scene: Scene, pending: Pending) -> list[int]:
    """按斤, 论箱, 整盒的."""
    goods = scene.offer.catalogue
    skus = _skus(scene, pending.options)
    match = re.search(r"(?:按|论|要|整|选|是|就|来)?(?P<u>[\u4e00-\u9fff])(?:的|装|称|卖|吧|$)", scene.text)
    return [n for n, sku in enumerate(skus, 1) if sku and match and same_unit(goods, sku.unit, match["u"])]


def _by_part(scene: Scene, pending: Pending) -> list[int]:
    """红的, of 红富士苹果 and 青苹果."""
    said = re.fullmatch(
        r"(?:要|选|就|来|那)*(?:个|种)?(?P<part>[\u4e00-\u9fff]{1,3}(?=的|那[个种款])|\d{1,3}[a-z\u4e00-\u9fff])(?:的|那[个种款])?(?:吧|呗|啊)?",
        scene.text,
    )
    goods = scene.offer.catalogue
    of = [goods.product.get(goods.sku[id].product if id in goods.sku else id) for id in pending.options]
    return [
        n
        for n, one in enumerate(of, 1)
        if one and said and any(said["part"] in name for name in (one.name, *one.aliases))
    ]


def _skus(scene: Scene, ids: Iterable[str]) -> list[Sku | None]:
    return [scene.offer.catalogue.sku.get(id) for id in ids]


def chosen(scene: Scene, pending: Pending, option: int) -> Reading:
    """Option n: the order it completes, or the amount that is still missing."""
    reading = act("choose.option", (), {"option": option}, why=f"选了第 {option} 个")
    if not 1 <= option <= len(pending.options):
        return reading
    id, goods = pending.options[option - 1], scene.offer.catalogue
    if pending.kind == "clarify_qty" and id not in goods.sku and id not in goods.product:
        return _chosen_amount(scene, pending, reading, id)
    unit = None if pending.kind == "clarify_unit" else pending.unit  # the unit was the trouble
    want = Want(op=pending.op, quantity=Quantity(pending.qty, unit) if pending.qty is not None else None)
    settled = (
        settle(replace(want, sku=id) if id in goods.sku else replace(want, products=(id,)), scene.offer)
        if id in goods.sku or id in goods.product
        else None
    )
    if isinstance(settled, Line):
        return replace(reading, completes=(*pending.lines, settled))
    return replace(reading, clarify=replace(settled, lines=pending.lines)) if settled else reading


def _chosen_amount(scene: Scene, pending: Pending, reading: Reading, amount: str) -> Reading:
    number = parse(amount)
    settled = (
        complete(scene, pending, Quantity(Decimal(number), pending.unit), ()) if number is not None else None
    )
    return replace(reading, completes=(*pending.lines, settled)) if isinstance(settled, Line) else reading
