"""像素: the size that a picture says it has, and a bomb of pixels that is refused unopened."""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dialogs import refusals
from shop.refusals import TooManyPixels
from shop.rules import pixels
from shop.rules.pictures import TYPES, picture

FORMS: list[tuple[str, dict[str, Any]]] = [
    ("jpeg", {}),
    ("jpeg", {"progressive": True, "exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0", "comment": b"x" * 70}),
    ("png", {}),
    ("gif", {}),
    ("webp", {}),
    ("webp", {"lossless": True}),
    ("webp", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}),
]


@pytest.mark.parametrize(("kind", "how"), FORMS)
@pytest.mark.parametrize("size", [(1, 1), (257, 3), (640, 1136)])
def test_the_size_is_read_as_others_write_it(kind: str, how: dict[str, Any], size: tuple[int, int]) -> None:
    body = BytesIO()
    Image.new("RGB", size, "orange").save(body, kind, **how)
    shown = picture(body.getvalue())
    assert shown.kind == kind
    assert pixels.count(shown.body, kind) == size[0] * size[1]


def test_a_few_kilobytes_that_unpack_to_gigabytes_are_refused_with_a_sentence() -> None:
    side = (60_000).to_bytes(4)
    head = b"IHDR" + side + side + b"\x08\0\0\0\0"
    bomb = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + head + zlib.crc32(head).to_bytes(4)
    with pytest.raises(TooManyPixels) as no:
        picture(bomb)
    assert "缩小" in refusals.words(no.value)


@given(st.sampled_from(sorted(TYPES)), st.binary(max_size=80))
def test_whatever_comes_is_counted_or_not_and_nothing_worse(kind: str, rest: bytes) -> None:
    starts = {
        "jpeg": b"\xff\xd8\xff",
        "png": b"\x89PNG\r\n\x1a\n",
        "gif": b"GIF89a",
        "webp": b"RIFF....WEBPVP8X",
    }
    found = pixels.count(starts[kind] + rest, kind)
    assert found is None or found >= 0
