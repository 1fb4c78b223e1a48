"""换: one thing for another — 苹果换成沃柑, 换大箱的."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from dialogs.hear.around import slots_around
from dialogs.hear.cart import by_specs, of_cart, removed
from dialogs.hear.lattice import Piece
from dialogs.hear.offer import Want
from dialogs.hear.quantities import Quantity
from dialogs.hear.reading import Clarify, Line, Reading
from dialogs.hear.scene import Scene, act, ask
from dialogs.hear.settle import fits, fits_pack, settle
from dialogs.hear.specs import Spec
from dialogs.hear.units import same_unit
from dialogs.hear.walk import GOODS, SIZED, SIZES
from dialogs.hear.wants import Gathered
from shop.goods import Sku

PARTS = re.compile(r"[a-z]+|\d+(?:\.\d+)?|[\u4e00-\u9fff]+")
SWAP = re.compile(r"换(?:成|为|做|个|一下|下)?|改(?:成|为|要|拿|买|(?=[大中小][\u4e00-\u9fff]))")


def swapped(scene: Scene, gathered: Gathered) -> Reading | None:
    match = SWAP.search(scene.text)
    if match is None:
        return None
    before = [want for want in gathered.wants if want.start < match.start() and want.source != "unknown"]
    after = [
        want
        for want in gathered.wants
        if want.start >= match.start() and want.source != "unknown" and want.op != "remove"
    ]
    said = _amount_before(scene, match.end(), after[0]) if len(after) == 1 and before else None
    if said is not None:
        return _replaced(scene, _old_lines(scene, before, match.start()), replace(after[0], quantity=said))
    if after and scene.says("改(?:成|为)") and left_of_goods(scene, match.end(), after[0].start):
        return None  # 香蕉改成两斤，苹果…
    old = _old_lines(scene, before, match.start())
    specs = tuple(_sizes(scene, match.start())) or _number_of_a_size(scene, old, match.end())
    if specs and not any(piece.kind in SIZES for piece in scene.pieces):
        gathered, after = replace(gathered, loose=()), []
    if (some := _some_of(scene, old, match.start())) is not None and not _amount_behind(scene, match.end()):
        return _partly(scene, old[0], some, after, specs)
    if not before and not after and specs and len(old) > 1:
        old = [
            line for line in old if other_sizes(scene, line, specs)
        ]  # 换成8寸的, of the one thing that has 8寸
    if not after and specs and len(old) == 1:
        amounts = [p.value for p in scene.pieces if p.kind == "qty" and p.start >= match.end()]
        return _other_size(
            scene, old[0], specs, replace(gathered, loose=tuple(amounts)) if amounts else gathered
        )
    if len(after) != 1 or not old or (not before and len(old) != 1):
        return None
    if scene.offer.catalogue.sku[old[0].sku].product in after[0].products and not after[0].specs:
        return None
    return _replaced(scene, old, after[0])


def _some_of(scene: Scene, old: list[Line], end: int) -> Decimal | None:
    """两个 of 肉包其中两个换菜包, where four are in the order."""
    told = [piece.value.value for piece in scene.pieces if piece.kind == "qty" and piece.start < end]
    return told[-1] if len(old) == 1 and told and told[-1] and told[-1] != old[0].qty else None


def _amount_behind(scene: Scene, start: int) -> bool:
    """香蕉3斤换成5斤: said otherwise, not taken for something else."""
    return any(piece.kind == "qty" and piece.start >= start for piece in scene.pieces)


def _partly(
    scene: Scene, line: Line, some: Decimal, after: list[Want], specs: tuple[Spec, ...]
) -> Reading | None:
    """So much of a line becomes something else; the rest stays. More than is there is asked about."""
    sizes = other_sizes(scene, line, specs) if specs and not after else []
    wanted = after[0] if len(after) == 1 else Want(sku=sizes[0].id) if len(sizes) == 1 else None
    settled = wanted and settle(replace(wanted, op="add", quantity=Quantity(some, line.unit)), scene.offer)
    if some > line.qty or not isinstance(settled, Line):
        return ask("order.set", Clarify("line", (line.sku,), "unclear_change", op="set"))
    less = replace(line, qty=some, op="dec")
    return act("order.set", [less, settled], slots_around(scene), why="换其中一部分")


def _sizes(scene: Scene, start: int) -> Iterator[Spec]:
    """What is said about packs from here on; 大的 and 小的 are so of what is changed."""
    for n, piece in enumerate(scene.pieces):
        behind = next((p.tag for p in scene.pieces[n + 1 :] if p.kind != "blank"), "")
        sized = piece.kind in SIZES or piece.text in SIZED
        if piece.start >= start and sized and behind != "not":  # 40的改成三根，60的不要了
            yield piece.value if piece.kind in SIZES else Spec(word=piece.text)


def _number_of_a_size(scene: Scene, old: list[Line], start: int) -> tuple[Spec, ...]:
    """302 of 换成302, where a shade of what is in the order has that number."""
    said = [
        p for p in scene.pieces if p.start >= start and p.kind not in ("blank", "break") and p.tag != "filler"
    ]
    if len(old) != 1 or len(said) != 1 or said[0].kind != "number" or len(said[0].text) < 2:
        return ()
    spec = Spec(word=said[0].text, text=said[0].text)
    return (spec,) if said[0].text.isdigit() and other_sizes(scene, old[0], (spec,)) else ()


def another_size(scene: Scene, gathered: Gathered) -> Reading:
    """9W的不要了，要12W的: the line in the first size changes; 散的不要了 takes its line out."""
    goods = scene.offer.catalogue.sku
    sizes = [(n, piece) for n, piece in enumerate(scene.pieces) if piece.kind in SIZES]
    refused = [
        piece.value for n, piece in sizes if scene.pieces[n + 1 : n + 2] and scene.pieces[n + 1].tag == "not"
    ]
    wanted = tuple(piece.value for _, piece in sizes if piece.value not in refused)
    lines = [
        line
        for line in of_cart(scene, Want())
        if refused and all(fits_pack(spec, goods[line.sku]) for spec in refused)
    ]
    if len(lines) == 1 and not wanted:
        return act("order.remove", [removed(lines[0])], why="这个规格不要了")
    changed = _other_size(scene, lines[0], wanted, gathered) if len(lines) == 1 else None
    return changed or ask(
        "order.set", Clarify("line", tuple(line.sku for line in lines)), why="哪个规格没说清"
    )


def with_goods_of_sizes(scene: Scene) -> Scene | None:
    """60的不要 40的改成三根: sizes that name one line of the order each, as if its goods were named before them."""
    goods = scene.offer.catalogue.sku
    cart = [line for line in scene.context.cart if line.sku in goods]
    if not cart or any(piece.kind in GOODS for piece in scene.pieces):
        return None
    pieces: list[Piece] = []
    for piece in scene.pieces:
        if piece.kind in SIZES:
            lines = [line for line in cart if fits_pack(piece.value, goods[line.sku])]
            if len(lines) > 1 or not (lines or any(one.kind == "product" for one in pieces)):
                return None  # 60的换80的 names a line first
            ids = [(goods[line.sku].product,) for line in lines]
            pieces += [Piece("product", piece.start, piece.start, "", one) for one in ids]
        pieces.append(piece)
    return replace(scene, pieces=tuple(pieces)) if len(pieces) > len(scene.pieces) else None


def _amount_before(scene: Scene, start: int, want: Want) -> Quantity | None:
    """3斤 of 苹果换成3斤橙子: what stands between the word of change and goods without an amount of their own."""
    between = [p for p in scene.pieces if start <= p.start < want.start and p.kind != "blank"]
    said = [p for p in between if p.kind == "qty" and p.end == want.start]
    return said[0].value if len(between) == 1 and said and want.quantity is None else None


def left_of_goods(scene: Scene, start: int, end: int) -> bool:
    """Whether an amount or a stop stands between the word of change and the next goods."""
    return any(
        piece.kind in ("break", "qty", "number") for piece in scene.pieces if start <= piece.start < end
    )


def _old_lines(scene: Scene, before: list[Want], end: int) -> list[Line]:
    told = [piece.value for piece in scene.pieces if piece.kind in SIZES and piece.end <= end]
    sized = (replace(want, specs=tuple(spec for spec in want.specs if spec in told)) for want in before)
    named = (by_specs(scene, want, of_cart(scene, want)) for want in sized)
    return [line for lines in named for line in lines] if before else of_cart(scene, Want())


def _replaced(scene: Scene, old: list[Line], want: Want) -> Reading | None:
    """The old quantity carries over when no new one is said and the unit fits."""
    if not old:
        return None
    carried = want.quantity or Quantity(old[0].qty, old[0].unit)
    settled = settle(replace(want, op="add", quantity=carried), scene.offer)
    if isinstance(settled, Clarify):
        slot = replace(
            settled,
            slot="qty" if want.quantity is None and settled.slot == "unit" else settled.slot,
            qty=want.quantity.value if want.quantity else None,
        )
        return ask("order.set", replace(slot, lines=tuple(map(removed, old))), why="换成的还没说清多少")
    return act("order.set", [*map(removed, old), settled], slots_around(scene), why="一样换另一样")


def other_sizes(scene: Scene, line: Line, specs: tuple[Spec, ...]) -> list[Sku]:
    """Other skus of the same goods that these words name."""
    product = scene.offer.catalogue.sku[line.sku].product
    others = [
        sku
        for sku in scene.offer.skus(product)
        if sku.id != line.sku and same_unit(scene.offer.catalogue, sku.unit, line.unit)
    ]
    measured = [spec for spec in specs if spec.measures] or specs  # 20斤那种大袋的: how much says which
    found = [sku for sku in others if all(fits(spec, sku) for spec in measured)]
    if len(found) > 1:
        found = _as_before(scene.offer.catalogue.sku[line.sku], found)
    if not found and len(others) == 1 and specs[0].word[:1] in ("大", "小"):
        bigger = others[0].price > scene.offer.catalogue.sku[line.sku].price
        found = others if bigger == (specs[0].word[0] == "大") else []
    return found


def _as_before(sku: Sku, found: list[Sku]) -> list[Sku]:
    """黑色L of L, where 黑色M is in the order: what was not said stays as it is."""
    was = set(PARTS.findall(sku.spec.lower()))
    kept = [len(was.intersection(PARTS.findall(one.spec.lower()))) for one in found]
    return [one for one, count in zip(found, kept, strict=True) if count == max(kept)]


def _other_size(scene: Scene, line: Line, specs: tuple[Spec, ...], gathered: Gathered) -> Reading | None:
    found = other_sizes(scene, line, specs)
    if len(found) != 1:
        return None
    quantity = gathered.loose[0] if gathered.loose else Quantity(line.qty, line.unit)
    settled = settle(Want(sku=found[0].id, quantity=quantity), scene.offer)
    return (
        act("order.set", [removed(line), settled], slots_around(scene), why="换一个规格")
        if isinstance(settled, Line)
        else None
    )
