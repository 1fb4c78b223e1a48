"""该叫人了: what fetches a person though nobody asked for one. Pure but for one look at what was said before."""

from __future__ import annotations

import re

from dialogs.shown import PICTURE
from dialogs.turn import Turn
from shop import mail, slips
from shop.rules.orders import GONE_OUT

ANGRY = re.compile(
    r"骗子|骗人|骗钱|投诉|(?<!\d)12315(?!\d)|消协|工商|市监|曝光|举报|差评|退一赔|假货|食物中毒|吃坏|拉肚子|报警|律师"
)
ASKS = re.compile("[?？]|吗|呢|怎么|什么|为啥|多久|几点|几时|哪|啥时|到底|还没")
AFTER_SALE, WHOLESALE = "售后", "批发"
ABOUT = {
    WHOLESALE: re.compile(r"批发|量大|大量|几百[斤箱份件]|公司要|单位要|食堂|开店用|进货"),
    AFTER_SALE: re.compile(r"坏|烂|破|漏|霉|臭|退|赔|少了|错了|没到|没收到|补发|质量"),
}
UNREADABLE = {
    "[语音]": "语音小店听不了，请店里的人来听。",
    "[视频]": "视频小店看不了，请店里的人来看。",
    "[文件]": "文件小店看不了，请店里的人来看。",
}


def skill_of(text: str) -> str:
    """Whose matter it is: 批发, 售后, or anybody's."""
    return next((skill for skill, cues in ABOUT.items() if cues.search(text)), "")


async def found(turn: Turn, account: str, channel: str) -> str:
    """What the customer is told first, empty when nobody has to be fetched. Only what was said to the shop counts."""
    if not turn.addressed or turn.ticket is not None:
        return ""
    text = turn.text.strip()
    if turn.reading.intent == "chat.thanks":
        return ""  # 不投诉了
    if ANGRY.search(text):
        return "抱歉，让你不高兴了。"
    if turn.room is None and text == PICTURE and await _has_goods(turn):
        return "图片收到，小店看不了，给店里的人看。"
    if turn.room is None and text in UNREADABLE:
        return UNREADABLE[text]
    if (
        turn.room is None
        and len(text) >= 4
        and ASKS.search(text)
        and await _asked_before(turn, channel, account)
    ):
        return "刚才没答到点上。"
    return ""


async def _has_goods(turn: Turn) -> bool:
    """A picture from somebody who has just been given goods is a complaint, or a thank-you."""
    last = await slips.last_order(turn.shop, turn.person.id)
    return last is not None and last.status in GONE_OUT


async def _asked_before(turn: Turn, channel: str, account: str) -> bool:
    said = await mail.said_privately(
        channel, account, since=turn.now - turn.facts.calls.same_question, limit=6
    )
    return said.count(turn.text.strip()) > 1  # this one is among them
