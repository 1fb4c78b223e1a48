"""促销的话 taken apart: hours, days, rates, goods; and a table of specials."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.run import demo_goods
from dialogs import promotion_words as words
from dialogs.merchant.special_plan import read_table
from shop.special_plans import EVERY_DAY

GOODS = demo_goods()
TZ = "Asia/Shanghai"
NOW = datetime.fromisoformat("2026-05-01T10:00+08:00")  # a Friday


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("苹果8折 18-20点", "18:00-20:00"),
        ("18点到20点半", "18:00-20:30"),
        ("18:15~20:45", "18:15-20:45"),
        ("下午2点到4点", "14:00-16:00"),
        ("晚上8点到10点", "20:00-22:00"),
        ("上午10点到下午2点", "10:00-14:00"),
        ("22-2点", "22:00-02:00"),
        ("晚上10点到2点", "22:00-02:00"),
        ("20-24点", "20:00-24:00"),
        ("苹果8折", None),
        ("25-26点", None),
        ("18-18点", None),
    ],
)
def test_hours_as_they_are_said(said: str, hours: str | None) -> None:
    found = words.clocks(said).what
    assert (found.shown() if found else None) == hours


@pytest.mark.parametrize(
    ("said", "rate"),
    [("8折", "8"), ("打8.8折", "8.8"), ("八八折", "88"), ("九折", "9"), ("半价", "5"), ("22", None)],
)
def test_rates_as_they_are_said(said: str, rate: str | None) -> None:
    assert words.rate(said).what == rate


@pytest.mark.parametrize(
    ("said", "days", "shown"),
    [
        ("周一到周五", {1, 2, 3, 4, 5}, "周一到周五"),
        ("工作日", {1, 2, 3, 4, 5}, "周一到周五"),
        ("周六周日", {6, 7}, "周六、周日"),
        ("周末", {6, 7}, "周六、周日"),
        ("周五到周一", {5, 6, 7, 1}, "周一、周五、周六、周日"),
        ("每天", {1, 2, 3, 4, 5, 6, 7}, "每天"),
        ("今天", set(), ""),
    ],
)
def test_days_of_the_week_as_they_are_said(said: str, days: set[int], shown: str) -> None:
    assert words.weekdays(said).what == days
    assert words.days_shown(days) == shown


@pytest.mark.parametrize(
    ("said", "begins", "ends"),
    [
        ("18-20点", "2026-05-01T18:00+08:00", "2026-05-01T20:00+08:00"),
        ("9-11点", "2026-05-01T09:00+08:00", "2026-05-01T11:00+08:00"),  # under way
        ("7-9点", "2026-05-02T07:00+08:00", "2026-05-02T09:00+08:00"),  # over today
        ("明天 18-20点", "2026-05-02T18:00+08:00", "2026-05-02T20:00+08:00"),
        ("周日 18-20点", "2026-05-03T18:00+08:00", "2026-05-03T20:00+08:00"),
        ("今晚 22-2点", "2026-05-01T22:00+08:00", "2026-05-02T02:00+08:00"),
        ("20-24点", "2026-05-01T20:00+08:00", "2026-05-02T00:00+08:00"),
        ("今天", "2026-05-01T10:00+08:00", "2026-05-02T00:00+08:00"),
        ("明天", "2026-05-02T00:00+08:00", "2026-05-03T00:00+08:00"),
        ("3天", "2026-05-01T10:00+08:00", "2026-05-04T00:00+08:00"),
        ("到周日", "2026-05-01T10:00+08:00", "2026-05-04T00:00+08:00"),
    ],
)
def test_from_when_until_when(said: str, begins: str, ends: str) -> None:
    found = words.span(said, NOW, TZ).what
    assert found == (datetime.fromisoformat(begins), datetime.fromisoformat(ends))


def test_the_longest_name_is_the_one_that_was_meant() -> None:
    found = words.goods("红富士苹果8折 香蕉", GOODS)
    assert [GOODS.product[id].name for id in found.what] == ["红富士苹果", "香蕉"]
    assert words.unknown(found.rest.replace("8折", "")) == ""
    assert words.unknown(words.goods("奶茶", GOODS).rest) == "奶茶"


def shown(text: str) -> list[tuple[int, str, str]]:
    lines = read_table(text, GOODS).lines
    return [(line.day, GOODS.product_of(line.sku).name, line.price.yuan) for line in lines]


def test_a_day_before_goods_counts_until_the_next_one() -> None:
    assert shown("周一草莓22 香蕉2.9；周二 西瓜20\n橙子25") == [
        (1, "草莓", "22.00"),
        (1, "香蕉", "2.90"),
        (2, "西瓜", "20.00"),
        (2, "橙子", "25.00"),
    ]


def test_a_table_line_by_line() -> None:
    table = "品名\t价格\t星期\n草莓\t22元\n香蕉,2.9/斤,周六周日\n西瓜 ¥20 周五\n"
    assert shown(table) == [
        (EVERY_DAY, "草莓", "22.00"),
        (6, "香蕉", "2.90"),
        (7, "香蕉", "2.90"),
        (5, "西瓜", "20.00"),
    ]


@pytest.mark.parametrize("line", ["芒果干 3", "草莓 0", "草莓", "精品草莓 22", "草莓便宜点"])
def test_what_is_not_understood_is_named(line: str) -> None:
    found = read_table(f"香蕉 2.9\n{line}", GOODS)
    assert [GOODS.product_of(one.sku).name for one in found.lines] == ["香蕉"]
    assert len(found.unheard) == 1
