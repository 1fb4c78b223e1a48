"""照旧: words about a change that leave the order as it stands: 先别取消, 香蕉不要去掉, 我没说取消, 怎么取消, 改成3箱了吗.

They are a question about the order. 要不取消吧 and 能不能取消 ask for the change; 苹果不要换香蕉 is one.
"""

from __future__ import annotations

import re

from dialogs.hear.cancels import order_named
from dialogs.hear.reading import Reading
from dialogs.hear.scene import Scene, act, ignore

WORDS_BETWEEN = "(?:再|你|给我|帮我|把[^,，。]{1,8}?|说过?要?|想|叫你|让你|急着|着急)*"
WHOLE = "取消|退出|退[单团款了]|撤[单回]|清空"
FORBIDDEN = re.compile(
    rf"(?:别|不用|不必|没(?:叫|让|说|有|想)?|(?<![要能行好可])不){WORDS_BETWEEN}(?:{WHOLE}|[改换减删]|加(?=[了吧]|$|\d)|去掉|划掉)"
    rf"|(?:别|没(?:叫|让|说)|不用|(?<![要能行好可])不){WORDS_BETWEEN}加(?P<more>\S)"
    rf"|不要(?!了){WORDS_BETWEEN}(?:{WHOLE}|[减删]|去掉|划掉|改(?=了|$))"
)
HOW = re.compile("怎么样?(?:才能|能|可以|才可以|去)?(?:取消|退单|撤单)")
NOT_SO_MANY = re.compile(
    "我?(?:要的)?不是[\\d一二两三四五六七八九十半]+[^\\d,，。是]{1,2}[啊哈哦吧呀]?"
)  # 不是3箱
CHANGED = r"(?:取消|改|换成|加[上到进\d]|减[到\d]|删|去掉|退)"
DONE_YET = re.compile(
    rf"{CHANGED}[^,，。?？]{{0,8}}了(?:没有?|吗|么)[啊呀呢]?[?？]?$|是不是[^,，。]{{0,6}}{CHANGED}[^,，。?？]{{0,8}}了"
    rf"|(?:谁|为什么|为啥|怎么|咋)[^,，。]{{0,4}}{CHANGED}(?:了|掉|的)|被{CHANGED}"
    r"|(?:多久|多长时间|几点|几分钟|什么时候)[^,，。]{0,4}(?:取消|过期)|自动(?:取消|过期)"
)
SOMETHING_ELSE = re.compile(r"\d|[一二两俩三四五六七八九十半]|改|换|[要来加减]")


def as_it_is(scene: Scene) -> Reading | None:
    """The question that it is, in a group only from who speaks to the shop. None where something is to change."""
    of_the_whole = bool(re.search(WHOLE, scene.text))
    if not (scene.context.cart or of_the_whole) or not _leaves_it(scene):
        return None
    if not scene.addressed:
        return ignore(why="没叫改")
    about = {"about": "cancel"} if of_the_whole else {}
    return act("order.query", (), about | order_named(scene), why="没叫改")


def _leaves_it(scene: Scene) -> bool:
    """No part of the message changes anything: 橙子不改了，香蕉改5斤 does."""
    parts = [part for part in re.split("[,，。;；!！ ]", scene.text) if part]
    stands = [part for part in parts if _stands(scene, part)]
    return bool(stands) and not any(SOMETHING_ELSE.search(part) for part in parts if part not in stands)


def _stands(scene: Scene, part: str) -> bool:
    """不加香蕉 does; 豆浆不加糖两杯 says how it is made."""
    found = FORBIDDEN.search(part)
    if found and found["more"]:
        at = scene.text.find(part) + found.start("more")
        return any(piece.kind == "product" and piece.start == at for piece in scene.pieces)
    return bool(found or HOW.search(part) or DONE_YET.search(part) or NOT_SO_MANY.fullmatch(part))
