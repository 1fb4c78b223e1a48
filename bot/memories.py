"""记性，选一种: which memory the config asks for. Redis is loaded only for a shop that has it: 7 MB."""

from __future__ import annotations

from bot.memory import InProcess, Memory


def open_memory(url: str) -> Memory:
    """ "" → InProcess; redis://, rediss:// or unix:// → RedisMemory (connects when it is first used). Else ValueError."""
    if not url:
        return InProcess()
    from bot.redis_memory import RedisMemory

    return RedisMemory(url)
