"""哪行: which line of the order a change is about, and what it becomes — 第二个不要了, 改成3箱, 换大箱."""

from __future__ import annotations

from dataclasses import replace

from dialogs.hear.cart import by_specs, by_unit, of_cart, removed, short_for, unit_fits
from dialogs.hear.meant import clauses
from dialogs.hear.numbers import NUMBER, parse
from dialogs.hear.offer import Want
from dialogs.hear.orders import settled_want
from dialogs.hear.parts import own
from dialogs.hear.quantities import Quantity
from dialogs.hear.reading import Clarify, Line
from dialogs.hear.scene import Scene
from dialogs.hear.settle import fits, settle
from dialogs.hear.things import names_a_thing
from dialogs.hear.walk import SIZES
from dialogs.hear.wants import Gathered


def by_place(scene: Scene, gathered: Gathered) -> tuple[Want, ...]:
    """第二个不要了: a line of the order by where it stands, when no campaign counts otherwise."""
    said = scene.says(rf"第(?P<n>{NUMBER})(?:个|样|行|项|款|条|种)")
    number = parse(said["n"]) if said else None
    cart = scene.context.cart
    if number is None or not gathered.ops or gathered.wants or not 1 <= number <= len(cart):
        return ()
    amounts = [quantity for quantity in gathered.loose if quantity.unit or quantity.value != number]
    line = cart[int(number) - 1]
    return (Want(sku=line.sku, quantity=amounts[-1] if amounts else None, op=gathered.ops[-1]),)


def nameless(scene: Scene, gathered: Gathered, *, corrects: bool) -> tuple[Want, ...]:
    """改成3箱: an amount alone, for the one line it fits."""
    if len(gathered.loose) == 2 and scene.says("不是.+是"):
        return (Want(quantity=gathered.loose[1], op="set"),)
    if len(gathered.loose) == 2 and "set" in gathered.ops:
        return (Want(quantity=gathered.loose[1], op="set"),)  # 我的+1改成+2, 1箱改2箱
    if "remove" in gathered.ops and any(piece.kind in SIZES for piece in scene.pieces):
        return ()  # 60的不要，来两根80的
    corrected = bool(scene.context.cart) and corrects
    if len(gathered.loose) != 1 or not (gathered.ops or corrected):
        return ()
    return (Want(quantity=gathered.loose[0], op=gathered.ops[-1] if gathered.ops else "set"),)


def one_and_another(scene: Scene, gathered: Gathered) -> bool:
    """换成一大一小: a second number behind the word of change, which nobody explains."""
    changing = next((one for one in clauses(scene.pieces) if any(p.tag == "set" for p in one)), [])
    start = next((piece.end for piece in changing if piece.tag == "set"), 0)
    return any(p.kind == "number" and p.start >= start and p in gathered.left_over for p in changing)


def one_change(scene: Scene, want: Want) -> list[Line] | Clarify:
    cart = of_cart(scene, want)
    quantity = want.quantity
    if not want.products and not want.sku:
        cart = by_unit(scene, quantity) if quantity else cart
    if want.op == "remove":
        if not cart and not scene.context.cart and any(w.op != "remove" for w in scene.gathered.wants):
            return []  # 土豆不要，香蕉三斤: nothing is there to be taken out
        beside = _taken_out_beside(scene, want)
        if isinstance(beside, Clarify):
            return beside
        return [*beside, *(removed(line) for line in by_specs(scene, want, cart))] if cart else _missing(want)
    if not cart:
        return _not_in_cart(scene, want)
    if quantity is None or quantity.trouble:
        return Clarify("qty", (cart[0].sku,), quantity.trouble if quantity else None, op=want.op)
    fitting = [line for line in cart if unit_fits(scene, line, quantity)] or cart
    fitting = by_specs(scene, want, fitting)
    if len(fitting) > 1 and scene.says("都|全部|每样"):
        changed = [_requantified(scene, want, line, quantity) for line in fitting]
        return [line for one in changed if not isinstance(one, Clarify) for line in one]
    fitting = own(fitting)
    if len(fitting) > 1:
        return Clarify(
            "line",
            tuple(line.sku for line in fitting),
            None,
            (),
            None,
            quantity.value,
            quantity.unit,
            op=want.op,
        )
    return _requantified(scene, want, fitting[0], quantity)


def _taken_out_beside(scene: Scene, want: Want) -> list[Line] | Clarify:
    """本子和铅笔都不要了, where nothing of ours is called 本子: the one line that it may be short for goes as well."""
    before = [piece for piece in scene.pieces if piece.end <= want.start and piece.kind != "blank"]
    behind = [piece for piece in scene.pieces if piece.start >= want.end and piece.kind != "blank"]
    joined = (two for two in (before[:-3:-1], behind[:2]) if len(two) == 2)
    words = [
        word
        for joint, word in joined
        if (joint.tag == "and" or joint.text == "、")
        and word in scene.gathered.left_over
        and names_a_thing(word)
    ]
    gone: list[Line] = []
    for word in words:
        lines = short_for(scene, word.text)
        if len(lines) != 1:
            skus = tuple(line.sku for line in lines)
            return Clarify("line", skus, "not_in_cart", heard=word.text, op="remove")
        gone.append(removed(lines[0]))
    return gone


def _requantified(scene: Scene, want: Want, line: Line, quantity: Quantity) -> list[Line] | Clarify:
    """The line in its new amount; another size of the same goods takes its place."""
    goods = scene.offer.catalogue.sku[line.sku]
    wanted = replace(want, products=(goods.product,), sku=None)
    same = not want.specs or all(fits(spec, goods) for spec in want.specs)
    if same and unit_fits(scene, line, quantity):
        wanted = replace(want, sku=line.sku, campaign=line.campaign)
    settled = settle(wanted, scene.offer)
    if isinstance(settled, Clarify):
        return settled
    if settled.sku == line.sku:
        return [replace(settled, op=want.op, campaign=line.campaign, for_whom=line.for_whom)]
    new = replace(settled, op="add")
    return [new] if want.op in ("add", "inc") else [removed(line), new]


def _not_in_cart(scene: Scene, want: Want) -> list[Line] | Clarify:
    if (
        want.op in ("inc", "add")
        or want.retold
        or (want.op == "set" and scene.says("只要|就要|只拿|一共|总共"))
    ):
        settled = settled_want(replace(want, op="add"), scene)
        return [settled] if isinstance(settled, Line) else settled
    return _missing(want)


def _missing(want: Want) -> Clarify:
    """It names the goods, so that the shop can say which are not in the order."""
    product = want.products[0] if len(want.products) == 1 else None
    return Clarify("line", (), "not_in_cart", product=product, heard=want.heard or None, op=want.op)
