"""跟团: +1, 拼一个, 跟团2份, 1、3、4各一份, 除了香蕉都来一份 — amounts whose goods are the open campaign's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from dialogs.hear.around import slots_around
from dialogs.hear.cancels import CANCEL, cancel
from dialogs.hear.cart import of_cart
from dialogs.hear.lattice import Piece
from dialogs.hear.lexicon import patterns
from dialogs.hear.meant import clauses
from dialogs.hear.numbered import FROM_TO, NUMBERS, by_numbers
from dialogs.hear.offer import Want, open_in
from dialogs.hear.orders import LEFT_OUT, decide, join_intent
from dialogs.hear.parts import one_less
from dialogs.hear.quantities import Quantity
from dialogs.hear.reading import Line, Reading
from dialogs.hear.scene import Scene, act, chatters, ignore, left_over, quoted_sku
from dialogs.hear.settle import settle
from dialogs.hear.shares import JUST_JOIN, asks, bare, sighs
from dialogs.hear.wants import Gathered
from shop.goods import Campaign

ALL = re.compile(
    r"全(?:部)?都?(?:要|来|拿下|包了|收了|带走)|都(?:要|来)(?=[^,，。]{0,3}(?:[一两二三四五六七八九\d]|$))|(?:其余|其他|其它|别的|剩下)(?:的)?(?:[一两二三四五六\d]样)?(?:全部|都|全|各)"
    r"|^(?:我)?(?:[两三四五六七八九\d])(?:样|个|款|种)(?:我)?(?:都|全|各)|每(?:样|种|个|款)(?:都)?(?:来|要|各|一|两|\d)|各来一|除了?.{1,12}?(?:外|都|全|各)|^(?:我)?一样(?:来|要|拿|各)?一[份个]"
)
EXCEPT = re.compile(
    r"除了|除去|除开|除.{1,8}外|以外|之外|都要.{1,6}[,，].{1,10}不要|不要.{0,6}(?:其余|其他|其它|别的|剩下)"
    rf"|{LEFT_OUT.pattern}"
)
AMOUNTS = ("qty", "code", "number")
LONGEST_SIGH = 6  # characters: 终于开团了, beside codes
HOW_TO = re.compile("[取提]货|自提|[来去]拿|付|转账|送|到|^(?:可以|行|好)(?:吗|不|么)")
NOT_JOINING = re.compile(  # 别给我+1, 我没+1, 等下+1, 不+1了; not 要不我+1, 不错+1
    r"(?:别|(?<!要)不|没|等下|等会儿?|待会儿?|晚点|一会儿?)(?:给我|帮我|[要再想有用])?\s*[+＋]\s*\d"
)
MAY_JOIN = re.compile(r"(?:能|可以|怎么)再?[+＋]\s*1|^[+＋]\s*1\s*(?:可以|行)[吗么]")
BARE_PLUS = re.compile(r"^[我也们跟\s]*[+＋]\s*\d{1,3}")


def join(scene: Scene) -> Reading | None:
    if one_less(scene):
        return None
    if NOT_JOINING.search(scene.text):
        leaves = scene.context.cart and CANCEL.search(scene.text)
        return (cancel(scene, scene.gathered) if leaves else None) or ignore(why="没说要跟")
    if MAY_JOIN.search(scene.text) and scene.offer.campaigns:
        return act("campaign.query", why="问能不能跟")
    scene = _of_titled(scene)
    gathered = _said_once(_by_the_share(scene, _without_stray(scene.gathered)))
    if quoted_sku(scene) and not gathered.wants and len(gathered.loose) == 1:
        return None  # +2 under a card is for what is on the card
    if gathered.ops and _is_mine(scene, gathered):
        return None  # 我改+2, A再加一份
    if _signs_up(scene, gathered):
        return ignore(why="报的是别的事")
    if not scene.offer.campaigns:
        return _no_campaign(scene)
    clean = _clean(scene, gathered) or sighs(scene)
    if clean or _plain_codes(scene, gathered):  # 终于等到了，除了A都来一份
        reading = _all_items(scene, gathered) or by_numbers(scene, gathered)
        if reading is not None:
            return reading
    return _codes(scene, gathered) or (bare(scene, gathered) if clean else None)


def _signs_up(scene: Scene, gathered: Gathered) -> bool:
    """聚餐算我一个+1: it joins something, which is no sale of ours."""
    if scene.addressed or any(piece.kind in ("product", "code") for piece in scene.pieces):
        return False
    if not (any(quantity.plus for quantity in gathered.loose) or JUST_JOIN.search(scene.text)):
        return False
    said = patterns("lists.toml")["signup"].search(scene.text)
    return said is not None and not any(said[0] in one.title for one in scene.offer.campaigns)


def _of_titled(scene: Scene) -> Scene:
    """电池团跟一个, 水果团A+1, 秒杀+1: the one campaign that is called by its name or kind, which is no goods."""
    called = [(one, name) for one in scene.offer.campaigns if (name := _called(scene, one))]
    joins = JUST_JOIN.search(scene.text) or any(p.kind == "code" or _is_plus(p) for p in scene.pieces)
    if len(called) != 1 or not joins:
        return scene
    campaign, name = called[0]
    at = scene.text.find(name)
    if any(p.kind in AMOUNTS and not _same_clause(scene, at, p) for p in scene.pieces):
        return scene  # B+1，秒杀也+1
    pieces = tuple(
        replace(piece, kind="blank", tag="") if at <= piece.start and piece.end <= at + len(name) else piece
        for piece in scene.pieces
    )
    return replace(scene, offer=open_in(scene.offer.catalogue, (campaign.id,)), pieces=pieces)


def _same_clause(scene: Scene, at: int, piece: Piece) -> bool:
    start, end = sorted((at, piece.start))
    return not any(p.kind == "break" and start <= p.start < end for p in scene.pieces)


def _is_mine(scene: Scene, gathered: Gathered) -> bool:
    """Whether what is changed stands in this person's order."""
    cart = scene.context.cart
    if not gathered.wants or "set" in gathered.ops:
        return bool(cart)
    return any(of_cart(scene, want) for want in gathered.wants if want.sku or want.products)


