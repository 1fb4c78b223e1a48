"""单子页: an order on a page of its own; whoever has the link sees it, without a login, and nobody else finds it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.web.drawn import qr as draw_qr
from bot.web.site import page, site
from dialogs import parting
from shop import appointments, listings, parcels, refunds, slips, teams
from shop.kit.codes import show_pickup_code
from shop.kit.ids import ShopId
from shop.kit.money import ZERO, Money
from shop.kit.quantity import Quantity
from shop.on_offer import campaign
from shop.rules.bookings import LIFE as BOOKED
from shop.rules.bookings import Appointment, State
from shop.rules.campaigns import Kind
from shop.rules.orders import SHOWN, PayMode, Status
from shop.rules.refunds import LIFE
from shop.rules.refunds import State as Back
from shop.slips import Slip

_TOKEN = re.compile(r"[0-9a-f]{32}")  # also keeps from the database what it cannot hold
OF_AN_EVENT = {Status.PREPARING: "报上了", Status.FULFILLED: "到场了"}
BROUGHT = {Status.FULFILLED: "已送到"}
UNDER_WAY = {Status.PREPARING: "在路上", **BROUGHT}
NOTHING = (Back.REJECTED, Back.WITHDRAWN)
_HIDDEN = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",  # the address is the key to the order
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def routes(*, shop: ShopId, clock: Callable[[], datetime], pays_online: bool = True) -> list[web.RouteDef]:
    """`pays_online`: the routes of bot/web/pay.py are there, too. Without them a slip tells of transfer and cash."""
    here = _Slips(shop, clock, pays_online)
    return [web.get("/o/{token}", here.slip), web.get("/o/{token}/qr.svg", here.qr)]


@dataclass(frozen=True, slots=True)
class _Slips:
    shop: ShopId
    clock: Callable[[], datetime]
    pays_online: bool

    async def slip(self, request: web.Request) -> web.Response:
        slip = await slip_asked(request, self.shop)
        if slip is None:
            return no_such_slip(request)
        money = await listings.money_in(slip.id)
        back = [case for case in await refunds.of_order(slip.id) if case.state not in NOTHING]
        told = await facts(request, slip, self.clock()) | {"back": back, "refund_words": LIFE.shown}
        sent, left = await parcels.of_order(slip.id), await parcels.left(slip.id)
        under_way = slip.status == Status.PREPARING and bool(sent) and not left
        if under_way:
            told["steps"] = steps(slip, in_a_team=False, words=UNDER_WAY)
        told |= {
            "never_left": await refunds.never_left(slip.id),
            "under_way": under_way,
            "parts": parting.stand(sent) if len(sent) > 1 or left else "",
        }
        return hidden(page(request, "slip.html", **told, money=money, pays_online=self.pays_online))

    async def qr(self, request: web.Request) -> web.Response:
        """What the counter's scanner reads: the digits of the pick-up code."""
        slip = await slip_asked(request, self.shop)
        if slip is None or slip.pickup_code is None:
            return no_such_slip(request)
        return hidden(draw_qr(slip.pickup_code, private=True))


async def slip_asked(request: web.Request, shop: ShopId) -> Slip | None:
    """The slip of the link's token; other shops' slips do not exist here."""
    token = request.match_info["token"]
    slip = await slips.slip_by_token(token) if _TOKEN.fullmatch(token) else None
    return slip if slip and slip.shop == shop else None


def no_such_slip(request: web.Request) -> web.Response:
    """The same for a wrong, a mistyped and another shop's link: guessing tells nothing."""
    sentence = "没有找到这张单子，回聊天里再点一次链接"
    return hidden(page(request, "error.html", status=404, sentence=sentence))


def hidden(response: web.Response) -> web.Response:
    response.headers.update(_HIDDEN)
    return response


def see(address: str) -> web.Response:
    return hidden(web.Response(status=303, headers={"Location": address}))


