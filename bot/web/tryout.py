"""试一试: the demo; anybody may be anybody, move the clock, play a sample and ask why. Not there outside the demo."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from aiohttp import web

from bot.channels.channel import Spoken
from bot.shopfront import Answer
from bot.web import live
from bot.web.cleaning import likeness
from bot.web.drawn import drawn, newest, photo_of, picture_of, qr_of, said
from bot.web.playing import Playing, steps_of
from bot.web.reading import (
    id_asked,
    json_body,
    line_id_in,
    name_in,
    nonce_asked,
    nonce_in,
    picture_in,
    room_asked,
    room_in,
    text_in,
)
from bot.web.security import No, same_origin
from bot.web.site import answer, page, site
from dialogs import shown
from shop.chatlog import Line
from shop.kit.ids import LetterId
from shop.kit.refusal import Refusal
from shop.rules.pictures import Picture

ANSWER_WITHIN = 60.0  # seconds; the message is kept whatever happens to this request
_LONGEST_JUMP = timedelta(days=60)
_MOST_SAID = 500


_hearing: web.AppKey[asyncio.Lock] = web.AppKey("hearing", asyncio.Lock)


def routes(app: web.Application) -> None:
    app[_hearing] = asyncio.Lock()
    app.router.add_get("/", table)
    app.router.add_get("/try", table)
    app.router.add_post("/try/say", say)
    app.router.add_get("/try/heard", heard)
    app.router.add_get("/try/lines", lines)
    app.router.add_post("/try/clock", clock)
    app.router.add_post("/try/play", play)
    app.router.add_post("/try/reset", reset)
    app.router.add_get("/try/why", why)
    app.router.add_get("/try/stream", stream)
    app.router.add_get(r"/try/qr/{line:\d{1,18}}.svg", qr)
    app.router.add_post("/try/show", show)
    app.router.add_get(r"/try/photo/{line:\d{1,18}}", photo)
    app.router.add_get(r"/try/picture/{line:\d{1,18}}.png", picture)


async def table(request: web.Request) -> web.Response:
    here = site(request)
    boot = {
        "shop": here.shop_name,
        "rooms": list(here.webroom.rooms),
        "zone": here.zone.key,
        "now": here.webroom.now().isoformat(),
        "people": [{"name": one.name, "role": one.role} for one in here.people],
    }
    return page(request, "try.html", boot=boot, samples=list(here.samples))


async def say(request: web.Request) -> web.Response:
    body = await _body(request)
    who = name_in(body, "who")
    where, text = room_in(body, site(request).webroom.rooms), text_in(body)
    line, answers = await _say(
        request, who, where, text, nonce=nonce_in(body), reply_to=line_id_in(body, "reply_to")
    )
    return answer({"id": line.id, "said": answers})


async def show(request: web.Request) -> web.Response:
    """A photo, as the whole body: ?who=小李&room=水果群 (without a room in private) and ?nonce=."""
    same_origin(request)
    who, where = name_in(request.query, "who"), room_asked(request, site(request).webroom.rooms)
    nonce, photo = nonce_asked(request), await picture_in(request)
    line, answers = await _say(request, who, where, shown.PICTURE, nonce=nonce, photo=photo)
    return answer({"id": line.id, "said": answers})


async def photo(request: web.Request) -> web.Response:
    return await photo_of(await site(request).webroom.line(int(request.match_info["line"])))


async def heard(request: web.Request) -> web.Response:
    """Everything the shop said after a line, to anybody. `last` is where to go on."""
    after = id_asked(request, missing=0) or 0
    last = await site(request).webroom.last_id()
    found = [_said(line) for line in await site(request).webroom.said_after(after, limit=_MOST_SAID)]
    last = newest(found, after) if len(found) == _MOST_SAID else newest(found, max(after, last))
    return answer({"said": found, "last": last})


async def lines(request: web.Request) -> web.Response:
    after = id_asked(request)
    found = [_drawn(line) for line in await site(request).webroom.lines_for(_viewer(request), after=after)]
    return answer({"lines": found, "last": newest(found, after or 0)})


async def clock(request: web.Request) -> web.Response:
    body = await _body(request)
    now = site(request).webroom.now()
    answers = await _pass_time(request, _jump(body, now.astimezone(site(request).zone)))
    return answer({"now": _now(request).isoformat(), "said": answers})


async def play(request: web.Request) -> web.Response:
    """Say a sample's lines, one after the other; `pace` leaves time to watch."""
    body = await _body(request)
    samples = site(request).samples
    if "sample" in body:
        if not isinstance(body["sample"], str) or body["sample"] not in samples:
            raise No(400, f"没有这个示例，现在有：{'、'.join(samples) or '（无）'}")
        script = samples[body["sample"]]
    else:
        script = text_in(body)
    pace = body.get("pace", 0)
    if isinstance(pace, bool) or not isinstance(pace, int | float) or not 0 <= pace <= 3000:
        raise No(400, "pace 是两句之间的毫秒数，0 到 3000")
    todo = steps_of(script)
    playing = Playing(
        say=partial(_say_again, request),
        pass_time=lambda by: _pass_time(request, min(by, _LONGEST_JUMP)),
        direct=partial(_direct, request),
        now=lambda: _now(request),
    )
    answers: list[dict[str, Any]] = []
    for step in todo:
        answers += await playing.act(step)
        await asyncio.sleep(pace / 1000)
    return answer({"played": len(todo), "said": answers})


