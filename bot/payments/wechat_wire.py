"""微信支付的线: wechatpayv3 behind a fence. Its answers become values, its faults one exception, and no key leaks.

Known of version 2.0.4 and worked round here: it logs headers and callbacks when given a logger (it gets none); its
address is a private attribute; an unknown serial makes it fetch and drop certificates (with a public key there are
none, and it may not try); it raises bare exceptions on malformed input; its asyncio half has enums of its own.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from wechatpayv3.async_ import AsyncWeChatPay
from wechatpayv3.async_ import WeChatPayType as Way

from bot.payments.port import BadCallback, ProviderAway

__all__ = ["GATEWAY", "Keys", "Told", "Way", "Wire"]

GATEWAY = "https://api.mch.weixin.qq.com"
TIMEOUT = (2.0, 5.0)  # seconds to connect, to answer
TRIES = 2  # each thing asked is the same thing when asked again: it goes by our own numbers
SIGNED_WITH = "WECHATPAY2-SHA256-RSA2048"
_HEADERS = ("Signature", "Timestamp", "Nonce", "Serial", "Signature-Type")

for noisy in ("httpx", "httpcore"):  # they write whole addresses, and an address may carry a secret
    logging.getLogger(noisy).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Keys:
    """What a merchant account gives. The secret half never shows itself."""

    mchid: str
    appid: str
    serial: str  # of our own certificate
    public_key_id: str  # of WeChat Pay's public key, PUB_KEY_ID_…
    public_key: str
    private_key: str = field(repr=False)
    api_v3_key: str = field(repr=False)
    app_secret: str = field(default="", repr=False)  # only to ask WeChat's own browser who it is


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, good or bad. `code` is WeChat Pay's word for what is wrong."""

    status: int
    body: Mapping[str, Any]
    raw: bytes = b""

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        return "" if self.is_good else str(self.body.get("code") or self.status)

    @property
    def is_passing(self) -> bool:
        """Wrong on their side or for the moment: the same may be asked again."""
        return self.status >= 500 or self.status in (401, 429)


class Wire:
    def __init__(self, keys: Keys, *, notify_url: str, gateway: str = GATEWAY) -> None:
        """Raises ValueError when a key cannot be read; the sentence does not show it."""
        self._keys, self._notify_url, self._gateway = keys, notify_url, gateway
        self._library = self._new()
        self._is_open = False

    def _new(self) -> AsyncWeChatPay:
        keys = self._keys
        try:
            made = AsyncWeChatPay(
                wechatpay_type=Way.NATIVE,
                mchid=keys.mchid,
                private_key=keys.private_key,
                cert_serial_no=keys.serial,
                apiv3_key=keys.api_v3_key,
                appid=keys.appid,
                notify_url=self._notify_url,
                timeout=TIMEOUT,
                public_key=keys.public_key,
                public_key_id=keys.public_key_id,
            )
        except Exception as exc:
            raise ValueError(str(exc)) from None
        made._core._gate_way = self._gateway
        made._core._update_certificates = _no_certificates
        return made

    async def ask(self, question: Callable[[AsyncWeChatPay], Awaitable[tuple[int, str | bytes]]]) -> Told:
        """Raises ProviderAway when nothing came back that is signed by WeChat Pay."""
        if not self._is_open:
            self._is_open = True
            await (
                self._library.__aenter__()
            )  # with a public key it waits for nothing, so no second call gets between
        for tries_left in reversed(range(TRIES)):
            try:
                status, text = await question(self._library)
                break
            except httpx.HTTPError as exc:
                if not tries_left:
                    raise ProviderAway(f"WeChat Pay gave no answer: {type(exc).__name__}") from None
            except (
                Exception
            ) as exc:  # the library raises bare exceptions for answers that it does not believe
                raise ProviderAway(f"WeChat Pay's answer cannot be believed: {type(exc).__name__}") from None
        return _told(status, text)

    def open_callback(self, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        """The callback with its resource decrypted. Raises BadCallback."""
        picked = {f"Wechatpay-{name}": headers.get(f"Wechatpay-{name}", "") for name in _HEADERS}
        for name, value in picked.items():
            if not value:
                raise BadCallback(400, f"the header {name} is missing")
        if picked["Wechatpay-Signature-Type"] != SIGNED_WITH:
            raise BadCallback(400, "signed in a way that we do not know")
        if picked["Wechatpay-Serial"] != self._keys.public_key_id:
            raise BadCallback(401, "signed with a key that we do not know")
        try:
            base64.b64decode(picked["Wechatpay-Signature"], validate=True)
        except (binascii.Error, ValueError):
            raise BadCallback(401, "the signature is wrong") from None
        try:
            opened = self._library.callback(picked, body)
        except Exception:  # no UTF-8, no JSON, no such algorithm, a nonce too short: it raises whatever comes
            raise BadCallback(400, "the callback cannot be read") from None
        if not opened:
            raise BadCallback(401, "the signature is wrong")
        if not isinstance(opened.get("resource"), dict):
            raise BadCallback(400, "the callback tells of nothing")
        return dict(opened)

    def sign(self, *lines: str) -> str:
        return str(self._library.sign(list(lines)))

    async def shut_down(self) -> None:
        if self._is_open:
            self._is_open = False
            await self._library.__aexit__(None, None, None)


async def _no_certificates() -> None:
    """There are none in public-key mode: what is signed with another key is not believed, and nothing is fetched."""


def _told(status: int, text: str | bytes) -> Told:
    raw = text if isinstance(text, bytes) else text.encode()
    try:
        body = json.loads(raw)
    except ValueError:
        body = {}
    return Told(status, body if isinstance(body, dict) else {}, raw)
