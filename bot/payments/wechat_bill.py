"""微信账单: the trade bill of a day, a table with a backtick before every value and four sums at its end."""

from __future__ import annotations

import csv
import gzip
import hashlib
import hmac
import io
import zlib
from collections.abc import Iterator
from datetime import datetime

from bot.payments.port import CHINA, LARGEST_BILL, BillLine, ProviderAway
from shop.kit.money import Money

SUMS_BEGIN_WITH = "总交易单数"


def read_bill(file: bytes, *, sha1: str) -> tuple[BillLine, ...]:
    """`sha1` is of the unpacked file. Raises ProviderAway when it does not fit or cannot be read."""
    table = _unpacked(file)
    if not hmac.compare_digest(hashlib.sha1(table, usedforsecurity=False).hexdigest(), sha1.lower()):
        raise ProviderAway("the bill came damaged")
    try:
        return tuple(_lines(table.decode("utf-8-sig")))
    except (ValueError, KeyError) as exc:
        raise ProviderAway(f"the bill cannot be read: {type(exc).__name__}") from None


def _unpacked(file: bytes) -> bytes:
    if not file.startswith(b"\x1f\x8b"):
        return file
    try:
        with gzip.open(io.BytesIO(file)) as opened:
            table = opened.read(LARGEST_BILL + 1)
    except (OSError, EOFError, zlib.error):
        raise ProviderAway("the bill came damaged") from None
    if len(table) > LARGEST_BILL:
        raise ProviderAway("the bill is too large")
    return table


def _lines(table: str) -> Iterator[BillLine]:
    for row in csv.DictReader(io.StringIO(table)):
        if (row["交易时间"] or "").startswith(SUMS_BEGIN_WITH):
            return
        told = {name: (value or "").removeprefix("`") for name, value in row.items() if name}
        if told["交易状态"] == "SUCCESS":
            yield _line("paid", told, "", told["订单金额"])
        elif told["交易状态"] == "REFUND":
            yield _line("refunded", told, told["商户退款单号"], told["申请退款金额"])
        else:  # REVOKED: taken back before it ever came in
            continue
    raise ValueError("the sums at the end are missing")


def _line(kind: str, told: dict[str, str], refund_no: str, yuan: str) -> BillLine:
    at = datetime.strptime(told["交易时间"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
    return BillLine(
        "paid" if kind == "paid" else "refunded",
        told["商户订单号"],
        refund_no,
        told["微信订单号"],
        Money.parse(yuan),
        at,
    )
