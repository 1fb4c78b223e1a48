"""照: orders that point at another order — 楼上+1, 和王姐一样, 同上, 老样子."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from dialogs.hear.around import slots_around
from dialogs.hear.cart import of_cart, unit_fits
from dialogs.hear.joins import join
from dialogs.hear.lattice import mark_emoji
from dialogs.hear.lexicon import faults
from dialogs.hear.normalise import normalise
from dialogs.hear.offer import Want
from dialogs.hear.orders import join_intent, order, settled_want
from dialogs.hear.quantities import Quantity
from dialogs.hear.reading import NO_LAST_ORDER, Clarify, Context, Line, Reading, Said
from dialogs.hear.scene import Scene, act, ask, ignore, left_over
from dialogs.hear.specs import Spec
from dialogs.hear.swaps import other_sizes
from dialogs.hear.walk import SIZES

ABOVE = re.compile(
    r"(?:[同跟和照按学随]|附议)?楼上(?:的|那个|那位)?(?:姐妹|邻居|一样|也是)?|^(?:我)?(?:也)?同上|附议|同款|^(?:我)?也?(?:一样|同样)(?:的)?$|照抄"
)
SAME_AS = re.compile(
    r"(?:[和跟同与照像]|按照?)(?P<who>[^\s,，。和跟+]{1,8}?)(?:家)?(?:的|点的|要的|买的|那份|订的|要|点|买|订)*(?:一样|一致|同款|来一份|那样|抄)|(?:抄|学)(?P<who2>[^\s,，。]{1,6}?)(?:的)?(?:作业|单)|^(?:我)?[同跟](?P<who3>(?!.*(?:一样|一致|同款|那样))[^\s,，。+\d]{1,6})[!~。]*$"
)
ME_TOO = re.compile(
    r"^(?:那)?(?:我|俺|咱|我家)?也(?:要|来|跟|买|订|带|拿|想要|得|给我|帮我|整|加)*(?=[+\d一两二三四五俩]|个|份|$)"
)
USUAL = re.compile(
    r"老样子|老规矩|照旧|照老|老[两三四几]样|(?:[和跟同照按像])?(?:上次|上回|上一次|之前|以前|平时|平常|往常|原来)(?:买的?|订的?|点的?|要的?|那|的)*(?:那些|那样|那几样|那个|一样|单|份|订单|的)+|(?:再|重新)来(?:一单|一份)?(?:一样|同样|上次|上回)|复购|再来一单|一样的再来一?(?:次|遍|单)|还是(?:那些|那几样|老)|常(?:买|点|要)的(?:那)"
)


def copy_or_repeat(scene: Scene) -> Reading | None:
    if ABOVE.search(scene.text) and not any(piece.kind == "for" for piece in scene.pieces):
        return _copied(scene, _above(scene), ABOVE)
    same = SAME_AS.search(scene.text)
    if same and not USUAL.search(scene.text):
        who = same["who"] or same["who2"] or same["who3"]
        someone = _is_someone(scene, who, known=bool(same["who3"])) and not _names_goods(scene, same)
        return _copied(scene, _last_of(scene, who), SAME_AS) if someone else None
    if USUAL.search(scene.text) and not _asks_about_it(scene):
        return _usual(scene)
    if ME_TOO.match(scene.text) and _plain_amount(scene) and _above(scene) and not scene.says("[?？]"):
        return _copied(scene, _above(scene), ME_TOO, quiet=True)
    return None


def _asks_about_it(scene: Scene) -> bool:
    """上次那个橙子甜吗 asks about goods, 上次买的羽绒服跑毛 complains of them; 和上次一样可以吗 orders."""
    goods = any(piece.kind == "product" for piece in scene.pieces)
    if goods and any(fault in scene.text for fault in faults()):
        return True
    return goods and bool(scene.says("(?<!可以)(?<!行)(?<!好)(?:吗|么)|多少|怎么|什么|啥|哪|不[?？]?$|还有"))


def _is_someone(scene: Scene, who: str, *, known: bool = False) -> bool:
    """Somebody who spoke here; or anybody, where it is plain that a person is meant."""
    if any(_same_person(said.who, who) for said in scene.context.history):
        return True
    return not known and not scene.private and not scene.says("多少|怎么|吗")


def _names_goods(scene: Scene, same: re.Match[str]) -> bool:
    """A和C都来一份: what stands behind 和 is an item, not a neighbour."""
    start, end = same.span(next(name for name, said in same.groupdict().items() if said))
    return any(p.kind in ("product", "code", "qty") and start <= p.start < end for p in scene.pieces)


def _same_person(a: str, b: str) -> bool:
    a, b = a.lower(), b.lower()
    return a == b or (len(b) > 1 and (a.endswith(b) or b.endswith(a)))


def _above(scene: Scene) -> Said | None:
    """楼上 is the message that is quoted, or the last that is not the bot's."""
    quote = scene.context.quote
    if quote is not None and quote.who != "bot":
        return Said(quote.who, quote.text)
    return next((said for said in reversed(scene.context.history) if said.who not in ("bot",)), None)


