"""日志: one line an event, for people or for machines; no phone number, no password, no secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO
from types import SimpleNamespace

import pytest
import structlog

from bot import log
from bot.settings import LogPart

PHONE = "13812345678"


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, as it was before afterwards."""
    logger = logging.getLogger()
    handlers, level = logger.handlers, logger.level
    noisy = {name: logging.getLogger(name).level for name in ("tortoise", "aiosqlite", "asyncio", "jieba")}
    yield logger
    logger.handlers, logger.level = handlers, level
    logger.manager._clear_cache()  # type: ignore[attr-defined]  # the level is remembered by every logger
    for name, before in noisy.items():
        logging.getLogger(name).setLevel(before)


Lines = Callable[[], list[str]]


@pytest.fixture
def written(root: logging.Logger, monkeypatch: pytest.MonkeyPatch) -> Lines:
    """Set up for machines; gives the lines that were written since it was last asked."""
    screen = StringIO()
    monkeypatch.setattr(
        log, "sys", SimpleNamespace(stderr=screen)
    )  # pytest puts its own back before the test
    log.set_up(LogPart(level="info", json_lines=True))

    def lines() -> list[str]:
        seen = screen.getvalue().splitlines()
        screen.seek(0)
        screen.truncate()
        return seen

    return lines


def test_an_event_is_one_json_object_a_line(written: Lines) -> None:
    logging.getLogger("bot.inbox").info("message %s of %s", 7, "小李")
    (line,) = written()
    found = json.loads(line)
    assert (found["event"], found["level"]) == ("message 7 of 小李", "info")
    assert found["timestamp"].endswith("Z")
    assert "小李" in line  # and not \\u5c0f


def test_a_fault_is_one_line_with_its_story(written: Lines) -> None:
    try:
        raise ValueError(f"call {PHONE}")
    except ValueError:
        logging.getLogger("bot").exception("it broke")
    (line,) = written()
    found = json.loads(line)
    assert "Traceback" in found["exception"]
    assert (PHONE in line, "138****5678" in line) == (False, True)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"call {PHONE}", "call 138****5678"),
        ("call 138-1234-5678", "call 138****5678"),
        ("call 138 1234 5678 now", "call 138****5678 now"),
        (f"+86{PHONE}", "+86138****5678"),
        (f"{PHONE}和{PHONE}", "138****5678和138****5678"),
        ("order 0501-017", "order 0501-017"),
        ("trade 20260501138123456789", "trade 20260501138123456789"),  # a longer number is no phone
        ("postgres://li:s3cret@db/shop", "postgres://＊＊＊@db/shop"),
        ("redis://:s3cret@db:1/0", "redis://＊＊＊@db:1/0"),
        ("http://shop.example/o/1", "http://shop.example/o/1"),
        ("one\ntwo", "one two"),  # nobody writes a second line into our log
    ],
)
def test_what_must_not_be_read_is_covered(said: str, kept: str, written: Lines) -> None:
    logging.getLogger("bot").warning("%s", said)
    (line,) = written()
    assert json.loads(line)["event"] == kept


def test_secrets_are_covered_by_their_names_however_deep(written: Lines) -> None:
    chain = {
        "event": "x",
        "api_token": "s3cret",
        "Password": "s3cret",
        "headers": {"Authorization": "s3cret", "Cookie": "s3cret", "phone": PHONE},
        "people": [{"secret": "s3cret"}, PHONE],
        "count": 3,
    }
    covered = log._cover(None, "info", chain)
    text = json.dumps(covered, ensure_ascii=False)
    assert ("s3cret" in text, PHONE in text, covered["count"]) == (False, False, 3)


def test_what_is_bound_to_the_context_is_written_too(written: Lines) -> None:
    with structlog.contextvars.bound_contextvars(message=7):
        logging.getLogger("bot").info("heard")
    assert json.loads(written()[0])["message"] == 7


def test_the_level_and_the_noisy_libraries(root: logging.Logger, written: Lines) -> None:
    logging.getLogger("bot").debug("not this")
    logging.getLogger("tortoise").info("not this either")
    logging.getLogger("aiosqlite").debug("nor this")
    logging.getLogger("asyncio").warning("but this")
    assert [json.loads(line)["event"] for line in written()] == ["but this"]
    log.set_up(LogPart(level="error", json_lines=True))
    logging.getLogger("bot").warning("no more")
    assert written() == []


def test_setting_up_twice_writes_once_and_for_people_without_colours(written: Lines) -> None:
    for _ in range(2):
        log.set_up(LogPart(level="info", json_lines=False))
    logging.getLogger("bot").info("开门了 %s", PHONE)
    (line,) = written()
    assert "开门了 138****5678" in line
    assert "\x1b" not in line
