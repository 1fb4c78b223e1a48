"""名: in a list the name stands first; where it ends and the goods begin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from dialogs.hear.dictionary import is_thing
from dialogs.hear.lattice import Piece
from dialogs.hear.normalise import normalise
from dialogs.hear.scene import Scene

SAME = re.compile(r"^(?:同上|同楼上|一样|\+1同上)")
DELETED = re.compile(r"删掉|删了|退出|不要了|取消|撤掉|撤了|划掉|去掉我|删我")
TITLE = re.compile("[姐哥弟妹姨叔婶嫂妈爸婆公爷奶总友家属]$|老师|师傅|先生|女士|太太|[栋楼室号]")
AFTER_A_NAME = re.compile(r"[\s　]+|[,，]|(?<!\d)[:：]|[:：](?!\d)")
AMOUNT_FIRST = re.compile(r"(?P<much>[+＋] ?\d{1,3}[份个]?)\s+(?P<name>\S.*)")
LONGEST_NAME = 24  # signs, blanks among them: 不要向我手指的方向看


def name_and_goods(scene: Scene, text: str) -> tuple[str, str]:
    """The name stands first; the goods begin at the first blank behind which everything is understood."""
    if DELETED.fullmatch(text.strip("我 ")):
        return "", text
    if (ahead := AMOUNT_FIRST.fullmatch(text)) and not _is_ordered(scene, ahead["name"]):
        return ahead["name"].strip(), ahead["much"]  # +1 橙子爸
    places = [match.start() for match in AFTER_A_NAME.finditer(text, 0, LONGEST_NAME + 1)]
    for at in places:
        rest = text[at:].strip(" :：,，　\t")
        if rest and (_is_goods(scene, rest) or _is_strange(scene, rest)):
            if _holds_goods(scene, text[:at]):
                break  # 豆腐西施砂糖橘1箱 鸡蛋2板
            return text[:at].strip(), rest
    return _split_at_goods(scene, text)


def _holds_goods(scene: Scene, text: str) -> bool:
    """Whether what stands before a blank is more than a name: goods with their amount, an item with its."""
    pieces = [piece for piece in scene.cut(text) if piece.kind != "blank"]
    ordered = any(a.kind == "product" and b.kind in ("qty", "number", "spec") for a, b in pairwise(pieces))
    return ordered or any(piece.kind == "code" and piece.value.amount for piece in pieces)


def _is_ordered(scene: Scene, text: str) -> bool:
    """Whether anything here is no name: an amount, an item, or goods and nothing else."""
    pieces = [piece for piece in scene.cut(text) if piece.kind != "blank"]
    return any(p.kind in ("qty", "code", "number") for p in pieces) or all(
        p.kind == "product" for p in pieces
    )


def _is_goods(scene: Scene, rest: str) -> bool:
    if SAME.search(rest) or (DELETED.search(rest) and len(rest) < 6):
        return True
    pieces = scene.cut(rest)
    first = next((piece for piece in pieces if piece.kind not in ("blank", "break")), None)
    if (
        first is None
        or first.kind in ("word", "char", "latin", "digits", "place")
        or (first.kind == "cue" and first.tag == "filler")
    ):
        return False
    return any(piece.kind in ("qty", "code", "number") for piece in pieces)


def _is_strange(scene: Scene, rest: str) -> bool:
    """榴莲一个: a thing that nobody sells here, and how much of it; what follows it may be goods of ours."""
    pieces = scene.cut(rest)
    thing = len(pieces) > 1 and pieces[0].kind == "word" and pieces[1].kind == "qty"
    return thing and is_thing(pieces[0].text) and not TITLE.search(pieces[0].text)


def _split_at_goods(scene: Scene, text: str) -> tuple[str, str]:
    """No blank helps (张三2份): the goods begin at the first name or amount."""
    typed = normalise(text)
    pieces = scene.lattice.cut(typed, codes=bool(scene.offer.campaigns))
    if (
        len(pieces) > 1
        and pieces[0].kind == "product"
        and pieces[1].kind in ("qty", "spec", "blank", "break")
    ):
        return "", text
    for piece, behind in _after_first(pieces):
        part_of_the_name = (
            piece.kind in ("product", "code")
            and behind is not None
            and behind.kind in ("product", "code", "char", "word")
            and not any(one.tag == "each" for one in pieces)
        )  # 苹果 in 小苹果鸡蛋x2, A in A小张鸡蛋x2
        if piece.kind in ("product", "qty", "code", "spec", "number") and not part_of_the_name:
            at = typed.span(piece.start, piece.end).start
            return text[:at].strip(" :：,，　"), text[at:].strip()
    return text.strip(), ""


def _after_first(pieces: Sequence[Piece]) -> Iterator[tuple[Piece, Piece | None]]:
    """Each piece behind the first, with the one behind it."""
    seen = False
    for piece, behind in zip(pieces, (*pieces[1:], None), strict=False):
        if seen:
            yield piece, behind
        seen = seen or piece.kind not in ("blank", "break")
