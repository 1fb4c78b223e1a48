"""支付宝: a code on a desk, its own page on a phone; refunds are settled by the answer itself; the day's bill.

python-alipay-sdk 3.4.0 asks over blocking sockets, so every call runs in a thread. It raises on bad base64 and on
answers without a signature; both are looked at before or behind it here.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from http.client import HTTPException
from typing import Any
from urllib.parse import parse_qsl
from urllib.request import urlopen

from alipay import AliPay
from alipay.exceptions import AliPayException, AliPayValidationError
from alipay.utils import AliPayConfig

from bot.payments.alipay_bill import read_bill
from bot.payments.port import (
    CHINA,
    LARGEST_BILL,
    LONGEST_CALLBACK,
    BadCallback,
    BillLine,
    Cashier,
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
    refund_number,
    trade_number,
    whole_fen,
)
from shop.kit.money import Money
from shop.payments import Intent

GATEWAY = "https://openapi.alipay.com/gateway.do"
BILL_ADDRESS = "alipay.data.dataservice.bill.downloadurl.query"
SECONDS = 5.0
GOOD = "10000"
PAID = {"TRADE_SUCCESS", "TRADE_FINISHED"}
NOT_THERE = {"ACQ.TRADE_NOT_EXIST", "ACQ.REFUND_NOT_EXIST", "TRADE_NOT_EXIST"}
OVER = {"ACQ.TRADE_HAS_SUCCESS", "ACQ.TRADE_HAS_CLOSE", "ACQ.TRADE_HAS_FINISHED"}
PASSING = {"ACQ.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR", "isp.unknow-error", "aop.unknow-error"}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Keys:
    """What the open platform gives. The secret half never shows itself."""

    appid: str
    public_key: str  # Alipay's, not our own
    private_key: str = field(repr=False)


class _Library(AliPay):  # type: ignore[misc]  # it ships no types
    """Its own requests bear this machine's local time; Alipay wants the time of China."""

    clock: Callable[[], datetime]

    def build_body(self, method: str, biz_content: dict[str, Any] | None = None, **more: Any) -> Any:
        now = self.clock().astimezone(CHINA)
        return super().build_body(method, biz_content, timestamp=f"{now:%Y-%m-%d %H:%M:%S}", **more)


