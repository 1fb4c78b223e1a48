"""邀请: my own code, in words that can be passed on; 邀请 K7M3QXA binds a newcomer to who gave it to him. In a group the shop
must be called, and answers in private: nobody there is told who brought whom."""

from __future__ import annotations

import re
from dataclasses import replace

from dialogs.engine import Data, Dialogue, Done, Question, Slot
from dialogs.pages import parse_page
from dialogs.turn import Turn
from shop import coupon_templates, referrals, tries
from shop.kit.refusal import Refusal
from shop.lists import mask
from shop.refusals import NoSuchInviter
from shop.settled import shop_rules

_SAID = re.compile(r"(?:@\S+\s+)?邀请码?[\s:：]*(?P<code>[A-Za-z0-9]{7})")
_CALL = re.compile(r"^@\S+\s+")
MOST_NAMED = 8


class Invite(Dialogue):
    id = "invite"
    intents = ()
    starts = ("邀请", "邀请码", "我的邀请码", "邀请好友", "邀请朋友")
    private_only = True
    examples = ("邀请",)

    def is_meant(self, turn: Turn) -> bool:
        coded = bool(_SAID.fullmatch(turn.text.strip()))
        return coded if turn.room is None else turn.addressed and (coded or _alone(turn) in self.starts)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        if said := _SAID.fullmatch(turn.text.strip()):
            return await _bound(turn, said["code"])
        code = await referrals.code_of(turn.shop, turn.person.id)
        gift = await _gift(turn)
        both = f"新朋友来就有券：{gift}；他第一单收完货你也有一张" if gift else "朋友第一次来时说一次就行"
        text = f"【{turn.facts.name}】私聊我说“邀请 {code}”\n{turn.links.invite(code)}\n{both}，转给朋友就行"
        return _in_private(turn, text)

    async def refused(self, turn: Turn, data: Data, refusal: Refusal) -> Question | None:
        """What the refusal undid is over: here is the place to count a wrong code."""
        if isinstance(refusal, NoSuchInviter) and (
            shut := await tries.wrong(tries.INVITATION, turn.person.id, now=turn.now)
        ):
            raise shut
        return None


class MyFriends(Dialogue):
    id = "my_friends"
    intents = ()
    starts = ("我邀请的人", "我邀请的", "我拉的人", "我邀请了谁")
    private_only = True
    examples = ("我邀请的人",)
    page = Slot(parse_page, optional=True)

    def is_meant(self, turn: Turn) -> bool:
        return turn.room is not None and turn.addressed and _alone(turn) in self.starts

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        came, bought = await referrals.brought(turn.person.id)
        if not came:
            return _in_private(turn, "还没有朋友用你的邀请码。回“邀请”拿码，转给朋友")
        before = data.get("page", 0) * MOST_NAMED
        some = await referrals.invited_by(turn.person.id, skip=before, limit=MOST_NAMED)
        names = "、".join(f"{mask(one.name)}{'（买过）' if one.bought else ''}" for one in some)
        head = "还有" if before else f"你邀请了 {came} 位，{bought} 位买过"
        rest = came - before - len(some)
        how = "回“更多”" if turn.room is None else "回“我邀请的人”看"
        tail = f"\n还有 {rest} 位，{how}" if rest > 0 else ""
        stays = "page" if rest > 0 and turn.room is None else ""
        return replace(_in_private(turn, f"{head}：{names}{tail}"), stays=stays)


def _alone(turn: Turn) -> str:
    """What was said to the shop, without its name."""
    return _CALL.sub("", turn.text.strip())


def _in_private(turn: Turn, text: str) -> Done:
    return Done((*turn.pointer(), turn.privately(text)))


async def _bound(turn: Turn, code: str) -> Done:
    await tries.knock(tries.INVITATION, turn.person.id, now=turn.now)
    name = await referrals.bind(turn.shop, turn.person.id, code, now=turn.now)
    gift = await _gift(turn)
    then = f"{gift} 的券给你了，下单自动用" if gift else "要什么直接说"
    return _in_private(turn, f"好，记下了：{mask(name)} 邀请你来的。{then}")


async def _gift(turn: Turn) -> str:
    """The coupon of both; empty where the shop gives none."""
    coupon = (await shop_rules(turn.shop)).referral.coupon
    return (await coupon_templates.template(coupon)).title if coupon else ""
