"""不行: the shop says no with a Refusal that knows its facts; dialogs/refusals.py has the sentence for each."""

from __future__ import annotations


class Refusal(Exception):
    """A normal no. Whatever the verb had begun is undone. Subclasses are dataclasses named as the sentence."""
