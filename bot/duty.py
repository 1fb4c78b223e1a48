"""当班: what only one process may do at a time (sending, the clock); another one takes over when it is gone.

A lease gives order and saves double work; that nothing is done twice the database sees to.
"""

from __future__ import annotations

import os
import secrets

from bot.memory import Memory

SECONDS = 10.0  # how long the others wait when the one on duty has died


class Duty:
    def __init__(self, memory: Memory, name: str) -> None:
        self._memory = memory
        self._name = name
        self._holder = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._token: int | None = None

    async def is_mine(self) -> bool:
        """Keep the duty or take it when it is free."""
        if self._token is not None and await self._memory.renew(
            self._name, self._holder, self._token, SECONDS
        ):
            return True
        self._token = await self._memory.lease(self._name, self._holder, SECONDS)
        return self._token is not None

    async def hand_over(self) -> None:
        """Let another process have it at once."""
        if self._token is not None:
            await self._memory.release(self._name, self._holder, self._token)
            self._token = None
