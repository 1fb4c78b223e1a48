"""步子: how often something may be done from one address, and by everybody together; kept in this process only."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

ADDRESSES = 5_000  # watched at once; whoever was seen longest ago is forgotten first


@dataclass
class Pace:
    """`most` times within `within` seconds from one address, and `together` times from all of them."""

    most: int
    together: int
    within: float
    clock: Callable[[], float]
    _of: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)
    _all: deque[float] = field(default_factory=deque)

    def may(self, address: str) -> bool:
        """Counts this time, unless it is one too many."""
        now = self.clock()
        mine = self._of.setdefault(address, deque())
        self._of.move_to_end(address)
        if len(self._of) > ADDRESSES:
            self._of.popitem(last=False)
        for done_at in (mine, self._all):
            while done_at and now - done_at[0] >= self.within:
                done_at.popleft()
        if len(mine) >= self.most or len(self._all) >= self.together:
            return False
        mine.append(now)
        self._all.append(now)
        return True
