"""A real Chromium, headless, from the machine's own PATH; nothing is ever downloaded for a test.

SLOW_BROWSER=400 in the environment makes every answer of the server so many milliseconds late: it shows the test, and
the page, that takes what was begun for what is done.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 900}


def browser_path() -> str:
    """Where the browser is. Without one the test is skipped on a desk and fails where it must not be missing."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    sentence = f"no browser: none of {', '.join(NAMES)} is on PATH"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    path = browser_path()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[*FLAGS])
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def open_page(browser: Browser, *, phone: bool = False, dark: bool = False) -> AsyncIterator[Page]:
    """A page of a visitor of its own; ends with a look at the console, which must have stayed silent."""
    context = await browser.new_context(
        viewport=PHONE if phone else WIDE,  # type: ignore[arg-type]  # a plain dict is what it takes
        is_mobile=phone,
        has_touch=phone,
        color_scheme="dark" if dark else "light",
        locale="zh-CN",
    )
    page = await context.new_page()
    page.set_default_timeout(8000)
    if slow := os.environ.get("SLOW_BROWSER"):
        line = {"offline": False, "latency": int(slow), "downloadThroughput": -1, "uploadThroughput": -1}
        await (await context.new_cdp_session(page)).send("Network.emulateNetworkConditions", line)
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    try:
        yield page
        assert not wrong
    finally:
        await context.close()
