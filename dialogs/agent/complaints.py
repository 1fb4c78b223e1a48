"""群里骂店的话: who is angry at the shop in a group and has not called it. A person writes to him in private; the group
hears nothing.

Neighbours say 骗子, 投诉物业 and 电梯坏了 all day, so words alone are not enough: they must be meant for the shop, or be a
complaint and nothing else from somebody who has an order here.
"""

from __future__ import annotations

import re
from datetime import timedelta

from dialogs.speech import Heard
from dialogs.turn import Turn
from shop import slips

BUYER_FOR = timedelta(days=60)  # since his last order
LONGEST = 40  # a complaint is short; what is longer tells a story, perhaps of somebody else
SORRY, SORRY_FOR_GOODS = "抱歉，让你不高兴了。", "抱歉。有照片就发来，坏了的店里会处理。"

_SHOP = r"你们(?:家)?店|贵店"
_YOURS = rf"{_SHOP}|你们|店家|卖家|商家"
_CALLS = r"^(?:老板|店家|卖家|商家)(?=我|你|这|退|给)"
_CHEATS = r"骗子|骗人|骗钱|假货|以次充好|缺斤少两|黑心|坑人"
_REPORTS = r"投诉|举报|曝光|差评|12315|消协|退一赔[三十]"
_ILL = r"拉肚子|吃坏|食物中毒"
_BAD = r"坏|烂|臭|馊|霉|变质|过期"
_GOODS = r"东西|货|水果|菜|肉|奶|蛋|(?:卖|送|发|买|拿)来?的"

FOR_THE_SHOP = re.compile(rf"(?:{_SHOP}|{_CALLS}).*(?:{_CHEATS}|{_REPORTS}|{_ILL})|(?:{_REPORTS})(?:{_SHOP})")
BAD_GOODS = re.compile(rf"(?:{_SHOP}|你们家).{{0,6}}(?:{_GOODS}).{{0,6}}(?:{_BAD})")
ILL_OF_OURS = re.compile(
    rf"(?:吃|喝|买)了?你们.*(?:{_ILL}|{_BAD})|你们(?:卖|送|发)的?(?:{_CHEATS}|.*(?:{_ILL}|{_BAD}))"
)
NOTHING_ELSE = re.compile(
    rf"(?:我|要|得|想|必须|一定|马上|现在|直接|真的?|就|去|打|给|个|{_YOURS})*(?:{_REPORTS})(?:电话|{_YOURS}|了|啊|呀|吧|的|定)*"
)
MEANS_IT = re.compile(r"我|要|必须|一定|打|你们")
ELSEWHERE = re.compile(
    "淘宝|拼多多|京东|抖音|快手|美团|外卖|网上|网购|隔壁|对面|别家|别的|那家|超市|菜市|物业|保安"
)
ASKS = re.compile("[?？吗呢]|怎么|什么|多少|哪|是不是|有没有|听说|小心|哈哈|嘿嘿|开玩笑")


async def found(turn: Turn, heard: Heard) -> str:
    """What he is told first, in private; empty when nobody has to come."""
    text = re.sub(r"[\s,，。.!！~…]+", "", turn.text)
    if turn.room is None or turn.addressed or turn.reading.action != "ignore" or _to_somebody(heard):
        return ""
    if len(text) > LONGEST or ASKS.search(text) or ELSEWHERE.search(text):
        return ""
    if BAD_GOODS.search(text):
        return SORRY_FOR_GOODS
    if FOR_THE_SHOP.search(text):
        return SORRY
    if is_complaint(text) and await _is_buyer(turn):
        return SORRY_FOR_GOODS if ILL_OF_OURS.search(text) else SORRY
    return ""


def is_complaint(text: str) -> bool:
    """Angry words and nothing else, or words about what was bought: enough, of somebody who has an order here."""
    return bool(ILL_OF_OURS.search(text) or (NOTHING_ELSE.fullmatch(text) and MEANS_IT.search(text)))


def _to_somebody(heard: Heard) -> bool:
    """An answer to a neighbour, or a word to him."""
    return heard.quote is not None or any(name != "@shop" for name in heard.mentions)


async def _is_buyer(turn: Turn) -> bool:
    last = await slips.last_order(turn.shop, turn.person.id)
    return last is not None and last.placed_at > turn.now - BUYER_FOR