def _last_of(scene: Scene, who: str) -> Said | None:
    """The last message of that person which was an order."""
    for said in reversed(scene.context.history):
        if _same_person(said.who, who) and lines_of(scene, said.text):
            return said
    return None


def lines_of(scene: Scene, text: str) -> tuple[Line, ...]:
    """The lines another message stands for, read as it would be in this chat."""
    typed = normalise(text)
    pieces = mark_emoji(scene.lattice.cut(typed, codes=bool(scene.offer.campaigns)), typed)
    there = replace(
        scene,
        typed=typed,
        pieces=pieces,
        context=Context(scene.context.chat, campaigns=scene.context.campaigns),
    )
    for step in (join, order):
        reading = step(there)
        if reading is not None:
            return reading.lines if reading.action == "act" else ()
    return ()


def _copied(
    scene: Scene, source: Said | None, pattern: re.Pattern[str], *, quiet: bool = False
) -> Reading | None:
    match = pattern.search(scene.text)
    spans = [match.span()] if match else []
    if not scene.private and left_over(scene.pieces, spans) > 3:
        return None if quiet else ignore(why="话里还有别的事")
    lines = lines_of(scene, source.text) if source else ()
    if not lines or source is None:
        if quiet:
            return None
        return (
            ignore(why="上面不是订单")
            if not scene.addressed or not scene.private
            else ask("order.add", Clarify("product", (), "nothing_to_copy"))
        )
    if scene.says("只要|就要|单要") and (only := _named_of(scene, lines)):
        lines = only
    quantity = _said_amount(scene, match.end() if match else 0, copy_one=not quiet)
    if quantity is not None:
        lines = tuple(_in_quantity(line, quantity, scene) for line in lines)
    lines = _with_more(scene, tuple(replace(line, for_whom=None, op="add") for line in lines))
    joins = any(line.campaign for line in lines) and bool(
        re.search(r"\+|[a-d]\d|号|拼|跟团", source.text.lower())
    )
    intent = join_intent(scene.offer, lines[0].campaign) if joins else "order.add"
    return act(intent, lines, {"copied_from": source.who, **slots_around(scene)}, why=f"照 {source.who} 的来")


