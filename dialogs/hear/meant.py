"""给谁: whether goods and amounts are meant for the shop, or only talked about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from dialogs.hear.asides import TOO_MUCH
from dialogs.hear.dictionary import is_noun
from dialogs.hear.lattice import Piece
from dialogs.hear.lexicon import words
from dialogs.hear.offer import Want
from dialogs.hear.scene import Scene, chatters, is_nickname, left_over
from dialogs.hear.signs import signs, strange
from dialogs.hear.wants import Gathered

HOW_TO = re.compile("付|转账|[取提]货|自提|[去来]拿|送")
STRANGE_UNITS = ("碗", "口", "顿", "桌", "盘", "锅", "勺", "餐", "道")  # of the table, not of a shop
NO_VERBS = ("好", "对", "够", "行", "那", "要", "算", "得", "罢", "大")  # 好了3斤香蕉
ELSEWHERE = re.compile(
    r"超市|菜市?场|山姆|盒马|拼多多|淘宝|京东|大润发|永辉|叮咚|别家|(?:差|缺|才|只(?:有|给|送|到|来))了?[一两二三四五半\d]"
)
SHOPKEEPERS = ("老板", "老板娘", "团长", "店家", "店长", "掌柜", "掌柜的")
PLAINLY = ("来", "要", "给我来", "给我留", "给我称", "我要", "我来", "帮我留", "再来", "订", "留")
PRICES = ("价", "价格", "价钱")
OPENED = re.compile(
    r"^[^\d,，。!！]{0,3}?(?:终于|总算|可算|等到)[^\d,，。!！]{0,2}(?:开团|开抢|开秒|上架|上新|有货)了*[,，!！。 ~]+"
)
MAY_I = ("吗", "么", "能不能", "可不可以", "可以吗", "行吗", "好不好")


def meant_for_shop(scene: Scene, gathered: Gathered) -> bool:
    for_another = any(piece.kind == "for" for piece in scene.pieces)
    said = _up_to_goods(scene, gathered)
    if chatters(said, private=True) and not (scene.private and asks_for_some(scene)):
        return False
    if not (scene.private or for_another) and chatters(
        _asked_plainly(scene, gathered) or said, private=False
    ):
        return False
    amounts = any(want.quantity or want.money or want.specs for want in gathered.wants)
    if scene.addressed:
        return _meant_in_private(scene, gathered, amounts=amounts)
    return amounts and _meant_in_group(scene, gathered)


def _elsewhere(scene: Scene) -> bool:
    """超市香蕉3斤10块, 香蕉差1斤: what others charge, what is missing."""
    return bool(ELSEWHERE.search(scene.masked)) and not buys(scene.pieces)


def _meant_in_private(scene: Scene, gathered: Gathered, *, amounts: bool) -> bool:
    if _elsewhere(scene) or (tells(scene.pieces) and not buys(scene.pieces)):
        return False  # 收到就枯了两枝
    unexplained = left_over(gathered.left_over) - sum(
        len(want.heard) for want in gathered.wants if want.source == "unknown"
    )
    if gathered.wants and all(want.source == "code" for want in gathered.wants):
        return 2 * unexplained <= len(scene.text)
    if gathered.wants and all(want.source == "unknown" for want in gathered.wants):
        things = all(_is_a_thing(scene, want) for want in gathered.wants)
        heads = all(scene.lattice.names.ending_with(want.heard) for want in gathered.wants)  # 带点蛋
        asked = heads or (buys(scene.pieces) and _by_our_units(scene, gathered))
        short = all(len(want.heard) <= 8 or want.heard.isascii() for want in gathered.wants)
        return (
            short
            and (asked or things)
            and unexplained <= (8 if asked else 3)
            and not _of_life(scene, gathered)
        )
    return amounts or unexplained <= (3 if buys(scene.pieces) else 1)


def _is_a_thing(scene: Scene, want: Want) -> bool:
    """榴莲千层, but not 去学校 or 吃饭时坐旁边女生: short, and what it ends with is a thing."""
    heard = want.heard
    if heard.isascii() or len(heard) == 1:
        return len(scene.text) <= 12 and _sold_by(scene, want)
    return len(heard) <= 6 and any(is_noun(heard[-size:]) for size in (1, 2, 3, 4) if size <= len(heard))


def _by_our_units(scene: Scene, gathered: Gathered) -> bool:
    return all(_sold_by(scene, want) for want in gathered.wants)


def _sold_by(scene: Scene, want: Want) -> bool:
    """Whether anything of ours is sold by this unit."""
    unit = want.quantity.unit if want.quantity else None
    return unit == "份" or unit in scene.offer.catalogue.sold_by


def _of_life(scene: Scene, gathered: Gathered) -> bool:
    shown = signs(scene, gathered)
    heard = sum(len(want.heard) for want in gathered.wants)
    return "life" in shown or "you" in shown or strange(scene, shown) - heard > 4


def _meant_in_group(scene: Scene, gathered: Gathered) -> bool:
    """The clauses with goods must be explained almost whole; the others may add a short word."""
    wants = gathered.wants
    if all(want.source == "unknown" for want in wants):
        return _unknown_in_group(scene, gathered)
    if any(want.quantity is None and want.money is None for want in wants):
        return False
    if any(
        want.quantity and want.quantity.unit in STRANGE_UNITS and not _sold_by(scene, want) for want in wants
    ):
        return False  # 下一碗面条
    strange, around = strangeness(scene, gathered)
    if any(want.source == "code" for want in wants) and (
        strange or any(piece.tag == "ask" for piece in scene.pieces)
    ):
        return False  # 考C1还是C2
    total = len(scene.text)
    orders = buys(scene.pieces)
    plainly = any(p.tag == "buy" and p.text in PLAINLY for p in scene.pieces)
    if _too_much(scene) and not plainly:
        return False  # 一袋大米50斤搬不动
    if not orders and 2 * sum(w.source == "unknown" for w in wants) > len(wants):
        return False  # 1个鸡蛋一杯牛奶两片面包
    if (any(want.money for want in wants) and not orders) or tells(scene.pieces):
        return False  # 老姜都五块了
    if any(_asks(clause, wants) for clause in clauses(scene.pieces)):
        return False  # 一斤苹果有几个
    return strange <= (2 if orders else 1) and around <= (0.5 if orders else 0.35) * total


def _too_much(scene: Scene) -> bool:
    return any(p.kind == "qty" and TOO_MUCH.match(scene.text, p.end) for p in scene.pieces)


def _asks(clause: Sequence[Piece], wants: Sequence[Want]) -> bool:
    """Whether a clause asks something; how to pay and where to fetch may be asked beside an order, 还有 begins one."""
    said = [piece for piece in clause if piece.kind != "blank"]
    asking = [
        p for n, p in enumerate(said) if p.tag == "ask" and p.text not in MAY_I and (n or p.text != "还有")
    ]
    goods = any(clause[0].start <= want.start < clause[-1].end for want in wants)
    if not goods and all(piece.text in PRICES for piece in asking):
        return False  # 这价可以的
    text = "".join(piece.text for piece in clause)
    return bool(asking) and (goods or not HOW_TO.search(text))


def tells(pieces: Sequence[Piece]) -> bool:
    """我钓了3条, 中午点了一份: what was done, not what is wanted."""
    for verb, done, amount in zip(pieces, pieces[1:], pieces[2:], strict=False):
        past = done.text in ("了", "过") and amount.kind in ("qty", "number", "money", "product")
        if past and verb.kind in ("word", "char", "cue") and verb.text not in NO_VERBS:
            return True
    return False


def asks_for_some(scene: Scene) -> bool:
    """再来3斤, 要两盒: a word of asking right before an amount, whatever was told around it."""
    said = [piece for piece in scene.pieces if piece.kind != "blank"]
    return any(a.tag == "inc" and b.kind == "qty" for a, b in pairwise(said))


def buys(pieces: Iterable[Piece]) -> bool:
    tags = ("buy", "join", "each", "all", "inc")
    return any(piece.kind == "cue" and piece.tag in tags and piece.text != "都" for piece in pieces)


def strangeness(scene: Scene, gathered: Gathered) -> tuple[int, int]:
    """Unexplained characters in clauses with goods, and in the others."""
    goods_spans = [(want.start, want.end) for want in gathered.wants]
    strange = around = 0
    sighed = opened.end() if (opened := OPENED.match(scene.masked)) else 0
    goods_spans += [
        (p.start, p.end)
        for p in scene.pieces
        if any(p.text in want.heard for want in gathered.wants if want.source == "unknown")
    ]
    for clause in clauses(scene.pieces):
        start, end = clause[0].start, clause[-1].end
        has_goods = any(start <= a < end for a, _ in goods_spans)
        first = min((a for a, _ in goods_spans if start <= a < end), default=end)
        count = left_over((p for p in clause if p in gathered.left_over and p.start >= sighed), goods_spans)
        count += _before_goods(clause, first) if has_goods else 0
        count -= sum(
            p.end - p.start
            for p in clause
            if has_goods
            and p.kind == "latin"
            and p.start > first
            and len(p.text) < 4
            and p in gathered.left_over
        )
        count += 2 * sum(p.kind in ("number", "money") and p in gathered.left_over for p in clause)
        strange, around = (strange + count, around) if has_goods else (strange, around + count)
    return strange, around


def _before_goods(clause: Sequence[Piece], first: int) -> int:
    """Who does what before the goods are named: 孩子要…, 公司发了…, 包饺子用… are no orders."""
    told = [p for p in clause if p.start < first and (p.text in words("harmless.txt") or p.tag == "note")]
    given = any(p.text in ("给", "帮") or p.kind == "for" for p in clause)
    return (
        0
        if given
        else sum(len(p.text) for p in told if p.text not in words("surnames.txt") and not is_nickname(p.text))
    )


def clauses(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """A stop ends a clause, and so does a blank behind an amount or before a call: 屋头来客了 老板给我整六杯."""
    pieces = tuple(pieces)
    called = {piece.start for piece in pieces if piece.text in SHOPKEEPERS}
    found: list[list[Piece]] = [[]]
    for piece in pieces:
        after_amount = _is_amount(next((p for p in reversed(found[-1]) if p.tag != "filler"), None))
        calls = piece.kind == "blank" and piece.end in called
        if (
            (piece.kind == "break" and piece.text != "、")
            or (piece.kind == "blank" and after_amount)
            or calls
        ):
            found.append([])
        else:
            found[-1].append(piece)
    return [clause for clause in found if clause]


def _is_amount(piece: Piece | None) -> bool:
    """两斤, and b款+3, behind which a sigh may stand."""
    if piece is None:
        return False
    return piece.kind == "qty" or (piece.kind == "code" and piece.value.amount is not None)


def _unknown_in_group(scene: Scene, gathered: Gathered) -> bool:
    """Goods nobody sells here: asked about only when the words of an order or an open campaign stand behind them."""
    strange, around = strangeness(scene, gathered)
    named = sum(len(want.heard) for want in gathered.wants)
    buys = any(piece.kind == "cue" and piece.tag == "buy" for piece in scene.pieces)
    precise = _by_our_units(scene, gathered)
    whole = all(
        want.heard in scene.text
        and (len(want.heard) > 1 or _is_head(scene, want.heard))
        and want.op == "add"
        and want.heard not in words("harmless.txt")
        for want in gathered.wants
    )
    return (
        precise
        and whole
        and not scene.says("[抢秒]|^[拼接]")  # 抢1个篮板: a sale sells what it names
        and not scene.says("买|带|弄|不对|错|[?？]|多少|吗")
        and (buys or bool(scene.offer.campaigns))
        and strange + around == 0
        and named <= 5
        and len(scene.text) <= 14
    )


def _is_head(scene: Scene, heard: str) -> bool:
    """油 in 花生油: what a name ends with, and the speaker asks for some."""
    if not buys(scene.pieces):
        return False
    return bool(scene.lattice.names.ending_with(heard))


def _up_to_goods(scene: Scene, gathered: Gathered) -> str:
    """The message from where it calls the shop to the end of its last clause with goods, when it asks for them: what
    stands around that may be talk."""
    starts = [want.start for want in gathered.wants]
    said = scene.masked[_called_at(scene, min(starts, default=0)) :]
    if not buys(scene.pieces):
        return said
    ends = [p.start for p in scene.pieces if p.kind == "break" and p.start > max(starts, default=0)]
    return said[: ends[0] - len(scene.masked)] if ends else said


def _asked_plainly(scene: Scene, gathered: Gathered) -> str:
    """The clauses with goods, when each asks for so much of them and says nothing else: 终于开团了！车厘子来两箱."""
    wanted = [want.start for want in gathered.wants]
    found = [c for c in clauses(scene.pieces) if any(c[0].start <= at < c[-1].end for at in wanted)]
    plain = all(
        any(p.tag == "buy" and p.text in PLAINLY for p in clause)
        and any(p.kind == "qty" for p in clause)
        and not left_over(p for p in clause if p in gathered.left_over)
        for clause in found
    )
    return "，".join(scene.masked[c[0].start : c[-1].end] for c in found) if plain else ""


def _called_at(scene: Scene, before: int) -> int:
    """Where 老板 ends in 只能找你了老板，小笼两笼, or the sigh in 终于开团了 橘子一箱; 0 where neither stands before the goods."""
    if opened := OPENED.match(scene.masked):
        return opened.end()
    called = [
        a.end
        for a, b in pairwise(scene.pieces)
        if a.text in SHOPKEEPERS and b.kind == "break" and a.end <= before
    ]
    return called[-1] if called else 0
