"""拼团页: one team for everybody who has its link: who opened it, which seats are taken (names covered), how long it has,
and the words to say. The link is the campaign's own with the team's number behind it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.web.site import page
from bot.web.slips import hidden
from dialogs import rolling, teaming
from shop import teams
from shop.catalogue import goods
from shop.kit.ids import ShopId
from shop.lists import mask
from shop.on_offer import by_token
from shop.refusals import NoSuchTeam
from shop.rules.campaigns import OnOffer
from shop.rules.teams import State
from shop.teams import Standing

_TOKEN = re.compile(r"[0-9a-f]{32}")


def routes(*, shop: ShopId, clock: Callable[[], datetime]) -> list[web.RouteDef]:
    here = _Teams(shop, clock)
    return [web.get(r"/t/{token}/{number:\d{1,6}}", here.team)]


@dataclass(frozen=True, slots=True)
class Place:
    """A seat as it is drawn: who sits there, and whether it is paid; nobody yet; or the shop's."""

    name: str = ""
    paid: bool = False
    is_shops: bool = False


@dataclass(frozen=True, slots=True)
class _Teams:
    shop: ShopId
    clock: Callable[[], datetime]

    async def team(self, request: web.Request) -> web.Response:
        token, now = request.match_info["token"], self.clock()
        of = await by_token(self.shop, token) if _TOKEN.fullmatch(token) else None
        team = await _numbered(self.shop, int(request.match_info["number"])) if of else None
        if of is None or team is None or team.campaign != of.id:
            sentence = "没有找到这个团，回聊天里再点一次链接"
            return hidden(page(request, "error.html", status=404, sentence=sentence))
        shelf = await goods(self.shop)
        leader = next((one.name for one in team.members if one.person == team.leader), "")
        told: dict[str, Any] = {
            "called": teaming.called(team, of),
            "headline": headline(team),
            "note": teaming.filled(team).strip("（）") or (team.why if team.state == State.FAILED else ""),
            "items": [rolling.item_line(item, of, shelf) for item in of.items],
            "leader": mask(leader) if leader else "",
            "size": team.size,
            "places": places(team),
            "ends": rolling.day_and_hour(team.deadline, now, shelf.catalogue.tz),
            "left": time_left(team.deadline - now) if team.state == State.FORMING else "",
            "say": words(team, of, now),
        }
        return hidden(page(request, "team.html", **told))


async def _numbered(shop: ShopId, number: int) -> Standing | None:
    try:
        return await teams.numbered(shop, number)
    except NoSuchTeam:
        return None


def headline(team: Standing) -> str:
    match team.state:
        case State.COMPLETE:
            return "成团了"
        case State.FAILED:
            return "没拼成"
        case State.DISSOLVED:
            return "散了"
        case _ if team.free:
            return f"还差 {team.free} 人"
        case _:
            return f"坐满了，等 {team.missing} 人付款"


def places(team: Standing) -> tuple[Place, ...]:
    """All seats, in the order in which they were taken; what the shop filled is shown as the shop's."""
    taken = [Place(mask(one.name), one.paid_at is not None) for one in team.members]
    shops = [Place("店家", True, is_shops=True)] * team.filled
    return (*taken, *shops, *[Place()] * (team.size - len(taken) - len(shops)))


def words(team: Standing, of: OnOffer, now: datetime) -> str:
    """What to say in the group to be in it, or to open another one; empty when neither can be done."""
    if not of.is_open(now):
        return ""
    can_join = team.state == State.FORMING and team.free > 0 and team.deadline > now
    return f"参团 {team.number}" if can_join else "开团"


def time_left(left: timedelta) -> str:
    """23 小时 5 分; the last minute counts as one."""
    minutes = max(0, -(-int(left.total_seconds()) // 60))
    hours, rest = divmod(minutes, 60)
    return f"{hours} 小时 {rest} 分" if hours else f"{rest} 分钟"