class Alipay:
    name = "alipay"
    title = "支付宝"

    def __init__(
        self,
        keys: Keys,
        *,
        shop_name: str,
        public_url: str,
        clock: Callable[[], datetime],
        gateway: str = GATEWAY,
    ) -> None:
        """Raises ValueError when a key cannot be read."""
        self._appid, self._shop_name, self._public_url = keys.appid, shop_name, public_url.rstrip("/")
        try:
            self._library = _Library(
                appid=keys.appid,
                app_notify_url=f"{self._public_url}/pay/callback/{self.name}",
                app_private_key_string=keys.private_key,
                alipay_public_key_string=keys.public_key,
                config=AliPayConfig(timeout=SECONDS),
            )
        except (ValueError, IndexError, TypeError):
            raise ValueError("a key cannot be read") from None
        self._library.clock = clock
        self._library._gateway = gateway  # there is no other way to say it

    # ── to pay ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def begin(self, intent: Intent, visitor: Visitor) -> Cashier:
        asked = {
            "subject": f"{self._shop_name} 订单 {intent.code}"[:128],
            "out_trade_no": intent.trade_no,
            "total_amount": intent.amount.yuan,
        }
        if visitor.device == "phone":
            back = f"{self._public_url}/paid/{intent.trade_no}"
            signed = self._library.api_alipay_trade_wap_pay(**asked, return_url=back)
            return Tap(f"{self._library._gateway}?{signed}")
        told = await self._ask(lambda: self._library.api_alipay_trade_precreate(**asked))
        if told.get("sub_code") in OVER:
            raise TradeClosed(intent.trade_no)
        code = told.get("qr_code")
        if told.get("code") != GOOD or not isinstance(code, str):
            log.error("Alipay refuses trade %s: %s", intent.trade_no, _word(told))
            raise ProviderAway(f"Alipay says {_word(told)}")
        return Scan(code)

    # ── what it tells ───────────────────────────────────────────────────────────────────────────────────────────

    def verify(self, headers: Mapping[str, str], body: bytes) -> PaidFact | RefundFact | None:
        """No window of time: a notice keeps the time of its first try for a day of tries. One that is played again
        names the same payment, which the books take once."""
        told = self._checked(body)
        if told.get("app_id") != self._appid:
            raise BadCallback(403, "meant for another merchant")
        if told.get("out_biz_no") and told.get("gmt_refund"):
            # it tells the sum of all refunds, not of this one: go and ask
            return RefundFact(refund_number(told["out_biz_no"]), "accepted")
        return _paid_fact(told) if told.get("trade_status") in PAID else None

    def _checked(self, body: bytes) -> dict[str, str]:
        """The fields of a callback that Alipay has signed. Raises BadCallback."""
        if len(body) > LONGEST_CALLBACK:
            raise BadCallback(413, "the callback is too long")
        try:
            pairs = parse_qsl(
                body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=100
            )
        except ValueError:
            raise BadCallback(400, "the callback is no form in UTF-8") from None
        told = dict(pairs)
        if len(told) != len(pairs):
            raise BadCallback(400, "a field stands there twice")
        signature = told.pop("sign", "")
        if not signature or told.get("sign_type") != "RSA2":
            raise BadCallback(400, "signed in a way that we do not know")
        try:
            base64.b64decode(signature, validate=True)
            is_theirs = self._library.verify(dict(told), signature)
        except (binascii.Error, ValueError, AliPayException):
            is_theirs = False
        if not is_theirs:
            raise BadCallback(401, "the signature is wrong")
        return told

    def reply(self, *, taken: bool, sentence: str) -> Reply:
        return Reply("success" if taken else "fail", "text/plain")

    async def query(self, trade_no: str) -> PaidFact | None:
        told = await self._trade(trade_no)
        was_paid = told.get("trade_status") in PAID or bool(told.get("send_pay_date"))
        with believing():
            return _paid_fact(told) if was_paid else None

    async def close(self, trade_no: str) -> None:
        """A code that nobody has scanned yet is no trade for Alipay, so there is nothing to close; should it be scanned
        and paid all the same, that money is late money."""
        asked = {"out_trade_no": trade_no}
        told = await self._ask(lambda: self._library.server_api("alipay.trade.close", asked))
        if told.get("code") == GOOD or told.get("sub_code") in NOT_THERE:
            return
        state = (await self._trade(trade_no)).get("trade_status")
        if state == "WAIT_BUYER_PAY":
            raise ProviderAway(f"Alipay does not close the trade now: {_word(told)}")

    async def _trade(self, trade_no: str) -> Mapping[str, Any]:
        """As it stands there; empty when it is not known there."""
        told = await self._ask(lambda: self._library.api_alipay_trade_query(out_trade_no=trade_no))
        if told.get("sub_code") in NOT_THERE:
            return {}
        if told.get("code") != GOOD:
            raise ProviderAway(f"Alipay says {_word(told)}")
        return dict(told)

    # ── money back ──────────────────────────────────────────────────────────────────────────────────────────────

    async def refund(
        self, refund_no: str, *, trade_no: str, total: Money, amount: Money, reason: str
    ) -> RefundFact:
        try:
            told = await self._ask(
                lambda: self._library.api_alipay_trade_refund(
                    amount.yuan, out_trade_no=trade_no, out_request_no=refund_no, refund_reason=reason[:80]
                )
            )
            if told.get("code") == GOOD:  # taken; with fund_change N it was taken before, or nothing moved
                known = await self.query_refund(refund_no, trade_no=trade_no)
                return known or RefundFact(refund_no, "accepted", amount)
        except ProviderAway as away:
            return RefundFact(refund_no, "failed", amount, may_retry=True, why=str(away))
        log.warning("Alipay refuses refund %s: %s", refund_no, _word(told))
        may_retry = told.get("code") == "20000" or told.get("sub_code") in PASSING
        return RefundFact(refund_no, "failed", amount, may_retry=may_retry, why=_word(told))

    async def query_refund(self, refund_no: str, *, trade_no: str) -> RefundFact | None:
        told = await self._ask(
            lambda: self._library.api_alipay_trade_fastpay_refund_query(refund_no, out_trade_no=trade_no)
        )
        if told.get("sub_code") in NOT_THERE:
            return None
        if told.get("code") != GOOD:
            raise ProviderAway(f"Alipay says {_word(told)}")
        if told.get("out_request_no") != refund_no or told.get("refund_status") != "REFUND_SUCCESS":
            return None  # an answer without a refund in it: there is none
        with believing():
            return RefundFact(refund_no, "settled", _yuan(told.get("refund_amount")))

    # ── the day's bill ──────────────────────────────────────────────────────────────────────────────────────────

    async def bill(self, day: date) -> Sequence[BillLine]:
        asked = {"bill_type": "trade", "bill_date": day.isoformat()}
        told = await self._ask(lambda: self._library.server_api(BILL_ADDRESS, asked))
        if "bill_not_exist" in _word(told).lower():
            return ()
        address = str(told.get("bill_download_url"))
        if told.get("code") != GOOD or not address.startswith(("https://", "http://")):
            raise ProviderAway(f"Alipay has no bill of {day} yet: {_word(told)}")
        return read_bill(await self._ask(lambda: _download(address)))

    async def shut_down(self) -> None:
        """Nothing is open between two calls."""

    async def _ask(self, question: Callable[[], Any]) -> Any:
        """Raises ProviderAway when nothing came back that is signed by Alipay."""
        try:
            return await asyncio.to_thread(question)
        except (OSError, HTTPException) as exc:  # every fault of urllib is an OSError
            raise ProviderAway(f"Alipay gave no answer: {type(exc).__name__}") from None
        except (AliPayException, AliPayValidationError, ValueError, AttributeError, TypeError) as exc:
            raise ProviderAway(f"Alipay's answer cannot be believed: {type(exc).__name__}") from None


def _download(address: str) -> bytes:
    with urlopen(address, timeout=SECONDS) as answer:  # the address came in an answer signed by Alipay
        file: bytes = answer.read(LARGEST_BILL + 1)
    return file


def _word(told: Mapping[str, Any]) -> str:
    return str(told.get("sub_code") or told.get("code"))


def _paid_fact(told: Mapping[str, Any]) -> PaidFact:
    event, number = event_number(told.get("trade_no")), trade_number(told.get("out_trade_no"))
    return PaidFact(event, number, _yuan(told.get("total_amount")))


def _yuan(value: object) -> Money:
    try:
        return whole_fen(Money.parse(str(value)).fen)
    except ValueError:
        raise BadCallback(400, "the amount is no amount in yuan") from None