async def reset(request: web.Request) -> web.Response:
    same_origin(request)
    await site(request).shopfront.reset()
    await site(request).webroom.forget()
    return answer({"now": _now(request).isoformat(), "said": []})


async def why(request: web.Request) -> web.Response:
    line_id = id_asked(request, "line")
    if line_id is None:
        raise No(400, "缺少 line：一条消息的编号")
    line = await site(request).webroom.line(line_id)
    if line is None or line.letter is None:
        raise No(404, "没有这条店里说的话")
    trace = await site(request).shopfront.why(line.letter)
    if trace is None:
        raise No(404, "这句话的来由没有留下（只留最近的）")
    return answer({"line": line_id, "why": trace})


async def stream(request: web.Request) -> web.StreamResponse:
    return await live.stream(request, _viewer(request), lambda line: live.line_event(line, _drawn(line)))


async def qr(request: web.Request) -> web.Response:
    return qr_of(await site(request).webroom.line(int(request.match_info["line"])))


async def picture(request: web.Request) -> web.Response:
    here = site(request)
    line = await here.webroom.line(int(request.match_info["line"]))
    return await picture_of(line, shop=here.shop_name, zone=here.zone)


# -- steps shared by the words above


async def _body(request: web.Request) -> Mapping[str, Any]:
    same_origin(request)
    return await json_body(request)


async def _say(
    request: web.Request,
    who: str,
    where: str | None,
    text: str,
    *,
    nonce: str | None = None,
    reply_to: int | None = None,
    photo: Picture | None = None,
) -> tuple[Line, list[dict[str, Any]]]:
    """Post it, make sure that the shop has it (the same line twice is heard once), and wait for what comes of it."""
    here = site(request)
    if likeness(who) == likeness(here.shop_name):
        raise No(400, f"“{who}”是店自己的名字")
    async with request.app[_hearing]:  # two lines sent at once are heard in the order they stand in the log
        line = await here.webroom.post(where, who, who, text, nonce, reply_to=reply_to, picture=photo)
        message = await here.shopfront.hear(await here.webroom.heard(line))
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            answers = await here.shopfront.answers(message)
    except TimeoutError:
        raise No(504, f"记下了（编号 {line.id}），店里还没想好，稍后看 /try/heard") from None
    return line, await _in_the_log(request, answers)


async def _pass_time(request: web.Request, by: timedelta) -> list[dict[str, Any]]:
    answers = await site(request).shopfront.pass_time(by)
    site(request).webroom.signal({"event": "clock", "now": _now(request).isoformat()})
    return await _in_the_log(request, answers)


async def _say_again(
    request: web.Request, who: str, where: str | None, text: str, nonce: str
) -> list[dict[str, Any]]:
    rooms = site(request).webroom.rooms
    here = where if where is None or where in rooms else rooms[0]  # a sample of another shop plays too
    spoken = {"who": who, "text": text}
    return (await _say(request, name_in(spoken, "who"), here, text_in(spoken), nonce=nonce))[1]


async def _direct(request: web.Request, who: str, what: str) -> list[dict[str, Any]]:
    try:
        return await _in_the_log(request, await site(request).shopfront.direct(who, what))
    except Refusal:
        raise No(400, f"{who}现在没有要付的款，这一步演不了") from None


async def _in_the_log(request: web.Request, answers: Iterable[Answer]) -> list[dict[str, Any]]:
    """The lines that carry these answers. Saying a letter again only finds its line, so asking is saying."""
    webroom = site(request).webroom
    found: list[dict[str, Any]] = []
    for one in answers:
        if one.room is None and one.account is None:
            continue  # said on no channel of ours
        spoken = Spoken(
            letter=LetterId(one.letter),
            room=one.room,
            account=one.account if one.room is None else None,
            text=one.text,
            card=one.card,
            buttons=one.buttons,
        )
        found.append(said(await webroom.say(spoken), to=one.to if one.room is None else None))
    return found


def _jump(body: Mapping[str, Any], local: datetime) -> timedelta:
    """{"minutes": 31} or {"until": "08:00"}: the next such time on the shop's wall."""
    if "until" in body:
        until = body["until"]
        if not isinstance(until, str) or not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", until, re.ASCII):
            raise No(400, 'until 写成 "08:00"')
        hour, minute = (int(part) for part in until.split(":"))
        then = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return then - local if then > local else then + timedelta(days=1) - local
    minutes = body.get("minutes")
    if isinstance(minutes, bool) or not isinstance(minutes, int | float):
        raise No(400, '写 {"minutes": 31} 或 {"until": "08:00"}')
    if not 0 < minutes <= _LONGEST_JUMP.total_seconds() / 60:
        raise No(400, f"minutes 要大于 0，最多 {_LONGEST_JUMP.days} 天")
    return timedelta(minutes=minutes)


def _viewer(request: web.Request) -> str | None:
    return request.query.get("as") or None  # nobody: the whole table


def _drawn(line: Line) -> dict[str, Any]:
    return drawn(line, to=line.account)  # in the demo an account is its name


def _said(line: Line) -> dict[str, Any]:
    return said(line, to=line.account)


def _now(request: web.Request) -> datetime:
    return site(request).webroom.now().astimezone(site(request).zone)
