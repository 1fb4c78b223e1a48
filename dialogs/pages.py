"""更多: an answer that is too long is given page by page; who says 更多 to it gets the next one."""

from __future__ import annotations

from dialogs.hear.reading import Reading

MORE = ("更多", "下一页", "还有呢", "还有别的吗")


def parse_page(reading: Reading, old: object, asked: bool) -> object:
    """The number of the page, from 0; only while such an answer stands."""
    wants_more = reading.text.strip() in MORE
    return (old if isinstance(old, int) else 0) + 1 if wants_more and asked else None
