"""投票: 投票 下周进什么：榴莲 山竹 荔枝 到周五晚8点 → the very post; confirmed, it goes to the groups. 结束投票 ends it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from dialogs import voting
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.hear.times import find_times
from dialogs.leading import Leading, my_rooms, rooms_for
from dialogs.opening import Opening, Unclear, moment, moment_said, reach, shown_rooms
from dialogs.turn import Turn
from shop import votes
from shop.refusals import NoSuchVote
from shop.votes import FEWEST, MOST, Standing

EXAMPLE = "投票 下周进什么：榴莲 山竹 荔枝 到周五晚8点"
LONGEST = 12  # characters of a choice
_HEAD = re.compile(r"^/?(?:发起|开)?投票\s*")
_UNTIL = re.compile(r"(?:到|截止到?|截至)?\s*$")
_ENDS = re.compile(r"^\s*(?:截止|截|止|结束|为止)")
_BETWEEN = re.compile(r"[\s、，,/；;]+")


def parse_question(reading: Reading, old: Any, asked: bool) -> Any:
    """What comes before the colon, or the first word."""
    found = _split(reading.text)
    return found[0] if found else None


def parse_choices(reading: Reading, old: Any, asked: bool) -> Any:
    found = _split(reading.text)
    if found is None and asked:
        found = "", _words(reading.text)
    return found[1] if found and found[1] else None


def parse_until(reading: Reading, old: Any, asked: bool) -> Any:
    """The words of the moment; the turn knows when that is."""
    _, said = _without_time(reading.text)
    return said or None


def _split(text: str) -> tuple[str, list[str]] | None:
    if not _HEAD.match(text):
        return None
    rest, _ = _without_time(_HEAD.sub("", text))
    title, colon, tail = rest.replace(":", "：").partition("：")
    if not colon:
        title, _, tail = rest.partition(" ")
    return (title.strip()[:40], _words(tail)) if title.strip() else None


def _words(text: str) -> list[str]:
    said, _ = _without_time(text)
    return [word for word in _BETWEEN.split(said) if word]


def _without_time(text: str) -> tuple[str, str]:
    """到周五晚8点 at the end is when it ends; a day of the question (周五吃什么) is not."""
    for found in find_times(text):
        before, after = text[: found.start], text[found.end :]
        if (re.search(r"(?:到|截止到?|截至)\s*$", before) or _ENDS.match(after)) and found.moment.text:
            return _UNTIL.sub("", before) + _ENDS.sub("", after), found.moment.text
    return text, ""


class OpenVote(Opening):
    id = "vote_open"
    intents = ()
    first_words = ("投票", "开投票", "发起投票")
    starts = ("投票",)
    examples = (EXAMPLE,)
    opens = "投票 …"
    title = Slot(parse_question, f"问什么、有哪几样？比如“{EXAMPLE}”")
    choices = Slot(parse_choices, "有哪几样可以选？用空格隔开")
    until = Slot(parse_until, optional=True)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        if (wrong := _wrong(data["choices"])) is not None:
            return self.ask_again(turn, data, Unclear("choices", wrong))
        rooms = await rooms_for(turn, data)
        if not rooms:
            return self.no_group(turn)
        until = moment_said(data.get("until") or "", turn)
        if until and until <= turn.now:
            return self.ask_again(turn, data, Unclear("until", "截止时间已经过了，换个时间，比如“到晚上8点”"))
        post = voting.post(_planned(turn, data, until), now=turn.now, tz=turn.tz)
        return await self.shown(turn, data | {"ends": until.isoformat() if until else None}, rooms, post)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        rooms = await shown_rooms(turn, data)
        until = moment(data["ends"], turn)
        if until and until <= turn.now:
            return self.too_late(turn)
        made = await votes.begin(
            turn.shop,
            data["title"],
            data["choices"],
            [room.id for room in rooms],
            by=turn.person.id,
            now=turn.now,
            until=until,
        )
        told = await reach(turn, rooms, at=turn.now, until=until)
        text = f"投票开了，{told}。看结果说“投票结果”，提前结束说“结束投票”（撤销 2 分钟内有效）"
        return Done((turn.here(text),), undo={"vote": made.id}, after=dict(data))

    async def take_back(self, turn: Turn, undo: Data) -> str:
        await votes.close(undo["vote"], now=turn.now)
        return "投票结束了。群里发过的话收不回来"


class CloseVote(Leading):
    id = "vote_close"
    intents = ()
    first_words = ("结束投票", "截投票", "停止投票")
    starts = first_words
    examples = ("结束投票",)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        vote = await _meant(turn, data)
        await votes.close(vote.id, now=turn.now)
        return Done((turn.here(f"“{vote.title}”结束了，结果马上发你"),), after=vote.id)


class SeeVote(Leading):
    id = "vote_see"
    intents = ()
    first_words = ("投票结果", "看投票")
    starts = first_words
    examples = ("投票结果",)
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        vote = await votes.newest(data["said_in"]) if "said_in" in data else await votes.last(turn.shop)
        return Done((turn.here(voting.how_it_stands(vote, now=turn.now, tz=turn.tz)),))


async def _meant(turn: Turn, data: Data) -> Standing:
    """The newest that runs, in the group where it was said. Raises NoSuchVote; for a group owner also for a vote that
    is not only his."""
    mine = await my_rooms(turn)
    his = None if mine is None else turn.person.id
    vote = await votes.newest(data["said_in"]) if "said_in" in data else await votes.last(turn.shop, his)
    if vote is None or not vote.is_open or (mine is not None and not mine.issuperset(vote.rooms)):
        raise NoSuchVote("")
    return vote


def _wrong(choices: list[str]) -> str | None:
    if not FEWEST <= len(choices) <= MOST:
        return f"可以选的要 {FEWEST} 到 {MOST} 样，用空格隔开"
    if len(set(choices)) < len(choices):
        return "有两样是一样的，再说一遍有哪几样"
    if any(len(words) > LONGEST for words in choices):
        return f"每样最多 {LONGEST} 个字，再说一遍有哪几样"
    return None


def _planned(turn: Turn, data: Data, until: datetime | None) -> Standing:
    choices = tuple((words, 0) for words in data["choices"])
    return Standing(0, data["title"], choices, (), turn.person.id, turn.now, until, True)
