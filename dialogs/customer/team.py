"""拼团: 开团 opens a team, 参团 1 takes a seat in it, 参团 alone in the one that is nearest to full; 我的团 says how they
stand. In the group there is one line for a team; money and links are private."""

from __future__ import annotations

import re
from typing import Any

from dialogs import teaming
from dialogs.engine import Data, Dialogue, Done
from dialogs.turn import Turn
from shop import teams
from shop.kit.refusal import Refusal
from shop.on_offer import campaign
from shop.refusals import NoSuchCampaign
from shop.rules.campaigns import OnOffer

_OPEN = re.compile(r"(?:我(?:来|要|想)?)?开(?:个|一个)?团(?:吧)?\s*([^\d]*)")
_JOIN = re.compile(
    r"(?:我(?:来|要|想)?)?(?:参团|跟团|拼(?:团)?(?=\s*\d))\s*(?:第?\s*(\d{1,5})\s*号?团?)?(?:\s+(.+)|[x×*](.+))?"
)
NO_TEAMS = "现在没有拼团。看看有什么活动：回“活动”"
_MINE = ("我的团", "我的拼团", "我参的团", "我拼的团")


def running(turn: Turn) -> list[OnOffer]:
    """Where teams can be opened from here, newest last."""
    return [one for one in turn.running if one.size]


def of_goods(turn: Turn, said: str) -> OnOffer | None:
    """The campaign of these goods; without a name the newest."""
    known = running(turn)
    if not said:
        return known[-1] if known else None
    return next((one for one in reversed(known) if teaming.sells(one, said, turn.shelf)), None)


class OpenTeam(Dialogue):
    id = "team_open"
    intents = ()
    starts = ("开团", "我要开团")
    examples = starts

    def is_meant(self, turn: Turn) -> bool:
        found = _OPEN.fullmatch(said(turn))
        return found is not None and of_goods(turn, found[1].strip()) is not None

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        found = _OPEN.fullmatch(said(turn))
        of = of_goods(turn, found[1].strip() if found else "")
        if of is None:
            raise NoSuchCampaign("拼团")
        placed, team = await teams.open(
            turn.shop, turn.person.id, of, [teaming.wanted(of, 1)], now=turn.now, room=turn.room_id
        )
        return await teaming.begun(turn, placed, team, of)

    def words(self, refusal: Refusal) -> str | None:
        return NO_TEAMS if isinstance(refusal, NoSuchCampaign) else None


class JoinTeam(Dialogue):
    id = "team_join"
    intents = ()
    starts = ("参团", "跟团")
    examples = ("参团", "跟团")

    def is_meant(self, turn: Turn) -> bool:
        """A number may come from a friend in another group."""
        found = _JOIN.fullmatch(said(turn))
        if found is None or teaming.pieces(found[2] or found[3]) <= 0:
            return False
        known = turn.shelf.running(turn.room_id, turn.now) if found[1] else turn.running
        return any(one.size for one in known)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        found = _JOIN.fullmatch(said(turn))
        number = int(found[1]) if found and found[1] else None
        qty = teaming.pieces(found[2] or found[3]) if found else 1
        if number is None:
            of = of_goods(turn, "")
            if of is None:
                raise NoSuchCampaign("拼团")
            return await teaming.join(turn, of, [teaming.wanted(of, qty)])
        team = await teams.numbered(turn.shop, number)
        of = await campaign(team.campaign)
        return await teaming.join(turn, of, [teaming.wanted(of, qty)], number)

    def words(self, refusal: Refusal) -> str | None:
        return NO_TEAMS if isinstance(refusal, NoSuchCampaign) else None


class MyTeams(Dialogue):
    id = "my_teams"
    intents = ()
    starts = _MINE
    group_words = _MINE
    examples = _MINE[:2]
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        mine = await teams.mine(turn.shop, turn.person.id)
        if not mine:
            return Done((turn.privately("你还没有团。有拼团的时候回“开团”开一个，或者回“参团”"),))
        facts: dict[str, Any] = {"团": [team.number for team, _ in mine]}
        lines = [
            f"{teaming.brief(team, slip, await campaign(team.campaign), turn.shelf, turn.now)} {turn.links.order(slip)}"
            for team, slip in mine
        ]
        return Done((turn.privately("\n".join(lines)),), facts=facts)


def said(turn: Turn) -> str:
    return turn.text.strip(" !！~。@").strip()
