"""What is read out of 投票 …, 活动 … and 砍价 …: the goods, the numbers and the moment, in whatever order they are said."""

from __future__ import annotations

from typing import Any

import pytest

from dialogs.hear.reading import Reading
from dialogs.merchant.campaign_bargain import OpenBargain
from dialogs.merchant.event_open import OpenEvent
from dialogs.merchant.vote_open import OpenVote


def heard(dialogue: OpenVote | OpenEvent | OpenBargain, text: str) -> dict[str, Any]:
    return dialogue.fill(Reading(text=text, action="ignore", intent="chat.none"), {}, "")


@pytest.mark.parametrize(
    ("said", "title", "choices", "until"),
    [
        ("投票 下周进什么：榴莲 山竹 荔枝", "下周进什么", ["榴莲", "山竹", "荔枝"], None),
        ("投票 下周进什么:榴莲、山竹，荔枝 到周五晚8点", "下周进什么", ["榴莲", "山竹", "荔枝"], "周五晚8点"),
        ("投票 周五吃什么：面 饭", "周五吃什么", ["面", "饭"], None),
        ("发起投票 吃什么 面 饭 明天10点截止", "吃什么", ["面", "饭"], "明天10点"),
        ("投票 吃什么", "吃什么", None, None),
    ],
)
def test_a_vote(said: str, title: str, choices: list[str] | None, until: str | None) -> None:
    found = heard(OpenVote(), said)
    assert (found.get("title"), found.get("choices"), found.get("until")) == (title, choices, until)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "活动 周六10点 品鉴会 20人 9.9元",
            {"title": "品鉴会", "when": "周六10点", "places": 20, "price": "9.9"},
        ),
        ("报名 品鉴会 明天下午3点 限20人 免费", {"title": "品鉴会", "when": "明天下午3点", "places": 20}),
        (
            "办活动 采摘 30个名额 每人限2 周日9:30",
            {"title": "采摘", "when": "周日9:30", "places": 30, "each": "2"},
        ),
        ("活动 周六 品鉴会 20人", {"title": "品鉴会", "places": 20}),
    ],
)
def test_an_event(said: str, expected: dict[str, Any]) -> None:
    assert heard(OpenEvent(), said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "砍价 榴莲 199→99 10刀 24小时",
            {"goods": "榴莲", "prices": ["199", "99"], "cuts": 10, "hours": 24},
        ),
        ("砍价 榴莲 199元砍到99元 10刀", {"goods": "榴莲", "prices": ["199", "99"], "cuts": 10}),
        (
            "砍价 8刀 19.9->9.9 草莓 2天 共20份",
            {"goods": "草莓", "prices": ["19.9", "9.9"], "cuts": 8, "hours": 48, "quota": "20"},
        ),
        ("砍价 榴莲", {"goods": "榴莲"}),
    ],
)
def test_a_bargain(said: str, expected: dict[str, Any]) -> None:
    assert heard(OpenBargain(), said) == expected
