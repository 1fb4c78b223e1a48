"""订: goods and amounts become an order, a question or silence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from dialogs.hear.around import slots_around
from dialogs.hear.cart import of_cart
from dialogs.hear.half_said import ask_unknown, half_said
from dialogs.hear.lexicon import words
from dialogs.hear.meant import buys, clauses, meant_for_shop, strangeness
from dialogs.hear.money import plain
from dialogs.hear.offer import Offer, Want
from dialogs.hear.quantities import Quantity
from dialogs.hear.reading import Clarify, Line, Reading
from dialogs.hear.scene import Scene, act, ask, chatters, ignore, left_over
from dialogs.hear.settle import settle
from dialogs.hear.units import is_weight, tidy
from dialogs.hear.wants import Gathered

ERRAND = re.compile(r"[帮给替]我?(?:买|带|捎)|弄个")  # unaddressed in a group: said to somebody who goes out
JUST_WANTS = re.compile("(?:我|给我|也|就|那)*(?:要|来|买|订)(?:了|的|吧|这个|它|一下)*")
TAKEN = re.compile(
    "[这那].{1,2}(?:给我|帮我|我|就|也)*(?:留给我|要|来|留|拿|订|收|包)(?:了|着|下|一下|的|吧|呀|啊|哈)*"
)
LEFT_OUT = re.compile(  # 每样来一份，车厘子就算了
    "每(?:样|种|个|款)?[^,，。]{0,6}[,，。 ][^,，。]{1,8}?(?:就?算了|不要|不用|免了|除外)(?:[,，。 ]*(?:太贵|不爱吃|吃不完|家里有|吃腻)了?)?"
)
RISKY = ("emoji",)


def order(scene: Scene) -> Reading | None:
    """The reading of a message that names goods, or None when it names none."""
    gathered = with_it(scene, tidy_emoji(scene.gathered))
    gathered = replace(
        gathered,
        wants=tuple(
            want
            for want in gathered.wants
            if want.source != "unknown" or (want.quantity and not _in_talk(scene, want))
        ),
    )
    if not gathered.wants:
        return half_said(scene, gathered) if scene.private else None
    left_out = gathered.each and LEFT_OUT.search(scene.text)
    named = _named_beside_the_exception(scene, gathered)
    gathered = replace(gathered, wants=named or gathered.wants)
    if left_out or (not named and _excepts(scene)):
        return (
            ask("order.add", Clarify("product", (), "all_but"))
            if scene.addressed
            else ignore(why="除了什么没听明白")
        )
    if changed := [w for w in gathered.wants if w.op != "add" and w.products and of_cart(scene, w)]:
        return _ask_what_changes(scene, changed[0]) if scene.addressed else ignore(why="改单没听明白")
    if all(want.op == "remove" for want in gathered.wants):
        return None
    gathered = replace(
        gathered, wants=tuple(replace(want, op="add") for want in gathered.wants if want.op != "remove")
    )
    if scene.private and _only_asks(scene, gathered) and not chatters(scene.text, private=True):
        return act("product.query", (), {"product": gathered.wants[0].products[0]}, why="问的是货")
    if not meant_for_shop(scene, gathered):
        return ignore(why="说的是货，不像下单")
    if booking := booked(scene, gathered):
        return booking
    reading = decide(scene, gathered.wants, intent_of(scene, gathered.wants), loose=gathered.loose)
    if (
        reading.action == "clarify"
        and not scene.addressed
        and (ERRAND.search(scene.text) or _hardly_ours(scene, reading))
    ):
        return ignore(why="托人捎带，不是下单")
    return reading


def _excepts(scene: Scene) -> bool:
    return any(piece.tag == "except" and piece.text[0] == "除" for piece in scene.pieces)


def _named_beside_the_exception(scene: Scene, gathered: Gathered) -> tuple[Want, ...]:
    """磨牙饼干 and 小馒头 of 除了果泥，磨牙饼干小馒头都来一份: where all that is wanted is named, nothing is left to guess."""
    clauses_ = clauses(scene.pieces) if _excepts(scene) else []
    if not clauses_ or clauses_[0][0].tag != "except":
        return ()
    named = tuple(want for want in gathered.wants if want.start >= clauses_[0][-1].end)
    return named if all(want.quantity for want in named) else ()


def _ask_what_changes(scene: Scene, want: Want) -> Reading:
    """A change that was not understood as one is never taken for a further order."""
    lines = tuple(line.sku for line in of_cart(scene, want))
    question = Clarify("line", lines, "unclear_change", heard=want.heard or None, op="set")
    return ask("order.set", question, why="像是要改单")


def _in_talk(scene: Scene, want: Want) -> bool:
    """娃一天喝俩杯子, beside an order: what a clause of talk counts is no goods."""
    others = any(one.source != "unknown" and one.quantity for one in scene.gathered.wants)
    inside = (one for one in clauses(scene.pieces) if one[0].start <= want.start < one[-1].end)
    clause = next(inside, None) if others else None
    return clause is not None and chatters(scene.text[clause[0].start : clause[-1].end], private=True)


def _hardly_ours(scene: Scene, reading: Reading) -> bool:
    """A unit nothing is sold by, without a word of ordering: a recipe, a breakfast."""
    clarify = reading.clarify
    if clarify is None or clarify.slot == "confirm":
        return False
    strange, _ = strangeness(scene, scene.gathered)
    if clarify.reason == "vague" and scene.says("[是有]几"):
        return True  # A是几本的
    return strange > 0 or (clarify.reason == "no_sku_with_unit" and not buys(scene.pieces))


def booked(scene: Scene, gathered: Gathered) -> Reading | None:
    """手工课约两位: a service is booked by heads; what and when stand in slots."""
    want = gathered.wants[0] if gathered.wants else Want()
    product = want.products[0] if len(want.products) == 1 else None
    if (
        len(gathered.wants) > 1
        or product is None
        or scene.offer.skus(product)[0].unit not in words("heads.txt")
    ):
        return None
    value = want.quantity.value if want.quantity else None
    heads = {"qty": plain(value)} if value is not None else {}
    slots = {("at" if key == "pickup_at" else key): value for key, value in slots_around(scene).items()}
    return act("booking.request", (), {"product": product, **heads, **slots}, why="约的是服务")


def _only_asks(scene: Scene, gathered: Gathered) -> bool:
    """A question about goods that names no amount."""
    want = gathered.wants[0]
    asks = any(piece.tag == "ask" for piece in scene.pieces) or bool(scene.says("[?？]$"))
    if any(piece.kind == "instead" for piece in scene.pieces):
        return False
    return (
        asks
        and left_over(gathered.left_over) < 7
        and want.quantity is None
        and want.money is None
        and len(want.products) == 1
        and not scene.says("来|要|买|订|点")
    )


def decide(scene: Scene, wants: Sequence[Want], intent: str, *, loose: Sequence[Quantity] = ()) -> Reading:
    """Clear lines act; the first unclear one is asked about and the clear ones are kept."""
    slots = slots_around(scene)
    wants = [replace(want, op="add") for want in wants]
    known = [want for want in wants if want.source != "unknown"]
    unknown = [want for want in wants if want.source == "unknown" and want.quantity]
    if not known:
        return ask_unknown(scene, unknown, intent, slots)
    settled = [settled_want(want, scene) for want in known]
    lines = merged(one for one in settled if isinstance(one, Line))
    questions = [one for one in settled if isinstance(one, Clarify)]
    if not questions and loose:
        questions = [
            Clarify("product", (), "amount_without_goods", (), None, loose[-1].value, loose[-1].unit)
        ]
    if questions:
        return ask(
            intent, replace(questions[0], lines=(*lines, *questions[0].lines)), slots, why="有一样没说清"
        )
    if unknown:
        slots["unresolved"] = [
            scene.text[want.start : want.end] if want.end else want.heard for want in unknown
        ]
    if any(want.source == "sound" for want in known):
        slots["resolved_by"] = "pinyin"
    if any(want.source in RISKY for want in known):
        return ask(intent, Clarify("confirm", (), "emoji", tuple(lines)), slots, why="表情代替了品名")
    return act(intent, lines, slots, why="品名、数量、单位都清楚")


def settled_want(want: Want, scene: Scene) -> Line | Clarify:
    if want.money is not None:
        return by_money(want, scene.offer)
    if want.source == "code" and want.sku is None:
        return Clarify(
            "campaign_item",
            tuple(item.sku for _, item in scene.offer.items())[:8],
            "no_such_item",
            heard=want.heard,
        )
    if len(want.products) > 1:
        return _by_campaign(want, scene.offer)
    return settle(want, scene.offer)


def _by_campaign(want: Want, offer: Offer) -> Line | Clarify:
    """A name that several products share: the one an open campaign sells, or the question which."""
    selling = [id for id in want.products if any(sku.id in offer.in_campaign for sku in offer.skus(id))]
    return settle(replace(want, products=tuple(selling)) if len(selling) == 1 else want, offer)


def by_money(want: Want, offer: Offer) -> Line | Clarify:
    """五十块的虾: how much that buys, to be confirmed."""
    skus = offer.skus(want.products[0]) if len(want.products) == 1 else ()
    loose = next((sku for sku in skus if is_weight(offer.catalogue, sku.unit)), None)
    if loose is None or want.money is None or not loose.price.fen:
        return Clarify("qty", (), "by_amount", product=want.products[0] if len(want.products) == 1 else None)
    amount = (want.money * 100 / loose.price.fen).quantize(Decimal("0.1"))
    line = Line(loose.id, tidy(amount), loose.unit, campaign=offer.in_campaign.get(loose.id))
    return Clarify(
        "confirm", (), f"by_amount:{plain(want.money)}", (line,), loose.product, line.qty, line.unit
    )


def merged(lines: Iterable[Line]) -> list[Line]:
    """The same goods for the same person said twice are one line."""
    kept: dict[tuple[Any, ...], Line] = {}
    for line in lines:
        key = (line.sku, line.op, line.for_whom)
        kept[key] = (
            replace(kept[key], qty=kept[key].qty + line.qty)
            if key in kept and line.op in ("add", "inc")
            else line
        )
    return list(kept.values())


def intent_of(scene: Scene, wants: Sequence[Want]) -> str:
    """跟团, 拼, codes and +N join a campaign; a plain order of goods does not, even where a campaign sells them."""
    joins = any(piece.tag == "join" and piece.text not in ("跟", "接", "团", "抢") for piece in scene.pieces)
    coded = any(want.source == "code" for want in wants) or any(
        want.quantity and want.quantity.plus for want in wants
    )
    if not scene.offer.campaigns or not (joins or coded):
        return "order.add"
    return join_intent(
        scene.offer,
        next((want.campaign for want in wants if want.campaign), None) or _campaign_of(scene.offer, wants),
    )


def join_intent(offer: Offer, campaign: str | None) -> str:
    kinds = {one.id: one.kind for one in offer.campaigns}
    kind = kinds.get(campaign or "") or (
        offer.campaigns[-1].kind if len(offer.campaigns) == 1 else "groupbuy"
    )
    return "flash.take" if kind == "flash" else "groupbuy.join"


def _campaign_of(offer: Offer, wants: Sequence[Want]) -> str | None:
    products = {id for want in wants for id in want.products}
    return next(
        (
            offer.in_campaign[sku.id]
            for id in products
            for sku in offer.skus(id)
            if sku.id in offer.in_campaign
        ),
        None,
    )


def with_it(scene: Scene, gathered: Gathered) -> Gathered:
    """来俩, under a card of the shop: the goods on the card."""
    it = (scene.it() or _for_another(scene)) if len(gathered.loose) < 2 else None
    if it is None or left_over(gathered.left_over) > 2:
        return gathered
    if gathered.loose:
        want = replace(it, quantity=gathered.loose[0])
        return replace(gathered, wants=(want, *gathered.wants), loose=())
    one = next((want for want in gathered.wants if want.source == "quote" and not want.quantity), None)
    if one and one.heard[1:] == scene.offer.catalogue.sku[one.sku or ""].unit and TAKEN.fullmatch(scene.text):
        return replace(gathered, wants=(replace(one, quantity=Quantity(Decimal(1), one.heard[1:])),))
    if not gathered.wants and JUST_WANTS.fullmatch(scene.text):
        return replace(gathered, wants=(it,))
    return gathered


def _for_another(scene: Scene) -> Want | None:
    """帮我邻居也带一份: what I have, for somebody else."""
    whom = next((piece.value for piece in scene.pieces if piece.kind == "for"), None)
    cart = scene.context.cart
    if whom is None or len(cart) != 1 or cart[0].sku not in scene.offer.catalogue.sku:
        return None
    return Want(sku=cart[0].sku, campaign=cart[0].campaign, for_whom=whom)


def tidy_emoji(gathered: Gathered) -> Gathered:
    """🍓草莓两盒🍓: what is drawn beside the written word is decoration."""
    if all(want.source != "emoji" for want in gathered.wants):
        return gathered
    written = {want.products for want in gathered.wants if want.source != "emoji"}
    wants = tuple(
        want
        for want in gathered.wants
        if want.source != "emoji" or (want.products not in written and (want.quantity or not written))
    )
    return replace(gathered, wants=wants)
