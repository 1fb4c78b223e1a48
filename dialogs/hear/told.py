"""算数: whether a merchant's words tell the shop to do something now, or only speak about it.

What moves money, goods or orders is done when it is told; never because it was asked (橙子改28行不行), forbidden
(先别发货), said not to be so (没收到…的款), guessed or passed on (小李说他付了), for later (明天涨价), or taken back in the same
breath (改28，不，改29). A command whose word stands at the head carries a reason in free words (退单 0501-017 明天没货): there only
the end of the message asks.
"""

from __future__ import annotations

import re

LOOKS = frozenset(  # these change nothing
    {
        "admin.orders_today",
        "admin.order_find",
        "admin.report",
        "admin.export",
        "admin.books",
        "admin.try_price",
    }
)
HAPPENED = frozenset({"admin.payment_received", "admin.order_redeem", "admin.order_ship"})
NOW = HAPPENED | {
    "admin.refund",
    "admin.adjust",
    "admin.product_set",
    "admin.product_off",
    "admin.restock",
    "admin.sold_here",
    "admin.count",
    "admin.weigh",
}

BEGINS = frozenset({"admin.special_post", "admin.flash_create", "admin.groupbuy_create"})

# A reason may end in almost anything (照片没有): before the 没 stands a verb.
ASKED = re.compile(r"[?？]$|(?:[吗么]|(?:[了到账款货钱退收发付架好完]|过)没有?)[啊呀呢]?[!！。~]*$")
WEIGHED = re.compile(r"([行会好要该对])不\1|可不可以|是不是|怎么|如何|咋|几点|什么时候|的事")
LOOKED_INTO = re.compile(r"谁的|是谁|是哪|哪[一个]*单|有没有|什么时候|查|问|看看|看一下")
VERB = "(?:改|补|调|涨|降|加|进|退|收|截|关|停|下架|上架|发|送|核|开|搞|设|特价|秒杀)"
FORBIDDEN = re.compile(
    rf"(?:别|不用|不要|甭|不必|没打算|没想)(?:再|去|给他?|把.{{1,8}}?|急着|着急|忙着?)?{VERB}"
    "|不[改补调涨降截核收]"
)
NOT_SO = re.compile(r"(?:没|没有|未)(?:收|到|付|转|见|看到|发|送|取|拿)")
GUESSED = re.compile(r"好像|可能|估计|怕是|大概")
PASSED_ON = re.compile(r"说")
NOT_BEGUN = re.compile(r"不[发开搞做上办]")
LATER = re.compile(r"明天|明早|明晚|后天|下周|下个?月|等下|等会|待会|一会儿?|晚点|改天|过几天|再说")
TAKEN_BACK = re.compile(
    r"\d.*(?:不对|[,，] ?不(?:是)?[,， ]|[哦噢啊]不|[打写说按搞]错了).*\d"
)  # not 发错了2个


def is_told(text: str, intent: str, *, at_head: bool) -> bool:
    """Whether `text`, read as the command `intent`, is to be done. `at_head`: the command's word stands there."""
    if intent in LOOKS:
        return True
    if ASKED.search(text):
        return False
    passed_on = PASSED_ON.search(text) and not at_head
    if intent in HAPPENED and (passed_on or LOOKED_INTO.search(text) or NOT_SO.search(text)):
        return False
    if intent in BEGINS and NOT_BEGUN.search(text):
        return False
    if at_head:
        return not TAKEN_BACK.search(text)
    if WEIGHED.search(text) or FORBIDDEN.search(text):
        return False
    return intent not in NOW or not any(one.search(text) for one in (GUESSED, LATER, TAKEN_BACK))


def is_asked(text: str) -> bool:
    """到账了吗, 是谁的, 还没到账: somebody wants to know how it stands."""
    return any(one.search(text) for one in (ASKED, WEIGHED, LOOKED_INTO, NOT_SO))
