"""步子: how often something may be done from one address, and whether many do it; kept in this process only."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

ADDRESSES = 5_000  # watched at once; whoever was seen longest ago is forgotten first


@dataclass
class Pace:
    """`most` times within `within` seconds from one address. From all together as often as they like: a door that
    strangers can shut for everybody is worse than a busy one."""

    most: int
    within: float
    clock: Callable[[], float]
    many: int = 1  # times from all together within that time are no calm day
    _of: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)
    _all: deque[float] = field(init=False)

    def __post_init__(self) -> None:
        self._all = deque(maxlen=self.many)

    def may(self, address: str) -> bool:
        """Counts this time, unless it is one too many."""
        now = self.clock()
        mine = self._of.setdefault(address, deque())
        self._of.move_to_end(address)
        if len(self._of) > ADDRESSES:
            self._of.popitem(last=False)
        while mine and now - mine[0] >= self.within:
            mine.popleft()
        if len(mine) >= self.most:
            return False
        mine.append(now)
        self._all.append(now)
        return True

    def is_calm(self) -> bool:
        return len(self._all) < self.many or self.clock() - self._all[0] >= self.within
