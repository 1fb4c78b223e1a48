"""分寸: how much a group wants to be told unasked; each complaint of a week takes one post a day away."""

from __future__ import annotations

from datetime import timedelta

REMEMBERED = timedelta(days=7)
BECAUSE_OF_US = timedelta(hours=1)  # who leaves so soon after a post, leaves because of it


def posts_a_day(most: int, complaints: int) -> int:
    """`complaints` are the people who complained within `REMEMBERED`, each counted once."""
    return max(0, most - complaints)