def _called(scene: Scene, campaign: Campaign) -> str:
    """What the message calls a campaign: by its whole title, its end (日用团, of 换季日用团), 秒杀."""
    title = campaign.title
    ends = (title, title[-4:], title[-3:]) if title.endswith("团") else (title, title[-4:])
    kind = "秒杀" if campaign.kind == "flash" else ""
    return next((name for name in (*ends, kind) if name and name in scene.text), "")


def _is_plus(piece: Piece) -> bool:
    return piece.kind == "qty" and bool(piece.value.plus)


def _without_stray(gathered: Gathered) -> Gathered:
    """算 in 算我一个 is no goods."""
    stray = [want for want in gathered.wants if want.source == "unknown" and len(want.heard) == 1]
    if not stray:
        return gathered
    kept = tuple(want for want in gathered.wants if want not in stray)
    return replace(
        gathered, wants=kept, loose=(*gathered.loose, *(want.quantity for want in stray if want.quantity))
    )


def _said_once(gathered: Gathered) -> Gathered:
    """算我一个，+1 is one."""
    loose = gathered.loose
    if len(loose) == 2 and loose[0].value == loose[1].value and loose[0].plus != loose[1].plus:
        return replace(gathered, loose=tuple(one for one in loose if one.plus)[:1])
    return gathered


def _by_the_share(scene: Scene, gathered: Gathered) -> Gathered:
    """车厘子算我一个: one share of what the campaign sells."""
    if not JUST_JOIN.search(scene.text):
        return gathered
    sku, sold = scene.offer.catalogue.sku, scene.offer.in_campaign
    shares = {sku[id].product for id in sold if sku[id].unit != "个"}
    wants = tuple(
        replace(want, quantity=replace(want.quantity, unit="份"))
        if want.quantity and want.quantity.unit == "个" and shares & set(want.products)
        else want
        for want in gathered.wants
    )
    return replace(gathered, wants=wants)


def _no_campaign(scene: Scene) -> Reading | None:
    """+1 where nothing is open says nothing."""
    if BARE_PLUS.match(scene.text) and not scene.private:
        return ignore(why="没有开着的团")
    return None


def _clean(scene: Scene, gathered: Gathered) -> bool:
    known = [
        m.span()
        for pattern in (ALL, JUST_JOIN, NUMBERS, FROM_TO, LEFT_OUT)
        for m in pattern.finditer(scene.text)
    ]
    return left_over(gathered.left_over, known) <= (4 if scene.addressed else 1) and not chatters(
        scene.text, private=scene.private
    )


# --- the whole campaign


