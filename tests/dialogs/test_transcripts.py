"""Every transcript in tests/transcripts is a test: played against a fresh shop, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.performance import perform, stage
from bot.run import demo_goods
from bot.transcript import parse
from shop.invariants import broken

FILES = sorted((Path(__file__).parents[1] / "transcripts").glob("*.chat"))


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
async def test_the_shop_says_what_is_written(path: Path, database_url: str) -> None:
    transcript = parse(read(path))
    assert transcript.title, "a transcript begins with # and what it shows"
    async with stage(demo_goods(), database_url) as shop:
        difference = await perform(shop, transcript)
        assert difference is None, f"{path}:{difference.line}\n{difference.wanted}\n{difference.got}"
        assert await broken(shop.shop) == []
