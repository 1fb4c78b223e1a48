"""图卡: today's specials as a picture of 800 pixels, which a group looks at before it reads.

Drawn with the font of a package that is pinned (docs/decisions): what a machine has installed is not looked at, so the
picture is the same everywhere. Text that is too long is cut, never written over the edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from importlib.resources import as_file, files
from io import BytesIO
from threading import Lock

import manimgx_fonts_cjk
from PIL import Image, ImageDraw, ImageFont

from dialogs import speech

WIDTH = 800
MARGIN = 44
HEAD, ROW, FOOT = 236, 124, 116
MOST_ROWS = 12
SIMPLIFIED = 2  # the face within the font's file that is for China
REGULAR, BOLD, BLACK = 400, 700, 900
FINE = 4  # circles are drawn so many times larger, for a smooth edge
_one_at_a_time = Lock()  # a font is set to a weight and then used: not by two threads at once

PAPER = (255, 250, 243)
RED = (214, 48, 49)
DARK_RED = (173, 32, 38)
CREAM = (255, 236, 209)
GOLD = (255, 204, 92)
INK = (51, 41, 38)
GREY = (160, 148, 140)
LINE = (240, 226, 210)
WHITE = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Row:
    """One good: its number, its name, what it cost, what it costs, and of what."""

    number: int
    name: str
    was: str
    now: str
    unit: str


def of_specials(title: str, rows: Sequence[speech.Row], note: str, shop: str, when: datetime) -> bytes:
    """The card of today's specials as a picture; `when` is the local hour of its post."""
    at = f"{when.month}月{when.day}日 周{'一二三四五六日'[when.weekday()]} {when:%H:%M}"
    how = "回编号和数量，比如“1号+2”" if len(rows) > 1 else "要的回“+1”"
    goods = tuple(_of_words(n, row) for n, row in enumerate(rows, start=1))
    return _kept(title, goods, shop, at, note, how)


def _of_words(number: int, row: speech.Row) -> Row:
    """草莓, 原价 ¥28.00, ¥22.00/盒."""
    price, _, unit = row.amount.partition("/")
    was = row.detail.removeprefix("原价").strip()
    return Row(number, row.name, was.removesuffix(".00"), price.removesuffix(".00"), unit)


@lru_cache(maxsize=64)
def _kept(title: str, rows: tuple[Row, ...], shop: str, when: str, note: str, how: str) -> bytes:
    return draw(title, rows, shop=shop, when=when, note=note, how=how)


def draw(title: str, rows: Sequence[Row], *, shop: str, when: str, note: str, how: str) -> bytes:
    """A PNG; `when` is the hour of the post, `note` how long it holds, `how` what to say."""
    with _one_at_a_time:
        shown = rows[:MOST_ROWS]
        image = Image.new("RGB", (WIDTH, HEAD + ROW * len(shown) + FOOT), PAPER)
        pen = ImageDraw.Draw(image)
        _head(image, pen, title, shop, when, note)
        for n, row in enumerate(shown):
            _row(image, pen, row, HEAD + n * ROW, is_last=n == len(shown) - 1)
        _foot(pen, image.height - FOOT, how, more=len(rows) - len(shown))
        out = BytesIO()
        image.save(out, "PNG")
        return out.getvalue()


def _head(image: Image.Image, pen: ImageDraw.ImageDraw, title: str, shop: str, when: str, note: str) -> None:
    pen.rectangle((0, 0, WIDTH, HEAD - 28), fill=RED)
    _disc(image, WIDTH - 30, 10, 170, DARK_RED)
    _disc(image, WIDTH - 300, 166, 34, DARK_RED)
    pen.rectangle((0, HEAD - 28, WIDTH, HEAD - 22), fill=GOLD)
    pen.text((MARGIN, 40), _cut(shop, 400, 30, REGULAR), font=_font(30, REGULAR), fill=CREAM)
    pen.text((MARGIN, 82), _cut(title, 420, 82, BLACK), font=_font(82, BLACK), fill=WHITE)
    pen.text((WIDTH - MARGIN, 46), when, font=_font(36, BOLD), fill=GOLD, anchor="ra")
    pen.text((WIDTH - MARGIN, 104), note, font=_font(26, REGULAR), fill=CREAM, anchor="ra")


def _row(image: Image.Image, pen: ImageDraw.ImageDraw, row: Row, top: int, *, is_last: bool) -> None:
    middle = top + ROW // 2
    _disc(image, MARGIN + 30, middle, 30, RED)
    pen.text((MARGIN + 30, middle - 1), str(row.number), font=_font(34, BOLD), fill=WHITE, anchor="mm")
    per = f"/{row.unit}"
    right = WIDTH - MARGIN
    pen.text((right, middle + 22), per, font=_font(28, REGULAR), fill=GREY, anchor="rs")
    right -= round(_font(28, REGULAR).getlength(per)) + 4
    pen.text((right, middle + 22), row.now, font=_font(62, BLACK), fill=RED, anchor="rs")
    left = right - round(_font(62, BLACK).getlength(row.now))
    name_left = MARGIN + 86
    room = left - name_left - 30
    size = 44 if _font(44, BOLD).getlength(row.name) <= room else 34
    name = _cut(row.name, room, size, BOLD)
    pen.text((name_left, middle - 14), name, font=_font(size, BOLD), fill=INK, anchor="lm")
    if row.was:
        was = f"原价 {row.was}"
        pen.text((name_left, middle + 32), was, font=_font(24, REGULAR), fill=GREY, anchor="lm")
        begins = name_left + _font(24, REGULAR).getlength("原价 ")
        ends = name_left + _font(24, REGULAR).getlength(was)
        pen.line((begins, middle + 33, ends, middle + 33), fill=GREY, width=2)
    if not is_last:
        pen.line((MARGIN, top + ROW, WIDTH - MARGIN, top + ROW), fill=LINE, width=2)


def _foot(pen: ImageDraw.ImageDraw, top: int, how: str, *, more: int) -> None:
    said = f"{how}　还有 {more} 样" if more > 0 else how
    pen.rounded_rectangle((MARGIN, top + 14, WIDTH - MARGIN, top + 84), radius=35, fill=CREAM)
    pen.text(
        (WIDTH // 2, top + 48),
        _cut(said, WIDTH - 2 * MARGIN - 60, 30, BOLD),
        font=_font(30, BOLD),
        fill=DARK_RED,
        anchor="mm",
    )


def _cut(text: str, width: float, size: int, weight: int) -> str:
    font = _font(size, weight)
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"


def _disc(image: Image.Image, x: int, y: int, radius: int, fill: tuple[int, int, int]) -> None:
    size = 2 * radius
    mask = Image.new("L", (size * FINE, size * FINE))
    ImageDraw.Draw(mask).ellipse((0, 0, size * FINE - 1, size * FINE - 1), fill=255)
    small = mask.resize((size, size), Image.Resampling.LANCZOS)
    flat = Image.new("RGB", (size, size), fill)
    image.paste(flat, (x - radius, y - radius), small)


@cache
def _font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    with as_file(files(manimgx_fonts_cjk) / "NotoSansCJK-VF.otf.ttc") as path:
        font = ImageFont.truetype(str(path), size, index=SIMPLIFIED)
    font.set_variation_by_axes([weight])
    return font
