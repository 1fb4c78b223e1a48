"""守着: a channel that is away for long, and what its owner and its groups are told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.channels.loopback import Loopback
from bot.performance import CHANNEL, stage
from bot.run import demo_goods
from bot.watch import DOWN, LONG
from bot.wiring import OpenShop
from dialogs import apart
from shop import people
from shop.alarms import raise_alarm
from shop.transaction import run_sql, unit_of_work
from tests.support.street import Street

GROUP = "水果群"


@pytest.fixture
def channel() -> Loopback:
    return Loopback(CHANNEL)


@pytest.fixture
async def shop(database_url: str, channel: Loopback) -> AsyncIterator[OpenShop]:
    async with stage(demo_goods(), database_url, channel) as shop:
        yield shop


async def wait(shop: OpenShop, by: timedelta) -> None:
    await shop.pass_time(by)
    await shop.watch.look()
    await shop.outbox.flush()


def said_to(channel: Loopback, place: str) -> list[str]:
    return [line.text for line in channel.said if place in (line.room, line.account)]


async def alarms() -> list[tuple[str, bool]]:
    rows = await run_sql("SELECT words, closed_at FROM alarm ORDER BY id")
    return [(row["words"], row["closed_at"] is None) for row in rows]


async def test_a_long_absence_is_an_alarm_and_the_group_hears_of_it_once(
    shop: OpenShop, channel: Loopback
) -> None:
    await shop.watch.look()
    channel.is_up = False
    await shop.watch.look()
    await wait(shop, LONG)
    await wait(shop, LONG)
    assert await alarms() == [(f"{CHANNEL} 10:00", True)]
    assert channel.said == [], "a channel that is away was spoken on"
    channel.is_up = True
    await wait(shop, timedelta(0))
    await wait(shop, timedelta(0))
    assert await alarms() == [(f"{CHANNEL} 10:00", False)]
    assert said_to(channel, GROUP) == [apart.after_silence()]
    assert "断线了" in said_to(channel, "店主")[0]


async def test_an_alarm_of_a_process_that_ended_is_over_when_the_channel_is_seen_again(
    shop: OpenShop, channel: Loopback
) -> None:
    await unit_of_work(lambda: raise_alarm(shop.shop, DOWN, CHANNEL, "since then", now=shop.clock.now()))
    channel.is_up = False
    await shop.watch.look()
    assert await alarms() == [("since then", True)]
    channel.is_up = True
    await shop.watch.look()
    assert await alarms() == [("since then", False)]


async def test_a_short_absence_and_one_before_the_beginning_are_nobodys_business(
    shop: OpenShop, channel: Loopback
) -> None:
    channel.is_up = False
    await wait(shop, LONG)
    await wait(shop, LONG)
    channel.is_up = True
    await wait(shop, timedelta(0))
    channel.is_up = False
    await shop.watch.look()
    await wait(shop, LONG - timedelta(seconds=1))
    channel.is_up = True
    await wait(shop, timedelta(0))
    assert (channel.said, await alarms()) == ([], [])


async def test_a_group_that_wants_no_noise_hears_nothing(shop: OpenShop, channel: Loopback) -> None:
    room = await people.room(CHANNEL, GROUP)
    assert room is not None
    await unit_of_work(lambda: people.mute(room.id))
    await shop.watch.look()
    channel.is_up = False
    await shop.watch.look()
    await wait(shop, LONG)
    channel.is_up = True
    await wait(shop, timedelta(0))
    assert said_to(channel, GROUP) == []


async def test_what_waited_meanwhile_is_said_when_it_is_back(shop: OpenShop, channel: Loopback) -> None:
    street = Street(shop, channel)
    channel.is_up = False
    assert await street.texts("小李", "来2箱橙子") == []
    await shop.pass_time(timedelta(minutes=10))
    channel.is_up = True
    await shop.outbox.flush()
    assert "橙子2箱" in said_to(channel, GROUP)[0]
    assert "/o/" in said_to(channel, "小李")[0]
