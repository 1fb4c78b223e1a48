"""读表: a JSON body or a query read field by field; what is wrong is said by the field's name."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.web.cleaning import LONGEST_NAME, clean_name, clean_text, is_good_name
from bot.web.security import No
from dialogs import refusals
from shop.chatlog import BIGGEST_ID
from shop.refusals import NotAPicture, PictureTooBig, TooManyPixels
from shop.rules.pictures import MOST_BYTES, Picture, picture

LONGEST_TEXT = 10_000  # a pasted 接龙 of some hundred lines fits
LONGEST_BODY = 2 * 1024 * 1024  # far above it, so that too long a text gets its own sentence
_LONGEST_NONCE = 64
_LONGEST_RAW = 500  # of a name before it is cleaned: joined emoji are long


def address_of(request: web.Request) -> str:
    """Who is there: behind a proxy on this machine, the address that the proxy saw."""
    remote = request.remote or "127.0.0.1"
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    is_near = remote in ("127.0.0.1", "::1")
    return told if is_near and re.fullmatch(r"[0-9a-fA-F.:]{3,45}", told) else remote


async def json_body(request: web.Request) -> Mapping[str, Any]:
    """Whatever the content type says: the demo takes plain JSON from any program."""
    try:
        body = json.loads((await request.read()).decode())
    except UnicodeDecodeError:
        raise No(400, "内容不是 UTF-8 编码") from None
    except (ValueError, RecursionError):
        raise No(400, "内容不是正确的 JSON") from None
    if not isinstance(body, dict):
        raise No(400, 'JSON 最外层要是一个对象，比如 {"text": "菜单"}')
    return body


async def picture_in(request: web.Request) -> Picture:
    """The whole body is a picture; what the browser calls it does not matter, but no form of another site can send it
    without asking first."""
    if not request.content_type.startswith("image/"):
        raise No(415, "这里只收图片")
    body = bytearray()
    async for part in request.content.iter_chunked(64 * 1024):
        body += part
        if len(body) > MOST_BYTES:
            break
    try:
        return picture(bytes(body))
    except (NotAPicture, PictureTooBig, TooManyPixels) as no:
        raise No(415 if isinstance(no, NotAPicture) else 413, refusals.words(no)) from None


def nonce_asked(request: web.Request) -> str | None:
    return nonce_in(request.query)


def room_asked(request: web.Request, rooms: tuple[str, ...]) -> str | None:
    """A room's name in the query; none is one's own chat."""
    where = request.query.get("room")
    if where is not None and where not in rooms:
        raise No(400, f"没有这个群，现在有：{'、'.join(rooms)}")
    return where


def text_in(body: Mapping[str, Any], field: str = "text") -> str:
    value = _string(body, field)
    if len(value) > LONGEST_TEXT:
        raise No(413, f"{field} 太长了：{len(value)} 个字，一次最多 {LONGEST_TEXT} 个，请分几次发")
    text = clean_text(value)
    if not text:
        raise No(400, f"{field} 是空的")
    return text


def name_in(body: Mapping[str, Any], field: str) -> str:
    name = clean_name(_string(body, field)[:_LONGEST_RAW])
    if not is_good_name(name):
        raise No(400, f"{field} 要是 1 到 {LONGEST_NAME} 个看得见的字")
    return name


def room_in(body: Mapping[str, Any], rooms: tuple[str, ...]) -> str | None:
    """null is the private chat; the field itself must be there, so that nobody whispers by mistake."""
    if "room" not in body:
        raise No(400, "缺少 room：群名，或 null（私聊）")
    room = body["room"]
    if room is None:
        return None
    if not isinstance(room, str):
        raise No(400, "room 要是文字或 null（私聊）")
    if room not in rooms:
        raise No(400, f"没有叫“{clean_text(room)[:LONGEST_NAME]}”的群，现在有：{'、'.join(rooms)}")
    return room


def nonce_in(body: Mapping[str, Any]) -> str | None:
    nonce = body.get("nonce")
    if nonce is None:
        return None
    if not isinstance(nonce, str) or not 1 <= len(nonce) <= _LONGEST_NONCE or not nonce.isprintable():
        raise No(400, f"nonce 要是 1 到 {_LONGEST_NONCE} 个字符")
    return nonce


def line_id_in(body: Mapping[str, Any], field: str) -> int | None:
    value = body.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= BIGGEST_ID:
        raise No(400, f"{field} 要是一条消息的编号")
    return value


def id_asked(request: web.Request, field: str = "after", *, missing: int | None = None) -> int | None:
    """A line id in the query."""
    value = request.query.get(field)
    if value is None:
        return missing
    if not value.isascii() or not value.isdigit() or len(value) > 19 or int(value) > BIGGEST_ID:
        raise No(400, f"{field} 要是一个消息编号（整数）")
    return int(value)


def _string(body: Mapping[str, Any], field: str) -> str:
    if field not in body:
        raise No(400, f"缺少 {field}")
    value = body[field]
    if not isinstance(value, str):
        raise No(400, f"{field} 要是文字")
    return value
