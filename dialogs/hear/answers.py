"""答: the short answer to what the bot has just asked — 对的, 2, 8寸的, 三袋 — and the order it completes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from dialogs.hear.codes import Code
from dialogs.hear.edits import edit
from dialogs.hear.lexicon import patterns
from dialogs.hear.numbers import NUMBER, parse
from dialogs.hear.offer import Want, fits, same_unit, settle
from dialogs.hear.quantities import Quantity
from dialogs.hear.reading import Clarify, Line, Pending, Reading
from dialogs.hear.scene import Scene, act, ask, left_over
from dialogs.hear.specs import Spec
from shop.goods import Sku

CHOICE = re.compile(
    rf"(?:要|选|就|我要|我选|那就|选择|来|拿)*第?(?P<n>{NUMBER})(?:个|项|种|款|号|样|那个)?(?:链接)?(?:吧|呗|谢谢|啊|好了|就行|可以|的)*"
)
LAST = re.compile(r"(?:要|选|就)*(?:最后|后面|下面|后)(?:一|那)?(?:个|种|款|项)?(?:的)?吧?")
FIRST = re.compile(r"(?:要|选|就)*(?:前面|上面|前|头)(?:一|那)?(?:个|种|款|项)?(?:的)?吧?")


def answer(scene: Scene) -> Reading | None:
    pending = scene.context.pending
    if pending is None:
        return None
    said = re.sub(r"[\s,，。.!！?？~、…]+", "", scene.text)
    for step in (_whole_order, _ordinal, _amount, _choice, _named, _other_product, _yes_or_no, _amended):
        reading = step(scene, pending, said)
        if reading is not None:
            return reading if reading.intent else None
    return None


NOT_AN_ANSWER = Reading("ignore", "")


def _whole_order(scene: Scene, pending: Pending, said: str) -> Reading | None:
    """A full new order beats the question."""
    wants = scene.gathered.wants
    if pending.kind == "confirm_order" and scene.gathered.ops:
        return None  # 香蕉改成5斤
    full = [want for want in wants if want.quantity and (want.products or want.sku) and want.source != "unknown"]
    if full and not (pending.product and full[0].products == (pending.product,)):
        return NOT_AN_ANSWER
    return None


# --- 三袋: the amount that was missing


def _amount(scene: Scene, pending: Pending, said: str) -> Reading | None:
    gathered = scene.gathered
    named = [want for want in gathered.wants if want.quantity and want.source != "unknown"]
    loose = [*gathered.loose, *(want.quantity for want in named if want.quantity)]
    specs = tuple(piece.value for piece in scene.pieces if piece.kind in ("spec", "specword"))
    if len(loose) != 1 or left_over(gathered.left_over) > 2 or (pending.kind == "confirm_order" and len(pending.lines) != 1):
        return None
    quantity = loose[0]
    if not _is_amount(quantity, pending):
        return None
    if not quantity.unit and pending.unit and pending.kind == "clarify_qty":
        quantity = replace(quantity, unit=pending.unit)
    settled = _complete(scene, pending, quantity, specs)
    if isinstance(settled, Line):
        lines = (*(pending.lines if pending.kind != "confirm_order" else ()), settled)
        return replace(act("order.add", lines, why="补上了数量"), completes=lines)
    if isinstance(settled, Clarify):
        return ask("order.add", replace(settled, lines=pending.lines), why="补的数量还不够清楚")
    return None


def _is_amount(quantity: Quantity, pending: Pending) -> bool:
    """A bare number answers 哪一种 with an option and 要几 with an amount; 一个 may be either."""
    if quantity.unit:
        return not (len(pending.options) > 1 and pending.kind != "clarify_qty" and quantity.unit == "个" and pending.qty is not None)
    return pending.kind == "clarify_qty" or (len(pending.options) <= 1 and pending.qty is None)


def _complete(scene: Scene, pending: Pending, quantity: Quantity, specs: tuple[Spec, ...]) -> Line | Clarify | None:
    offer = scene.offer
    if pending.kind == "confirm_order":
        line = pending.lines[0]
        return settle(Want(sku=line.sku, campaign=line.campaign, quantity=quantity, op=line.op, for_whom=line.for_whom, note=line.note), offer)
    skus = [id for id in pending.options if id in offer.catalogue.sku]
    products = [id for id in pending.options if id in offer.catalogue.product]
    if pending.product:
        return settle(Want((pending.product,), quantity=quantity, specs=specs, op=pending.op, sku=skus[0] if len(skus) == 1 else None), offer)
    if len(skus) == 1:
        return settle(Want(sku=skus[0], quantity=quantity, op=pending.op), offer)
    return settle(Want((products[0],), quantity=quantity, specs=specs, op=pending.op), offer) if len(products) == 1 else None


# --- 2, 第一个, 后面那个


def _ordinal(scene: Scene, pending: Pending, said: str) -> Reading | None:
    return _choice(scene, pending, said) if "第" in said else None


def _choice(scene: Scene, pending: Pending, said: str) -> Reading | None:
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


# --- 8寸的, 整箱, 青苹果, A: the option by its name


def _named(scene: Scene, pending: Pending, said: str) -> Reading | None:
    if not pending.options and pending.product:
        return _sized_only(scene, pending)
    if not pending.options or left_over(scene.gathered.left_over) > 2:
        return None
    options = _by_product(scene, pending) or _by_code(scene, pending) or _by_spec(scene, pending) or _by_unit(scene, pending)
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


def _other_product(scene: Scene, pending: Pending, said: str) -> Reading | None:
    """青苹果, when 苹果 was offered: the amount asked for, of other goods."""
    named = [want for want in scene.gathered.wants if want.products and want.source != "unknown"]
    if len(named) != 1 or named[0].quantity or pending.qty is None or pending.kind != "clarify_product" or left_over(scene.gathered.left_over):
        return None
    settled = settle(replace(named[0], quantity=Quantity(pending.qty, pending.unit), op=pending.op), scene.offer)
    if isinstance(settled, Clarify):
        return ask("order.add", replace(settled, lines=pending.lines), why="换了一样货")
    lines = (*pending.lines, settled)
    return replace(act("order.add", lines, why="换了一样货"), completes=lines)


def _amended(scene: Scene, pending: Pending, said: str) -> Reading | None:
    """香蕉改成3斤, when the whole order was read back: the order with the change in it."""
    if pending.kind != "confirm_order" or not pending.lines or not scene.gathered.ops:
        return None
    reading = edit(replace(scene, context=replace(scene.context, cart=pending.lines, pending=None)))
    if reading is None or reading.action != "act" or not reading.lines:
        return reading
    return replace(reading, completes=_applied(pending.lines, reading.lines))


def _applied(lines: Iterable[Line], changes: Iterable[Line]) -> tuple[Line, ...]:
    kept = {line.sku: line for line in lines}
    for change in changes:
        before = kept.get(change.sku)
        old = before.qty if before else Decimal(0)
        qty = {"inc": old + change.qty, "dec": old - change.qty, "remove": Decimal(0)}.get(change.op, change.qty)
        kept[change.sku] = replace(before or change, qty=qty, op="add")
    return tuple(line for line in kept.values() if line.qty > 0)


def _by_product(scene: Scene, pending: Pending) -> list[int]:
    named = {id for piece in scene.pieces if piece.kind == "product" for id in piece.value}
    goods = scene.offer.catalogue
    of = [id if id in goods.product else goods.sku[id].product if id in goods.sku else "" for id in pending.options]
    found = [n for n, id in enumerate(of, 1) if id in named]
    return found if len(found) == 1 or len(set(of)) > 1 else []


def _by_code(scene: Scene, pending: Pending) -> list[int]:
    codes = [piece.value for piece in scene.pieces if piece.kind == "code"]
    items = [item for code in codes if isinstance(code, Code) and (item := scene.offer.item(code))]
    return [n for n, id in enumerate(pending.options, 1) if items and id == items[0][1].sku]


def _by_spec(scene: Scene, pending: Pending) -> list[int]:
    skus = _skus(scene, pending.options)
    for piece in scene.pieces:
        if piece.kind in ("spec", "specword"):
            found = [n for n, sku in enumerate(skus, 1) if sku and fits(piece.value, sku)] or _by_size(piece.text, skus)
            if found:
                return found
    return _by_size(scene.text, skus)


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
    settled = settle(replace(want, sku=id) if id in goods.sku else replace(want, products=(id,)), scene.offer) if id in goods.sku or id in goods.product else None
    if isinstance(settled, Line):
        return replace(reading, completes=(*pending.lines, settled))
    return replace(reading, clarify=replace(settled, lines=pending.lines)) if settled else reading


def _chosen_amount(scene: Scene, pending: Pending, reading: Reading, amount: str) -> Reading:
    number = parse(amount)
    settled = _complete(scene, pending, Quantity(Decimal(number), pending.unit), ()) if number is not None else None
    return replace(reading, completes=(*pending.lines, settled)) if isinstance(settled, Line) else reading


# --- 对的, 不是


def _yes_or_no(scene: Scene, pending: Pending, said: str) -> Reading | None:
    words = patterns("answers.toml")
    if words["no"].fullmatch(said):
        return act("confirm.no", (), why="说不是")
    if not words["yes"].fullmatch(said):
        return None
    reading = act("confirm.yes", (), why="说是")
    if pending.kind == "confirm_order":
        return replace(reading, completes=pending.lines)
    if len(pending.options) == 1:
        only = chosen(scene, pending, 1)
        return replace(reading, completes=only.completes, clarify=only.clarify)
    return reading
