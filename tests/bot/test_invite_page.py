"""The page behind an invitation: a covered name, what both get and the words to say; nothing for who guesses."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from shop import coupon_templates, people, referrals
from tests.support.till import Till, open_till

TAG = re.compile(r"<[^>]*>")


@pytest.fixture
async def till(shop_db: str) -> AsyncIterator[Till]:
    async with open_till(stock={"P1-1": "20"}) as opened:
        yield opened


def read(page: str) -> str:
    return " ".join(TAG.sub(" ", page.partition("<main")[2]).split())


async def a_code(till: Till) -> str:
    who = await people.recognise(till.shop, "webroom", "li", "李<b>姐", now=till.clock())
    return await referrals.code_of(till.shop, who.id)


async def test_whose_it_is_what_both_get_and_what_to_say(till: Till) -> None:
    code = await a_code(till)
    made = await coupon_templates.make_template(till.shop, "C1", "减5", terms={"off": "5"}, each=100)
    await referrals.settle(till.shop, coupon=made.id)
    page = await till.page(f"/i/{code}")
    text = read(page)
    assert "李*** 邀请你来 新朋友送 减5" in text and "李*** 也有一张" in text
    assert f"复制“邀请 {code}”，私聊发店里" in text and "头 30 天、第一单前有效" in text
    assert "姐" not in page


async def test_without_a_coupon_it_promises_none(till: Till) -> None:
    text = read(await till.page(f"/i/{await a_code(till)}"))
    assert "想买什么，说一句就行" in text and "送" not in text and "也有一张" not in text


@pytest.mark.parametrize("path", ["AAAAAAA", "aaaaaaa", "AAAAAA0", "A", "%00"])
async def test_guessing_finds_nothing(till: Till, path: str) -> None:
    await a_code(till)
    assert "邀请你来" not in await till.page(f"/i/{path}", status=404)
