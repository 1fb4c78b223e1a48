"""门: what is certainly not for the shop, and small talk."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from dialogs.hear.lexicon import patterns
from dialogs.hear.reading import Reading
from dialogs.hear.scene import SHOP, Scene, ignore

HALF_A_LINE = 8  # signs; nobody writes so many, odd ones among them, without one word of two
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
STAFF = re.compile(  # a command of the shop, which is never a customer's order
    r"(?:@\S+\s+)?(?:(?:上架|下架|补货|盘点|称重|改价|核销|收款|退单|同意退|发券)\s+\S|改价[^\s\d]{1,10} ?-?[\d.]+|[^\s\d]{1,10}改价(?:成|为|到)? ?-?[\d.]+|今日特价(?:\s+[^\s\d]+\d[\d.]*)+$)"
)


def not_for_us(scene: Scene) -> Reading | None:
    if not scene.text.strip():
        return ignore(why="没有文字")
    others = [name for name in scene.context.mention if name != SHOP] or [
        name for name in scene.called if not scene.is_shop(name)
    ]
    if (
        others
        and not scene.calls_shop
        and SHOP not in scene.context.mention
        and scene.context.chat == "group"
    ):
        return ignore(why=f"是说给 {others[0]} 的")
    if scene.context.chat != "admin" and STAFF.match(scene.text.strip()):
        return ignore(why="是店里的话")
    if _is_jumble(scene):
        return ignore(why="不成话")
    if patterns("chatter.toml")["foreign"].search(scene.text):
        return ignore(why="是广告或链接")
    return None


def _is_jumble(scene: Scene) -> bool:
    """Signs thrown together: what people write is made of common ones, but for a name here and there, and of words."""
    han = HAN.findall(scene.text)
    odd = sum(map(_oddness, han))
    if len(set(han)) < 4:  # 嗯嗯
        return False
    if odd > len(han):
        goods = "".join(p.text for p in scene.pieces if p.kind == "product" and p.source != "sound")
        return sum(_oddness(sign) for sign in goods if sign in han) * 2 < odd  # 鮟鱇一条
    return (
        odd * 4 > len(han) >= HALF_A_LINE  # 用花呗行不 is short
        and not any(len(HAN.findall(p.text)) > 1 for p in scene.pieces if p.source != "sound")
    )


@cache
def _oddness(sign: str) -> int:
    """0 for one of the 3,755 signs that GB 2312 calls common, 2 for one of its others, 3 for one that it has not."""
    try:
        return 0 if sign.encode("gb2312")[0] < 0xD8 else 2
    except UnicodeEncodeError:
        return 3


def small_talk(scene: Scene) -> Reading | None:
    """Greetings and thanks that say nothing else."""
    text = re.sub(r"[\s,，。.!！?？~、…]+", "", scene.text)
    for intent, pattern in patterns("talk.toml").items():
        if pattern.fullmatch(text):
            return ignore(intent, "寒暄")
    return None


def quiet(reading: Reading) -> Reading:
    return replace(reading, action="ignore", lines=(), clarify=None)
