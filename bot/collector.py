"""垃圾回收: what is there when the shop has opened stays until it closes."""

from __future__ import annotations

import gc


def leave_what_stands() -> None:
    """The collector need not walk through the code, the dictionaries and the tables each time some thousand new things
    have been made: that cost a sixth of the time of a rush, and stopped everybody meanwhile."""
    gc.collect()
    gc.freeze()
