"""投票的样子: what a vote reads like in the group, and which words are a ballot. Names are nobody's business here: a
choice has a number of people and no more."""

from __future__ import annotations

import re
from datetime import datetime

from dialogs import rolling
from dialogs.hear.numbers import parse
from dialogs.speech import Button, Say
from shop import mail, votes
from shop.people import Room
from shop.votes import Standing

_BALLOT = re.compile(r"(?:我?投|我选|改投)(?:给|了|票给)?\s*(.{1,20})")
_NUMBER = re.compile(r"(?:第\s*)?([1-9]|[一二三四五六七八九])\s*[号个]?")


def chosen(vote: Standing, text: str) -> int | None:
    """The choice that these words are for: 投1, 投 榴莲, 1号; None for words that are no ballot."""
    said = text.strip(" !！~。")
    ballot = _BALLOT.fullmatch(said)
    rest = ballot[1].strip(" 吧：:") if ballot else said
    if number := _NUMBER.fullmatch(rest):
        no = int(parse(number[1]) or 0)
        return no if 1 <= no <= len(vote.choices) else None
    if ballot is None:
        return None
    return next((no for no, (words, _) in enumerate(vote.choices, start=1) if words == rest), None)


async def asked_here(room: Room, text: str, *, is_asked: bool, now: datetime) -> Standing | None:
    """The vote that these words may be a ballot of. A bare number is one only right under the vote, while nothing else
    was said by the shop since and this person is asked nothing else."""
    said = text.strip(" !！~。")
    is_ballot = bool(_BALLOT.fullmatch(said))
    if not is_ballot and (is_asked or not _NUMBER.fullmatch(said)):
        return None  # almost everything that is said
    vote = await votes.running(room.id, now=now)
    if vote is None or is_ballot:
        return vote
    ours = await mail.we_said_in_room(room.channel, room.key, since=vote.opened_at, limit=1)
    return vote if ours and ours[-1].text.startswith(title(vote)) else None


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────


def title(vote: Standing) -> str:
    return f"投票｜{vote.title}"


def post(vote: Standing, *, now: datetime, tz: str) -> str:
    """As the group reads it when it begins."""
    lines = [f"{no}. {words}" for no, (words, _) in enumerate(vote.choices, start=1)]
    return "\n".join([title(vote), *lines, _foot(vote, now, tz)])


def rolling_result(vote: Standing, *, now: datetime, tz: str) -> str:
    return "\n".join([title(vote), *counts(vote), f"{vote.people} 人投了。{_foot(vote, now, tz)}"])


def counts(vote: Standing) -> list[str]:
    return [f"{no}. {words}  {n} 票" for no, (words, n) in enumerate(vote.choices, start=1)]


def _foot(vote: Standing, now: datetime, tz: str) -> str:
    ends = f"{rolling.day_and_hour(vote.until, now, tz)}截，" if vote.until else ""
    return f"{ends}回“投1”这样投，一人一票，可以改"


def how_it_stands(vote: Standing | None, *, now: datetime, tz: str) -> str:
    if vote is None:
        return "还没有投票。要开一个说“投票 下周进什么：榴莲 山竹”"
    return rolling_result(vote, now=now, tz=tz) if vote.is_open else result(vote)


def result(vote: Standing) -> str:
    """The end of it."""
    if not vote.people:
        return f"{title(vote)} 结束了，没有人投"
    return "\n".join([f"{title(vote)} 结束了，{vote.people} 人投了", *counts(vote), winner(vote)])


def winner(vote: Standing) -> str:
    even = "一样多" if len(vote.first) > 1 else "最多"
    return f"{'、'.join(vote.first)}{even}"


def live(vote: Standing, room: Room, *, now: datetime, tz: str) -> Say:
    """The newest result takes the place of the one that was not sent yet."""
    text = rolling_result(vote, now=now, tz=tz)
    return Say(text, room=room.id, fold=fold(vote, room.id), lane="list", buttons=buttons(vote))


def fold(vote: Standing, room: int) -> str:
    return f"list:vote {vote.id}:{room}"


def buttons(vote: Standing) -> tuple[Button, ...]:
    return tuple(Button(words, f"投{no}") for no, (words, _) in enumerate(vote.choices, start=1))
