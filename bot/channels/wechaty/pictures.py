"""图: pictures between the gateway and the shop, whichever of its ways the gateway chooses: in its answer, under a number
of its own, or at an address elsewhere."""

from __future__ import annotations

import asyncio
import base64
import binascii
import ipaddress
import json
import socket
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from bot.channels.channel import NoPicture
from bot.channels.wechaty.gateway import GatewayAway, GatewayFault, WrongToken
from bot.channels.wechaty.link import Link
from shop.refusals import NotAPicture, PictureTooBig, TooManyPixels
from shop.rules.pictures import MOST_BYTES, Picture, picture

IN_ITSELF, ELSEWHERE, UNDER_A_NUMBER = 1, 2, 7  # the gateway's types of a file box
LARGE = 2  # the picture as people see it; the original may be many times as big and shows no more
FETCH_SECONDS = 20.0
LOOKS, PAUSE = (
    20,
    0.1,
)  # seconds: how often, and how soon again, a gateway is asked whether it has all of a picture


async def fetch(link: Link, message: str) -> Picture:
    """What was to be seen in this message. Raises NoPicture."""
    try:
        answer = await link.call("MessageImage", id=message, type=LARGE)
        return picture(await _opened(link, _box(answer.file_box)))
    except (GatewayAway, GatewayFault, WrongToken, aiohttp.ClientError, TimeoutError, OSError) as why:
        raise NoPicture(str(why) or type(why).__name__) from None
    except (NotAPicture, PictureTooBig, TooManyPixels) as why:
        raise NoPicture(type(why).__name__) from None


async def hand_over(link: Link, shown: Picture) -> str:
    """Give the gateway a picture; gives what a call says to mean it. Raises what `link.call` raises, and GatewayFault for
    a picture that it has lost a part of."""
    number = await link.upload(shown.body)
    await _is_whole(link, number, shown.body)
    return json.dumps({"type": UNDER_A_NUMBER, "uuid": number, "name": shown.name, "size": len(shown.body)})


async def _is_whole(link: Link, number: str, body: bytes) -> None:
    """Gateways say that they have a picture before the last of it is written down, and would send what there is: so it is
    read back."""
    for _ in range(LOOKS):
        if await link.download(number, most=len(body)) == body:
            return
        await asyncio.sleep(PAUSE)
    raise GatewayFault("the gateway has not all of the picture")


def _box(said: str) -> dict[str, Any]:
    try:
        box = json.loads(said)
    except (ValueError, RecursionError):
        box = None
    if not isinstance(box, dict):
        raise NoPicture("the gateway's answer is no file")
    return box


async def _opened(link: Link, box: dict[str, Any]) -> bytes:
    kind = box.get("type", box.get("boxType"))
    if kind == IN_ITSELF and isinstance(box.get("base64"), str):
        if len(box["base64"]) > 2 * MOST_BYTES:
            raise PictureTooBig(MOST_BYTES)
        try:
            return base64.b64decode(box["base64"], validate=True)
        except binascii.Error:
            raise NotAPicture from None
    if kind == UNDER_A_NUMBER and isinstance(box.get("uuid"), str):
        return await link.download(box["uuid"], most=MOST_BYTES)
    if kind == ELSEWHERE and isinstance(box.get("url"), str):
        return await from_address(box["url"])
    raise NoPicture("a file of a kind that we do not know")


async def from_address(url: str) -> bytes:
    """From the public internet only: what a message names must not lead to the machines around the shop."""
    if not _may_be_asked(url):
        raise NoPicture("an address that is not asked")
    connector = aiohttp.TCPConnector(resolver=_Outside())
    timeout = aiohttp.ClientTimeout(FETCH_SECONDS)
    async with (
        aiohttp.ClientSession(connector=connector, timeout=timeout) as http,
        http.get(url, allow_redirects=False) as answer,
    ):
        if answer.status != 200:
            raise NoPicture(f"the address answers {answer.status}")
        body = bytearray()
        async for part in answer.content.iter_chunked(64 * 1024):
            body += part
            if len(body) > MOST_BYTES:
                raise PictureTooBig(MOST_BYTES)
        return bytes(body)


class _Outside(AbstractResolver):
    """Names of the public internet; asked here, and not again by whoever connects."""

    def __init__(self) -> None:
        self._names = ThreadedResolver(asyncio.get_running_loop())

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = [one for one in await self._names.resolve(host, port, family) if not _is_inside(one["host"])]
        if not found:
            raise OSError(f"{host} is no public address")
        return found

    async def close(self) -> None:
        await self._names.close()


def _may_be_asked(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and not _is_inside(str(host))


def _is_inside(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False  # a name: it is resolved