async def facts(request: web.Request, slip: Slip, now: datetime) -> dict[str, Any]:
    """What slip.html and paid.html draw from."""
    team = await teams.of_order(slip.id) if slip.campaign is not None else None
    of = await campaign(slip.campaign) if slip.campaign is not None else None
    event = of if of is not None and of.kind == Kind.EVENT else None
    booked = await appointments.of_order(slip.id) if of is not None and of.kind == Kind.BOOKING else None
    words = OF_AN_EVENT if event else _of_a_time(booked) if booked else BROUGHT if slip.delivery else {}
    return {
        "slip": slip,
        "stands": words.get(slip.status, SHOWN[slip.status]),
        "team": team,
        "event": event,
        "booked": booked,
        "steps": steps(slip, in_a_team=team is not None, words=words),
        "seconds_left": _seconds_left(slip, now),
        "pickup_code": show_pickup_code(slip.pickup_code) if slip.pickup_code else None,
        "cuts": cuts(slip),
        "words": ["不去了"] if event else ["取消预约"] if booked else words_to_change(slip),
        "local": lambda moment: local(
            moment.astimezone(site(request).zone), now.astimezone(site(request).zone)
        ),
    }


def _of_a_time(booked: Appointment) -> dict[Status, str]:
    """How far it is with an appointment, by the order of its deposit."""
    over = booked.state if booked.state == State.NO_SHOW else State.DONE
    return {Status.PREPARING: BOOKED.shown[State.BOOKED], Status.FULFILLED: BOOKED.shown[over]}


def steps(slip: Slip, *, in_a_team: bool, words: Mapping[Status, str]) -> list[tuple[str, str]]:
    """The way of this order: each step with done, now or ahead. A cancelled order shows no way it will not go. `words`
    are those that are not the usual ones."""
    shown_as = {**SHOWN, **words}
    if slip.status in (Status.CANCELLED, Status.REFUNDED):
        prepared = slip.pay_mode == PayMode.COD or slip.money_in
        paid_for = Status.WAITING_TEAM if in_a_team else Status.PREPARING
        way = [Status.UNPAID, paid_for] if prepared else [Status.UNPAID]
        return [*((shown_as[step], "done") for step in way), (shown_as[slip.status], "now")]
    way = [Status.UNPAID, Status.PREPARING, Status.FULFILLED]
    if slip.status == Status.WAITING_TEAM:
        way.insert(1, Status.WAITING_TEAM)
    here = way.index(Status.FULFILLED if slip.status == Status.COMPLETED else slip.status)
    shown = [
        (shown_as[step], "done" if n < here else "now" if n == here else "ahead")
        for n, step in enumerate(way)
    ]
    if words and not slip.payable.fen:
        return shown[1:]  # nothing to pay
    return [("已下单", "done"), *shown[1:]] if slip.pay_mode == PayMode.COD else shown


def cuts(slip: Slip) -> list[tuple[str, Money]]:
    """Each reason once, with all that it took off: 满50减5 is one cut, however many lines share it."""
    found: dict[str, Money] = {}
    for cut in (cut for line in slip.lines for cut in line.cuts):
        found[cut.why] = found.get(cut.why, ZERO) + cut.amount
    return list(found.items())


def words_to_change(slip: Slip) -> list[str]:
    """What one would say about this very order: 橙子改3箱."""
    one_more = [f"{line.name}改{line.qty + Quantity.of(1)}{line.unit}" for line in slip.lines[:1]]
    cash = [("货到付" if slip.delivery else "到店付")] if slip.status == Status.UNPAID else []
    fetch = ["自提"] if slip.delivery else []
    return [*one_more, *cash, *fetch, "取消"]


def local(moment: datetime, now: datetime) -> str:
    """14:45 today, 5月1日 14:45 on other days."""
    clock = f"{moment:%H:%M}"
    return clock if moment.date() == now.date() else f"{moment.month}月{moment.day}日 {clock}"


def _seconds_left(slip: Slip, now: datetime) -> int | None:
    """To pay: None when there is no hurry, 0 when the time is over."""
    if slip.status != Status.UNPAID or slip.pay_due_at is None:
        return None
    return max(0, int((slip.pay_due_at - now).total_seconds()))
