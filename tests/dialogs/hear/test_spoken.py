"""Orders and changes put together by chance mean what they say; `python -m tests.bench.spoken` says many more of them."""

from __future__ import annotations

import pytest

from tests.bench.spoken import KINDS, hold

MESSAGES = 600


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_said_is_what_is_read_or_it_is_asked_about(seed: int) -> None:
    held = hold(seed, MESSAGES)
    assert not held.wrong, "\n".join([f"--seed {seed} --messages {MESSAGES}", *map(str, held.wrong)])
    assert {kind for kind, what in held.counts if what == "read"} == {kind.__name__ for kind in KINDS}
    assert held.share_asked < 0.02
