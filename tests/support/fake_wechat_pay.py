"""A WeChat Pay on this machine: it signs, encrypts and refuses as the real one does, and it can misbehave as that does.

Its rules: one out_trade_no is one payment in one way, the same again gives the same; one out_refund_no is paid once;
never more back than came in; a minute between two refunds of one trade; a callback is signed anew at every try.
`next(what, trouble)` makes the coming answer to that question go wrong; see TROUBLES.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import json
import re
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.payments.wechat_wire import Keys
from tests.support.keys import is_signed, private_pem, public_pem, signed

TROUBLES = {
    "lose",  # does what it was asked and cuts the line before the answer
    "drop",  # cuts the line and does nothing
    "busy",  # 500 SYSTEM_ERROR, nothing done
    "limit",  # 429 FREQUENCY_LIMITED, nothing done
    "forge",  # the answer is signed with another key
    "stranger",  # the answer is signed with a key of an unknown number
    "garble",  # the answer is no JSON, though well signed
    "no_auth",  # the account may not do that
}
MERCHANT, WECHAT, THIEF = "merchant", "wechat pay", "thief"
SERIAL = "PUB_KEY_ID_0114232134912410000000000000"
API_V3_KEY = "canary-api-v3-key-of-32-letters!"
APP_SECRET = "canary-app-secret"
MERCHANT_SERIAL = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
SIGNED_WITH = "WECHATPAY2-SHA256-RSA2048"
CHINA = ZoneInfo("Asia/Shanghai")


def keys() -> Keys:
    return Keys(
        mchid="1900000109",
        appid="wx8888888888888888",
        serial=MERCHANT_SERIAL,
        public_key_id=SERIAL,
        public_key=public_pem(WECHAT),
        private_key=private_pem(MERCHANT),
        api_v3_key=API_V3_KEY,
        app_secret=APP_SECRET,
    )


@dataclass
class Trade:
    asked: dict[str, Any]
    way: str
    state: str = "NOTPAY"
    transaction: str = field(default_factory=lambda: f"42000{secrets.randbelow(10**20):020d}")
    paid_at: datetime | None = None

    @property
    def fen(self) -> int:
        return int(self.asked["amount"]["total"])


@dataclass
class Refund:
    asked: dict[str, Any]
    at: datetime
    state: str = "PROCESSING"
    number: str = field(default_factory=lambda: f"50000{secrets.randbelow(10**20):020d}")


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str = "") -> None:
        self.status, self.code, self.message = status, code, message or code


class FakeWeChatPay:
    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.trades: dict[str, Trade] = {}
        self.refunds: dict[str, Refund] = {}
        self.balance = 10**9
        self.asked: list[str] = []  # every question, in order
        self.hold: asyncio.Event | None = (
            None  # while set and not released, a prepay has acted and does not answer
        )
        self.acted = asyncio.Event()  # a prepay has come in
        self.address = ""
        self._spent: set[str] = set()  # codes that told who somebody is
        self._troubles: dict[str, list[str]] = {}

    def next(self, what: str, *troubles: str) -> None:
        assert set(troubles) <= TROUBLES
        self._troubles.setdefault(what, []).extend(troubles)

    # ── the buyer's and the bank's side ─────────────────────────────────────────────────────────────────────────

    def pay(self, trade_no: str) -> None:
        trade = self.trades[trade_no]
        assert trade.state == "NOTPAY", trade.state
        trade.state, trade.paid_at = "SUCCESS", self.clock()

    def settle_refund(self, refund_no: str, state: str = "SUCCESS") -> None:
        self.refunds[refund_no].state = state

    # ── callbacks ───────────────────────────────────────────────────────────────────────────────────────────────

    def paid_callback(
        self, trade_no: str, *, by: str = WECHAT, serial: str = SERIAL, **changes: Any
    ) -> Callback:
        resource = self._trade_told(trade_no) | changes
        return self._callback("TRANSACTION.SUCCESS", "transaction", resource, by=by, serial=serial)

    def refund_callback(self, refund_no: str, *, by: str = WECHAT, **changes: Any) -> Callback:
        told = self._refund_told(refund_no)
        state = told.pop("status")
        resource = told | {"mchid": keys().mchid, "refund_status": state} | changes
        return self._callback(f"REFUND.{state}", "refund", resource, by=by, serial=SERIAL)

    def _callback(
        self, event: str, kind: str, resource: Mapping[str, Any], *, by: str, serial: str
    ) -> Callback:
        nonce = secrets.token_hex(6)
        plain = json.dumps(resource, ensure_ascii=False).encode()
        sealed = AESGCM(API_V3_KEY.encode()).encrypt(nonce.encode(), plain, kind.encode())
        body = json.dumps(
            {
                "id": secrets.token_hex(16),
                "create_time": self.clock().astimezone(CHINA).isoformat(),
                "resource_type": "encrypt-resource",
                "event_type": event,
                "summary": "支付成功",
                "resource": {
                    "original_type": kind,
                    "algorithm": "AEAD_AES_256_GCM",
                    "ciphertext": base64.b64encode(sealed).decode(),
                    "associated_data": kind,
                    "nonce": nonce,
                },
            },
            ensure_ascii=False,
        ).encode()
        return Callback(self.sign(body, by=by, serial=serial), body)

    def sign(self, body: bytes, *, by: str = WECHAT, serial: str = SERIAL) -> dict[str, str]:
        at, nonce = str(int(self.clock().timestamp())), secrets.token_hex(16)
        return {
            "Content-Type": "application/json",
            "Wechatpay-Timestamp": at,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": signed(f"{at}\n{nonce}\n{body.decode(errors='replace')}\n", by),
            "Wechatpay-Serial": serial,
            "Wechatpay-Signature-Type": SIGNED_WITH,
        }

    # ── what it answers ─────────────────────────────────────────────────────────────────────────────────────────

    def app(self) -> web.Application:
        app = web.Application()
        one = self._answered
        app.add_routes(
            [
                web.post("/v3/pay/transactions/{way}", one("prepay", self._prepay)),
                web.get("/v3/pay/transactions/out-trade-no/{no}", one("query", self._query)),
                web.post("/v3/pay/transactions/out-trade-no/{no}/close", one("close", self._close)),
                web.post("/v3/refund/domestic/refunds", one("refund", self._refund)),
                web.get("/v3/refund/domestic/refunds/{no}", one("query_refund", self._query_refund)),
                web.get("/v3/bill/tradebill", one("bill", self._bill)),
                web.get("/v3/billdownload/file", self._bill_file),
                web.get("/sns/oauth2/access_token", self._open_id),
            ]
        )
        return app

    def _answered(self, what: str, do: Callable[[web.Request, dict[str, Any]], dict[str, Any] | None]) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            self.asked.append(what)
            text = await request.text()
            if not self._is_merchant(request, text):
                return self._reply(401, {"code": "SIGN_ERROR"})
            waiting = self._troubles.get(what)
            trouble = waiting.pop(0) if waiting else ""
            early = {"drop": None, "busy": (500, "SYSTEM_ERROR"), "limit": (429, "FREQUENCY_LIMITED")}
            early["no_auth"] = (403, "NO_AUTH")
            if trouble in early:
                return self._early(request, early[trouble])
            try:
                told = do(request, json.loads(text) if text else {})
                status = 204 if told is None else 200
            except Refused as no:
                status, told = no.status, {"code": no.code, "message": no.message}
            if what == "prepay" and self.hold is not None:
                self.acted.set()
                await self.hold.wait()
            return self._cut(request) if trouble == "lose" else self._reply(status, told, trouble)

        return handle

    def _early(self, request: web.Request, refusal: tuple[int, str] | None) -> web.StreamResponse:
        return self._cut(request) if refusal is None else self._reply(refusal[0], {"code": refusal[1]})

    def _cut(self, request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    def _reply(self, status: int, told: Mapping[str, Any] | None, trouble: str = "") -> web.Response:
        body = b"" if told is None else json.dumps(told, ensure_ascii=False).encode()
        if trouble == "garble":
            body = b'{"code_url": '
        by = THIEF if trouble == "forge" else WECHAT
        serial = "PUB_KEY_ID_NOBODY" if trouble == "stranger" else SERIAL
        return web.Response(status=status, body=body, headers=self.sign(body, by=by, serial=serial))

    def _is_merchant(self, request: web.Request, body: str) -> bool:
        kind, _, rest = request.headers["Authorization"].partition(" ")
        told = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        text = f"{request.method}\n{request.path_qs}\n{told['timestamp']}\n{told['nonce_str']}\n{body}\n"
        is_known = (kind, told["mchid"], told["serial_no"]) == (SIGNED_WITH, keys().mchid, MERCHANT_SERIAL)
        return is_known and is_signed(text, told["signature"], MERCHANT)

    def _prepay(self, request: web.Request, asked: dict[str, Any]) -> dict[str, Any]:
        way, number = request.match_info["way"], asked["out_trade_no"]
        if asked["amount"]["total"] <= 0 or asked["amount"]["currency"] != "CNY":
            raise Refused(400, "PARAM_ERROR")
        known = self.trades.setdefault(number, Trade(asked, way))
        if (known.way, known.asked) != (way, asked):
            raise Refused(400, "INVALID_REQUEST", "201 商户订单号重复")
        if known.state != "NOTPAY":
            raise Refused(400, "ORDER_CLOSED" if known.state == "CLOSED" else "ORDERPAID")
        return {
            "native": {"code_url": f"weixin://wxpay/bizpayurl?pr={number[:9]}"},
            "h5": {"h5_url": f"https://wx.tenpay.example/checkmweb?prepay_id=wx{number}"},
            "jsapi": {"prepay_id": f"wx{number}"},
        }[way]

    def _query(self, request: web.Request, _: dict[str, Any]) -> dict[str, Any]:
        return self._trade_told(request.match_info["no"])

    def _trade_told(self, number: str) -> dict[str, Any]:
        trade = self.trades.get(number)
        if trade is None:
            raise Refused(404, "ORDER_NOT_EXIST")
        told: dict[str, Any] = {
            "appid": keys().appid,
            "mchid": keys().mchid,
            "out_trade_no": number,
            "trade_state": trade.state,
            "trade_state_desc": trade.state,
        }
        if trade.paid_at is None:
            return told
        return told | {
            "transaction_id": trade.transaction,
            "trade_type": trade.way.upper(),
            "bank_type": "OTHERS",
            "success_time": trade.paid_at.astimezone(CHINA).isoformat(),
            "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
            "amount": {
                "total": trade.fen,
                "payer_total": trade.fen,
                "currency": "CNY",
                "payer_currency": "CNY",
            },
        }

    def _close(self, request: web.Request, _: dict[str, Any]) -> None:
        trade = self.trades.get(request.match_info["no"])
        if trade is None:
            raise Refused(404, "ORDER_NOT_EXIST")
        if trade.state == "USERPAYING":
            raise Refused(400, "USERPAYING")
        if trade.state == "SUCCESS":
            raise Refused(400, "ORDERPAID")
        trade.state = "CLOSED"

    def _refund(self, _: web.Request, asked: dict[str, Any]) -> dict[str, Any]:
        number, trade = asked["out_refund_no"], self.trades.get(asked["out_trade_no"])
        if trade is None or trade.paid_at is None:
            raise Refused(404, "RESOURCE_NOT_EXISTS")
        if number in self.refunds:
            if self.refunds[number].asked != asked:
                raise Refused(400, "INVALID_REQUEST")
            return self._refund_told(number)
        others = [one for one in self.refunds.values() if one.asked["out_trade_no"] == asked["out_trade_no"]]
        if any((self.clock() - one.at).total_seconds() < 60 for one in others):
            raise Refused(429, "FREQUENCY_LIMITED")
        fen = asked["amount"]["refund"]
        back = sum(one.asked["amount"]["refund"] for one in others)
        if asked["amount"]["total"] != trade.fen or not 0 < fen <= trade.fen - back or len(others) >= 50:
            raise Refused(400, "INVALID_REQUEST")
        if fen > self.balance:
            raise Refused(403, "NOT_ENOUGH")
        self.balance -= fen
        trade.state = "REFUND"
        self.refunds[number] = Refund(asked, self.clock())
        return self._refund_told(number)

    def _query_refund(self, request: web.Request, _: dict[str, Any]) -> dict[str, Any]:
        return self._refund_told(request.match_info["no"])

    def _refund_told(self, number: str) -> dict[str, Any]:
        known = self.refunds.get(number)
        if known is None:
            raise Refused(404, "RESOURCE_NOT_EXISTS")
        asked, trade = known.asked, self.trades[known.asked["out_trade_no"]]
        return {
            "refund_id": known.number,
            "out_refund_no": number,
            "transaction_id": trade.transaction,
            "out_trade_no": asked["out_trade_no"],
            "channel": "ORIGINAL",
            "status": known.state,
            "create_time": known.at.astimezone(CHINA).isoformat(),
            "amount": {
                "total": trade.fen,
                "refund": asked["amount"]["refund"],
                "payer_total": trade.fen,
                "payer_refund": asked["amount"]["refund"],
                "currency": "CNY",
            },
        }

    # ── the bill ────────────────────────────────────────────────────────────────────────────────────────────────

    def _bill(self, request: web.Request, _: dict[str, Any]) -> dict[str, Any]:
        day = request.query["bill_date"]
        table = self.table(day)
        if table.count("\n") == 3:
            raise Refused(400, "NO_STATEMENT_EXIST")
        hashed = hashlib.sha1(table.encode(), usedforsecurity=False).hexdigest()
        place = f"https://api.mch.weixin.qq.com/v3/billdownload/file?token={day}"
        return {"hash_type": "SHA1", "hash_value": hashed, "download_url": place}

    async def _bill_file(self, request: web.Request) -> web.Response:
        """Signed by the one who asks, not by the one who answers."""
        self.asked.append("bill_file")
        if not self._is_merchant(request, ""):
            return web.Response(status=401)
        packed = gzip.compress(self.table(request.query["token"]).encode())
        return web.Response(body=packed, content_type="application/octet-stream")

    def table(self, day: str) -> str:
        rows = [_row(HEAD)]
        for number, trade in self.trades.items():
            if trade.paid_at and _day(trade.paid_at) == day:
                told = {"交易状态": "SUCCESS", "订单金额": _yuan(trade.fen), "应结订单金额": _yuan(trade.fen)}
                rows.append(self._bill_row(number, trade, trade.paid_at, told))
        for refund_no, refund in self.refunds.items():
            if _day(refund.at) == day:
                number = refund.asked["out_trade_no"]
                back = _yuan(refund.asked["amount"]["refund"])
                told = {"交易状态": "REFUND", "商户退款单号": refund_no, "微信退款单号": refund.number}
                told |= {"申请退款金额": back, "退款金额": back, "退款状态": refund.state}
                rows.append(self._bill_row(number, self.trades[number], refund.at, told))
        sums = ["总交易单数", "应结订单总金额", "退款总金额", "充值券退款总金额", "手续费总金额"]
        return "".join([*rows, _row(sums), _row([f"`{len(rows) - 1}", "`0.00", "`0.00", "`0.00", "`0.00"])])

    def _bill_row(self, number: str, trade: Trade, at: datetime, told: Mapping[str, str]) -> str:
        whole = dict.fromkeys(HEAD, "0.00") | {
            "交易时间": f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
            "商户号": keys().mchid,
            "微信订单号": trade.transaction,
            "商户订单号": number,
            "货币种类": "CNY",
            "商品名称": "邻里鲜果 订单",
        }
        return _row([f"`{(whole | told)[name]}" for name in HEAD])

    async def _open_id(self, request: web.Request) -> web.Response:
        self.asked.append("open_id")
        code = request.query["code"]
        if request.query["secret"] != APP_SECRET or not code.startswith("good") or code in self._spent:
            return web.json_response({"errcode": 40029, "errmsg": "invalid code"})
        self._spent.add(code)
        return web.json_response({"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "scope": "snsapi_base"})


@dataclass(frozen=True)
class Callback:
    headers: dict[str, str]
    body: bytes

    async def send(self, address: str) -> int:
        async with (
            aiohttp.ClientSession() as session,
            session.post(address, data=self.body, headers=self.headers) as answer,
        ):
            return answer.status


_HEAD = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
HEAD = _HEAD.split(",")


def _row(cells: list[str]) -> str:
    return ",".join(cells) + "\r\n"


def _day(at: datetime) -> str:
    return at.astimezone(CHINA).date().isoformat()


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


@asynccontextmanager
async def open_fake(clock: Callable[[], datetime]) -> AsyncIterator[FakeWeChatPay]:
    fake = FakeWeChatPay(clock)
    async with TestServer(fake.app()) as server:
        fake.address = str(server.make_url("")).rstrip("/")
        yield fake
