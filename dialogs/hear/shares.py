"""份: amounts whose goods are what the one open campaign sells — +1, 来一份, 拼一个, 三份！ right under its post."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from dialogs.hear.around import slots_around
from dialogs.hear.lattice import Piece
from dialogs.hear.normalise import normalise
from dialogs.hear.offer import Want
from dialogs.hear.orders import join_intent
from dialogs.hear.quantities import Quantity, checked
from dialogs.hear.reading import Clarify, Line, Reading
from dialogs.hear.scene import Scene, act, ask, ignore, left_over
from dialogs.hear.settle import settle
from dialogs.hear.wants import Gathered
from shop.goods import Campaign, CampaignItem

JUST_JOIN = re.compile(
    r"跟团|拼团|参团|拼一?[个份单]|跟一?[个份]|接一?个|入团|上车|加入|加一$|跟上|秒一?[个份]|抢一?[个份]|[算加带]上?我|报个名|报一[个份位](?!价)|^(?:我)?(?:拼|跟团|上车|拼了|跟了)[!~。]*$|^[我也俺再 ]*[加跟拼接抢秒] ?(?:\d{1,2}|[一二两三四五])[份个]?[吧哈啊哦!~。]*$"
)
SHOUT = re.compile(
    r"\s*[我也要]*\s*(?:[+＋]\s*\d+.{0,2}|[抢秒]{1,3}\s*[\d一]?[个份盒]?[!！]*|[1１])\s*"
)  # 抢, +1: no talk
ABOUT = re.compile(
    r"团|秒杀|接龙|^\s*(?:抢|退出|候补|不接了|[帮替给].{1,8}[+＋]\s?\d|.{0,3}改成?\s?\d)"
)  # talk about a sale


TWICE = re.compile(r"(?:\+ ?\d{1,2} ?){2,}[!~。]*")
SIGH = re.compile(
    r"(?:秒杀?|抢)?[我也]*\+ ?\d{1,2}[份个]?[ ,，。!~]"
    r"(?:[^\d?？\n]{0,4}(?:够[吃喝用分]|人多|爱[吃喝]|喜欢|囤)|手[快慢]则?[有无])[^\d?？\n]{0,4}"
)


def bare(scene: Scene, gathered: Gathered) -> Reading | None:
    gathered = _summed(scene, gathered)
    plus = any(quantity.plus for quantity in gathered.loose)
    asked = plus or JUST_JOIN.search(scene.text) or _asks_for_some(scene, gathered)
    if (
        gathered.wants
        or not (asked or _answers_the_post(scene, gathered))
        or len(gathered.loose) > 1 + sum(piece.kind == "for" for piece in scene.pieces)
        or scene.says("[?？]|吗|么|多少|几点|也是|同意|[那这][俩仨]|链接$|[抢秒拼]到")
        or (not scene.addressed and _of_something_else(scene, gathered))
    ):
        return None
    when = any(piece.kind == "time" for piece in scene.pieces)
    if when and not scene.addressed and not scene.says("拿|取|提|送|电话"):
        return None  # 明天+1
    if not about_the_shop(scene) and not (SHOUT.fullmatch(scene.text) and _by_the_word(scene)):
        return ignore(why="上面聊的不是团")
    shares = _shares(scene, gathered) or [Want(quantity=one) for one in gathered.loose]
    return _join_with(scene, shares or [Want(quantity=Quantity(Decimal(1)))])


def _of_something_else(scene: Scene, gathered: Gathered) -> bool:
    """接一个娃, 拼一个饭, 我也去，带上我: what is counted, or where one goes, is no sale of ours."""
    behind = {piece.end for piece in scene.pieces if piece.kind == "qty" and not piece.value.plus}
    counted = any(p.start in behind and p.kind in ("char", "word") for p in gathered.left_over)
    return counted or bool(scene.says("我也?[去走]|一起[去玩走]"))


def asks(scene: Scene) -> bool:
    """要C, but not 我选C，你们呢."""
    tags = ("buy", "join", "all", "each")
    return any(p.kind == "cue" and p.tag in tags and p.text != "选" for p in scene.pieces)


def sighs(scene: Scene) -> bool:
    """+4 元宵够吃了: a share, and behind it why it is so much."""
    return SIGH.fullmatch(scene.text) is not None


def _summed(scene: Scene, gathered: Gathered) -> Gathered:
    """+1+1: one person, twice."""
    if not TWICE.fullmatch(scene.text):
        return gathered
    whole = sum(map(Decimal, re.findall(r"\d+", scene.text)), Decimal(0))
    return replace(gathered, loose=(checked(Quantity(whole, plus=True)),))


def _answers_the_post(scene: Scene, gathered: Gathered) -> bool:
    """三份！ and nothing else, right under what the shop has just said."""
    last = scene.context.history[-1:]
    only = all(p.kind in ("qty", "blank", "break") or p.tag == "filler" for p in scene.pieces)
    return bool(last and last[0].who == "bot" and only) and _in_our_units(scene, gathered)


def _in_our_units(scene: Scene, gathered: Gathered) -> bool:
    units = {"份", *(scene.offer.catalogue.sku[item.sku].unit for _, item in scene.offer.items())}
    return bool(gathered.loose) and all(one.unit in units and not one.trouble for one in gathered.loose)


def _shares(scene: Scene, gathered: Gathered) -> list[Want]:
    """我要2份，帮我妈也+1: the amounts, each with the person it is for."""
    found: list[Want] = []
    whom = None
    for piece in scene.pieces:
        if piece.kind == "for" and piece.source == "behind":
            found = [replace(one, for_whom=one.for_whom or piece.value) for one in found]  # +1 帮妈妈
        elif piece.kind == "for":
            whom = piece.value
        elif piece.text in ("我自己", "自己"):
            whom = None
        elif piece.kind in ("qty", "number"):
            said = piece.value if piece.kind == "qty" else Quantity(piece.value)
            found += [Want(quantity=said, for_whom=whom)] if said in gathered.loose else []
    return found


def _asks_for_some(scene: Scene, gathered: Gathered) -> bool:
    """来一份, 我要两提: said under a sale without naming what is on sale."""
    said = asks(scene) or any(p.kind == "for" and p.text[0] == "我" for p in scene.pieces)  # 我妈也要1份
    plain = not left_over(gathered.left_over) and not gathered.ops
    return said and plain and _in_our_units(scene, gathered)


def _join_with(scene: Scene, shares: list[Want]) -> Reading:
    only = scene.offer.only_item() or _by_the_word(scene)
    intent = join_intent(scene.offer, only[0].id if only else None)
    slots: dict[str, Any] = slots_around(scene)
    if only is None:
        options = tuple(item.sku for _, item in scene.offer.items())
        value = shares[0].quantity.value if shares[0].quantity else None
        return ask(
            intent, Clarify("campaign_item", options, None, (), None, value), slots, why="团里不止一样"
        )
    settled = [settle(replace(one, sku=only[1].sku, campaign=only[0].id), scene.offer) for one in shares]
    lines = [one for one in settled if isinstance(one, Line)]
    unclear = next((one for one in settled if isinstance(one, Clarify)), None)
    if unclear is not None:
        return ask(intent, replace(unclear, lines=tuple(lines)), slots)
    return act(intent, lines, slots, why="团里只有这一样")


def _by_the_word(scene: Scene) -> tuple[Campaign, CampaignItem] | None:
    """抢1个, beside an open list: the one flash sale."""
    flash = [pair for pair in scene.offer.items() if pair[0].kind == "flash"]
    return flash[0] if len(flash) == 1 and scene.says("[抢秒]") else None


def about_the_shop(scene: Scene) -> bool:
    """A bare +1 belongs to what was talked about just before."""
    recent = [said for said in scene.context.history[-4:] if not SHOUT.fullmatch(said.text)]
    if not recent or scene.addressed:
        return True
    return any(said.who == "bot" or _names_goods(scene, said.text) for said in recent)


def _names_goods(scene: Scene, text: str) -> bool:
    pieces: tuple[Piece, ...] = scene.lattice.cut(normalise(text), codes=True, by_sound=False)
    return any(piece.kind in ("product", "code") for piece in pieces) or bool(ABOUT.search(text))
