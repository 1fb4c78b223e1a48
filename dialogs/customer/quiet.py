"""别发了, 可以发了: kept at once. Who runs the group decides for good; anybody else buys the group a quiet day."""

from __future__ import annotations

from datetime import timedelta

from dialogs.engine import Data, Dialogue, Done
from dialogs.turn import Turn
from shop import mail, quiet

JUST_NOW = timedelta(minutes=10)


class Quiet(Dialogue):
    id = "quiet"
    intents = ("mute",)
    group_words = ("别发了", "别再发了", "不要发了", "别发广告了", "别刷屏了", "太吵了别发了")
    examples = ("@小店 别发广告了",)
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        if turn.room is None:
            return Done((turn.here("好，不主动打扰你。要什么直接说"),))
        if turn.runs_here:
            await quiet.hush(turn.room.id)
            return Done((turn.here("好，这个群我只答话，不主动发了。要恢复说“可以发了”"),))
        if not (turn.addressed or await _spoke_just_now(turn)):
            return Done()
        await quiet.complain(turn.room.id, turn.person.id, "said", now=turn.now)
        return Done((turn.here("好，今天不发了，要什么直接找我"),))


class SpeakAgain(Dialogue):
    id = "speak_again"
    intents = ()
    group_words = ("可以发了", "恢复群发", "继续发吧")
    examples = ("可以发了",)
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        if turn.room is None or not turn.runs_here:
            return Done()
        await quiet.speak_again(turn.room.id)
        return Done((turn.here("好，照常发"),))


async def _spoke_just_now(turn: Turn) -> bool:
    """别发了 is said to us when we were the last to be loud."""
    assert turn.room is not None, "asked for a group only"
    return bool(
        await mail.we_said_in_room(turn.room.channel, turn.room.key, since=turn.now - JUST_NOW, limit=1)
    )
