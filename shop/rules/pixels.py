"""像素: how large a picture says it is, read from its first bytes; nothing is unpacked for it.

A few kilobytes may unpack to a gigabyte on the phone of whoever looks.
"""

from __future__ import annotations

MOST = 100_000_000  # what any phone takes today has fewer
_FRAMES = frozenset(range(0xC0, 0xD0)) - {
    0xC4,
    0xC8,
    0xCC,
}  # the marks in a jpeg behind which its size stands
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})  # marks without a length


def count(body: bytes, kind: str) -> int | None:
    """Width times height; None where there is no size, so that nobody can draw it either."""
    try:
        size = {"png": _png, "gif": _gif, "webp": _webp, "jpeg": _jpeg}[kind](body)
    except IndexError:
        return None
    return size and size[0] * size[1]


def _png(body: bytes) -> tuple[int, int] | None:
    return (_big(body, 16, 4), _big(body, 20, 4)) if body[12:16] == b"IHDR" else None


def _gif(body: bytes) -> tuple[int, int]:
    return _little(body, 6, 2), _little(body, 8, 2)


def _webp(body: bytes) -> tuple[int, int] | None:
    form = body[12:16]
    if form == b"VP8X":
        return _little(body, 24, 3) + 1, _little(body, 27, 3) + 1
    if form == b"VP8L":
        both = _little(body, 21, 4)
        return (both & 0x3FFF) + 1, (both >> 14 & 0x3FFF) + 1
    if form == b"VP8 ":
        return _little(body, 26, 2) & 0x3FFF, _little(body, 28, 2) & 0x3FFF
    return None


def _jpeg(body: bytes) -> tuple[int, int] | None:
    at = 2
    while body[at] == 0xFF:
        mark = body[at + 1]
        if mark in _FRAMES:
            return _big(body, at + 7, 2), _big(body, at + 5, 2)
        if mark == 0xFF or mark in _BARE:
            at += 1 if mark == 0xFF else 2
        else:
            at += 2 + _big(body, at + 2, 2)
    return None


def _big(body: bytes, at: int, size: int) -> int:
    return int.from_bytes(_slice(body, at, size))


def _little(body: bytes, at: int, size: int) -> int:
    return int.from_bytes(_slice(body, at, size), "little")


def _slice(body: bytes, at: int, size: int) -> bytes:
    """Raises IndexError where the body ends before."""
    if len(body) < at + size:
        raise IndexError
    return body[at : at + size]
