"""团令: commands about campaigns — 开团 草莓 25, 今晚8点秒杀 车厘子 58, 今晚8点截团."""

from __future__ import annotations

import re
from datetime import datetime

from dialogs.hear.around import iso
from dialogs.hear.merchant_goods import goods, items
from dialogs.hear.merchant_orders import Slots
from dialogs.hear.money import plain
from dialogs.hear.pricetags import tags
from dialogs.hear.reading import Clarify, Reading
from dialogs.hear.scene import Scene, act, ask


def flash(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    reading = goods(scene, intent, match)
    if reading.action != "act":
        return reading
    times = _times(scene)
    slots = dict(reading.slots)
    if len(times) > 1:
        slots |= {"from": iso(times[0]), "until": iso(times[1])}
    elif times:
        starts = scene.says(r"点(?:钟|半|\d+分?)?(?:准时|开始|开|起|上|整?秒|整?抢)") and not scene.says(
            r"(?:到|截|止|结束)[^,，]{0,3}\d*点?"
        )
        slots["from" if starts else "until"] = iso(times[0])
    return act(intent, (), slots, why="开秒杀")


def groupbuy(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    found = [tag for tag in tags(scene) if tag.products]
    if not found:
        return ask(intent, Clarify("product", (), "no_goods"), why="没说团什么")
    bad = next((tag for tag in found if len(tag.products) != 1), None)
    if bad is not None:
        return ask(intent, Clarify("product", bad.products), why="不知道是哪样货")
    slots: Slots = {"items": items(scene, found)}
    if title := _title(scene.text[: scene.text.find(found[0].heard)]):
        slots["title"] = title
    least = next((tag.least for tag in found if tag.least is not None), None)
    if least is not None:
        slots["min"] = plain(least)
    if times := _times(scene):
        slots["until"] = iso(times[-1])
    return act(intent, (), slots, why=f"开团 {len(found)} 样")


def _title(text: str) -> str:
    """周一早餐团, before the goods; 新开团 is no title."""
    for match in re.finditer(r"[\u4e00-\u9fff\d]{2,14}团(?=[ :,，])", text):
        title = re.sub("^(?:新)?(?:开团|开个|开一个|组个|发个|开|建|组)", "", match[0])
        if len(title) > 2 and not re.fullmatch("(?:一|个|新|拼|开)*团", title):
            return title
    return ""


def _times(scene: Scene) -> list[datetime]:
    """The times said, a later one on the day of an earlier one (晚上8点到9点)."""
    moments = [piece.value for piece in scene.pieces if piece.kind == "time" and piece.value.has_clock]
    found = [at for moment in moments if scene.now and (at := moment.at(scene.now))]
    return [
        at.replace(year=found[0].year, month=found[0].month, day=found[0].day) if n and at < found[0] else at
        for n, at in enumerate(found)
    ]


def deadline(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    slots = campaign_slot(scene)
    times = _times(scene)
    if times:
        slots["at"] = iso(times[-1])
    return act(intent, (), slots, why="改截团时间")


def campaign_slot(scene: Scene) -> Slots:
    """The campaign that is meant: by its kind or title, else the newest open one."""
    offered = scene.offer.campaigns or tuple(
        one for one in scene.offer.catalogue.campaigns if one.status == "open"
    )
    if scene.says("秒杀"):
        offered = tuple(one for one in offered if one.kind == "flash") or offered
    elif scene.says("团"):
        offered = tuple(one for one in offered if one.kind == "groupbuy") or offered
    titled = [
        one
        for one in offered
        if any(name in scene.text for name in (one.title[:2], one.title[-4:], one.title[-3:]))
    ]
    chosen = titled or list(offered)
    return {"campaign": chosen[-1].id} if len(chosen) == 1 or (scene.offer.campaigns and chosen) else {}


def campaign_only(scene: Scene, intent: str, match: re.Match[str]) -> Reading:
    return act(intent, (), campaign_slot(scene), why=f"听到“{match[0]}”")
