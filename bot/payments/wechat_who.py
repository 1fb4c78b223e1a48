"""谁在付: WeChat's own browser opens a payment for a known person only, so it is sent to ask and comes back with a code."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode

import httpx

from bot.payments.kept import Kept
from bot.payments.port import Go

OPEN_ID = "https://api.weixin.qq.com/sns/oauth2/access_token"
WHO_ARE_YOU = "https://open.weixin.qq.com/connect/oauth2/authorize"
GOOD_FOR = timedelta(hours=2)

log = logging.getLogger(__name__)


class Who:
    def __init__(
        self, appid: str, app_secret: str, *, clock: Callable[[], datetime], open_id: str = OPEN_ID
    ) -> None:
        """Without a secret nobody can be known."""
        self._appid, self._secret, self._open_id = appid, app_secret, open_id
        self._known = Kept(clock)  # a code tells only once, and pages are reloaded

    @property
    def can_know(self) -> bool:
        return self._secret != ""

    def ask(self, come_back_to: str) -> Go:
        """Off to WeChat and back to this address, with `code` in it."""
        asked = {
            "appid": self._appid,
            "redirect_uri": come_back_to,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": "pay",
        }
        return Go(f"{WHO_ARE_YOU}?{urlencode(asked)}#wechat_redirect")

    async def openid(self, code: str) -> str | None:
        """The person who came back with this code, None when WeChat does not say."""
        if known := self._known.get(code):
            return known
        asked = {"appid": self._appid, "secret": self._secret, "code": code}
        try:
            async with httpx.AsyncClient(timeout=5.0) as client:
                place = httpx.URL(self._open_id, params=asked | {"grant_type": "authorization_code"})
                told = (await client.get(place)).json()
        except (httpx.HTTPError, ValueError) as exc:
            log.warning("WeChat did not say who is paying: %s", type(exc).__name__)
            return None
        openid = told.get("openid") if isinstance(told, dict) else None
        return self._known.keep(code, openid, GOOD_FOR) if isinstance(openid, str) else None
