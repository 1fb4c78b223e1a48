"""我的券、领券、抢券: what somebody has and could have; claimed by name or code in private, grabbed in a group."""

from __future__ import annotations

import re

from dialogs import couponing
from dialogs.engine import Data, Dialogue, Done, Question
from dialogs.turn import Turn
from shop import alarms, coupon_templates, coupons, tries
from shop.coupon_templates import Template
from shop.kit.refusal import Refusal
from shop.refusals import CouponUnclear, NoSuchCoupon

_TAKES = re.compile("领|券码|兑换码|优惠码|折扣码")
_NAMED = re.compile(
    r"(?:领券?|领取|券码|兑换码|优惠码|折扣码)(?:[\s:：]*(?P<code>[A-Za-z0-9]{2,16})(?![A-Za-z0-9张个份元块])|[\s:：]+(?P<name>\S{2,24}))"
)


class Coupons(Dialogue):
    id = "coupons"
    intents = ("coupon.query", "coupon.claim")
    examples = ("我的券", "有什么券", "领券 满30减5", "领券 KM3P7")
    group_words = ("抢券", "抢一张", "抢红包", "领券")  # 抢 alone: dialogs/customer/grab.py
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        asks = turn.reading.intent == "coupon.query"
        if turn.room is not None:
            return await (_tell_privately(turn) if asks else _grab(turn))
        said = _named(turn.text) if not asks or _TAKES.search(turn.text) else None
        return await (_list(turn) if asks and said is None else _claim(turn, said))

    async def refused(self, turn: Turn, data: Data, refusal: Refusal) -> Question | None:
        """What the refusal undid is over: here is the place to count a wrong code, and to tell the shop of a coupon
        that it has not finished."""
        if isinstance(refusal, NoSuchCoupon):
            if shut := await tries.wrong(tries.COUPON, turn.person.id, now=turn.now):
                raise shut
        elif isinstance(refusal, CouponUnclear):
            words = f"有人领券“{refusal.title}”，看不出减多少，没发给他"
            await alarms.raise_alarm(turn.shop, "coupon", refusal.title, words, now=turn.now)
        return None


# ── in private ──────────────────────────────────────────────────────────────────────────────────────────────────


async def _claim(turn: Turn, said: str | None) -> Done:
    if said is None:  # 领个券: where there is only one, that one
        there = await coupon_templates.open_to(turn.person.id, turn.shop, now=turn.now)
        if len(there) != 1:
            return await _list(turn)
        said = there[0].code
    got = await coupons.claim(turn.shop, turn.person.id, said, now=turn.now)
    return Done((turn.privately(couponing.got("领到了", got, turn.tz)),), facts={"券": got.title})


async def _list(turn: Turn) -> Done:
    mine = await coupons.mine(turn.person.id, now=turn.now)
    there = await coupon_templates.open_to(turn.person.id, turn.shop, now=turn.now)
    parts = [f"你有 {len(mine)} 张券：\n{couponing.listed(mine, turn.tz)}" if mine else "你手上没有券"]
    if there:
        parts.append(f"能领的：{'、'.join(map(_offer, there))}。回“领券 {there[0].title}”")
    else:
        parts.append("下单够数自动用" if mine else "拿到券码就说“领券”加券码")
    return Done((turn.privately("\n".join(parts)),), facts={"券": [one.title for one in mine]})


def _named(text: str) -> str | None:
    """The name or code in 领券 满30减5, 那张满50减10给我领一下, 券码 KM3P7."""
    if coupon_templates.terms_in(text):
        return text
    found = _NAMED.search(text)
    return (found["code"] or found["name"]) if found else None


def _offer(one: Template) -> str:
    return one.title if one.left is None else f"{one.title}（还有 {one.left} 张）"


# ── in a group ──────────────────────────────────────────────────────────────────────────────────────────────────


async def _grab(turn: Turn) -> Done:
    """Nothing to grab: not a word, unless the shop was asked."""
    got = await couponing.grab(turn)
    if not got.says and turn.addressed:
        return Done((turn.here("群里现在没有在抢的券。领券私聊我说“领券”"),))
    return got


async def _tell_privately(turn: Turn) -> Done:
    done = await _list(turn)
    return Done((*done.says, *turn.pointer()), facts=done.facts)
