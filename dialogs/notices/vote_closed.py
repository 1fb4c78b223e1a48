"""投票结束: the groups hear the result once; whoever asked hears it in private, with what to do next."""

from __future__ import annotations

from dialogs import voting
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import votes
from shop.events import VoteClosed

EVENT = VoteClosed


async def words(event: VoteClosed, desk: Desk) -> tuple[Say, ...]:
    vote = await votes.standing(event.vote)
    public = tuple(Say(voting.result(vote), room=room, lane="list") for room in vote.rooms)
    hint = f"\n要上就说“上架 {vote.first[0]} …”" if vote.first else ""
    return (*public, Say(f"{voting.result(vote)}{hint}", person=vote.made_by))
