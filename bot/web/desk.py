"""客服台: agents at a screen: who waits, what was said, an answer, a note, money back; live for all of them at once."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from aiohttp import web
from itsdangerous import BadData

from bot.web.cleaning import clean_text
from bot.web.desk_drawn import drawn_figures, drawn_glance, drawn_line, drawn_row
from bot.web.desk_feed import Feed
from bot.web.drawn import shown
from bot.web.onlooker import READY, Onlooker
from bot.web.pace import Pace
from bot.web.reading import address_of, id_asked, json_body, picture_in, text_in
from bot.web.security import No, same_origin
from bot.web.site import answer, page, site
from dialogs import refusals
from dialogs.agent.card import LOOK_INTO, canned
from dialogs.agent.masked import as_chat
from dialogs.shown import PICTURE
from shop import (
    agents,
    amends,
    desk,
    desk_clock,
    desk_figures,
    deskviews,
    looks,
    people,
    pictures,
    tickets,
    transcripts,
)
from shop.desk_limits import limits_of
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.kit.money import Money
from shop.kit.refusal import Refusal
from shop.rules.baskets import Want
from shop.rules.refunds import What
from shop.tickets import Request
from shop.transaction import unit_of_work

COOKIE = "qundian_desk"
SHIFT = 12 * 3600  # seconds; then one signs in again
CODE_COOKIE, CODE_SECONDS = "qundian_desk_code", 600
LINES = 120
FIGURES_OF = timedelta(days=7)
CODES_IN, MANY_CODES, GLANCES_IN = 20, 300, 1500  # within ten minutes; a page that waits looks 400 times
DIGITS, MORE_DIGITS = 8, 12  # of a code; each that is fetched is a guess, so when many are fetched they grow


def add_desk(
    app: web.Application,
    *,
    shop: ShopId,
    clock: Callable[[], datetime],
    wake: Callable[[], None],
    lookers: list[Callable[[], None]],
    is_demo: bool = False,
) -> None:
    """In the demo whoever opens the desk is the demo's agent; elsewhere agents sign in from their chat. The desk becomes
    one of the `lookers`, who are called when something may have been said."""
    codes = Pace(CODES_IN, CODE_SECONDS, monotonic, many=MANY_CODES)
    glances = Pace(GLANCES_IN, CODE_SECONDS, monotonic)
    here = _Desk(shop, clock, wake, is_demo, Feed(shop), codes, glances)
    lookers.append(here.feed.look)
    app.add_routes(
        [
            web.get("/desk", here.desk),
            web.get("/desk/login", here.login),
            web.get("/desk/rows", here.rows),
            web.get(r"/desk/customer/{person:\d{1,18}}", here.customer),
            web.get(r"/desk/matter/{ticket:\d{1,18}}", here.matter),
            web.get(r"/desk/customer/{person:\d{1,18}}/chat", here.chat),
            web.get(r"/desk/customer/{person:\d{1,18}}/picture/{picture:\d{1,18}}", here.picture),
            web.post("/desk/picture", here.show),
            web.get("/desk/figures", here.figures),
            web.get("/desk/stream", here.stream),
            web.post("/desk/do", here.do),
        ]
    )
    app.on_shutdown.append(here.close)


@dataclass(frozen=True, slots=True)
class _Desk:
    shop: ShopId
    clock: Callable[[], datetime]
    wake: Callable[[], None]
    is_demo: bool
    feed: Feed
    codes: Pace  # each code is a guess at what an agent has just said
    glances: Pace

    async def close(self, app: web.Application) -> None:
        self.feed.close()

    # ── who it is ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _agent(self, request: web.Request) -> people.Person:
        """Raises No: whoever is no longer of the staff has no desk, whatever his cookie says."""
        found = _remembered(request)
        if self.is_demo:
            found = next(iter(await people.staff(self.shop, people.AGENT)), None)
        agent = await people.person(found) if found is not None else None
        if agent is None or not agent.is_staff:
            raise No(401, "请先登录")
        return agent

    async def desk(self, request: web.Request) -> web.StreamResponse:
        try:
            me = await self._agent(request)
        except No:
            if not self.codes.may(address_of(request)):
                raise No(429, "要了太多次登录码，过十分钟再来") from None
            return _login_page(request, DIGITS if self.codes.is_calm() else MORE_DIGITS)
        limits = await limits_of(self.shop)
        goals = {"first": limits.first_answer, "next": limits.next_answer}
        boot = {
            "goals": {name: goal.total_seconds() / 60 for name, goal in goals.items()},
            "me": me.id,
            "name": me.name,
            "zone": site(request).zone.key,
            "at_work": await agents.is_on_duty(self.shop, me.id),
        }
        return page(request, "desk.html", boot=boot, me=me.name)

    async def login(self, request: web.Request) -> web.Response:
        """Asked again and again by the page until its code was said to the shop in private, by an agent."""
        if not self.glances.may(address_of(request)):
            raise No(429, "问得太密了，过十分钟再来")
        code = _read(request, "desk code", CODE_COOKIE, CODE_SECONDS)
        agent = await unit_of_work(lambda: agents.signed_in(str(code or ""), now=self.clock()))
        entered = answer({"in": agent is not None})
        if agent is not None:
            value = str(site(request).signer("desk").dumps(int(agent)))
            entered.set_cookie(
                COOKIE, value, max_age=SHIFT, httponly=True, samesite="Strict", secure=site(request).is_https
            )
        return entered

    # ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def rows(self, request: web.Request) -> web.Response:
        await self._agent(request)
        search = request.query.get("q", "").replace("\x00", "").strip()[:40]
        return answer({"rows": [drawn_row(row) for row in await deskviews.rows(self.shop, search)]})

    async def customer(self, request: web.Request) -> web.Response:
        await self._agent(request)
        person = PersonId(int(request.match_info["person"]))
        glance = await self._glance(person)
        ticket = await tickets.of_customer(person)
        said = await transcripts.said(person, limit=LINES)
        last = next((one.text for one in reversed(said) if one.kind == "customer"), "")
        return answer(
            {
                "lines": [drawn_line(line) for line in said],
                "glance": drawn_glance(glance),
                "canned": canned(f"{ticket.why if ticket else ''} {last}"),
            }
        )

    async def matter(self, request: web.Request) -> web.Response:
        """What the shop found itself: nobody to answer, only to look into."""
        await self._agent(request)
        found = await tickets.find(self.shop, int(request.match_info["ticket"]))
        if found is None or found.customer is not None:
            raise No(404, "没有这件事")
        said = await transcripts.of_matter(found.id, limit=LINES)
        lines = [drawn_line(line) for line in said]
        return answer({"lines": lines, "matter": {"why": found.why, "next": LOOK_INTO}, "canned": []})

    async def chat(self, request: web.Request) -> web.Response:
        """The transcript as a .chat, without anything that says who it was."""
        await self._agent(request)
        person = PersonId(int(request.match_info["person"]))
        glance = await self._glance(person)
        text = as_chat(await transcripts.said(person, limit=LINES), name=glance.name)
        headers = {"Content-Disposition": 'attachment; filename="desk.chat"', "Cache-Control": "no-store"}
        return web.Response(text=text, content_type="text/plain", charset="utf-8", headers=headers)

    async def _glance(self, person: PersonId) -> deskviews.Glance:
        """Raises No."""
        try:
            return await deskviews.glance(self.shop, person)
        except KeyError:
            raise No(404, "没有这位顾客") from None

    async def picture(self, request: web.Request) -> web.Response:
        await self._agent(request)
        person, number = PersonId(int(request.match_info["person"])), int(request.match_info["picture"])
        is_his = await transcripts.shows(self.shop, person, number)
        found = await pictures.find(number) if is_his else None
        if found is None:
            raise No(404, "这张图没有了，图只留一个月")
        return shown(found)

    async def figures(self, request: web.Request) -> web.Response:
        await self._agent(request)
        found = await desk_figures.figures(self.shop, since=self.clock() - FIGURES_OF)
        return answer({"agents": [drawn_figures(one) for one in found]})

    async def stream(self, request: web.Request) -> web.StreamResponse:
        me = await self._agent(request)
        page = Onlooker(request)
        await page.open()
        page.show(READY)
        with self.feed.watch(page, me.id):
            await page.stays()
        return page.response

    # ── doing ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def do(self, request: web.Request) -> web.Response:
        same_origin(request)
        if request.content_type != "application/json":
            raise No(415, "这里只收 JSON")
        me, body = await self._agent(request), await json_body(request)
        verb = VERBS.get(str(body.get("verb")))
        if verb is None:
            raise No(400, "没有这个动作")
        try:
            told = await unit_of_work(lambda: verb(self, me.id, body))
        except Refusal as no:
            raise No(409, refusals.words(no)) from no
        self.wake()
        return answer(told)

    async def show(self, request: web.Request) -> web.Response:
        """A picture for the customer, as the whole body: ?ticket=12."""
        same_origin(request)
        me, ticket = await self._agent(request), id_asked(request, "ticket")
        if not ticket:
            raise No(400, "缺少 ticket：一个编号")
        sent, now = await picture_in(request), self.clock()

        async def answered() -> tickets.Line:
            number = await pictures.keep(sent, now=now)
            return await desk.answer(self.shop, ticket, me.id, PICTURE, now=now, picture=number)

        try:
            line = await unit_of_work(answered)
        except Refusal as no:
            raise No(409, refusals.words(no)) from no
        self.wake()
        return answer({"line": line.id})

    async def _take(self, me: PersonId, body: Mapping[str, Any]) -> dict[str, Any]:
        """接: what waits; or whoever is with the bot."""
        if "ticket" in body:
            taken = await desk.claim(self.shop, _number(body, "ticket"), me, now=self.clock())
        else:
            person = PersonId(_number(body, "person"))
            await self._glance(person)
            taken = await desk.start(self.shop, person, me, "客服接管", room=None, now=self.clock())
        return {"ticket": taken.id}

    async def _say(self, me: PersonId, body: Mapping[str, Any]) -> dict[str, Any]:
        line = await desk.answer(self.shop, _number(body, "ticket"), me, text_in(body), now=self.clock())
        return {"line": line.id}

    async def _note(self, me: PersonId, body: Mapping[str, Any]) -> dict[str, Any]:
        line = await desk.note(self.shop, _number(body, "ticket"), me, text_in(body), now=self.clock())
        return {"line": line.id}

    async def _end(self, me: PersonId, body: Mapping[str, Any]) -> dict[str, Any]:
        return _told(await desk.end(self.shop, _number(body, "ticket"), me, now=self.clock()))

    async def _transfer(self, me: PersonId, body: Mapping[str, Any]) -> dict[str, Any]:
        said = clean_text(str(body.get("to", "")))[:16]
        to = await agents.named(self.shop, said) if said else None
        skill = said if to is None else ""
        passed = await desk.transfer(
            self.shop, _number(body, "ticket"), me, to=to, skill=skill, now=self.clock()
        )
        return {**_told(passed), "to": await agents.name_of(passed.offered)}

    async def _look_at_refund(self, me: PersonId, body: Mapping[str, Any]) -> dict[str, Any]:
        _, slip, money = await amends.look_at_refund(self.shop, _number(body, "ticket"), me, _what(body))
        return {
            "seal": amends.seal_of(slip, money),
            "amount": str(money),
            "code": slip.code,
            "paid": str(slip.payable),
        }

    async def _refund(self, me: PersonId, body: Mapping[str, Any]) -> dict[str, Any]:
        why, seal = clean_text(str(body.get("why", "")))[:60], str(body.get("seal", ""))
        case = await amends.refund(
            self.shop, _number(body, "ticket"), me, _what(body), why, seal=seal, now=self.clock()
        )
        return {"code": case.code, "amount": str(case.amount)}

    async def _reship(self, me: PersonId, body: Mapping[str, Any]) -> dict[str, Any]:
        """The whole of the last order that was paid, once more."""
        _, slip = await amends.about(self.shop, _number(body, "ticket"), me)
        wants = [Want(line.sku, line.qty) for line in slip.lines]
        sent = await amends.send_goods(self.shop, _number(body, "ticket"), me, wants, now=self.clock())
        return {"code": sent.code}

    async def _look(self, me: PersonId, body: Mapping[str, Any]) -> dict[str, Any]:
        """看: what is covered in a line, or the code or the address of an order. Raises No."""
        person, now = PersonId(_number(body, "person")), self.clock()
        if "line" in body:
            said = await looks.at_line(self.shop, me, person, str(body["line"]), now=now)
        else:
            order, what = OrderId(_number(body, "order")), body.get("what")
            if what not in looks.WORDS:
                raise No(400, "what 是 code 或 address")
            said = await looks.at_order(self.shop, me, person, order, what, now=now)
        if not said:
            raise No(404, "这个没有了")
        return {"said": said}

    async def _duty(self, me: PersonId, body: Mapping[str, Any]) -> dict[str, Any]:
        at_work = body.get("at_work") is True
        await agents.set_duty(self.shop, me, at_work=at_work)
        if at_work:
            await desk_clock.offer_waiting(self.shop, now=self.clock())
        return {"at_work": at_work}


VERBS: dict[str, Callable[[_Desk, PersonId, Mapping[str, Any]], Awaitable[dict[str, Any]]]] = {
    "take": _Desk._take,
    "say": _Desk._say,
    "note": _Desk._note,
    "end": _Desk._end,
    "transfer": _Desk._transfer,
    "look_at_refund": _Desk._look_at_refund,
    "refund": _Desk._refund,
    "reship": _Desk._reship,
    "look": _Desk._look,
    "duty": _Desk._duty,
}


def _told(request: Request) -> dict[str, Any]:
    return {"ticket": request.id, "state": str(request.state)}


def _number(body: Mapping[str, Any], field: str) -> int:
    value = body.get(field)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**63:
        raise No(400, f"{field} 要是一个编号")
    return value


def _what(body: Mapping[str, Any]) -> What:
    """An empty amount is everything that can still go back."""
    said = str(body.get("amount", "")).strip(" ¥￥元块")
    try:
        return What(amount=Money.parse(said)) if said else What()
    except ValueError:
        raise No(400, f"“{said[:12]}”不是金额") from None


def _login_page(request: web.Request, digits: int) -> web.Response:
    """The code is in the cookie as well: it lets in this browser and no other."""
    code = f"{secrets.randbelow(10**digits):0{digits}d}"
    shown = page(request, "desk_login.html", code=code)
    value = str(site(request).signer("desk code").dumps(code))
    shown.set_cookie(
        CODE_COOKIE,
        value,
        max_age=CODE_SECONDS,
        httponly=True,
        samesite="Strict",
        secure=site(request).is_https,
    )
    return shown


def _remembered(request: web.Request) -> PersonId | None:
    who = _read(request, "desk", COOKIE, SHIFT)
    return PersonId(who) if isinstance(who, int) else None


def _read(request: web.Request, purpose: str, cookie: str, seconds: int) -> object:
    """What we have signed into this cookie; None when it is too old or not ours."""
    try:
        said: object = site(request).signer(purpose).loads(request.cookies.get(cookie, ""), max_age=seconds)
    except BadData:
        return None
    return said
