"""谁: the customer a merchant's command speaks of — 给小周退15块, 查查贺姐订了啥, 老闫的鱼死了."""

from __future__ import annotations

import re

from dialogs.hear.scene import Scene

NAME = r"(?:[a-z][a-z0-9_.-]{1,15}|(?:\d{1,3}[栋-][\d-]*)?[\u4e00-\u9fff]{2,4}?)"
BEFORE = r"(?:给|帮|退给|赔给|发给|补给|送给?|发|退|赔|查查|查一下|查下|查|找一下|找下|找|看看|看|把|让|收到|叫|加|踢了?|禁言|发券|送券)[ @]*"
AFTER = (
    r"(?=家|那|的|退|发|补|一|两|几|\d|张|今[天日]|昨[天日]|上[周次回]|这|都|已|来|拿|取|提|付|转|订|买|要|下了?单|当|做|设|加|升|为|是|以后|"
    r"管|负责|禁|踢|天天|老是|一直|总|钱|单|[,， ]|$)"
)
SAID = (
    re.compile(r"@(?P<who>[^\s,，@]{1,12})"),
    re.compile(rf"{BEFORE}(?P<who>{NAME}){AFTER}"),
    re.compile(rf"(?:^|[,，])(?P<who>{NAME}){AFTER}"),
)
NOBODY = re.compile(
    r"^[我他她你它]|今天|昨天|明天|今日|昨日|群|大家|全|所有|订单|单|客人|那个|这个|每人|秒杀|团|特价|新人|优惠|谁|哪|什么|货|没|未|已|一下|了|的|款|钱|券|码|表|库存|下[来架午]|上[午架]|人$|员|客服|店长"
)


def person_said(scene: Scene) -> str:
    """The name as typed; empty when nobody is named."""
    for pattern in SAID:
        for match in pattern.finditer(scene.text):
            who, (start, end) = match["who"], match.span("who")
            if not NOBODY.search(who) and not _is_something_else(scene, start, end):
                return scene.typed.typed(start, end)
    return ""


def _is_something_else(scene: Scene, start: int, end: int) -> bool:
    kinds = ("product", "time", "place", "qty", "money", "spec")
    return any(piece.kind in kinds and piece.start < end and start < piece.end for piece in scene.pieces)
