"""`qundian understand`: JSON lines in, JSON lines out, whatever they hold; a bad line never stops the run."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from dialogs.hear.reader import Reader
from dialogs.hear.reading import Chat, Clarify, Context, Line, Op, Pending, Quoted, Reading, Said


def readings(lines: Iterable[str], reader: Reader) -> Iterator[str]:
    """One JSON line out for each line in, as it comes."""
    for line in lines:
        if line.strip():
            yield json.dumps(_answer(line, reader), ensure_ascii=False, default=str)


def _answer(line: str, reader: Reader) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as exc:
        return {"id": None, "error": f"not JSON: {exc}"}
    if not isinstance(message, dict):
        return {"id": None, "error": "not an object"}
    id = message.get("id")
    text = message.get("text")
    if not isinstance(text, str):
        return {"id": id, "error": '"text" must be a string'}
    return {"id": id, **as_json(reader.read(text, context_from(message.get("context"))))}


# --- in


def context_from(data: Any) -> Context:
    """A context from JSON; what has a wrong type is left out."""
    if not isinstance(data, dict):
        return Context()
    said = data.get("chat")
    chat: Chat = said if said in ("group", "private", "admin") else "private"
    return Context(
        chat=chat,
        mention=_texts(data.get("mention")),
        campaigns=_texts(data.get("campaigns")),
        cart=_lines(data.get("cart")),
        last_order=_lines(data.get("last_order")),
        history=tuple(_said(data.get("history"))),
        quote=_quote(data.get("quote")),
        pending=_pending(data.get("pending")),
    )


def _texts(data: Any) -> tuple[str, ...]:
    if isinstance(data, str):
        return (data,)
    return tuple(one for one in data if isinstance(one, str)) if isinstance(data, list) else ()


def _text(data: Any) -> str | None:
    return data if isinstance(data, str) else None


def _lines(data: Any) -> tuple[Line, ...]:
    return tuple(line for one in data if (line := _line(one))) if isinstance(data, list) else ()


def _line(data: Any) -> Line | None:
    if not isinstance(data, dict) or not isinstance(data.get("sku"), str):
        return None
    return Line(
        data["sku"],
        _number(data.get("qty")) or Decimal(0),
        _text(data.get("unit")) or "",
        _op(data.get("op")),
        _text(data.get("for")),
        _text(data.get("note")),
        _text(data.get("campaign")),
    )


def _op(data: Any) -> Op:
    return data if data in ("add", "inc", "dec", "set", "remove") else "add"


def _number(data: Any) -> Decimal | None:
    if isinstance(data, bool) or not isinstance(data, str | int | float):
        return None
    try:
        number = Decimal(str(data))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _said(data: Any) -> Iterator[Said]:
    for one in data if isinstance(data, list) else ():
        if isinstance(one, dict) and isinstance(one.get("text"), str):
            yield Said(_text(one.get("who")) or "", one["text"])


def _quote(data: Any) -> Quoted | None:
    if not isinstance(data, dict) or not isinstance(data.get("text"), str):
        return None
    return Quoted(_text(data.get("who")) or "", data["text"], _text(data.get("sku")))


def _pending(data: Any) -> Pending | None:
    if not isinstance(data, dict) or not isinstance(data.get("kind"), str):
        return None
    options = tuple(str(one) for one in data["options"]) if isinstance(data.get("options"), list) else ()
    lines = _lines(data.get("lines"))
    asked = [line for line in lines if not line.qty and line.op != "remove"]
    amounts = all(option.isdecimal() for option in options)
    if data["kind"] == "clarify_qty" and amounts and len(asked) == 1:
        options = (asked[0].sku,)  # the line that lacks its amount is what was asked about
    return Pending(
        data["kind"],
        options,
        tuple(line for line in lines if line not in asked),
        _text(data.get("product")),
        _number(data.get("qty")),
        _text(data.get("unit")),
        _op(data.get("op")),
    )


# --- out


def as_json(reading: Reading) -> dict[str, Any]:
    """A reading as JSON: action, intent, lines, and what must be asked."""
    out: dict[str, Any] = {
        "action": reading.action,
        "intent": reading.intent,
        "lines": [line_json(line) for line in reading.lines],
        "slots": dict(reading.slots),
    }
    if reading.clarify is not None:
        out["clarify"] = _clarify_json(reading.clarify)
    if reading.completes:
        out["completes"] = [line_json(line) for line in reading.completes]
    return out


def line_json(line: Line) -> dict[str, Any]:
    named = {"for": line.for_whom, "note": line.note, "campaign": line.campaign}
    return {
        "sku": line.sku,
        "qty": f"{line.qty:f}",
        "unit": line.unit,
        "op": line.op,
        **{k: v for k, v in named.items() if v},
    }


def _clarify_json(clarify: Clarify) -> dict[str, Any]:
    out: dict[str, Any] = {"slot": clarify.slot, "options": list(clarify.options)}
    for name in ("reason", "product", "unit", "heard"):
        if value := getattr(clarify, name):
            out[name] = value
    if clarify.qty is not None:
        out["qty"] = f"{clarify.qty:f}"
    if clarify.lines:
        out["lines"] = [line_json(line) for line in clarify.lines]
    return out


def main(argv: list[str]) -> int:
    from shop.goods import load

    if len(argv) != 2 or argv[0] != "--catalogue":
        sys.stderr.write("usage: python -m dialogs.hear.command --catalogue FILE < messages.jsonl\n")
        return 2
    for line in readings(sys.stdin, Reader(load(Path(argv[1])))):
        sys.stdout.write(line + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
