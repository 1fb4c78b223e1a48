"""An Alipay on this machine: it checks what the shop signs, signs what it answers, and can cut the line.

A code that nobody has scanned is no trade yet; a refund is done at once and told with the sum of all refunds.
"""

from __future__ import annotations

import io
import json
import secrets
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.payments.alipay import Keys
from bot.payments.port import CHINA
from tests.support.keys import is_signed, private_pem, public_pem, signed

APP, ALIPAY, THIEF = "app", "alipay", "thief"
APPID = "2021000000000001"
TROUBLES = {"lose", "drop", "busy", "forge", "unsigned", "garble"}


def keys() -> Keys:
    return Keys(appid=APPID, public_key=public_pem(ALIPAY), private_key=private_pem(APP))


@dataclass
class Trade:
    total: str
    state: str = "WAIT_BUYER_PAY"
    number: str = field(default_factory=lambda: f"20260501{secrets.randbelow(10**20):020d}")
    paid_at: datetime | None = None


@dataclass(frozen=True)
class Refund:
    trade: str
    fen: int
    at: datetime


class Refused(Exception):
    """40004 with a sub code."""


class FakeAlipay:
    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.codes: dict[str, str] = {}  # out_trade_no → amount: drawn, not scanned yet
        self.trades: dict[str, Trade] = {}
        self.refunds: dict[str, Refund] = {}
        self.balance = 10**9
        self.asked: list[str] = []
        self.address = ""
        self._troubles: dict[str, list[str]] = {}

    def next(self, what: str, *troubles: str) -> None:
        assert set(troubles) <= TROUBLES
        self._troubles.setdefault(what, []).extend(troubles)

    def pay(self, trade_no: str) -> None:
        """The buyer has scanned the code and confirmed."""
        trade = self.trades.setdefault(trade_no, Trade(self.codes[trade_no]))
        assert trade.state == "WAIT_BUYER_PAY", trade.state
        trade.state, trade.paid_at = "TRADE_SUCCESS", self.clock()

    def scan(self, trade_no: str) -> None:
        self.trades.setdefault(trade_no, Trade(self.codes[trade_no]))

    # ── callbacks ───────────────────────────────────────────────────────────────────────────────────────────────

    def paid_callback(
        self, trade_no: str, /, *, by: str = ALIPAY, **changes: str
    ) -> tuple[dict[str, str], bytes]:
        trade = self.trades[trade_no]
        return self._callback({"trade_status": trade.state} | self._common(trade_no) | changes, by)

    def refund_callback(
        self, refund_no: str, /, *, by: str = ALIPAY, **changes: str
    ) -> tuple[dict[str, str], bytes]:
        refund = self.refunds[refund_no]
        told = self._common(refund.trade) | {
            "trade_status": self.trades[refund.trade].state,
            "out_biz_no": refund_no,
            "refund_fee": _yuan(self._back(refund.trade)),
            "gmt_refund": _moment(refund.at),
        }
        return self._callback(told | changes, by)

    def _common(self, trade_no: str) -> dict[str, str]:
        trade = self.trades[trade_no]
        return {
            "notify_time": _moment(self.clock()),
            "notify_type": "trade_status_sync",
            "notify_id": secrets.token_hex(16),
            "app_id": APPID,
            "charset": "utf-8",
            "version": "1.0",
            "out_trade_no": trade_no,
            "trade_no": trade.number,
            "subject": "邻里鲜果 订单 0501-001",
            "total_amount": trade.total,
            "seller_id": "2088000000000001",
        }

    def _callback(self, told: dict[str, str], by: str) -> tuple[dict[str, str], bytes]:
        text = "&".join(f"{name}={told[name]}" for name in sorted(told))
        whole = told | {"sign_type": "RSA2", "sign": signed(text, by)}
        return {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(whole).encode()

    # ── what it answers ─────────────────────────────────────────────────────────────────────────────────────────

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.get("/gateway.do", self._gateway), web.get("/bill.zip", self._bill_file)])
        return app

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        asked = dict(request.query)
        what = asked["method"].removeprefix("alipay.").removeprefix("trade.")
        self.asked.append(what)
        signature = asked.pop("sign")
        text = "&".join(f"{name}={asked[name]}" for name in sorted(asked))
        assert is_signed(text, signature, APP) and asked["app_id"] == APPID
        assert asked["timestamp"] == _moment(self.clock())  # the time of China
        waiting = self._troubles.get(what)
        trouble = waiting.pop(0) if waiting else ""
        if trouble == "drop":
            return self._cut(request)
        do = getattr(self, "_" + what.replace(".", "_"))
        try:
            if trouble == "busy":
                raise Refused("ACQ.SYSTEM_ERROR")
            told = {"code": "10000", "msg": "Success"} | do(json.loads(asked["biz_content"]), asked)
        except Refused as no:
            told = {"code": "40004", "msg": "Business Failed", "sub_code": str(no), "sub_msg": "不行"}
        if trouble == "lose":
            return self._cut(request)
        return self._reply(asked["method"], told, trouble)

    def _reply(self, method: str, told: dict[str, Any], trouble: str) -> web.Response:
        inner = json.dumps(told, ensure_ascii=False)
        name = method.replace(".", "_") + "_response"
        signature = signed(inner, THIEF if trouble == "forge" else ALIPAY)
        sign = "" if trouble == "unsigned" else f',"sign":"{signature}"'
        text = f'{{"{name}":{inner}{sign}}}' if trouble != "garble" else "<html>502</html>"
        return web.Response(text=text, content_type="text/html")

    def _cut(self, request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    def _precreate(self, asked: dict[str, Any], whole: dict[str, str]) -> dict[str, Any]:
        assert whole["notify_url"].endswith("/pay/callback/alipay")
        number = asked["out_trade_no"]
        trade = self.trades.get(number)
        if trade is not None and trade.state != "WAIT_BUYER_PAY":
            raise Refused("ACQ.TRADE_HAS_CLOSE" if trade.state == "TRADE_CLOSED" else "ACQ.TRADE_HAS_SUCCESS")
        self.codes.setdefault(number, asked["total_amount"])
        return {"out_trade_no": number, "qr_code": f"https://qr.alipay.example/bax{number[:12]}"}

    def _known(self, number: str) -> Trade:
        if number not in self.trades:
            raise Refused("ACQ.TRADE_NOT_EXIST")
        return self.trades[number]

    def _query(self, asked: dict[str, Any], _: dict[str, str]) -> dict[str, Any]:
        trade = self._known(asked["out_trade_no"])
        told = {"trade_no": trade.number, "out_trade_no": asked["out_trade_no"], "trade_status": trade.state}
        paid = {"send_pay_date": _moment(trade.paid_at)} if trade.paid_at else {}
        return told | {"total_amount": trade.total} | paid

    def _close(self, asked: dict[str, Any], _: dict[str, str]) -> dict[str, Any]:
        trade = self._known(asked["out_trade_no"])
        if trade.state != "WAIT_BUYER_PAY":
            raise Refused("ACQ.REASON_TRADE_STATUS_INVALID")
        trade.state = "TRADE_CLOSED"
        return {"out_trade_no": asked["out_trade_no"], "trade_no": trade.number}

    def _refund(self, asked: dict[str, Any], _: dict[str, str]) -> dict[str, Any]:
        number, refund_no = asked["out_trade_no"], asked["out_request_no"]
        trade, fen = self._known(number), _fen(asked["refund_amount"])
        if trade.paid_at is None:
            raise Refused("ACQ.TRADE_STATUS_ERROR")
        told = {"out_trade_no": number, "trade_no": trade.number}
        if refund_no in self.refunds:
            if self.refunds[refund_no].fen != fen:
                raise Refused("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
            return told | {"fund_change": "N", "refund_fee": _yuan(self._back(number))}
        if not 0 < fen <= _fen(trade.total) - self._back(number):
            raise Refused("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
        if fen > self.balance:
            raise Refused("ACQ.SELLER_BALANCE_NOT_ENOUGH")
        self.balance -= fen
        self.refunds[refund_no] = Refund(number, fen, self.clock())
        if self._back(number) == _fen(trade.total):
            trade.state = "TRADE_CLOSED"
        return told | {"fund_change": "Y", "refund_fee": _yuan(self._back(number))}

    def _back(self, trade_no: str) -> int:
        return sum(one.fen for one in self.refunds.values() if one.trade == trade_no)

    def _fastpay_refund_query(self, asked: dict[str, Any], _: dict[str, str]) -> dict[str, Any]:
        self._known(asked["out_trade_no"])
        refund = self.refunds.get(asked["out_request_no"])
        if refund is None:
            return {}  # a success that tells of nothing: there is no such refund
        told = {"out_request_no": asked["out_request_no"], "out_trade_no": refund.trade}
        return told | {"refund_amount": _yuan(refund.fen), "refund_status": "REFUND_SUCCESS"}

    # ── the bill ────────────────────────────────────────────────────────────────────────────────────────────────

    def _data_dataservice_bill_downloadurl_query(
        self, asked: dict[str, Any], _: dict[str, str]
    ) -> dict[str, Any]:
        if not self._rows(asked["bill_date"]):
            raise Refused("isp.bill_not_exist")
        return {"bill_download_url": f"{self.address}/bill.zip?day={asked['bill_date']}"}

    def _rows(self, day: str) -> list[str]:
        rows = []
        for number, trade in self.trades.items():
            if trade.paid_at and _moment(trade.paid_at).startswith(day):
                rows.append(_row(trade, number, "交易", trade.total, "", trade.paid_at))
        for refund_no, refund in self.refunds.items():
            if _moment(refund.at).startswith(day):
                trade = self.trades[refund.trade]
                rows.append(_row(trade, refund.trade, "退款", f"-{_yuan(refund.fen)}", refund_no, refund.at))
        return rows

    async def _bill_file(self, request: web.Request) -> web.Response:
        table = "\r\n".join(
            [
                "#支付宝业务明细查询",
                "#账号：[20880000000000010156]",
                "#-----------------------------------------业务明细列表----------------------------------------",
                HEAD,
                *self._rows(request.query["day"]),
                "#-----------------------------------------业务明细列表结束------------------------------------",
            ]
        )
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as file:
            file.writestr("2088_业务明细(汇总).csv", "#汇总".encode("gbk"))
            file.writestr("2088_业务明细.csv", table.encode("gbk"))
        return web.Response(body=packed.getvalue(), content_type="application/zip")


HEAD = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,"
    "卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)


def _row(trade: Trade, number: str, kind: str, yuan: str, refund_no: str, at: datetime) -> str:
    told = {"支付宝交易号": trade.number, "商户订单号": number, "业务类型": kind, "订单金额（元）": yuan}
    told |= {"完成时间": _moment(at), "创建时间": _moment(at), "退款批次号/请求号": refund_no}
    return ",".join(f"{told.get(name, '')}\t" for name in HEAD.split(","))


def _moment(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _fen(yuan: str) -> int:
    whole, _, part = yuan.partition(".")
    return int(whole) * 100 + int(part or 0)


@asynccontextmanager
async def open_fake(clock: Callable[[], datetime]) -> AsyncIterator[FakeAlipay]:
    fake = FakeAlipay(clock)
    async with TestServer(fake.app()) as server:
        fake.address = str(server.make_url("")).rstrip("/")
        yield fake
