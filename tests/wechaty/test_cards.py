"""名片: what the gateway did not give is asked again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bot.channels.wechaty.cards import CardBox
from bot.channels.wechaty.gateway import GatewayAway, GatewayFault, WrongToken


@pytest.mark.parametrize("trouble", [GatewayAway, GatewayFault, WrongToken])
async def test_a_card_that_could_not_be_had_is_asked_for_again(trouble: type[Exception]) -> None:
    answers: list[Any] = [trouble("not now"), SimpleNamespace(name="小李")]

    async def call(name: str, **_: str) -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    cards = CardBox(call)
    assert await cards.name_in(None, "wxid_li") == ""
    assert [await cards.name_in(None, "wxid_li") for _ in range(2)] == ["小李"] * 2
