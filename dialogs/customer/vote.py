"""投票: 投1, 投 榴莲, 1号: one ballot a person, that may be changed; the group sees one result that rolls on."""

from __future__ import annotations

from dialogs import voting
from dialogs.engine import Data, Dialogue, Done
from dialogs.turn import Turn
from shop import votes


class CastVote(Dialogue):
    id = "vote_cast"
    intents = ()
    first_words = ("投1",)
    examples = ("投1",)
    is_answer = True

    def is_meant(self, turn: Turn) -> bool:
        return turn.vote is not None and voting.chosen(turn.vote, turn.text) is not None

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        assert turn.vote is not None, "it was meant"
        assert turn.room is not None, "a vote is asked in a group"
        choice = voting.chosen(turn.vote, turn.text)
        assert choice is not None, "it was meant"
        if not await votes.cast(turn.vote.id, turn.person.id, choice, now=turn.now):
            return Done()  # he has said so before
        now_at = await votes.standing(turn.vote.id)
        return Done((voting.live(now_at, turn.room, now=turn.now, tz=turn.tz),), facts={"投": choice})


class VoteResult(Dialogue):
    id = "vote_result"
    intents = ()
    starts = ("投票结果", "看投票", "投票怎么样了")
    group_words = starts
    examples = ("投票结果",)
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        vote = await votes.newest(turn.room.id) if turn.room else await votes.last(turn.shop)
        return Done((turn.here(voting.how_it_stands(vote, now=turn.now, tz=turn.tz)),))
