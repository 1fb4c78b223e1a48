"""投票: one ballot a person, until it is over."""

from __future__ import annotations

from functools import partial

import pytest

from shop import people, votes
from shop.kit.ids import ShopId
from shop.refusals import NoSuchVote
from shop.votes import Standing
from tests.support.at_once import at_once
from tests.support.world import NOW, a_clerk, a_customer, a_room, after, happened


@pytest.fixture
async def room(shop: ShopId) -> people.Room:
    return await a_room()


async def a_vote(shop: ShopId, room: people.Room) -> Standing:
    return await votes.begin(
        shop, "下周进什么", ["榴莲", "山竹"], [room.id], by=await a_clerk(), now=NOW, until=after(hours=1)
    )


async def counted(vote: Standing) -> list[int]:
    return [n for _, n in (await votes.standing(vote.id)).choices]


async def test_a_person_counts_once_and_may_change_it(shop: ShopId, room: people.Room) -> None:
    vote, li = await a_vote(shop, room), await a_customer()
    assert await votes.cast(vote.id, li, 1, now=NOW)
    assert not await votes.cast(vote.id, li, 1, now=NOW)
    assert await counted(vote) == [1, 0]
    assert await votes.cast(vote.id, li, 2, now=NOW)
    assert await counted(vote) == [0, 1]


async def test_there_is_no_third_choice_and_no_ballot_after_the_end(shop: ShopId, room: people.Room) -> None:
    vote, li = await a_vote(shop, room), await a_customer()
    for choice in (0, 3, -1):
        with pytest.raises(NoSuchVote):
            await votes.cast(vote.id, li, choice, now=NOW)
    with pytest.raises(NoSuchVote):
        await votes.cast(vote.id, li, 1, now=after(hours=1))
    await votes.close(vote.id, now=NOW)
    with pytest.raises(NoSuchVote):
        await votes.cast(vote.id, li, 1, now=NOW)
    assert await counted(vote) == [0, 0]


async def test_it_ends_once_by_hand_or_by_the_clock(shop: ShopId, room: people.Room) -> None:
    vote = await a_vote(shop, room)
    assert await votes.running(room.id, now=NOW) == vote
    assert await votes.close_due(now=after(minutes=59)) == 0
    assert await votes.close_due(now=after(hours=3)) == 1
    assert await votes.close_due(now=after(hours=3)) == 0
    with pytest.raises(NoSuchVote):
        await votes.close(vote.id, now=after(hours=3))
    assert (await happened()).count("VoteClosed") == 1
    assert await votes.running(room.id, now=NOW) is None


@pytest.mark.parametrize("choices", [[], ["榴莲"], ["榴莲", "榴莲"], [str(n) for n in range(10)]])
async def test_two_to_nine_different_choices(shop: ShopId, room: people.Room, choices: list[str]) -> None:
    with pytest.raises(ValueError, match="choices"):
        await votes.begin(shop, "?", choices, [room.id], by=await a_clerk(), now=NOW)


async def test_eight_ballots_of_one_person_at_once_are_one(shop: ShopId, room: people.Room) -> None:
    vote, li = await a_vote(shop, room), await a_customer()
    await at_once(*(partial(votes.cast, vote.id, li, 1 + n % 2, now=NOW) for n in range(8)))
    assert sum(await counted(vote)) == 1
