"""要什么: lines as the reader gives them, as the shop takes them, and as JSON between two messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from dialogs.hear.reading import Line, Pending
from shop.kit.quantity import Quantity
from shop.rules.baskets import Want
from shop.slips import Slip


def to_want(line: Line) -> Want:
    return Want(line.sku, Quantity.of(line.qty), line.op, line.for_whom, line.note)


def to_wants(lines: Iterable[Mapping[str, Any]]) -> list[Want]:
    return [to_want(line_from_json(line)) for line in lines]


def lines_of(slip: Slip | None, campaign: str | None = None) -> tuple[Line, ...]:
    """An order (of this campaign) as the reader's context wants it."""
    if slip is None:
        return ()
    return tuple(Line(x.sku, x.qty.amount, x.unit, "add", x.for_whom, x.note, campaign) for x in slip.lines)


def line_to_json(line: Line) -> dict[str, Any]:
    given = {"for": line.for_whom, "note": line.note, "campaign": line.campaign}
    return {"sku": line.sku, "qty": str(line.qty), "unit": line.unit, "op": line.op} | {
        key: value for key, value in given.items() if value
    }


def line_from_json(line: Mapping[str, Any]) -> Line:
    return Line(
        line["sku"],
        Decimal(line["qty"]),
        line["unit"],
        line.get("op", "add"),
        line.get("for"),
        line.get("note"),
        line.get("campaign"),
    )


def pending_to_json(pending: Pending) -> dict[str, Any]:
    return {
        "kind": pending.kind,
        "options": list(pending.options),
        "lines": [line_to_json(line) for line in pending.lines],
        "product": pending.product,
        "qty": str(pending.qty) if pending.qty is not None else None,
        "unit": pending.unit,
        "op": pending.op,
    }


def pending_from_json(row: Mapping[str, Any]) -> Pending:
    return Pending(
        row["kind"],
        tuple(row["options"]),
        tuple(line_from_json(line) for line in row["lines"]),
        row["product"],
        Decimal(row["qty"]) if row["qty"] is not None else None,
        row["unit"],
        row["op"],
    )
