"""客服台: agents at a screen: who waits, what was said, an answer, a note, money back; live for all of them at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from bot.web.desk_acts import VERBS, Acts, glance_of
from bot.web.desk_door import Door
from bot.web.desk_drawn import drawn_figures, drawn_glance, drawn_line, drawn_row
from bot.web.desk_feed import Feed
from bot.web.drawn import shown
from bot.web.onlooker import READY, Onlooker
from bot.web.reading import id_asked, json_body, picture_in
from bot.web.security import No, same_origin
from bot.web.site import answer, page, site
from dialogs import refusals
from dialogs.agent.card import LOOK_INTO, canned
from dialogs.agent.masked import as_chat
from dialogs.shown import PICTURE
from shop import agents, desk, desk_figures, deskviews, pictures, tickets, transcripts
from shop.desk_limits import limits_of
from shop.kit.ids import PersonId, ShopId
from shop.kit.refusal import Refusal
from shop.transaction import unit_of_work

LINES = 120
FIGURES_OF = timedelta(days=7)


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
    here = _Desk(shop, clock, wake, Door(shop, clock, is_demo), Feed(shop))
    lookers.append(here.feed.look)
    app.add_routes(
        [
            web.get("/desk", here.desk),
            web.get("/desk/login", here.door.login),
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
    door: Door
    feed: Feed

    async def close(self, app: web.Application) -> None:
        self.feed.close()

    async def desk(self, request: web.Request) -> web.StreamResponse:
        try:
            me = await self.door.agent(request)
        except No:
            return self.door.shut(request)
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

    # ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def rows(self, request: web.Request) -> web.Response:
        await self.door.agent(request)
        search = request.query.get("q", "").replace("\x00", "").strip()[:40]
        return answer({"rows": [drawn_row(row) for row in await deskviews.rows(self.shop, search)]})

    async def customer(self, request: web.Request) -> web.Response:
        await self.door.agent(request)
        person = PersonId(int(request.match_info["person"]))
        glance = await glance_of(self.shop, person)
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
        await self.door.agent(request)
        found = await tickets.find(self.shop, int(request.match_info["ticket"]))
        if found is None or found.customer is not None:
            raise No(404, "没有这件事")
        said = await transcripts.of_matter(found.id, limit=LINES)
        lines = [drawn_line(line) for line in said]
        return answer({"lines": lines, "matter": {"why": found.why, "next": LOOK_INTO}, "canned": []})

    async def chat(self, request: web.Request) -> web.Response:
        """The transcript as a .chat, without anything that says who it was."""
        await self.door.agent(request)
        person = PersonId(int(request.match_info["person"]))
        glance = await glance_of(self.shop, person)
        text = as_chat(await transcripts.said(person, limit=LINES), name=glance.name)
        headers = {"Content-Disposition": 'attachment; filename="desk.chat"', "Cache-Control": "no-store"}
        return web.Response(text=text, content_type="text/plain", charset="utf-8", headers=headers)

    async def picture(self, request: web.Request) -> web.Response:
        await self.door.agent(request)
        person, number = PersonId(int(request.match_info["person"])), int(request.match_info["picture"])
        is_his = await transcripts.shows(self.shop, person, number)
        found = await pictures.find(number) if is_his else None
        if found is None:
            raise No(404, "这张图没有了，图只留一个月")
        return shown(found)

    async def figures(self, request: web.Request) -> web.Response:
        await self.door.agent(request)
        found = await desk_figures.figures(self.shop, since=self.clock() - FIGURES_OF)
        return answer({"agents": [drawn_figures(one) for one in found]})

    async def stream(self, request: web.Request) -> web.StreamResponse:
        me = await self.door.agent(request)
        opened = Onlooker(request)
        await opened.open()
        opened.show(READY)
        with self.feed.watch(opened, me.id):
            await opened.stays()
        return opened.response

    # ── doing ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def do(self, request: web.Request) -> web.Response:
        same_origin(request)
        if request.content_type != "application/json":
            raise No(415, "这里只收 JSON")
        me, body = await self.door.agent(request), await json_body(request)
        verb = VERBS.get(str(body.get("verb")))
        if verb is None:
            raise No(400, "没有这个动作")
        try:
            told = await unit_of_work(lambda: verb(Acts(self.shop, self.clock), me.id, body))
        except Refusal as no:
            raise No(409, refusals.words(no)) from no
        self.wake()
        return answer(told)

    async def show(self, request: web.Request) -> web.Response:
        """A picture for the customer, as the whole body: ?ticket=12."""
        same_origin(request)
        me, ticket = await self.door.agent(request), id_asked(request, "ticket")
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
