"""投票开始: one post to each of its groups."""

from __future__ import annotations

from dialogs import voting
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import votes
from shop.events import VoteOpened

EVENT = VoteOpened


async def words(event: VoteOpened, desk: Desk) -> tuple[Say, ...]:
    vote = await votes.standing(event.vote)
    if not vote.is_open:
        return ()
    text = voting.post(vote, now=desk.now, tz=desk.tz)
    return tuple(
        Say(text, room=room, lane="promo", buttons=voting.buttons(vote), until=vote.until)
        for room in vote.rooms
    )
