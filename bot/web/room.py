"""网页群的门和里面: join under a nickname, then talk as oneself and as nobody else."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from aiohttp import web

from bot.web import live
from bot.web.cleaning import LONGEST_NAME, clean_name, is_good_name, likeness
from bot.web.drawn import drawn, newest, photo_of, picture_of, qr_of
from bot.web.onlooker import Event
from bot.web.reading import (
    id_asked,
    json_body,
    line_id_in,
    nonce_asked,
    nonce_in,
    picture_in,
    room_asked,
    room_in,
    text_in,
)
from bot.web.security import (
    No,
    check_form,
    form_token,
    keep_visit,
    remember,
    remembered,
    same_origin,
    visit_of,
)
from bot.web.site import answer, page, site
from dialogs import shown
from shop.chatlog import BIGGEST_ID, Line, Member

LINES_AT_ONCE = 100
LINES_IN = (20, 10.0)  # no more than 20 lines in 10 seconds from one member
PHOTOS_IN = (9, 60.0)  # nor 9 photos in a minute
JOINS_IN = (30, 60.0)  # nor 30 new members in a minute: a name taken is taken for good
_LOOKS_LIKE_STAFF = ("店主", "客服", "管理员", "系统")

_pace: web.AppKey[dict[str, deque[float]]] = web.AppKey("pace", dict)


def routes(app: web.Application) -> None:
    app[_pace] = {}
    app.router.add_get("/", front)
    app.router.add_get("/room", room)
    app.router.add_post("/room/join", join)
    app.router.add_post("/room/say", say)
    app.router.add_post("/room/show", show)
    app.router.add_get("/room/lines", lines)
    app.router.add_get("/room/earlier", earlier)
    app.router.add_get("/room/stream", stream)
    app.router.add_get(r"/room/qr/{line:\d{1,18}}.svg", qr)
    app.router.add_get(r"/room/photo/{line:\d{1,18}}", photo)
    app.router.add_get(r"/room/picture/{line:\d{1,18}}.png", picture)


async def front(request: web.Request) -> web.Response:
    return await room(request)


async def room(request: web.Request) -> web.Response:
    me = await _member(request)
    if me is None:
        return _join_page(request)
    here = site(request)
    boot = {
        "me": me.name,
        "shop": here.shop_name,
        "rooms": list(here.webroom.rooms),
        "zone": here.zone.key,
        "at_once": LINES_AT_ONCE,
    }
    return page(request, "room.html", boot=boot, me=me.name)


async def join(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    check_form(request, form.get("token"))
    if await _member(request) is not None:
        raise web.HTTPSeeOther("/room")  # a second tap on the button
    name = clean_name(str(form.get("name", ""))[:500])
    here = site(request)
    if not is_good_name(name):
        return _join_page(request, name, f"名字要有 1 到 {LONGEST_NAME} 个看得见的字", status=400)
    if any(likeness(one) in likeness(name) for one in (here.shop_name, *_LOOKS_LIKE_STAFF)):
        return _join_page(request, name, f"“{name}”容易让人认错，换一个吧", status=409)
    _keep_pace(request, "", JOINS_IN)
    account = secrets.token_urlsafe(16)
    if await here.webroom.join(account, name, likeness=likeness(name)) is None:
        return _join_page(request, name, f"群里已经有“{name}”了，换一个吧，比如加上楼号", status=409)
    entered = web.HTTPSeeOther("/room")
    remember(request, entered, account)
    raise entered


async def say(request: web.Request) -> web.Response:
    same_origin(request)
    if request.content_type != "application/json":
        raise No(415, "这里只收 JSON")  # another site's form cannot send it without asking first
    me = await _need_member(request)
    body = await json_body(request)
    where, text = room_in(body, site(request).webroom.rooms), text_in(body)
    nonce, reply_to = nonce_in(body), line_id_in(body, "reply_to")
    if reply_to is not None:
        quoted = await site(request).webroom.line(reply_to)
        if quoted is None or quoted.room != where or quoted.account not in (None, me.account):
            raise No(400, "引用的消息不在这里")
    _keep_pace(request, me.account, LINES_IN)
    line = await site(request).webroom.post(where, me.account, me.name, text, nonce, reply_to=reply_to)
    return answer({"id": line.id})


async def show(request: web.Request) -> web.Response:
    """A photo, as the whole body: ?room=水果群 (without it in private) and ?nonce=."""
    same_origin(request)
    me = await _need_member(request)
    where, nonce = room_asked(request, site(request).webroom.rooms), nonce_asked(request)
    _keep_pace(request, f"{me.account} photos", PHOTOS_IN)
    photo = await picture_in(request)
    line = await site(request).webroom.post(where, me.account, me.name, shown.PICTURE, nonce, picture=photo)
    return answer({"id": line.id})


async def lines(request: web.Request) -> web.Response:
    me = await _need_member(request)
    after = id_asked(request)
    found = await site(request).webroom.lines_for(me.account, after=after)
    said = [_as_seen_by(me, line) for line in found]
    return answer({"lines": said, "last": newest(said, after or 0)})


async def earlier(request: web.Request) -> web.Response:
    """Further back in one chat: a room's, or without `room` one's own."""
    me = await _need_member(request)
    webroom = site(request).webroom
    before, where = id_asked(request, "before", missing=BIGGEST_ID), room_asked(request, webroom.rooms)
    found = await webroom.lines_before(where, me.account, before=before or 0, limit=LINES_AT_ONCE)
    return answer({"lines": [_as_seen_by(me, line) for line in found], "more": len(found) == LINES_AT_ONCE})


async def stream(request: web.Request) -> web.StreamResponse:
    me = await _need_member(request)
    return await live.stream(request, me.account, lambda line: written(line, *_to(me, line)))


async def qr(request: web.Request) -> web.Response:
    me = await _need_member(request)
    line = await site(request).webroom.line(int(request.match_info["line"]))
    return qr_of(line if line is not None and line.account in (None, me.account) else None)


async def picture(request: web.Request) -> web.Response:
    here = site(request)
    return await picture_of(await _seen_line(request), shop=here.shop_name, zone=here.zone)


async def photo(request: web.Request) -> web.Response:
    return await photo_of(await _seen_line(request))


async def _seen_line(request: web.Request) -> Line | None:
    """The line that is asked for, where this member may see it."""
    me, here = await _need_member(request), site(request)
    line = await here.webroom.line(int(request.match_info["line"]))
    return line if line is not None and line.account in (None, me.account) else None


def _as_seen_by(me: Member, line: Line) -> dict[str, Any]:
    to, is_mine = _to(me, line)
    return {**drawn(line, to=to), "mine": is_mine}


def _to(me: Member, line: Line) -> tuple[str | None, bool]:
    """All that depends on who looks: whose private chat it is, and whether he said it himself."""
    return me.name if line.room is None else None, line.who == me.account


@lru_cache(maxsize=256)
def written(line: Line, to: str | None, is_mine: bool) -> Event:
    """Written once for all who read a group along, however many they are."""
    return live.line_event(line, {**drawn(line, to=to), "mine": is_mine})


async def _member(request: web.Request) -> Member | None:
    account = remembered(request)
    return await site(request).webroom.member(account) if account is not None else None


async def _need_member(request: web.Request) -> Member:
    me = await _member(request)
    if me is None:
        raise No(401, "请先进群")
    return me


def _join_page(request: web.Request, name: str = "", wrong: str = "", *, status: int = 200) -> web.Response:
    visit = visit_of(request)
    facts: Mapping[str, Any] = {
        "rooms": site(request).webroom.rooms,
        "name": name,
        "wrong": wrong,
        "token": form_token(request, visit),
        "longest": LONGEST_NAME,
    }
    drawn_page = page(request, "join.html", status=status, **facts)
    keep_visit(request, drawn_page, visit)
    return drawn_page


def _keep_pace(request: web.Request, account: str, pace: tuple[int, float]) -> None:
    """A stuck key or a script floods nobody; the inbox keeps its order for the others."""
    most, within = pace
    now = asyncio.get_running_loop().time()
    done_at = request.app[_pace].setdefault(account, deque(maxlen=most))
    if len(done_at) == most and now - done_at[0] < within:
        raise No(429, "太快了，歇一会儿再试")
    done_at.append(now)
