"""播放: a transcript acted out in the room, so that its people are seen to say their lines; the shop answers itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from bot.transcript import BadTranscript, Step, codes_in, parse, with_codes
from bot.web.security import No

MOST_STEPS = 200

SaidNow = list[dict[str, Any]]


def steps_of(transcript: str) -> tuple[Step, ...]:
    """The steps, or a sentence that says why there are none."""
    try:
        steps = parse(transcript).steps
    except BadTranscript as bad:
        raise No(400, f"有一行看不懂（{bad}）。每行写成“小李@群名: 来2箱橙子”，私聊写“小李: 取消”") from None
    if not steps:
        raise No(400, "没看到谁说了什么；每行写成“小李@群名: 来2箱橙子”，私聊写“小李: 取消”")
    if len(steps) > MOST_STEPS:
        raise No(413, f"太长了：{len(steps)} 句，一次最多 {MOST_STEPS} 句")
    return steps


@dataclass
class Playing:
    """What is remembered while it plays: everybody's last line, and the last codes that were seen."""

    say: Callable[[str, str | None, str, str], Awaitable[SaidNow]]  # who, room, text, nonce
    pass_time: Callable[[timedelta], Awaitable[SaidNow]]
    direct: Callable[
        [str, str], Awaitable[SaidNow]
    ]  # a stage direction is the shop's own affair: （小李付款）
    now: Callable[[], datetime]  # on the shop's wall
    last: dict[str, tuple[str | None, str, str]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)

    async def act(self, step: Step) -> SaidNow:
        said = await self._act(step)
        for line in said:
            self.codes |= codes_in(line["text"])
        return said

    async def _act(self, step: Step) -> SaidNow:
        if step.kind == "pass":
            return await self.pass_time(step.by)
        if step.kind == "until":
            now = self.now()
            return await self.pass_time(
                datetime.combine(now.date() + timedelta(days=1), step.at, now.tzinfo) - now
            )
        if step.kind in ("ask", "pay"):
            return await self.direct(step.who, step.kind)
        if step.kind in ("recall", "hand", "leave"):
            raise No(400, "撤回、亲手回和退群是微信里的事，这里演不了；命令行用 qundian play 演")
        if step.kind == "say":
            self.last[step.who] = (step.room, with_codes(step.text, self.codes), uuid4().hex)
        if step.who not in self.last:
            raise No(400, f"{step.who}还没说过话，没有什么可以再发一遍")
        return await self.say(step.who, *self.last[step.who])  # the same nonce: sent once more, heard once
