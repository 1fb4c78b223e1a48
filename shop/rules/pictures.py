"""图: what the shop takes for a picture. Its first bytes decide, never a name or what somebody says it is; drawings that
may hold programs (SVG) are none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shop.refusals import NotAPicture, PictureTooBig, TooManyPixels
from shop.rules import pixels

MOST_BYTES = 5 * 1024 * 1024
TYPES: Mapping[str, str] = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was looked at; `kind` is one of TYPES."""

    body: bytes
    kind: str

    @property
    def type(self) -> str:
        return TYPES[self.kind]

    @property
    def name(self) -> str:
        """For a file; nothing of it comes from outside."""
        return f"picture.{'jpg' if self.kind == 'jpeg' else self.kind}"


def picture(body: bytes) -> Picture:
    """Raises NotAPicture, PictureTooBig, TooManyPixels."""
    if len(body) > MOST_BYTES:
        raise PictureTooBig(MOST_BYTES)
    kind = _kind(body)
    if kind is None:
        raise NotAPicture
    if (pixels.count(body, kind) or 0) > pixels.MOST:
        raise TooManyPixels(pixels.MOST)
    return Picture(body, kind)


def _kind(body: bytes) -> str | None:
    if body.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if body.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "webp"
    return None