def _all_items(scene: Scene, gathered: Gathered) -> Reading | None:
    if not ALL.search(scene.text) or (gathered.wants and not EXCEPT.search(scene.text)):
        return None
    if not scene.addressed and (
        scene.says("[?？]|[那这]") or not (gathered.each or scene.says("份|样|全部|所有"))
    ):
        return None
    campaign = next(
        (one for one in reversed(scene.offer.campaigns) if len(one.items) > 1), scene.offer.campaigns[-1]
    )
    excluded = _excluded(scene, gathered)
    amounts = [*gathered.loose, *(want.quantity for want in gathered.wants if want.quantity)]
    quantity = amounts[-1] if amounts else Quantity(Decimal(1), "份")
    quantity = replace(quantity, unit="份") if quantity.unit in ("样", "个", "种", "款") else quantity
    items = [item for item in campaign.items if item.sku not in excluded]
    settled = [
        settle(Want(sku=item.sku, campaign=campaign.id, quantity=replace(quantity, unit=None)), scene.offer)
        for item in items
    ]
    lines = [one for one in settled if isinstance(one, Line)]
    return (
        act("order.add", lines, slots_around(scene), why=f"{campaign.title}里的都要")
        if lines and len(lines) == len(settled)
        else None
    )


def _excluded(scene: Scene, gathered: Gathered) -> set[str]:
    products = {id for want in gathered.wants for id in want.products}
    named = {sku.id for id in products for sku in scene.offer.skus(id)}
    return named | {want.sku for want in gathered.wants if want.sku}


# --- B+2, 要2号, +1 A


def _codes(scene: Scene, gathered: Gathered) -> Reading | None:
    meant = [want for want in gathered.wants if want.op != "remove"]  # AB都来一份，C不用
    coded = [want for want in meant if want.source == "code" or _joined(scene, want)]
    if not coded or EXCEPT.search(scene.text):
        return None
    told = [clause for clause in clauses(scene.pieces) if not _asks_how(scene, clause)]
    text = "，".join(scene.text[clause[0].start : clause[-1].end] for clause in told)
    if re.search("还有|多少|是几|[吗么?]|什么|怎么|改|换|减|撤|取消|不要", text):
        return None
    if gathered.loose and all(want.quantity for want in meant):
        return None  # 秒杀2提，A一份
    asks_more = any(piece.tag == "ask" for clause in told for piece in clause)
    if 2 * left_over(gathered.left_over) > len(scene.text):
        return None  # a letter and a digit among words nobody knows
    if asks_more or not (scene.addressed or _plain_codes(scene, gathered)):
        return None
    one = gathered.loose[0] if len(gathered.loose) == 1 else None
    said = one or Quantity(Decimal(1), "份" if coded[0].products else None)
    wants = [
        replace(want, quantity=said)
        if want.quantity is None and (one or asks(scene) or _joined(scene, want))
        else want
        for want in meant
    ]
    if any(want.quantity is None for want in wants):
        return None
    first = next((want.campaign for want in coded if want.campaign), None)
    return decide(scene, wants, join_intent(scene.offer, first))


def _asks_how(scene: Scene, clause: Sequence[Piece]) -> bool:
    """A+1，几点取货; B要两份，可以吗: a question beside the order, which says nothing else about it."""
    text = scene.text[clause[0].start : clause[-1].end]
    return not any(p.kind in (*AMOUNTS, "product") for p in clause) and bool(HOW_TO.search(text))


def _plain_codes(scene: Scene, gathered: Gathered) -> bool:
    """Clauses with items say nothing else; the others may sigh."""
    known = [m.span() for pattern in (ALL, JUST_JOIN, NUMBERS, FROM_TO) for m in pattern.finditer(scene.text)]
    sighs = 0
    for clause in clauses(scene.pieces):
        strange = left_over((piece for piece in clause if piece in gathered.left_over), known)
        talks = chatters(scene.masked[clause[0].start : clause[-1].end], private=False)
        if (strange or talks) and any(p.kind in (*AMOUNTS, "product") for p in clause):
            return False
        sighs += strange
    return sighs <= LONGEST_SIGH


def _joined(scene: Scene, want: Want) -> bool:
    """跟团车厘子, +1（车厘子）: goods of the campaign, without an amount of their own."""
    share = want.quantity is None or want.quantity.unit == "份"
    sold = share and any(
        sku.id in scene.offer.in_campaign for id in want.products for sku in scene.offer.skus(id)
    )
    return sold and bool(
        JUST_JOIN.search(scene.text) or any(quantity.plus for quantity in scene.gathered.loose)
    )
