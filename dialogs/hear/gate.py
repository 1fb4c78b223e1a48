"""门: what is certainly not for the shop, and small talk."""

from __future__ import annotations

import re
from dataclasses import replace

from dialogs.hear.lexicon import patterns
from dialogs.hear.reading import Reading
from dialogs.hear.scene import SHOP, Scene, ignore

LONGEST = 2_000
STAFF = re.compile(  # a command of the shop, which is never a customer's order
    r"(?:@\S+\s+)?(?:(?:上架|下架|补货|盘点|称重|改价|核销|收款|退单|同意退|发券)\s+\S|改价[^\s\d]{1,10} ?-?[\d.]+|[^\s\d]{1,10}改价(?:成|为|到)? ?-?[\d.]+|今日特价(?:\s+[^\s\d]+\d[\d.]*)+$)"
)


def not_for_us(scene: Scene) -> Reading | None:
    if not scene.text.strip():
        return ignore(why="没有文字")
    if len(scene.typed.raw) > LONGEST and scene.text.count("\n") < 2:
        return ignore(why="太长，不是点单")
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
    if patterns("chatter.toml")["foreign"].search(scene.text):
        return ignore(why="是广告或链接")
    return None


def small_talk(scene: Scene) -> Reading | None:
    """Greetings and thanks that say nothing else."""
    text = re.sub(r"[\s,，。.!！?？~、…]+", "", scene.text)
    for intent, pattern in patterns("talk.toml").items():
        if pattern.fullmatch(text):
            return ignore(intent, "寒暄")
    return None


def quiet(reading: Reading) -> Reading:
    return replace(reading, action="ignore", lines=(), clarify=None)
