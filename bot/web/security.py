"""门: headers, cookies, tokens, and every "no" of the site as one clear sentence."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web
from itsdangerous import BadData

from bot.web.site import answer, page, site

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

COOKIE = "qundian"
_VISIT_COOKIE = "qundian_visit"  # what a form's token is bound to, before anybody has a name
_YEAR = 365 * 24 * 3600
_HALF_DAY = 12 * 3600

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; "
        "object-src 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # a pay link must not carry our address, nor ours a token, to elsewhere
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",  # the camera reads pick-up codes
}
_SENTENCES = {
    404: "没有这个页面",
    405: "这个地址不能这样用",
    413: "发来的内容太大了，请分几次发",
    415: "这里只收 JSON",
}

log = logging.getLogger(__name__)


class No(Exception):
    """This request cannot be done; the sentence says why, in words for the one who asked."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@web.middleware
async def one_clear_sentence(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every failure leaves as a sentence: JSON for programs, a page for people."""
    try:
        return await handler(request)
    except No as no:
        return _say_no(request, no.status, no.sentence)
    except web.HTTPException as wrong:
        if wrong.status < 400:
            raise
        refused = _say_no(request, wrong.status, _SENTENCES.get(wrong.status, "这样不行，请换个方式再试"))
        if "Allow" in wrong.headers:
            refused.headers["Allow"] = wrong.headers["Allow"]
        return refused
    except Exception:
        log.exception("page failed: %s %s", request.method, _which(request))
        return _say_no(request, 500, "出了点问题，已经记下了，请稍后再试")


def _which(request: web.Request) -> str:
    """/o/{token}: the address itself may be the key to something."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "nowhere"


def _say_no(request: web.Request, status: int, sentence: str) -> web.Response:
    if "text/html" in request.headers.get("Accept", ""):
        return page(request, "error.html", status=status, sentence=sentence)
    return answer({"error": sentence}, status=status)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-cache")  # asked again, sent only when changed
    if site(request).is_https:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")


def same_origin(request: web.Request) -> None:
    """A browser on another site may not act for our visitor. Programs send neither header and pass."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise No(403, "只能从本站的页面发送")
    origin = request.headers.get("Origin")
    if origin is None:
        return
    ours = {request.host.lower(), urlsplit(site(request).public_url).netloc.lower()}
    if urlsplit(origin).netloc.lower() not in ours:
        raise No(403, "只能从本站的页面发送")


# -- who it is: a signed cookie with a random account, never a nickname


def remember(request: web.Request, response: web.StreamResponse, account: str) -> None:
    value = site(request).signer("member").dumps(account)
    response.set_cookie(
        COOKIE, str(value), max_age=_YEAR, httponly=True, samesite="Lax", secure=site(request).is_https
    )


def remembered(request: web.Request) -> str | None:
    """The account in the cookie; a cookie that is not ours makes a stranger, not an error."""
    try:
        account = site(request).signer("member").loads(request.cookies.get(COOKIE, ""), max_age=_YEAR)
    except BadData:
        return None
    return account if isinstance(account, str) else None


# -- forms: a token bound to this browser's visit


def visit_of(request: web.Request) -> str:
    return request.cookies.get(_VISIT_COOKIE) or secrets.token_urlsafe(16)


def form_token(request: web.Request, visit: str) -> str:
    return str(site(request).signer("form").dumps(visit))


def keep_visit(request: web.Request, response: web.StreamResponse, visit: str) -> None:
    response.set_cookie(_VISIT_COOKIE, visit, httponly=True, samesite="Lax", secure=site(request).is_https)


def check_form(request: web.Request, token: object) -> None:
    same_origin(request)
    try:
        visit = site(request).signer("form").loads(str(token), max_age=_HALF_DAY)
    except BadData:
        visit = None
    if visit is None or visit != request.cookies.get(_VISIT_COOKIE):
        raise No(403, "页面放得太久了，请刷新后再试")
