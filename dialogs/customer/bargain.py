"""砍价: 帮我砍 opens one's own bargain, 砍 or 砍 3 or 帮小李砍 cuts a share of somebody's, 买 buys at what it has come to. Only
in the group of the bargain, only by people who speak there; nobody is invented."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogs import bargaining, repair
from dialogs.engine import Data, Dialogue, Done
from dialogs.speech import Button, Say
from dialogs.turn import Turn
from shop import bargains
from shop.bargains import LIVE, Standing
from shop.kit.ids import RoomId
from shop.on_offer import campaign
from shop.refusals import NoSuchBargain, NoSuchCampaign
from shop.rules.bargains import State

_OPEN = re.compile(
    r"(?:大家|谁来|谁能|快来)?(?:帮我砍(?:一?刀|价|一?下)?|我也?要砍价?|我也砍|我想砍价?|发起砍价)\s*(.{0,12})"
)
_CUT = re.compile(
    r"(?:我?来?帮?(?:忙|他|她)?砍(?:他|她)?(?:一?刀|一?下)?)\s*(?:第?\s*(?P<number>\d{1,5})\s*号?)?"
    r"|帮(?P<name>(?!我|忙|他|她).{1,12}?)砍(?:一?刀|价|一?下)?"
)
_BUY = re.compile(  # 买了 is what people say of something else
    r"我?要?买下?\s*(?:第?\s*(?P<number>\d{1,5})\s*号砍价)?|就这个?价买?"
)
IN_THE_GROUP = "砍价要在群里砍，到群里说“{}”"


def said(turn: Turn) -> str:
    return turn.text.strip(" !！~。")


class OpenBargain(Dialogue):
    id = "bargain_open"
    intents = ()
    first_words = ("帮我砍",)
    examples = ("帮我砍",)
    is_answer = True

    def is_meant(self, turn: Turn) -> bool:
        found = _OPEN.fullmatch(said(turn))
        return found is not None and bargaining.of_goods(turn, found[1].strip()) is not None

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        found = _OPEN.fullmatch(said(turn))
        of = bargaining.of_goods(turn, found[1].strip() if found else "")
        if of is None:
            raise NoSuchCampaign("砍价")
        if turn.room is None:
            return Done((turn.privately(IN_THE_GROUP.format(f"帮我砍 {of.title}")),))
        at = await bargains.begin(turn.shop, of, turn.person.id, turn.room.id, now=turn.now)
        if at.room != turn.room.id:
            return Done((turn.privately(f"你的 {at.number} 号砍价在另一个群里，到那边喊朋友砍"),))
        return Done((bargaining.live(of, at, turn.room.id, turn),), facts={"砍价": at.number})


class CutPrice(Dialogue):
    id = "bargain_cut"
    intents = ()
    first_words = ("砍",)
    examples = ("砍 1",)
    is_answer = True

    def is_meant(self, turn: Turn) -> bool:
        return bool(_CUT.fullmatch(said(turn)) and bargaining.running(turn))

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        found = _CUT.fullmatch(said(turn))
        if turn.room is None or found is None:
            return Done((turn.privately(IN_THE_GROUP.format(said(turn))),))
        number = int(found["number"]) if found["number"] else None
        id = await bargains.to_cut(turn.room.id, turn.person.id, number, found["name"] or "")
        at = await bargains.cut(id, turn.person.id, now=turn.now, day=turn.day)
        of = await campaign(at.campaign)
        line = bargaining.live(of, at, turn.room.id, turn)
        reached = (_reached(at, of.title),) if at.state == State.REACHED else ()
        return Done((line, *reached), facts={"砍价": at.number, "砍掉": str(at.cuts[-1].off)})


def _reached(at: Standing, title: str) -> Say:
    """Only its owner can do something with that."""
    return Say(f"{title}砍到底价 {at.price} 了，回“买”就下单", person=at.owner, buttons=(Button("买", "买"),))


class BuyBargain(Dialogue):
    id = "bargain_buy"
    intents = ()
    first_words = ("买",)
    examples = ("买",)
    is_answer = True

    def is_meant(self, turn: Turn) -> bool:
        return bool(_BUY.fullmatch(said(turn)) and bargaining.running(turn))

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        live = await bargains.mine(turn.shop, turn.person.id, *LIVE)
        if not live:
            return Done(() if turn.room else repair.not_understood(turn, 1))
        found = _BUY.fullmatch(said(turn))
        number = int(found["number"]) if found and found["number"] else None
        meant = [one for one in live if number in (None, one.number)]
        if not meant:
            raise NoSuchBargain(number or 0)
        if len(meant) > 1:
            return Done((await _which(meant, turn),))
        slip = await bargains.buy(meant[0].id, now=turn.now, room=turn.room_id)
        at = await bargains.standing(meant[0].id)
        private = turn.privately(turn.slip_text(slip), card=turn.slip_card(slip), fold=f"slip:{slip.code}")
        of = await campaign(at.campaign)
        return Done((bargaining.live(of, at, RoomId(at.room), turn), private), facts={"单号": slip.code})


async def _which(live: Sequence[Standing], turn: Turn) -> Say:
    """He has several: none is bought before he says which."""
    known = [f"{one.number}号砍价 {(await campaign(one.campaign)).title} {one.price}" for one in live]
    words = [f"买 {one.number}号砍价" for one in live]
    return turn.privately(
        "\n".join(["你有几个在砍，买哪个？", *known, f"回“{words[0]}”就下单"]),
        buttons=tuple(Button(word, word) for word in words),
    )


class MyBargains(Dialogue):
    id = "bargain_mine"
    intents = ()
    starts = ("我的砍价", "我砍的")
    group_words = starts
    examples = ("我的砍价",)
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        mine = await bargains.mine(turn.shop, turn.person.id)
        if not mine:
            return Done((turn.privately("你没有在砍的价。有砍价活动时在群里说“帮我砍”"),))
        shown = [bargaining.line(await campaign(at.campaign), at, turn) for at in mine[:3]]
        more = "\n回“买”按现在的价下单" if any(at.state in LIVE for at in mine) else ""
        return Done((turn.privately("\n".join(shown) + more),))
