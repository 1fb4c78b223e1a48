"""改: changes to what is in the cart — 改成3箱, 再加一箱, 少一板, 不要香蕉了, 苹果换成沃柑, 取消."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from dialogs.hear.around import slots_around
from dialogs.hear.meant import clauses
from dialogs.hear.offer import Want
from dialogs.hear.orders import settled_want, with_it
from dialogs.hear.quantities import Quantity
from dialogs.hear.reading import Clarify, Line, Reading
from dialogs.hear.scene import Scene, act, ask, chatters, left_over
from dialogs.hear.settle import fits, settle
from dialogs.hear.specs import Spec
from dialogs.hear.units import same_unit
from dialogs.hear.wants import Gathered

CANCEL = re.compile(
    r"(?:不要|不买|不订|不定|不需要|唔要|不想要|不拿)(?:了|啦|咯|喽)|取消|退出|撤(?:了|掉|单)|退(?:掉|了|单)|撤单|算了吧?$|(?:全部?|都|整单)(?:删|退|撤|不要)"
)
CORRECTION = r"不是.+是|是.+不是|(?:按|点|打|写|说|选|下|拍)错"
STRONG = re.compile(
    r"不是.+是|是.+不是|(?:按|点|打|写|说|选|下|拍)错|拿掉|划掉|去除|不用|不需要|唔要|改|变|换|调|加到|减到|不对|(?:少|减)(?:[一两二三半\d]|掉|要|来|拿|买|给|个)|只要|只留|一共|总共|就要|不要|去掉|删|撤|取消|退|多[来加要拿给]|再[加来多要添补]|追加|追"
)
SWAP = re.compile(r"换(?:成|为|做|个|一下|下)?|改(?:成|为|要|拿|买)")


def edit(scene: Scene) -> Reading | None:
    gathered = scene.gathered
    if not scene.context.cart and scene.context.quote:
        gathered = with_it(scene, gathered)
    cart = scene.context.cart
    if not _means_it(scene, gathered):
        return None
    if (
        not any(want.products or want.sku for want in gathered.wants)
        and CANCEL.search(scene.text)
        and not SWAP.search(scene.text)
        and not gathered.loose
    ):
        return _cancel(scene, gathered)
    if scene.says("除了|除去") and CANCEL.search(scene.text) and cart:
        return _all_but(scene, gathered)
    if not (gathered.ops or scene.says(CORRECTION)) or not (cart or scene.addressed):
        return None
    return _swapped(scene, gathered) or _changed(scene, gathered)


def _means_it(scene: Scene, gathered: Gathered) -> bool:
    if (
        not STRONG.search(scene.text)
        and not CANCEL.search(scene.text)
        and not any(op == "inc" for op in gathered.ops)
    ):
        return False
    if not scene.context.cart and scene.says("少(?:发|给|送|装|拿)"):
        return False  # less came than was paid for
    if scene.addressed and scene.says("(?:能|可以|想|要).{0,4}(?:取消|退单)"):
        return True
    if chatters(scene.text, private=scene.private) or scene.says(
        "(?<!可以)(?<!行)(?<!好)吗[?]?$|么$|为什么|券|满\d+减|多少钱"
    ):
        return False
    if scene.addressed:
        return left_over(gathered.left_over) <= max(6, len(scene.text) // 2)
    return _clause_is_clean(scene, gathered)


def _clause_is_clean(scene: Scene, gathered: Gathered) -> bool:
    """In a group the clause with the change is understood whole; what stands around it may be a sigh."""
    for clause in clauses(scene.pieces):
        text = "".join(piece.text for piece in clause)
        if STRONG.search(text) or CANCEL.search(text):
            known = [(m.start() + clause[0].start, m.end() + clause[0].start) for m in CANCEL.finditer(text)]
            allowed = (
                4
                if any(
                    want.op == "remove" and _of_cart(scene, want) and (want.products or want.sku)
                    for want in gathered.wants
                )
                else 1
            )
            return left_over((piece for piece in clause if piece in gathered.left_over), known) <= allowed
    return left_over(gathered.left_over) <= 1


# --- the whole order


def _cancel(scene: Scene, gathered: Gathered) -> Reading | None:
    slots: dict[str, Any] = {}
    if code := re.search(r"\d{4}-?\d{3}(?!\d)|\d{8,}", scene.text):
        slots["order"] = code[0]
    if (
        scene.context.cart
        or slots
        or (scene.addressed and scene.context.last_order and scene.says("订单|单"))
    ):
        return act("order.cancel", (), slots, why="整单不要了")
    if not scene.addressed:
        return None
    return ask("order.cancel", Clarify("line", (), "empty_cart"), why="没有可取消的")


# --- lines


def _changed(scene: Scene, gathered: Gathered) -> Reading | None:
    wants = gathered.wants or _nameless(scene, gathered)
    if not wants:
        return None
    done: list[Line] = []
    corrects = bool(scene.says(CORRECTION))
    for said in wants:
        want = replace(said, op="set") if corrects and said.op == "add" and _of_cart(scene, said) else said
        if want.source == "unknown":
            continue
        one = _one_change(scene, want)
        if isinstance(one, Clarify):
            intent = (
                "order.remove"
                if want.op == "remove"
                else "order.set"
                if want.op in ("set", "dec")
                else "order.add"
            )
            return ask(intent, replace(one, lines=tuple(done)), why="改哪一行还不清楚")
        done += one
    if not done:
        return None
    return act(_intent(done), done, slots_around(scene), why="改购物车里的")


def _intent(lines: Sequence[Line]) -> str:
    ops = {line.op for line in lines}
    if ops == {"remove"}:
        return "order.remove"
    return "order.add" if ops <= {"add", "inc"} else "order.set"


def _all_but(scene: Scene, gathered: Gathered) -> Reading | None:
    """除了香蕉其他都不要了."""
    kept = {id for want in gathered.wants for id in want.products}
    goods = scene.offer.catalogue.sku
    gone = [line for line in scene.context.cart if line.sku in goods and goods[line.sku].product not in kept]
    return act("order.remove", map(_removed, gone), why="别的都不要了") if gone and kept else None


def _nameless(scene: Scene, gathered: Gathered) -> tuple[Want, ...]:
    """改成3箱: an amount alone, for the one line it fits."""
    if len(gathered.loose) == 2 and scene.says("不是.+是"):
        return (Want(quantity=gathered.loose[1], op="set"),)
    if len(gathered.loose) == 2 and gathered.loose[0].plus and "set" in gathered.ops:
        return (Want(quantity=gathered.loose[1], op="set"),)  # 我的+1改成+2
    if len(gathered.loose) != 1 or not gathered.ops:
        return ()
    return (Want(quantity=gathered.loose[0], op=gathered.ops[-1]),)


def _one_change(scene: Scene, want: Want) -> list[Line] | Clarify:
    cart = _of_cart(scene, want)
    quantity = want.quantity
    if not want.products and not want.sku:
        cart = _by_unit(scene, quantity) if quantity else cart
    if want.op == "remove":
        return [_removed(line) for line in cart] if cart else Clarify("line", (), "not_in_cart", op="remove")
    if not cart:
        return _not_in_cart(scene, want)
    if quantity is None or quantity.trouble:
        return Clarify("qty", (cart[0].sku,), quantity.trouble if quantity else None, op=want.op)
    fitting = [line for line in cart if _unit_fits(scene, line, quantity)] or cart
    fitting = _by_specs(scene, want, fitting)
    if len(fitting) > 1 and scene.says("都|全部|每样"):
        changed = [_requantified(scene, want, line, quantity) for line in fitting]
        return [line for one in changed if not isinstance(one, Clarify) for line in one]
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


def _of_cart(scene: Scene, want: Want) -> list[Line]:
    goods = scene.offer.catalogue.sku
    lines = [line for line in scene.context.cart if line.sku in goods]
    if want.sku:
        return [line for line in lines if line.sku == want.sku]
    if want.products:
        return [line for line in lines if goods[line.sku].product in want.products]
    return lines


def _by_specs(scene: Scene, want: Want, lines: list[Line]) -> list[Line]:
    goods = scene.offer.catalogue.sku
    return [line for line in lines if all(fits(spec, goods[line.sku]) for spec in want.specs)] or lines


def _by_unit(scene: Scene, quantity: Quantity) -> list[Line]:
    return [
        line
        for line in scene.context.cart
        if line.sku in scene.offer.catalogue.sku and _unit_fits(scene, line, quantity)
    ]


def _unit_fits(scene: Scene, line: Line, quantity: Quantity) -> bool:
    if not quantity.unit or quantity.loose or quantity.unit == "份":
        return True
    settled = settle(Want(sku=line.sku, quantity=quantity, campaign=line.campaign), scene.offer)
    return (isinstance(settled, Line) and settled.sku == line.sku) or same_unit(
        scene.offer.catalogue, line.unit, quantity.unit
    )


def _requantified(scene: Scene, want: Want, line: Line, quantity: Quantity) -> list[Line] | Clarify:
    """The line in its new amount; another size of the same goods takes its place."""
    goods = scene.offer.catalogue.sku[line.sku]
    wanted = replace(want, products=(goods.product,), sku=None)
    same = not want.specs or all(fits(spec, goods) for spec in want.specs)
    if same and _unit_fits(scene, line, quantity):
        wanted = replace(want, sku=line.sku, campaign=line.campaign)
    settled = settle(wanted, scene.offer)
    if isinstance(settled, Clarify):
        return settled
    if settled.sku == line.sku:
        return [replace(settled, op=want.op, campaign=line.campaign, for_whom=line.for_whom)]
    new = replace(settled, op="add")
    return [new] if want.op in ("add", "inc") else [_removed(line), new]


def _removed(line: Line) -> Line:
    return Line(line.sku, Decimal(0), line.unit, "remove", line.for_whom, None, line.campaign)


def _not_in_cart(scene: Scene, want: Want) -> list[Line] | Clarify:
    if want.op in ("inc", "add") or (want.op == "set" and scene.says("只要|就要|只拿|一共|总共")):
        settled = settled_want(replace(want, op="add"), scene)
        return [settled] if isinstance(settled, Line) else settled
    return Clarify("line", (), "not_in_cart", op=want.op)


# --- 苹果换成沃柑, 换大箱的


def _swapped(scene: Scene, gathered: Gathered) -> Reading | None:
    match = SWAP.search(scene.text)
    if match is None:
        return None
    before = [want for want in gathered.wants if want.start < match.start() and want.source != "unknown"]
    after = [
        want
        for want in gathered.wants
        if want.start >= match.start() and want.source != "unknown" and want.op != "remove"
    ]
    if after and scene.says("改(?:成|为)") and left_of_goods(scene, match.end(), after[0].start):
        return None  # 香蕉改成两斤，苹果…
    specs = tuple(
        piece.value
        for piece in scene.pieces
        if piece.kind in ("spec", "specword") and piece.start >= match.start()
    )
    old = _old_lines(scene, before)
    if not after and specs and len(old) == 1:
        return _other_size(scene, old[0], specs, gathered)
    if len(after) != 1 or not old or (not before and len(old) != 1):
        return None
    if scene.offer.catalogue.sku[old[0].sku].product in after[0].products and not after[0].specs:
        return None
    return _replaced(scene, old, after[0])


def left_of_goods(scene: Scene, start: int, end: int) -> bool:
    """Whether an amount or a stop stands between the word of change and the next goods."""
    return any(
        piece.kind in ("break", "qty", "number") for piece in scene.pieces if start <= piece.start < end
    )


def _old_lines(scene: Scene, before: list[Want]) -> list[Line]:
    return [line for want in before for line in _of_cart(scene, want)] if before else _of_cart(scene, Want())


def _replaced(scene: Scene, old: list[Line], want: Want) -> Reading:
    """The old quantity carries over when no new one is said and the unit fits."""
    carried = want.quantity or Quantity(old[0].qty, old[0].unit)
    settled = settle(replace(want, op="add", quantity=carried), scene.offer)
    if isinstance(settled, Clarify):
        slot = replace(
            settled,
            slot="qty" if want.quantity is None and settled.slot == "unit" else settled.slot,
            qty=want.quantity.value if want.quantity else None,
        )
        return ask("order.set", replace(slot, lines=tuple(map(_removed, old))), why="换成的还没说清多少")
    return act("order.set", [*map(_removed, old), settled], slots_around(scene), why="一样换另一样")


def _other_size(scene: Scene, line: Line, specs: tuple[Spec, ...], gathered: Gathered) -> Reading | None:
    product = scene.offer.catalogue.sku[line.sku].product
    others = [
        sku
        for sku in scene.offer.skus(product)
        if sku.id != line.sku and same_unit(scene.offer.catalogue, sku.unit, line.unit)
    ]
    found = [sku for sku in others if all(fits(spec, sku) for spec in specs)]
    if not found and len(others) == 1 and specs[0].word[:1] in ("大", "小"):
        bigger = others[0].price > scene.offer.catalogue.sku[line.sku].price
        found = others if bigger == (specs[0].word[0] == "大") else []
    if len(found) != 1:
        return None
    quantity = gathered.loose[0] if gathered.loose else Quantity(line.qty, line.unit)
    settled = settle(Want(sku=found[0].id, quantity=quantity), scene.offer)
    return (
        act("order.set", [_removed(line), settled], slots_around(scene), why="换一个规格")
        if isinstance(settled, Line)
        else None
    )
