"""画: a line of the log as the pages and other programs get it. Account ids stay inside."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import segno
from aiohttp import web

from bot.cards import Row, draw
from bot.web.security import No
from shop.chatlog import Line


def drawn(line: Line, *, to: str | None) -> dict[str, Any]:
    """`to` is the name of the one whose private chat it is; null in a room."""
    return {
        "id": line.id,
        "room": line.room,
        "to": to,
        "name": line.name,
        "shop": line.is_from_shop,
        "text": line.text,
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
    local = line.at.astimezone(zone)
    when = f"{local.month}月{local.day}日 周{'一二三四五六日'[local.weekday()]} {local:%H:%M}"
    rows = tuple(_row(n, row) for n, row in enumerate(line.card["rows"], start=1))
    note, how = str(line.card["note"]), "回编号和数量，比如“1号+2”" if len(rows) > 1 else "要的回“+1”"
    body = await asyncio.to_thread(_picture, str(line.card["title"]), rows, shop, when, note, how)
    return web.Response(
        body=body, content_type="image/png", headers={"Cache-Control": "private, max-age=86400"}
    )


@lru_cache(maxsize=64)
def _picture(title: str, rows: tuple[Row, ...], shop: str, when: str, note: str, how: str) -> bytes:
    return draw(title, rows, shop=shop, when=when, note=note, how=how)


def _row(number: int, row: Mapping[str, str]) -> Row:
    """From the words of a card: 草莓, 原价 ¥28.00, ¥22.00/盒."""
    price, _, unit = row["amount"].partition("/")
    was = row["detail"].removeprefix("原价").strip()
    return Row(number, row["name"], was.removesuffix(".00"), price.removesuffix(".00"), unit)


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
