"""Times as people say them, on a Saturday morning at ten."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.hear.places import find_places
from dialogs.hear.times import find_times

SATURDAY = datetime.fromisoformat("2026-11-21T10:00:00+08:00")


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("明天下午3点", "2026-11-22 15:00"), ("明天中午12点", "2026-11-22 12:00"), ("今晚7点半", "2026-11-21 19:30"), ("后天上午9点", "2026-11-23 09:00"),
        ("下周一早上9点", "2026-11-23 09:00"), ("周一中午12点", "2026-11-23 12:00"), ("周六中午前", "2026-11-21 12:00"), ("下周六下午两点", "2026-11-28 14:00"),
        ("3号下午3点", "2026-12-03 15:00"), ("12月1号上午10点", "2026-12-01 10:00"), ("一小时后", "2026-11-21 11:00"), ("半小时后", "2026-11-21 10:30"),
        ("两个半小时后", "2026-11-21 12:30"), ("过20分钟", "2026-11-21 10:20"), ("晚上12点", "2026-11-22 00:00"), ("明早8点", "2026-11-22 08:00"),
        ("15:30", "2026-11-21 15:30"), ("3点", "2026-11-21 15:00"), ("八点一刻", "2026-11-21 20:15"), ("下午5点20", "2026-11-21 17:20"), ("中午1点", "2026-11-21 13:00"),
    ],
)  # fmt: skip
def test_a_time_is_resolved(said: str, at: str) -> None:
    moment = max(find_times(said), key=lambda found: found.end - found.start).moment
    assert moment.at(SATURDAY) == datetime.fromisoformat(f"{at}:00+08:00")


@pytest.mark.parametrize("said", ["2月30号下午3点", "13月1号上午8点", "25点"])
def test_a_day_that_does_not_exist_is_none(said: str) -> None:
    assert all(found.moment.at(SATURDAY) is None for found in find_times(said))


@given(st.text("明后天今早晚上下午中点半刻分周日一二三十0123456789:小时月号前后", max_size=12))
def test_no_jumble_of_times_breaks_it(text: str) -> None:
    for found in find_times(text):
        found.moment.at(SATURDAY)


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("3栋2单元501", {"building": 3, "unit": 2, "room": 501}), ("12-3-502", {"building": 12, "unit": 3, "room": 502}), ("5号楼3楼", {"building": 5, "floor": 3}),
        ("5-1201", {"building": 5, "room": 1201}), ("16#1802", {"building": 16, "room": 1802}), ("2单元301", {"unit": 2, "room": 301}), ("二栋", {"building": 2}), ("7幢", {"building": 7}),
    ],
)  # fmt: skip
def test_an_address(said: str, address: dict[str, int]) -> None:
    found = max(find_places(said), key=lambda place: place.end - place.start)
    assert found.address == address


@pytest.mark.parametrize("said", ["13800001234", "138 0000 1234", "+86 13800001234", "+8613800001234"])
def test_a_telephone_number(said: str) -> None:
    assert [place.phone for place in find_places(said) if place.phone] == ["13800001234"]
