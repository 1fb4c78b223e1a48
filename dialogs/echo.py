"""回声: another program repeats what the shop says. Whoever answers that talks for ever, and may even take an order."""

from __future__ import annotations

from dialogs.speech import Heard
from shop import mail

SHORTEST = 12  # letters; shorter than that, people say the same as the shop by chance


async def repeats_us(heard: Heard) -> bool:
    """Does this end with something that the shop has lately said here?"""
    text = _plain(heard.text)
    if len(text) < SHORTEST:
        return False
    said = [_plain(one) for one in await mail.said_lately(heard.channel, heard.room, heard.who)]
    return any(len(one) >= SHORTEST and text.endswith(one) for one in said)


def _plain(text: str) -> str:
    """Without spaces and line breaks: they do not survive a repetition."""
    return "".join(text.split())