def _with_more(scene: Scene, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """和阿珍一样，再加A+1: what is said in full stands beside what is copied, or in its place."""
    said = [want for want in scene.gathered.wants if want.quantity and (want.sku or want.products)]
    settled = [settled_want(replace(want, op="add"), scene) for want in said if want.source != "unknown"]
    more = {one.sku: one for one in settled if isinstance(one, Line)}
    return (*(more.pop(line.sku, line) for line in lines), *more.values())


def _named_of(scene: Scene, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """附议，只要D: of what is copied, what is named."""
    product = scene.offer.catalogue.sku
    wants = scene.gathered.wants
    return tuple(
        line
        for line in lines
        if any(want.sku == line.sku or product[line.sku].product in want.products for want in wants)
    )


def _plain_amount(scene: Scene) -> bool:
    gathered = scene.gathered
    return not gathered.wants and len(gathered.loose) <= 1 and not left_over(gathered.left_over)


def _said_amount(scene: Scene, after: int, *, copy_one: bool) -> Quantity | None:
    """楼上+2 says how much; 楼上+1 only says the same."""
    loose = scene.gathered.loose
    amounts = [p.value for p in scene.pieces if p.kind == "qty" and p.end > after and p.value in loose]
    if not amounts or amounts[0].trouble:
        return None
    amount: Quantity = amounts[0]
    return None if copy_one and amount.value == 1 and amount.plus else amount


def _in_quantity(line: Line, quantity: Quantity, scene: Scene) -> Line:
    return replace(line, qty=quantity.value if quantity.value is not None else line.qty)


def _usual(scene: Scene) -> Reading | None:
    """老样子: the last order again, with what was said differently; always to be confirmed."""
    last = scene.context.last_order
    gathered = scene.gathered
    if any(op == "remove" for op in gathered.ops) and scene.context.cart:
        return None  # D那个撤掉，别的照旧
    if not last and any(want.quantity and (want.products or want.sku) for want in gathered.wants):
        return None  # 老规矩两提牛奶: said in full
    if not last:
        if not scene.addressed:
            return ignore(why=NO_LAST_ORDER)
        return ask("order.repeat", Clarify("product", (), "no_last_order"), why=NO_LAST_ORDER)
    if not scene.addressed and left_over(scene.pieces, [m.span() for m in USUAL.finditer(scene.text)]) > 2:
        return None
    if not gathered.wants and (sizes := tuple(p.value for p in scene.pieces if p.kind in SIZES)):
        return _usual_in(scene, last, sizes)
    settled = [
        settled_want(_of_that_size(want, last, scene), scene)
        for want in gathered.wants
        if want.source != "unknown"
        and want.op != "remove"
        and (want.quantity or want.specs or want.op == "set")
    ]
    if unclear := [one for one in settled if isinstance(one, Clarify)]:
        return ask("order.repeat", unclear[0], why="照上一单，有一样没说清")
    changed = [one for one in settled if isinstance(one, Line)]
    removed = {id for want in gathered.wants if want.op == "remove" for id in want.products}
    lines = _changed(last, changed, removed, scene)
    return act("order.repeat", lines, {"needs_confirm": True, **slots_around(scene)}, why="照上一单")


def _usual_in(scene: Scene, last: Sequence[Line], sizes: tuple[Spec, ...]) -> Reading:
    """老样子，换大杯: the last order, what comes in that size in it; asked about where nothing does."""
    goods = scene.offer.catalogue.sku
    lines = [line for line in last if line.sku in goods]
    other = {line.sku: found[0] for line in lines if len(found := other_sizes(scene, line, sizes)) == 1}
    if not other:
        return ask("order.repeat", Clarify("line", tuple(line.sku for line in lines), "unclear_change"))
    changed = [replace(line, sku=other[line.sku].id) if line.sku in other else line for line in lines]
    return act(
        "order.repeat", changed, {"needs_confirm": True, **slots_around(scene)}, why="照上一单，换了规格"
    )


def _of_that_size(want: Want, last: Iterable[Line], scene: Scene) -> Want:
    """跟上次一样，美式换成三杯: of the size that was ordered; 就是奶粉换三段的: as many as were ordered."""
    sizes = of_cart(replace(scene, context=Context(cart=tuple(last))), want)
    if want.quantity is None and want.specs and len(sizes) == 1:
        return replace(want, quantity=Quantity(sizes[0].qty, sizes[0].unit), op="add")
    if want.quantity is None or want.specs or not want.products or len(sizes) != 1:
        return want
    return replace(want, sku=sizes[0].sku) if unit_fits(scene, sizes[0], want.quantity) else want


def _changed(last: Sequence[Line], changed: list[Line], removed: set[str], scene: Scene) -> list[Line]:
    sold = scene.offer.catalogue.sku
    product = {line.sku: sold[line.sku].product for line in (*last, *changed) if line.sku in sold}
    new = {product[line.sku]: line for line in changed}
    kept = [
        _told(line, new.pop(product[line.sku], None))
        for line in last
        if line.sku in product and product[line.sku] not in removed
    ]
    return [line for one in (*kept, *new.values()) if (line := replace(one, op="add")).qty > Decimal(0)]


def _told(line: Line, change: Line | None) -> Line:
    """鸡蛋加一板: one more than last time; 鸡蛋两板: two."""
    if change is None or change.op not in ("inc", "dec") or change.sku != line.sku:
        return change or line
    return replace(change, qty=line.qty + (change.qty if change.op == "inc" else -change.qty))
