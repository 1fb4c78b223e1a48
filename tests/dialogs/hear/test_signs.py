"""The two tables a question is weighed by: no sign is worth nothing, none is misspelt, and a sign inside a word is none."""

from __future__ import annotations

import re

import pytest

from dialogs.hear import Context
from dialogs.hear.intents import manners, weigh
from dialogs.hear.lexicon import table
from dialogs.hear.orders import tidy_emoji
from dialogs.hear.signs import QUESTIONS, Signs, signs
from tests.dialogs.hear.shops import fruit_shop

ONLY_HIDE = {"present", "cancel", "desk", "idle"}
OF_PIECES = {"goods", "part", "category", "unknown", "each", "amount", "digits", "moneyamount"}
OF_PIECES |= {"service", "time", "phone", "place_told", "buy", "cart", "tell", "done"}


def shown(text: str) -> Signs:
    scene = fruit_shop()._scene(text, Context(), None)
    return signs(scene, tidy_emoji(scene.gathered))


def weighed() -> set[str]:
    """Every sign that is worth something for some intent."""
    worths = (
        v for one in table("intents.toml").values() for k, v in one.items() if re.fullmatch(r"-?\d+", k)
    )
    return {sign for needed in worths for both in needed.split() for sign in both.split("+")}


def test_every_sign_is_worth_something() -> None:
    listed = {*table("signs.toml")["words"], *table("signs.toml")["shapes"]}
    assert listed - weighed() == {*ONLY_HIDE, *QUESTIONS} - weighed()
    assert weighed() - listed == OF_PIECES & weighed()


def test_every_intent_has_its_manners() -> None:
    for name in table("intents.toml"):
        assert manners(name).group in {"goods", "clean", "near", "never"}


@pytest.mark.parametrize(
    ("text", "sign", "is_there"),
    [
        ("收款码发我", "paycode", True),
        ("取货码多少", "paycode", False),  # 码 in 取货码
        ("单子呢", "sheet", True),
        ("背单词", "order", False),  # 单 in 单词
        ("苹果甜不甜", "goods", True),
        ("吐司多少钱", "taste", False),  # a name is no sign
        ("香蕉3斤", "tell", True),
        ("香蕉几块", "ask", True),
    ],
)
def test_what_shows(text: str, sign: str, is_there: bool) -> None:
    assert (sign in shown(text)) == is_there


def test_neighbours_are_told_apart_by_what_stands_beside() -> None:
    heaviest = {
        text: weigh(shown(text))[0].name
        for text in ("西瓜几号到", "我那个西瓜几号到", "几号送", "几号开门", "几号去取", "几号截团")
    }
    assert list(heaviest.values()) == [
        "stock.query",
        "order.query",
        "delivery.query",
        "hours.query",
        "pickup.query",
        "campaign.query",
    ]
