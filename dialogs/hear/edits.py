"""改: changes to what is in the cart — 改成3箱, 再加一箱, 少一板, 不要香蕉了, 苹果换成沃柑, 取消."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dialogs.hear.around import slots_around
from dialogs.hear.cancels import CANCEL, cancel, not_ours
from dialogs.hear.cart import of_cart, removed, unit_fits
from dialogs.hear.changes import by_place, nameless, one_and_another, one_change
from dialogs.hear.lattice import Piece
from dialogs.hear.meant import clauses
from dialogs.hear.offer import Want
from dialogs.hear.orders import merged, with_it
from dialogs.hear.parts import of_whom, one_less
from dialogs.hear.quantities import Quantity
from dialogs.hear.reading import Clarify, Line, Reading
from dialogs.hear.scene import Scene, act, ask, chatters, left_over
from dialogs.hear.settle import fits_pack, settle
from dialogs.hear.stands import as_it_is
from dialogs.hear.swaps import SWAP, another_size, swapped, with_goods_of_sizes
from dialogs.hear.walk import SIZES
from dialogs.hear.wants import Gathered

CORRECTION = re.compile(
    r"不是.+是|不是[\d一两二三四五六七八九十]|是.+不是|(?:按|点|打|写|说|选|下|拍)错|还是[要来拿]?(?=[\d一两二三四五六七八九十])"
)
TOO_MUCH = re.compile(
    r"(?:实在|真的?|确实|有点|怕|也|都|可)*(?:太[多少]|[多少]了(?=[,，。 ])|[不没]够|放不下|[吃喝用装拿搬拎]不[完了下动够])"
)
AS_IT_IS = re.compile(
    "(?:还是|还|都|就|保持|先)*(?:不变|不动|不改|不用改|照旧|照常|照样|留着|留下|保留|不退)"
)  # 馒头改八个，油条不变
ENOUGH = re.compile("[^\\d]?(?:就?够了?|就(?:行|好|可以)了?)(?=[,，。!~ 吧哈啊]|$)")
SHORT_OR_BACK = r"少(?:发|给|送|装|拿|一(?!点|些)|[两俩三半\d])|(?:^|我|要|想|帮|给|麻烦|能|可以)退(?![出团])"
CHANGES = ("set", "inc", "dec", "not", "wrong")
ASKS_ABOUT_IT = "^(?!.*(?:能|可以|可不可以|行|好)).*吗[?]?$|么$|为什么|券|满\\d+减|多少钱"
HOW_MUCH = "多(?:少|大|重|长|高|久|远|宽)"


def edit(scene: Scene) -> Reading | None:
    part = of_whom(scene)
    if part is not None:
        return _of_a_part(part)
    if less := one_less(scene):
        return _changed(scene, replace(scene.gathered, wants=less))
    named = with_goods_of_sizes(scene)
    reading = _edited(named) if named else None
    if reading and reading.action == "act" and reading.lines:
        return reading
    reading = _edited(scene)
    if reading is None and named and scene.addressed and "remove" in scene.gathered.ops:
        return another_size(named, named.gathered)  # 60的不要，来两根80的: never silence
    return reading


def _of_a_part(part: Scene) -> Reading | None:
    """妈妈的不要了 takes out what is hers; the rest of the order stays."""
    reading = _edited(part)
    if reading is None or reading.intent != "order.cancel" or reading.action != "act":
        return reading
    return act("order.remove", map(removed, part.context.cart), reading.slots, why="只去掉一个人的")


def _edited(scene: Scene) -> Reading | None:
    gathered = scene.gathered
    if not scene.context.cart and scene.context.quote:
        gathered = with_it(scene, gathered)
    cart = scene.context.cart
    if ((cart and scene.addressed) or _means_it(scene, gathered)) and (stands := as_it_is(scene)):
        return stands
    if not _means_it(scene, gathered):
        return None
    if (
        not any(want.products or want.sku for want in gathered.wants)
        and CANCEL.search(scene.text)
        and not SWAP.search(scene.text)
        and not gathered.loose
    ):
        sized = cart and any(p.kind in SIZES and not p.text.endswith("单") for p in scene.pieces)
        return another_size(scene, gathered) if sized else not_ours(scene) or cancel(scene, gathered)
    if cart and ((scene.says("除了|除去") and CANCEL.search(scene.text)) or _keeps_only(scene, gathered)):
        return _all_but(scene, gathered)
    if not (gathered.ops or _corrects(scene) or _denies(scene)) or not (cart or scene.addressed):
        return None
    return swapped(scene, gathered) or _changed(scene, gathered)


def _means_it(scene: Scene, gathered: Gathered) -> bool:
    if not (gathered.ops or _corrects(scene) or _denies(scene) or CANCEL.search(scene.text)):
        return False
    if scene.says(HOW_MUCH) and not CANCEL.search(scene.text) and not SWAP.search(scene.text):
        return False  # 一个多少来着, 多大一个
    if not scene.context.cart and scene.says(SHORT_OR_BACK):
        return False  # less came than was paid for, or it goes back
    if scene.addressed and scene.says("(?:能|可以|想|要).{0,4}(?:取消|退单)"):
        return True
    said = _about_changes(scene, gathered)
    if chatters(said, private=scene.private) or re.search(ASKS_ABOUT_IT, said):
        return False
    if scene.addressed:
        return left_over(gathered.left_over) <= max(6, len(scene.text) // 2)
    return _clause_is_clean(scene, gathered)


def _about_changes(scene: Scene, gathered: Gathered) -> str:
    """咸蛋还有一堆没吃完，那盒帮我去掉: where goods of the order change, why they do may be told as talk is."""
    if not changes_the_order(scene, gathered):
        return scene.text
    changing = [one for one in clauses(scene.pieces) if any(piece.tag in CHANGES for piece in one)]
    return "，".join(scene.text[one[0].start : one[-1].end] for one in changing)


def changes_the_order(scene: Scene, gathered: Gathered) -> bool:
    """Whether a change is said of goods that are in the order."""
    return any(w.op != "add" and (w.products or w.sku) and of_cart(scene, w) for w in gathered.wants)


def _denies(scene: Scene) -> bool:
    """虾不要盒装，要散的两斤, where a box is in the order."""
    return any(want.without is not None and _denied_lines(scene, want) for want in scene.gathered.wants)


def _denied_lines(scene: Scene, want: Want) -> list[Line]:
    goods = scene.offer.catalogue.sku
    return [
        line for line in of_cart(scene, want) if want.without and fits_pack(want.without, goods[line.sku])
    ]


def _corrects(scene: Scene) -> bool:
    """说多了，四斤就行; 不是两斤，是三斤."""
    wrong = any(piece.tag == "wrong" and piece.text not in ("算了", "等等") for piece in scene.pieces)
    enough = any(p.kind == "qty" and ENOUGH.match(scene.text, p.end) for p in scene.pieces)  # 馒头三个就够了
    return wrong or enough or bool(CORRECTION.search(scene.text)) or complains_of_the_amount(scene)


def complains_of_the_amount(scene: Scene) -> bool:
    """鸡蛋先来一板吧，两板放不下, where two are in the order."""
    return any(
        line.qty == piece.value.value and unit_fits(scene, line, piece.value)
        for piece in scene.pieces
        if piece.kind == "qty" and (TOO_MUCH.match(scene.text, piece.end) or _is_declined(scene, piece))
        for want in scene.gathered.wants
        for line in of_cart(scene, want)
    )


def _is_declined(scene: Scene, piece: Piece) -> bool:
    """五斤吧，别三斤了."""
    return scene.text[: piece.start].endswith(("别", "不要", "别要")) and scene.text[piece.end :][:1] == "了"


def _clause_is_clean(scene: Scene, gathered: Gathered) -> bool:
    """In a group the clause with the change is understood whole; what stands around it may be a sigh."""
    for clause in clauses(scene.pieces):
        text = "".join(piece.text for piece in clause)
        if CANCEL.search(text) or any(piece.tag in CHANGES for piece in clause):
            known = [(m.start() + clause[0].start, m.end() + clause[0].start) for m in CANCEL.finditer(text)]
            strange = [piece for piece in clause if piece in gathered.left_over]
            told = (p.start for p in clause if p.kind == "product" or p.tag in CHANGES)
            change = min(told, default=clause[0].start)
            before = left_over((p for p in strange if p.start < change), known)
            return before <= 1 and left_over(strange, known) <= _may_add(scene, gathered)  # 出门都不要口罩了
    return left_over(gathered.left_over) <= 1


def _may_add(scene: Scene, gathered: Gathered) -> int:
    """How many characters more the clause may hold; C罗不要来了 is no item C."""
    if any(want.source == "code" for want in gathered.wants):
        return 0
    return 4 if any(w.op == "remove" and w.products and of_cart(scene, w) for w in gathered.wants) else 1


# --- lines


def _changed(scene: Scene, gathered: Gathered) -> Reading | None:
    corrects = _corrects(scene)
    wants = by_place(scene, gathered) or gathered.wants or nameless(scene, gathered, corrects=corrects)
    of_it = bool(gathered.loose and scene.it() and not scene.context.cart)  # 来3斤，再来一块豆腐
    lost = bool(gathered.loose and wants is gathered.wants and not scene.context.cart)
    lost = lost and (not gathered.ops or _more_of_a_size(scene, gathered))
    if not wants or of_it or lost:
        return None
    if one_and_another(scene, gathered):
        unclear = Quantity(None, None, "unclear")
        wants = tuple(replace(want, quantity=unclear) if want.op == "set" else want for want in wants)
    done: list[Line] = []
    for said in wants:
        if said.without is not None and (gone := _denied_lines(scene, said)):
            done += [removed(line) for line in gone]
            if said.quantity is None and not said.specs:
                continue  # 蛋挞散的不要了
            as_before = gathered.loose[0] if gathered.loose else Quantity(gone[0].qty, gone[0].unit)
            carried = as_before if said.quantity is None else said.quantity
            said = replace(said, quantity=carried)  # 要8寸的，不要6寸了: as many as before
            new = settle(replace(said, op="add"), scene.offer)
            if isinstance(new, Line) and len(of_cart(scene, said)) > 1:
                done.append(new)
                continue  # 60的不要了换成80的, beside others of 40
        of_ours = (corrects or _by_its_size(scene, said)) and said.op == "add" and of_cart(scene, said)
        want = replace(said, op="set") if of_ours else said
        if want.source == "unknown" or (not want.quantity and AS_IT_IS.match(scene.text, want.end)):
            continue
        one = one_change(scene, want)
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
    done = merged(done)  # 不要散的了，换5斤装: gone once
    return act(_intent(done), done, slots_around(scene), why="改购物车里的")


def _by_its_size(scene: Scene, want: Want) -> bool:
    """33W的要两个, where 33W is in the order and named by nothing else."""
    goods = scene.offer.catalogue.sku
    fitting = (all(fits_pack(spec, goods[line.sku]) for spec in want.specs) for line in of_cart(scene, want))
    return not want.heard and bool(want.products and want.specs) and any(fitting)


def _more_of_a_size(scene: Scene, gathered: Gathered) -> bool:
    """梅酒一瓶，再来个礼盒的: nothing is changed, and what is wanted more is not clear."""
    told = max((want.end for want in gathered.wants), default=0)
    return set(gathered.ops) == {"inc"} and any(p.kind in SIZES and p.start >= told for p in scene.pieces)


def _intent(lines: Sequence[Line]) -> str:
    ops = {line.op for line in lines}
    if ops == {"remove"}:
        return "order.remove"
    return "order.add" if ops <= {"add", "inc"} else "order.set"


def _keeps_only(scene: Scene, gathered: Gathered) -> bool:
    """只要香蕉: said of the order, without an amount."""
    only = scene.says("^(?:我)?(?:就|只|光)(?:要|留)") and not (gathered.loose or "remove" in gathered.ops)
    return bool(only and gathered.wants) and all(not w.quantity and of_cart(scene, w) for w in gathered.wants)


def _all_but(scene: Scene, gathered: Gathered) -> Reading | None:
    """除了香蕉其他都不要了."""
    kept = {id for want in gathered.wants for id in want.products}
    goods = scene.offer.catalogue.sku
    gone = [line for line in scene.context.cart if line.sku in goods and goods[line.sku].product not in kept]
    return act("order.remove", map(removed, gone), why="别的都不要了") if gone and kept else None
