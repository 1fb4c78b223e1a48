"""报名: 报名, 报名 2, 我要报名 take places in an event; 不去了 gives them back; 我的报名 shows the code for the door."""

from __future__ import annotations

import re
from decimal import Decimal

from dialogs import nameless, rolling, signing, voice
from dialogs.engine import Data, Dialogue, Done
from dialogs.hear.reading import Line
from dialogs.ordering import take, told_of_campaign
from dialogs.turn import Turn
from dialogs.wants import line_to_json
from shop import signups
from shop.kit.refusal import Refusal
from shop.refusals import NoSuchCampaign, NothingOpen
from shop.rules.campaigns import Kind, OnOffer
from shop.slips import Slip

_SIGN_UP = re.compile(
    r"(?:我也?要?|我们?|帮我)?报个?名(?:参加)?\s*(?P<title>[^\d+＋]{0,16}?)\s*"
    r"[+＋x×*]?\s*(?P<many>\d{1,3}|[一二两三四五六七八九十])?\s*[人个位名份]?"
)
_PLUS = re.compile(r"我?\s*[+＋]\s*(?P<title>)(?P<many>\d{1,3})\s*[人个位]?")
_NOT_COMING = re.compile(r"(?:我)?(?:不去了|不参加了|来不了了?|去不了了?|取消报名|退出报名|退出)")


def said(turn: Turn) -> str:
    return nameless.without(turn.text).strip(" !！~。")


class SignUp(Dialogue):
    id = "sign_up"
    intents = ()
    starts = ("报名", "我要报名")
    first_words = ("报名",)
    examples = ("报名 2",)
    is_answer = True

    def is_meant(self, turn: Turn) -> bool:
        found = _words(turn)
        return found is not None and signing.named(turn, found["title"]) is not None

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        found = _words(turn)
        of = signing.named(turn, found["title"]) if found else None
        if of is None or found is None:
            raise NoSuchCampaign("报名")
        mine = [
            slip
            for slip in await signups.mine(turn.shop, turn.person.id, now=turn.now)
            if slip.campaign == of.id
        ]
        if mine and not found["many"]:
            goods = voice.all_goods(line for slip in mine for line in slip.lines)
            return Done((turn.privately(f"你报过了：{goods}。再带一位说“报名 1”"),))
        item, many = of.items[0], signing.places(found["many"])
        if many < 1:
            return Done((turn.privately("要报几位？比如“报名 1”"),))
        unit = turn.shelf.everything.sku[item.sku].unit
        line = Line(item.sku, Decimal(many), unit, campaign=of.key)
        return await take(turn, {"lines": [line_to_json(line)]})

    def words(self, refusal: Refusal) -> str | None:
        if isinstance(refusal, NoSuchCampaign):
            return "现在没有能报名的活动。看看有什么团：回“活动”"
        return None


def _words(turn: Turn) -> re.Match[str] | None:
    """报名 2; a bare +1 where the newest that runs is an event."""
    plus = _PLUS.fullmatch(said(turn))
    if plus is None:
        return _SIGN_UP.fullmatch(said(turn))
    running = turn.running
    return plus if running and running[-1] in signing.running(turn) else None


class NotComing(Dialogue):
    id = "not_coming"
    intents = ()
    first_words = ("不去了",)
    examples = ("不去了",)
    is_answer = True

    def is_meant(self, turn: Turn) -> bool:
        return bool(_NOT_COMING.fullmatch(said(turn)) and _only_events(turn))

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        running = {one.id: one for one in _running(turn) if one.kind == Kind.EVENT}
        mine = [
            s for s in await signups.mine(turn.shop, turn.person.id, now=turn.now) if s.campaign in running
        ]
        if not mine:
            if turn.room is not None:
                return Done()  # talk about something else
            raise NothingOpen
        of = running[mine[-1].campaign or 0]
        left = await signups.leave(of, turn.person.id, now=turn.now)
        return Done(await told_of_campaign(turn, left, of))

    def words(self, refusal: Refusal) -> str | None:
        return "你没有报名，不用退" if isinstance(refusal, NothingOpen) else None


def _only_events(turn: Turn) -> bool:
    """退出 leaves whatever runs here last."""
    running = _running(turn)
    return bool(running) and (running[-1].kind == Kind.EVENT or said(turn).lstrip("我") != "退出")


def _running(turn: Turn) -> tuple[OnOffer, ...]:
    """Wherever: who signed up for it may leave it."""
    return turn.shelf.running(turn.room_id, turn.now)


class MyPlaces(Dialogue):
    id = "my_places"
    intents = ()
    starts = ("我的报名", "我报了什么", "我报了啥")
    group_words = starts
    examples = ("我的报名",)
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        mine = await signups.mine(turn.shop, turn.person.id, now=turn.now)
        if not mine:
            return Done((turn.privately("你还没报名。看看有什么活动：回“活动”"),))
        return Done((turn.privately("\n".join([_shown(turn, slip) for slip in mine])),))


def _shown(turn: Turn, slip: Slip) -> str:
    of = turn.campaign_of(slip)
    when = f"，{rolling.day_and_hour(of.deadline, turn.now, turn.tz)}" if of and of.deadline else ""
    return f"{voice.all_goods(slip.lines)}（{slip.code}）{when}，{signing.at_the_door(slip, turn.links)}"
