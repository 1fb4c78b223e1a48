"""The chats of the README and of docs/campaigns.md are true: they are played against a fresh shop."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.performance import perform, stage
from bot.run import demo_goods
from bot.transcript import parse

ROOT = Path(__file__).parents[2]


BLOCKS = [
    pytest.param(block, id=f"{page} {n}")
    for page in ("README.md", "docs/campaigns.md")
    for n, block in enumerate(
        re.findall(r"```chat\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL), start=1
    )
]


@pytest.mark.parametrize("block", BLOCKS)
async def test_a_chat_of_the_docs_is_what_the_shop_says(database_url: str, block: str) -> None:
    async with stage(demo_goods(), database_url) as shop:
        difference = await perform(shop, parse(block))
    assert difference is None, f"{difference}"


def test_every_file_that_the_docs_point_to_exists() -> None:
    for page in [
        ROOT / "README.md",
        ROOT / "README.zh-CN.md",
        ROOT / "CONTRIBUTING.md",
        *(ROOT / "docs").rglob("*.md"),
    ]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name} points to {target}"
