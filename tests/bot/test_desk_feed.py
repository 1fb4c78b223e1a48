"""What reaches an open desk: everything once, then what has changed; who is too slow begins anew."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Container
from typing import Any

import pytest

from bot.web import desk_feed
from bot.web.desk_feed import Feed
from bot.web.onlooker import PING, Event
from shop import deskviews, people
from shop.deskviews import Newest, Row
from shop.kit.ids import PersonId, ShopId

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

    async def newest(self) -> Newest:
        return self.number, 0, 0, 0

    async def said_since(
        self, shop: ShopId, after: Newest, *, known: Container[str]
    ) -> tuple[Newest, tuple[Any, ...]]:
        return await self.newest(), ()

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
        ("said_since", counter.said_since),
        ("rows", counter.read),
    ):
        monkeypatch.setattr(deskviews, name, by)
    monkeypatch.setattr(desk_feed, "ROWS_EVERY", 0.0)
    monkeypatch.setattr(people, "staff", counter.staff)
    monkeypatch.setattr(desk_feed, "LOOK_EVERY", 0.001)
    return counter


class Desk(asyncio.Queue[Event | None]):
    """An open page; None is its end."""

    def show(self, event: Event) -> None:
        self.put_nowait(event)

    def end(self) -> None:
        self.put_nowait(None)


async def told(desk: Desk) -> dict[str, Any]:
    event = await desk.get()
    assert event is not None
    said: dict[str, Any] = json.loads(event.plain.decode().split("data: ")[1].split("\n")[0])
    return said


async def test_a_desk_gets_the_whole_list_and_then_only_what_has_changed(counter: Counter) -> None:
    feed, desk, later = Feed(ShopId(1)), Desk(), Desk()
    with feed.watch(desk, AGENT):
        whole = await told(desk)
        assert whole["whole"] and [one["said"] for one in whole["rows"]] == ["在吗", "来2箱"]
        counter.rows = {2: row(2, "再加一箱"), 3: row(3, "转人工")}
        counter.changes()
        change = await told(desk)
        assert [one["said"] for one in change["rows"]] == ["再加一箱", "转人工"]
        assert change["gone"] == ["customer/1"] and "whole" not in change
        with feed.watch(later, AGENT):  # a page that comes back must forget what it has
            again = await told(later)
            assert again["whole"] and [one["person"] for one in again["rows"]] == [2, 3]
    feed.close()


async def test_many_desks_are_one_look_and_the_same_bytes(counter: Counter) -> None:
    feed, first, second = Feed(ShopId(1)), Desk(), Desk()
    with feed.watch(first, AGENT), feed.watch(second, AGENT):
        await told(first), await told(second)
        reads = counter.reads
        counter.rows[1] = row(1, "到了吗")
        counter.changes()
        assert await first.get() is await second.get()
        assert counter.reads == reads + 1
    feed.close()


async def test_what_is_said_in_this_process_is_not_waited_for(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_feed, "LOOK_EVERY", 3600.0)
    feed, desk = Feed(ShopId(1)), Desk()
    with feed.watch(desk, AGENT):
        await told(desk)
        counter.rows[1] = row(1, "到了吗")
        counter.changes()
        feed.look()
        assert [one["said"] for one in (await told(desk))["rows"]] == ["到了吗"]
    feed.close()


async def test_every_desk_hears_that_the_line_stands_until_he_is_an_agent_no_more(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_feed, "ROUND_EVERY", 0.0)
    feed, stays, leaves = Feed(ShopId(1)), Desk(), Desk()
    with feed.watch(stays, AGENT), feed.watch(leaves, OTHER):
        await told(stays), await told(leaves)
        assert [await stays.get(), await leaves.get()] == [PING] * 2
        counter.agents = (AGENT,)
        while await leaves.get() is not None:
            pass
        assert await stays.get() is PING
    feed.close()
