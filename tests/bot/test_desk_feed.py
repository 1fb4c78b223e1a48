"""What reaches an open desk: everything once, then what has changed; who is too slow begins anew."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bot.web import desk_feed
from bot.web.desk_feed import Feed, next_of
from shop import deskviews, people
from shop.deskviews import Row
from shop.kit.ids import PersonId, ShopId

Desk = asyncio.Queue[bytes | None]
AGENT, OTHER = PersonId(7), PersonId(8)


class Counter:
    """A shop whose list is what the test says, and where anything may be new."""

    def __init__(self) -> None:
        self.rows = {1: row(1, "在吗"), 2: row(2, "来2箱")}
        self.number = 0
        self.reads = 0
        self.agents: tuple[PersonId, ...] = (AGENT, OTHER)

    async def staff(self, shop: ShopId) -> tuple[PersonId, ...]:
        return self.agents

    def changes(self) -> None:
        self.number += 1

    async def newest(self) -> tuple[int, int, int]:
        return self.number, 0, 0

    async def lines_after(self, shop: ShopId, after: tuple[int, int, int]) -> tuple[Any, ...]:
        return ()

    async def read(self, shop: ShopId, search: str = "") -> tuple[Row, ...]:
        self.reads += 1
        return tuple(self.rows.values())


def row(person: int, said: str) -> Row:
    return Row(PersonId(person), f"顾客{person}", "", said, None)


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    counter = Counter()
    for name, by in (
        ("newest", counter.newest),
        ("lines_after", counter.lines_after),
        ("rows", counter.read),
    ):
        monkeypatch.setattr(deskviews, name, by)
    monkeypatch.setattr(desk_feed, "ROWS_EVERY", 0.0)
    monkeypatch.setattr(people, "staff", counter.staff)
    monkeypatch.setattr(desk_feed, "LOOK_EVERY", 0.001)
    return counter


async def told(desk: Desk) -> dict[str, Any]:
    event = await next_of(desk)
    assert event
    said: dict[str, Any] = json.loads(event.decode().split("data: ")[1].split("\n")[0])
    return said


async def test_a_desk_gets_the_whole_list_and_then_only_what_has_changed(counter: Counter) -> None:
    feed = Feed(ShopId(1))
    with feed.watch(AGENT) as desk:
        whole = await told(desk)
        assert whole["whole"] and [one["said"] for one in whole["rows"]] == ["在吗", "来2箱"]
        counter.rows = {2: row(2, "再加一箱"), 3: row(3, "转人工")}
        counter.changes()
        change = await told(desk)
        assert [one["said"] for one in change["rows"]] == ["再加一箱", "转人工"]
        assert change["gone"] == ["customer/1"] and "whole" not in change
        with feed.watch(AGENT) as later:  # a page that comes back must forget what it has
            again = await told(later)
            assert again["whole"] and [one["person"] for one in again["rows"]] == [2, 3]
    feed.close()


async def test_many_desks_are_one_look_and_the_same_bytes(counter: Counter) -> None:
    feed = Feed(ShopId(1))
    with feed.watch(AGENT) as first, feed.watch(AGENT) as second:
        await told(first), await told(second)
        reads = counter.reads
        counter.rows[1] = row(1, "到了吗")
        counter.changes()
        assert await first.get() is await second.get()
        assert counter.reads == reads + 1
    feed.close()


async def test_what_lies_ready_goes_out_in_one_piece_and_who_is_too_slow_is_sent_away(
    counter: Counter,
) -> None:
    feed = Feed(ShopId(1))
    with feed.watch(AGENT) as slow, feed.watch(AGENT) as quick:
        await told(slow), await told(quick)
        for n in range(3):
            feed._tell(b"%d;" % n)
        assert await next_of(quick) == b"0;1;2;"
        for _ in range(desk_feed.FULL):
            feed._tell(b"x")
            quick.get_nowait()
        assert await next_of(slow) is None
        feed._tell(b"on;")
        assert await next_of(quick) == b"on;"
    feed.close()


async def test_every_desk_hears_that_the_line_stands_until_he_is_an_agent_no_more(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_feed, "ROUND_EVERY", 0.0)
    feed = Feed(ShopId(1))
    with feed.watch(AGENT) as stays, feed.watch(OTHER) as leaves:
        await told(stays), await told(leaves)
        assert [await stays.get(), await leaves.get()] == [desk_feed.PING] * 2
        counter.agents = (AGENT,)
        while await leaves.get() is not None:
            pass
        assert await stays.get() == desk_feed.PING
    feed.close()
