"""The inbox: kept before it is read, cleaned at the border, patient with a database that is away."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tortoise.exceptions import DBConnectionError

from bot.inbox import LONGEST_NAME, LONGEST_TEXT, to_heard, to_incoming
from dialogs.speech import Heard, Quote
from shop import mail
from shop.kit.ids import MessageId
from shop.mail import Incoming, Kept
from tests.support.street import Street, open_street, orders_by_name, rows
from tests.support.world import NOW

UNSPEAKABLE = set(map(chr, [*range(9), *range(11, 32), 127, 0x200B, 0x200E, 0x202E, 0x2066, 0xFEFF, 0xD800]))
anything = st.text(st.characters() | st.sampled_from(sorted(UNSPEAKABLE)), max_size=60)


# ── the border ──────────────────────────────────────────────────────────────────────────────────────────────────


@given(anything, anything, st.lists(anything, max_size=4), st.none() | st.tuples(anything, anything))
def test_what_is_kept_is_clean_and_short_and_comes_back_as_it_was_kept(
    name: str, text: str, mentions: list[str], quoted: tuple[str, str] | None
) -> None:
    quote = Quote(*quoted) if quoted else None
    heard = Heard("street", "m1", "g1", "wx1", name, text, NOW, tuple(mentions), quote)
    kept = to_incoming(heard)
    assert 1 <= len(kept.name) <= LONGEST_NAME and "\n" not in kept.name
    for words in (kept.name, kept.text, repr(kept.extra)):
        assert not UNSPEAKABLE & set(words)
        words.encode()
    back = to_heard(Kept(MessageId(1), kept, kept.sent_at))
    assert to_incoming(back) == kept


def test_a_long_text_is_cut_before_anything_reads_it() -> None:
    heard = Heard("street", "m1", None, "wx1", "小李", "橙" * 100_000, NOW)
    assert len(to_incoming(heard).text) == LONGEST_TEXT


# ── keeping ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_comes_together_is_kept_together_and_in_its_order(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = list[int]()
    keep_all = mail.keep_all

    async def counted(incoming: Any, **more: Any) -> Any:
        batches.append(len(incoming))
        return await keep_all(incoming, **more)

    monkeypatch.setattr(mail, "keep_all", counted)
    async with open_street(database_url) as street:
        heard = [street.heard(f"邻居{n}", f"第{n}句", id=f"n{n}") for n in range(30)]
        ids = await asyncio.gather(*(street.shop.hear(one) for one in heard))
        assert ids == sorted(ids) and len(set(ids)) == 30
        assert sum(batches) == 30 and len(batches) < 10
        kept = await rows("SELECT text FROM message ORDER BY id")
        assert kept == [(f"第{n}句",) for n in range(30)]


async def test_one_that_no_database_takes_does_not_take_the_others_with_it(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_all = mail.keep_all

    async def choosy(incoming: list[Incoming], **more: Any) -> Any:
        if any(one.channel_id == "bad" for one in incoming):
            raise ValueError("no database takes this")
        return await keep_all(incoming, **more)

    monkeypatch.setattr(mail, "keep_all", choosy)
    async with open_street(database_url) as street:
        heard = [street.heard(f"邻居{n}", "来1箱橙子", id="bad" if n == 2 else "") for n in range(5)]
        ends = await asyncio.gather(*(street.shop.hear(one) for one in heard), return_exceptions=True)
        assert [isinstance(end, ValueError) for end in ends] == [False, False, True, False, False]
        await street.shop.inbox.idle()
        assert sorted(await orders_by_name()) == ["邻居0", "邻居1", "邻居3", "邻居4"]


async def test_a_channel_goes_on_after_a_message_that_no_database_takes(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_all = mail.keep_all

    async def choosy(incoming: list[Incoming], **more: Any) -> Any:
        if incoming[0].channel_id == "bad":
            raise ValueError("no database takes this")
        return await keep_all(incoming, **more)

    monkeypatch.setattr(mail, "keep_all", choosy)
    monkeypatch.setattr("bot.wiring.AWAY_SECONDS", 0.01)
    async with open_street(database_url) as street:
        await street.shop.start()
        await street.channel.put(street.heard("小李", "来1箱橙子", id="bad"))
        await street.channel.put(street.heard("阿花", "来2箱橙子"))
        await _said(street, "阿花")
        assert await orders_by_name() == {"阿花": "unpaid 2箱橙子"}


async def test_a_message_whose_commit_lost_its_answer_is_worked_through(database_url: str) -> None:
    """It is in the table, nobody queued it, and the channel delivers it again."""
    async with open_street(database_url) as street:
        heard = street.heard("小李", "来2箱橙子", id="lost")
        await mail.keep(to_incoming(heard), now=NOW)
        await street.shop.hear(heard)
        await street.shop.inbox.idle()
        assert await orders_by_name() == {"小李": "unpaid 2箱橙子"}


async def test_what_was_left_by_a_crash_is_taken_up_once_even_if_it_comes_again(database_url: str) -> None:
    async with open_street(database_url) as street:
        left = [street.heard(f"邻居{n}", "来1箱橙子", id=f"left{n}") for n in range(6)]
        for one in left:
            await mail.keep(to_incoming(one), now=NOW)
        first = await street.shop.hear(left[3])  # the page was open before the rest was taken up
        assert await street.shop.inbox.take_up() == 6
        assert [answer.text for answer in await street.shop.answers(first)] != []
        await street.shop.inbox.idle()
        assert list((await orders_by_name()).values()) == ["unpaid 1箱橙子"] * 6
        assert await street.shop.inbox.take_up() == 0


# ── a database that is away ─────────────────────────────────────────────────────────────────────────────────────


async def test_no_lane_dies_with_the_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is away for longer than a unit of work is patient: nothing is counted, nothing is lost."""
    monkeypatch.setattr("bot.inbox.AWAY_SECONDS", 0.01)
    begin, faults = mail.begin, 0

    async def away(id: MessageId) -> Kept | None:
        nonlocal faults
        if faults < 12:
            faults += 1
            raise DBConnectionError("the server is away")
        return await begin(id)

    monkeypatch.setattr(mail, "begin", away)
    monkeypatch.setattr("shop.transaction.LOST_PAUSE", 0.001)
    async with open_street(database_url) as street:
        assert await street.texts("小李", "来1箱橙子") != []
        assert await street.texts("小李", "橙子改2箱") != []
        assert await orders_by_name() == {"小李": "unpaid 2箱橙子"}
        assert await rows("SELECT state, attempts FROM message") == [("done", 0), ("done", 0)]
        assert faults == 12


async def test_a_failure_that_could_not_be_counted_is_tried_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.inbox.AWAY_SECONDS", 0.01)
    begin, failed, faults = mail.begin, mail.failed, list[str]()

    async def bug(id: MessageId) -> Kept | None:
        if len(faults) < 2:
            faults.append("bug")
            raise ZeroDivisionError
        return await begin(id)

    async def away(id: MessageId, fault: str) -> bool:
        if len(faults) < 2:
            raise OSError("no place left on the disk")
        return await failed(id, fault)

    monkeypatch.setattr(mail, "begin", bug)
    monkeypatch.setattr(mail, "failed", away)
    async with open_street(database_url) as street:
        assert await street.texts("小李", "来1箱橙子") != []
        assert await rows("SELECT state, attempts FROM message") == [("done", 1)]


async def _said(street: Street, who: str) -> None:
    async with asyncio.timeout(30):
        while not any(who in line.text for line in street.channel.said):  # noqa: ASYNC110 - a list has no event
            await asyncio.sleep(0.01)
