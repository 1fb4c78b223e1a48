"""洗字: what people type is cleaned of what nobody can see before it becomes a name or a line."""

from __future__ import annotations

import re
import unicodedata

LONGEST_NAME = 20

# Letters by their Unicode category, blank to the eye: a name of these alone would be no name at all.
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_TURNS_TEXT_AROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean_text(text: str) -> str:
    """A line: no control characters (PostgreSQL takes no NUL), no halves of characters, nothing that flips the page.
    Joiners stay: emoji are made of them."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in lines if one in "\n\t" or not _is_unfit(one)).strip()


def clean_name(name: str) -> str:
    """A nickname on one line, of visible characters only; may come out empty."""
    seen = "".join(one if _is_visible(one) else " " if one.isspace() else "" for one in name)
    return re.sub(r"\s+", " ", seen).strip()


def is_good_name(name: str) -> bool:
    return 1 <= len(name) <= LONGEST_NAME and any(unicodedata.category(one)[0] in "LNSP" for one in name)


def likeness(name: str) -> str:
    """The name as the eye sees it; two names that look the same are the same name."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _is_unfit(one: str) -> bool:
    return unicodedata.category(one) in ("Cc", "Cs") or one in _TURNS_TEXT_AROUND


def _is_visible(one: str) -> bool:
    return unicodedata.category(one)[0] not in "CZ" and one not in _BLANK_LETTERS
