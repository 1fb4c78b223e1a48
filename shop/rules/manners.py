"""分寸: how much a group wants to be told unasked; each complaint of a week takes one post a day away."""

from __future__ import annotations

from datetime import timedelta

REMEMBERED = timedelta(days=7)
BECAUSE_OF_US = timedelta(hours=1)  # who leaves so soon after a post, leaves because of it
RECALLS_ARE_ONE = 3  # who takes back what he said to a post has mistyped; so many have thought better of it


def posts_a_day(most: int, complaints: int, recalls: int = 0) -> int:
    """`complaints` are the people who complained within `REMEMBERED`, `recalls` those who only took their words back,
    each counted once."""
    return max(0, most - complaints - recalls // RECALLS_ARE_ONE)
