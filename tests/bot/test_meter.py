"""节奏: how fast a channel is spoken on, and what becomes of an account that is told to slow down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.channels.channel import Pace, Spoken, TooFast
from bot.channels.loopback import Loopback
from bot.meter import SILENCE, SLOW, Meter
from bot.outbox import TOO_FAST
from bot.performance import CHANNEL, stage
from bot.run import demo_goods
from bot.wiring import OpenShop
from shop.alarms import raise_alarm
from shop.kit.ids import LetterId
from shop.mail import Sealed
from shop.transaction import run_sql, unit_of_work
from tests.support.street import Street
from tests.support.world import NOW


def a_letter(room: str = "一群", lane: str = "reply") -> Sealed:
    return Sealed(LetterId(1), "wechaty", room, None, lane, {"text": "好"}, 0, None, None)


def admitted(meter: Meter, seconds: int, room: str = "一群", lane: str = "reply") -> int:
    """How many of one a second go through."""
    times = (NOW + timedelta(seconds=n) for n in range(seconds))
    return sum(meter.admit(a_letter(room, lane), 1, now) for now in times)


def test_so_many_a_minute_in_one_place_and_in_all() -> None:
    meter = Meter(Pace(per_minute=5, per_minute_in_a_place=2))
    assert [
        meter.admit(a_letter(room), 1, NOW)
        for room in ("一群", "一群", "一群", "二群", "二群", "三群", "四群")
    ] == [
        True,
        True,
        False,
        True,
        True,
        True,
        False,
    ]
    assert meter.admit(a_letter("一群"), 1, NOW + timedelta(minutes=1))


def test_so_many_a_day() -> None:
    meter = Meter(Pace(per_day=3))
    assert admitted(meter, 60) == 3
    assert meter.admit(a_letter(), 1, NOW + timedelta(days=1))


def test_between_two_lines_it_takes_a_breath_that_is_never_the_same() -> None:
    waits = set[int]()
    for _ in range(50):
        meter = Meter(Pace(breath=timedelta(seconds=2)))
        assert meter.admit(a_letter(), 1, NOW)
        waits.add(
            next(
                n
                for n in range(100)
                if meter.admit(a_letter("二群"), 1, NOW + timedelta(milliseconds=n * 100))
            )
        )
    assert min(waits) >= 20
    assert max(waits) <= 40
    assert len(waits) > 5


def test_what_is_longer_than_a_whole_minute_goes_out_alone() -> None:
    meter = Meter(Pace(per_minute=5))
    assert meter.admit(a_letter(), 9, NOW)
    assert not meter.admit(a_letter(), 1, NOW)


def test_told_to_slow_down_it_is_silent_then_half_as_fast_and_promotes_nothing() -> None:
    meter = Meter(Pace(per_minute=10))
    meter.slow_down(NOW)
    assert not meter.admit(a_letter(), 1, NOW + SILENCE - timedelta(seconds=1))
    later = [NOW + SILENCE + timedelta(seconds=n) for n in range(59)]
    assert sum(meter.admit(a_letter(), 1, at) for at in later) == 5
    assert not meter.admit(a_letter(lane="promo"), 1, NOW + SLOW - timedelta(seconds=1))
    assert meter.admit(a_letter(lane="promo"), 1, NOW + SLOW)


class Scolded(Loopback):
    """A channel that says once that it was too fast."""

    scolds = 1

    async def speak(self, line: Spoken) -> None:
        if self.scolds:
            self.scolds -= 1
            raise TooFast("操作过于频繁")
        await super().speak(line)


@pytest.fixture
async def street(database_url: str) -> AsyncIterator[Street]:
    channel = Scolded(CHANNEL)
    async with stage(demo_goods(), database_url, channel) as shop:
        yield Street(shop, channel)


async def test_the_answer_waits_a_minute_and_the_owner_is_told(street: Street) -> None:
    shop: OpenShop = street.shop
    assert await street.texts("小李", "菜单") == []
    assert street.channel.said == []
    await shop.pass_time(SILENCE + timedelta(seconds=1))
    said = {line.account or line.room: line.text for line in street.channel.said}
    assert "橙子" in said["水果群"]
    assert "发得太快" in said["店主"]


async def test_the_alarm_about_it_is_over_with_the_slow_time_and_the_next_is_told_again(
    street: Street,
) -> None:
    shop, channel = street.shop, street.channel
    assert isinstance(channel, Scolded)
    await street.say("小李", "菜单")
    await shop.pass_time(SLOW - timedelta(seconds=1))
    assert await _open_alarms() == 1
    await shop.pass_time(timedelta(seconds=1))
    assert await _open_alarms() == 0
    channel.scolds = 1
    await street.say("小李", "菜单")
    assert await _open_alarms() == 1
    await shop.pass_time(SILENCE + timedelta(seconds=1))
    assert sum("发得太快" in line.text for line in channel.said) == 2


async def test_an_alarm_of_a_process_that_ended_is_over_at_the_start(street: Street) -> None:
    shop, channel = street.shop, street.channel
    assert isinstance(channel, Scolded)
    channel.scolds = 0
    await unit_of_work(lambda: raise_alarm(shop.shop, TOO_FAST, CHANNEL, CHANNEL, now=shop.clock.now()))
    await shop.outbox.flush()
    assert await _open_alarms() == 0


async def _open_alarms() -> int:
    return len(await run_sql("SELECT 1 FROM alarm WHERE closed_at IS NULL"))
