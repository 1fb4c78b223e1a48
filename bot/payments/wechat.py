"""微信支付 (API v3): a code on a desk, a button on a phone, over the page in WeChat itself; refunds and the day's bill.

Our trade number is WeChat Pay's out_trade_no, our refund number its out_refund_no: the same number again is the same
payment, so whatever has no answer is simply asked again.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from bot.payments.kept import Kept
from bot.payments.port import (
    LONGEST_CALLBACK,
    BadCallback,
    BegunElsewhere,
    BillLine,
    Cashier,
    InApp,
    PaidFact,
    ProviderAway,
    RefundFact,
    Reply,
    Scan,
    Tap,
    TradeClosed,
    Visitor,
    believing,
    event_number,
    fresh,
    refund_number,
    trade_number,
    whole_fen,
)
from bot.payments.wechat_bill import read_bill
from bot.payments.wechat_who import OPEN_ID, Who
from bot.payments.wechat_wire import GATEWAY, Keys, Told, Way, Wire
from shop.kit.money import Money
from shop.payments import Intent

GOOD_FOR = {
    Way.NATIVE: timedelta(minutes=110),
    Way.JSAPI: timedelta(minutes=110),
    Way.H5: timedelta(minutes=4),
}
PAID = {"SUCCESS", "REFUND"}  # a trade that was refunded later was paid, too
OVER = {"CLOSED", "REVOKED", "PAYERROR"}

log = logging.getLogger(__name__)


class _NotThisWay(Exception):
    """The account may not be paid in this way; another one is tried."""


class WeChatPay:
    name = "wechat"
    title = "微信"

    def __init__(
        self,
        keys: Keys,
        *,
        shop_name: str,
        public_url: str,
        clock: Callable[[], datetime],
        gateway: str = GATEWAY,
        open_id: str = OPEN_ID,
    ) -> None:
        """Raises ValueError when a key cannot be read."""
        self._keys, self._shop_name, self._public_url = keys, shop_name, public_url.rstrip("/")
        self._clock, self._open_id = clock, open_id
        self._wire = Wire(keys, notify_url=f"{self._public_url}/pay/callback/{self.name}", gateway=gateway)
        self._who = Who(keys.appid, keys.app_secret, clock=clock, open_id=open_id)
        self._begun = Kept(clock)

    # ── to pay ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def begin(self, intent: Intent, visitor: Visitor) -> Cashier:
        try:
            if visitor.device == "phone":
                return await self._h5(intent, visitor)
            if visitor.device == "wechat" and self._who.can_know:
                if not visitor.code:
                    return self._who.ask(f"{self._public_url}{visitor.page}")
                if openid := await self._who.openid(visitor.code):
                    return await self._inapp(intent, openid)
        except (_NotThisWay, BegunElsewhere):
            log.info("trade %s is shown as a code to scan instead", intent.trade_no)
        return Scan(await self._prepay(intent, Way.NATIVE, "code_url"))

    async def _h5(self, intent: Intent, visitor: Visitor) -> Tap:
        scene = {"payer_client_ip": visitor.ip, "h5_info": {"type": "Wap"}}
        address = await self._prepay(intent, Way.H5, "h5_url", scene_info=scene)
        back = quote(f"{self._public_url}/paid/{intent.trade_no}", safe="")
        return Tap(f"{address}&redirect_url={back}")

    async def _inapp(self, intent: Intent, openid: str) -> InApp:
        prepay = await self._prepay(intent, Way.JSAPI, "prepay_id", payer={"openid": openid})
        values = {
            "appId": self._keys.appid,
            "timeStamp": str(int(self._clock().timestamp())),
            "nonceStr": secrets.token_hex(16),
            "package": f"prepay_id={prepay}",
        }
        return InApp(values | {"signType": "RSA", "paySign": self._wire.sign(*values.values())})

    async def _prepay(self, intent: Intent, way: Way, wanted: str, **more: Any) -> str:
        """WeChat Pay takes one number in one way only, so what it once gave is shown again while it is good."""
        place = (intent.trade_no, way, json.dumps(more.get("payer")))
        if known := self._begun.get(place):
            return known
        told = await self._wire.ask(
            lambda library: library.pay(
                description=f"{self._shop_name} 订单 {intent.code}"[:40],
                out_trade_no=intent.trade_no,
                amount={"total": intent.amount.fen, "currency": "CNY"},
                pay_type=way,
                **more,
            )
        )
        if not told.is_good:
            await self._say_why_not(told, intent.trade_no, way)
        value = told.body.get(wanted)
        if not isinstance(value, str) or not value:
            raise ProviderAway(f"WeChat Pay gave no {wanted}")
        return self._begun.keep(place, value, GOOD_FOR[way])

    async def _say_why_not(self, told: Told, trade_no: str, way: Way) -> None:
        """Always raises."""
        if told.is_passing:
            raise ProviderAway(f"WeChat Pay says {told.code}")
        if (await self._trade(trade_no)).get("trade_state") in PAID | OVER:
            raise TradeClosed(trade_no)
        if told.code == "OUT_TRADE_NO_USED" or "订单号重复" in str(told.body.get("message")):
            raise BegunElsewhere(trade_no)
        if told.code in ("NO_AUTH", "NOAUTH") and way is not Way.NATIVE:
            log.warning("WeChat Pay does not let this account use %s", way.name)
            raise _NotThisWay(way.name)
        log.error("WeChat Pay refuses trade %s: %s", trade_no, told.code)
        raise ProviderAway(f"WeChat Pay says {told.code}")

    # ── what it tells ───────────────────────────────────────────────────────────────────────────────────────────

    def verify(self, headers: Mapping[str, str], body: bytes) -> PaidFact | RefundFact | None:
        if len(body) > LONGEST_CALLBACK:
            raise BadCallback(413, "the callback is too long")
        fresh(headers.get("Wechatpay-Timestamp", ""), self._clock())
        opened = self._wire.open_callback(headers, body)
        told, kind = opened["resource"], str(opened.get("event_type"))
        if told.get("mchid") != self._keys.mchid:
            raise BadCallback(403, "meant for another merchant")
        if kind.startswith("REFUND."):
            return _refund_fact(told, str(told.get("refund_status")))
        return self._paid_fact(told) if kind == "TRANSACTION.SUCCESS" else None

    def reply(self, *, taken: bool, sentence: str) -> Reply:
        return Reply(json.dumps({"code": "SUCCESS" if taken else "FAIL", "message": sentence}))

    async def query(self, trade_no: str) -> PaidFact | None:
        told = await self._trade(trade_no)
        if told.get("trade_state") not in PAID:
            return None
        with believing():
            return self._paid_fact(told)

    async def close(self, trade_no: str) -> None:
        told = await self._wire.ask(lambda library: library.close(out_trade_no=trade_no))
        if told.is_good or told.status == 404:
            return
        state = (await self._trade(trade_no)).get("trade_state")
        if state is not None and state not in PAID | OVER:
            raise ProviderAway(f"WeChat Pay does not close the trade now: {told.code}")

    async def _trade(self, trade_no: str) -> Mapping[str, Any]:
        """As it stands there; empty when it is not known there."""
        told = await self._wire.ask(lambda library: library.query(out_trade_no=trade_no))
        if told.status == 404:
            return {}
        if not told.is_good:
            raise ProviderAway(f"WeChat Pay says {told.code}")
        return told.body

    def _paid_fact(self, told: Mapping[str, Any]) -> PaidFact:
        """The amount is what the order asked for, whatever part of it a coupon of WeChat's has paid."""
        if told.get("mchid") != self._keys.mchid or told.get("appid") != self._keys.appid:
            raise BadCallback(403, "meant for another merchant")
        amount = told.get("amount")
        if not isinstance(amount, dict) or amount.get("currency", "CNY") != "CNY":
            raise BadCallback(400, "only CNY is taken")
        if told.get("trade_state") not in PAID:
            raise BadCallback(400, "the callback tells of no payment")
        event, number = event_number(told.get("transaction_id")), trade_number(told.get("out_trade_no"))
        return PaidFact(event, number, whole_fen(amount.get("total")))

    # ── money back ──────────────────────────────────────────────────────────────────────────────────────────────

    async def refund(
        self, refund_no: str, *, trade_no: str, total: Money, amount: Money, reason: str
    ) -> RefundFact:
        asked = {"refund": amount.fen, "total": total.fen, "currency": "CNY"}
        try:
            told = await self._wire.ask(
                lambda library: library.refund(
                    out_refund_no=refund_no, out_trade_no=trade_no, amount=asked, reason=reason[:80] or None
                )
            )
            if told.is_good:
                return _believed(told.body, refund_no)
        except ProviderAway as away:
            return RefundFact(refund_no, "failed", amount, may_retry=True, why=str(away))
        log.warning("WeChat Pay refuses refund %s: %s", refund_no, told.code)
        return RefundFact(refund_no, "failed", amount, may_retry=told.is_passing, why=told.code)

    async def query_refund(self, refund_no: str, *, trade_no: str) -> RefundFact | None:
        told = await self._wire.ask(lambda library: library.query_refund(out_refund_no=refund_no))
        if told.status == 404:
            return None
        if not told.is_good:
            raise ProviderAway(f"WeChat Pay says {told.code}")
        return _believed(told.body, refund_no)

    # ── the day's bill ──────────────────────────────────────────────────────────────────────────────────────────

    async def bill(self, day: date) -> Sequence[BillLine]:
        told = await self._wire.ask(lambda library: library.trade_bill(day.isoformat()))
        if told.code == "NO_STATEMENT_EXIST":
            return ()
        if not told.is_good:
            raise ProviderAway(f"WeChat Pay has no bill of {day} yet: {told.code}")
        place = urlsplit(
            str(told.body.get("download_url"))
        )  # asked for at the same gateway, whatever host it names
        file = await self._wire.ask(lambda library: library.download_bill(f"{place.path}?{place.query}"))
        if not file.is_good:
            raise ProviderAway(f"WeChat Pay does not give the bill of {day}: {file.code}")
        return read_bill(file.raw, sha1=str(told.body.get("hash_value")))

    async def shut_down(self) -> None:
        await self._wire.shut_down()


def _believed(told: Mapping[str, Any], refund_no: str) -> RefundFact:
    with believing():
        fact = _refund_fact(told, str(told.get("status")))
    if fact.refund_no != refund_no:
        raise ProviderAway("WeChat Pay tells of another refund")
    return fact


def _refund_fact(told: Mapping[str, Any], status: str) -> RefundFact:
    amount = told.get("amount")
    if not isinstance(amount, dict):
        raise BadCallback(400, "the amount is not a whole number of fen")
    number, fen = refund_number(told.get("out_refund_no")), whole_fen(amount.get("refund"))
    if status in ("CLOSED", "ABNORMAL"):  # not to be had at this number any more: for a person
        return RefundFact(number, "failed", fen, why=status)
    return RefundFact(number, "settled" if status == "SUCCESS" else "accepted", fen)
