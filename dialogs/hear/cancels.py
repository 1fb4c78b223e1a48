"""退: the whole order goes — 不要了, 取消, 把我去掉 — or one thing of it that was never in it."""

from __future__ import annotations

import re
from typing import Any

from dialogs.hear.cart import removed, short_for
from dialogs.hear.lexicon import words
from dialogs.hear.meant import clauses
from dialogs.hear.reading import Clarify, Reading
from dialogs.hear.scene import Scene, act, ask, left_over
from dialogs.hear.shares import about_the_shop
from dialogs.hear.things import names_a_thing
from dialogs.hear.wants import Gathered

CANCEL = re.compile(
    r"(?:不|唔|甭)(?:要|买|订|定|需要|想要|拿|拼|跟|团|抢|参加|\+ ?1)(?:了|啦|咯|喽)|取消|退出|清空|算了吧?$"
    r"|把我[^,，。]{0,6}(?:[去删划撤退拿]掉?|取消)了?|(?:去掉|删掉|划掉|删了?)我(?![要的])"
    r"|撤(?:了|掉|单|回|一下|下|吧)|退(?:掉|了|单|团|吧|一下)|(?:全部?|都|整单)(?:删|退|撤|不要)"
)
LONGEST_REASON = 6  # characters: 家里还有, 临时有事


def order_named(scene: Scene) -> dict[str, Any]:
    """The order whose code was said, as a slot."""
    code = re.search(r"\d{4}-?\d{3}(?!\d)|\d{8,}", scene.text)
    return {"order": code[0]} if code else {}


def cancel(scene: Scene, gathered: Gathered) -> Reading | None:
    if not (scene.addressed or _only_cancels(scene, gathered)):
        return None
    slots = order_named(scene)
    if (
        scene.context.cart
        or slots
        or (scene.addressed and scene.context.last_order and scene.says("订单|单"))
    ):
        return act("order.cancel", (), slots, why="整单不要了")
    if not scene.addressed:
        return None
    return ask("order.cancel", Clarify("line", (), "empty_cart"), why="没有可取消的")


def _only_cancels(scene: Scene, gathered: Gathered) -> bool:
    """In a group 不要了 is said of many things: it stands alone, with a reason behind it at most, in talk of the shop."""
    spans = [match.span() for match in CANCEL.finditer(scene.text)]
    clauses_ = clauses(scene.pieces)
    at = next(
        (n for n, one in enumerate(clauses_) if any(one[0].start <= a < one[-1].end for a, _ in spans)), 0
    )
    upto = [piece for clause in clauses_[: at + 1] for piece in clause if piece in gathered.left_over]
    behind = [piece for clause in clauses_[at + 1 :] for piece in clause if piece in gathered.left_over]
    mine = bool(scene.says("我|单|团|订"))
    if not mine and any(piece.kind == "time" for piece in scene.pieces):
        return False  # 取消了 明天再约
    reason = LONGEST_REASON if mine else 0
    return not left_over(upto, spans) and left_over(behind) <= reason and about_the_shop(scene)


def not_ours(scene: Scene) -> Reading | None:
    """西瓜不要了, where nobody sells 西瓜: one thing was named, so it is not the whole order that goes. 本子不要了 is the
    作业本 of the order."""
    if not scene.context.cart:
        return None
    whole = words("whole_order.txt")
    for clause in clauses(scene.pieces):
        at = next((n for n, piece in enumerate(clause) if piece.tag == "not"), 0)
        said = [piece for piece in clause[:at] if piece.kind != "blank" and piece.text != "都"]
        named = [piece for piece in said if piece.kind != "cue"]
        if named and names_a_thing(named[-1]) and len(named) < 3 and said[-1] is named[-1]:
            heard = "".join(piece.text for piece in named)
            if heard in whole or all(piece.text in whole for piece in named):
                return None
            if len(lines := short_for(scene, heard)) == 1:
                return act("order.remove", [removed(lines[0])], why="一样不要了")
            question = Clarify("line", (), "not_in_cart", heard=heard, op="remove")
            return ask("order.remove", question, why=f"单里没有“{heard}”") if scene.addressed else None
    return None
