"""公告: 公告 水果群 明天停电 → the very words; confirmed, they go to the groups, as the announcement of those that are the shop's own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.leading import rooms_for
from dialogs.opening import Opening, Unclear, named, shown_rooms, unheard
from dialogs.privacy import mask_for_room
from dialogs.speech import Say
from dialogs.turn import Turn
from shop.people import Room

ASK = "公告什么？一句话说完，比如“公告 明天停电，下午两点以后不开门”"
LONGEST = 300  # characters
_HEAD = re.compile(r"^/?(?:发|群)?公告[\s:：]*")


def parse_words(reading: Reading, old: Any, asked: bool) -> Any:
    """All that stands behind 公告. Other words are never taken for one: they may be another command."""
    head = _HEAD.match(reading.text)
    return reading.text[head.end() :].strip() or None if head else None


class Announce(Opening):
    id = "announce"
    intents = ()
    first_words = ("公告", "发公告", "群公告")
    starts = first_words
    examples = ("公告 明天停电，下午两点以后不开门",)
    opens = "公告 …"
    undo_for = timedelta(0)  # what a group has read cannot be taken back
    text = Slot(parse_words, ASK)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        rooms = await rooms_for(turn, data)
        if not rooms:
            return self.no_group(turn)
        words = _without_names(_as_typed(turn, data["text"]), rooms)
        if not words:
            return self.ask_again(turn, data, Unclear("text", ASK))
        if len(words) > LONGEST:
            return self.ask_again(turn, data, Unclear("text", f"公告最多 {LONGEST} 个字，短一点再说一遍"))
        post, covered = mask_for_room(f"公告｜{words}")
        told = [
            post,
            f"发到{named(rooms)}。我是群主的群挂成群公告，别的群照常发",
            *(["号码、门牌在群里会遮住"] if covered else []),
            *await unheard(turn, rooms, at=turn.now),
        ]
        kept = {"text": words, "rooms": [room.id for room in rooms]}
        return replace(self.preview(turn, "\n".join(told)), data=data | kept)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        rooms = await shown_rooms(turn, data)
        post, _ = mask_for_room(f"公告｜{data['text']}")
        says = [Say(post, room=room.id, lane="promo", announces=True) for room in rooms]
        said = turn.here(f"公告发到{named(rooms)}了。发出去的收不回来")
        return Done((said, *says), after=dict(data))


def _as_typed(turn: Turn, heard: str) -> str:
    """A group is to read what was typed, not what the reader makes of it for itself: half-width, simplified."""
    if heard != parse_words(turn.reading, None, asked=False):
        return heard  # from a message before this one, and as it was typed there
    return _HEAD.sub("", turn.text.replace(f"@{turn.facts.name}", " ").strip())


def _without_names(text: str, rooms: Sequence[Room]) -> str:
    """公告 水果群 苹果群 明天停电: the names in front say where it goes."""
    rest = text.lstrip(" ，,、:：")
    for room in rooms:
        if rest.startswith(room.name):
            return _without_names(rest.removeprefix(room.name), rooms)
    return rest.strip()
