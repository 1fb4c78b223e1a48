"""画: a line of the log as the pages and other programs get it. Account ids stay inside."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import segno
from aiohttp import web

from bot.cards import of_specials
from bot.web.security import No
from dialogs.speech import Row
from shop import pictures
from shop.chatlog import Line
from shop.rules.pictures import Picture


def drawn(line: Line, *, to: str | None) -> dict[str, Any]:
    """`to` is the name of the one whose private chat it is; null in a room."""
    return {
        "id": line.id,
        "room": line.room,
        "to": to,
        "name": line.name,
        "shop": line.is_from_shop,
        "text": line.text,
        "photo": line.picture is not None,
        "card": line.card,
        "buttons": list(line.buttons),
        "reply_to": line.reply_to,
        "nonce": line.nonce,
        "at": line.at.isoformat(),
    }


def said(line: Line, *, to: str | None) -> dict[str, Any]:
    """What the shop said, in the fixed words: id, to, room, text, and what it is drawn with."""
    return {
        "id": line.id,
        "to": to,
        "room": line.room,
        "text": line.text,
        "card": line.card,
        "buttons": list(line.buttons),
    }


def newest(lines: Iterable[Mapping[str, Any]], otherwise: int) -> int:
    return max((int(line["id"]) for line in lines), default=otherwise)


async def picture_of(line: Line | None, *, shop: str, zone: ZoneInfo) -> web.Response:
    """The card as a picture, drawn beside the loop and kept."""
    if line is None or line.card is None or not line.card.get("picture"):
        raise No(404, "这条消息没有图")
    card = line.card
    rows = [Row(**row) for row in card["rows"]]
    title, note, local = str(card["title"]), str(card["note"]), line.at.astimezone(zone)
    body = await asyncio.to_thread(of_specials, title, rows, note, shop, local)
    return web.Response(
        body=body, content_type="image/png", headers={"Cache-Control": "private, max-age=86400"}
    )


async def photo_of(line: Line | None) -> web.Response:
    """What somebody has sent with this line."""
    found = await pictures.find(line.picture) if line is not None and line.picture is not None else None
    if found is None:
        raise No(404, "这张图没有了，图只留一个月")
    return shown(found)


def shown(picture: Picture) -> web.Response:
    """The type is what we have seen in it ourselves, whatever it was called."""
    headers = {
        "Cache-Control": "private, max-age=86400",
        "Content-Disposition": f'inline; filename="{picture.name}"',
    }
    return web.Response(body=picture.body, content_type=picture.type, headers=headers)


def qr_of(line: Line | None) -> web.Response:
    """The QR code on a line's card. Its text never stands in an address: addresses end in logs."""
    if line is None or line.card is None or not line.card.get("qr"):
        raise No(404, "这条消息没有二维码")
    return qr(str(line.card["qr"]), private=True)


def qr(text: str, *, private: bool = False) -> web.Response:
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=2, scale=8, omitsize=True)
    caching = "private, no-store" if private else "max-age=3600"
    return web.Response(body=out.getvalue(), content_type="image/svg+xml", headers={"Cache-Control": caching})
