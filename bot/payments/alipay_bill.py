"""支付宝账单: a zip with tables in GBK between comment lines; the one with 业务明细 in its name has a line a payment."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import datetime

from bot.payments.port import CHINA, LARGEST_BILL, BillLine, ProviderAway
from shop.kit.money import Money


def read_bill(file: bytes) -> tuple[BillLine, ...]:
    """Raises ProviderAway when it cannot be read."""
    try:
        return tuple(_lines(_table(file).decode("gb18030")))
    except (zipfile.BadZipFile, ValueError, KeyError, NotImplementedError, RuntimeError, EOFError) as exc:
        raise ProviderAway(f"the bill cannot be read: {type(exc).__name__}") from None


def _table(file: bytes) -> bytes:
    """The details: the first table whose name is not that of the sums. Old zips tell their names in GBK."""
    with zipfile.ZipFile(io.BytesIO(file), metadata_encoding="gb18030") as opened:
        for entry in opened.infolist():
            if entry.filename.endswith(".csv") and "汇总" not in entry.filename:
                if entry.file_size > LARGEST_BILL:
                    raise ValueError("the bill is too large")
                with opened.open(entry) as table:
                    return table.read(LARGEST_BILL)
    raise ValueError("no table of details")


def _lines(table: str) -> Iterator[BillLine]:
    rows = [line for line in table.splitlines() if line.strip() and not line.startswith("#")]
    for row in csv.DictReader(io.StringIO("\n".join(rows))):
        told = {name.strip(): (value or "").strip() for name, value in row.items() if name}
        is_refund = told["业务类型"] == "退款"
        yuan = told["订单金额（元）"].removeprefix("-") if is_refund else told["订单金额（元）"]
        yield BillLine(
            "refunded" if is_refund else "paid",
            told["商户订单号"],
            told["退款批次号/请求号"] if is_refund else "",
            told["支付宝交易号"],
            Money.parse(yuan),
            datetime.strptime(told["完成时间"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA),
        )
