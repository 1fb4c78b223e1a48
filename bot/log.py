"""日志: one line an event; phone numbers and secrets never reach it."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from bot.settings import LogPart

_SECRET_KEYS = re.compile(r"secret|token|password|signature|cookie|authorization", re.IGNORECASE)
_PHONE = re.compile(r"(?<!\d)((?:86)?1[3-9]\d)[ -]?\d{4}[ -]?(\d{4})(?!\d)")
_IN_URL = re.compile(r"(?<=://)[^\s/@]*:[^\s/@]*@")  # user:password@


def set_up(part: LogPart) -> None:
    """Everything that logs, ours and the libraries', goes to stderr through one chain."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _cover,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if part.json_lines
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(part.level.upper())
    for noisy in ("tortoise", "aiosqlite", "asyncio", "jieba"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _cover(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if key not in ("_record", "exc_info"):  # the machinery's own
            event[key] = _covered(key, value)
    if isinstance(event.get("event"), str):
        event["event"] = " ".join(event["event"].splitlines())  # nobody writes a second line into our log
    return event


def _covered(key: str, value: Any) -> Any:
    if _SECRET_KEYS.search(key):
        return "＊＊＊"
    if isinstance(value, str):
        return _IN_URL.sub("＊＊＊@", _PHONE.sub(r"\1****\2", value))
    if isinstance(value, dict):
        return {name: _covered(str(name), inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_covered("", inner) for inner in value]
    return value
