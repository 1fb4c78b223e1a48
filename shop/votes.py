"""投票: ask a group what it wants, count each person once, and say what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shop.events import VoteClosed, VoteOpened
from shop.kit.ids import PersonId, RoomId, ShopId
from shop.records.votes import Vote, VoteRoom
from shop.refusals import NoSuchVote
from shop.transaction import run_sql, transaction

FEWEST, MOST = 2, 9  # choices


@dataclass(frozen=True, slots=True)
class Standing:
    """A vote as people see it: each choice with how many want it, in the order in which they were written."""

    id: int
    title: str
    choices: tuple[tuple[str, int], ...]
    rooms: tuple[RoomId, ...]
    made_by: PersonId
    opened_at: datetime
    until: datetime | None
    is_open: bool

    @property
    def people(self) -> int:
        return sum(count for _, count in self.choices)

    @property
    def first(self) -> tuple[str, ...]:
        """What most people want; several when they are even, nothing when nobody said anything."""
        most = max(count for _, count in self.choices)
        return tuple(words for words, count in self.choices if count == most) if most else ()


# ── verbs ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def begin(
    shop: ShopId,
    title: str,
    choices: Sequence[str],
    rooms: Sequence[RoomId],
    *,
    by: PersonId,
    now: datetime,
    until: datetime | None = None,
) -> Standing:
    """Ask these groups. Raises ValueError for fewer than two choices, more than nine or two alike, for no group, and for
    an end that has been."""
    alike = len(set(choices)) < len(choices)
    if alike or not FEWEST <= len(choices) <= MOST or not rooms or (until and until <= now):
        raise ValueError("a vote has different choices, a group, and an end that lies ahead")
    async with transaction() as tx:
        row = await Vote.create(
            shop_id=shop, made_by_id=by, title=title, choices=list(choices), opened_at=now, until=until
        )
        for room in dict.fromkeys(rooms):
            await VoteRoom.create(vote_id=row.id, room_id=room)
        tx.tell(VoteOpened(row.id), at=now)
        return await standing(row.id)


async def cast(vote: int, person: PersonId, choice: int, *, now: datetime) -> bool:
    """One ballot a person; a new one takes the place of the old. False when he has said the same before. Raises
    NoSuchVote when it is over, or has no such choice."""
    async with transaction():
        row = await Vote.filter(id=vote).select_for_update().get()
        if row.closed_at is not None or (row.until and row.until <= now):
            raise NoSuchVote(row.title)
        if not 1 <= choice <= len(row.choices):
            raise NoSuchVote(str(choice))
        return bool(
            await run_sql(
                "INSERT INTO ballot (vote_id, person_id, choice, at) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (vote_id, person_id) DO UPDATE SET choice = excluded.choice, at = excluded.at "
                "WHERE ballot.choice <> excluded.choice RETURNING id",
                [vote, person, choice, now],
            )
        )


async def close(vote: int, *, now: datetime) -> Standing:
    """结束投票: the groups and whoever asked hear the result, once. Raises NoSuchVote when that has been."""
    async with transaction() as tx:
        if not await Vote.filter(id=vote, closed_at=None).update(closed_at=now):
            raise NoSuchVote("")
        tx.tell(VoteClosed(vote), at=now)
        return await standing(vote)


async def close_due(*, now: datetime) -> int:
    """What has come to its end by now."""
    async with transaction():
        due = await Vote.filter(closed_at=None, until__lte=now).order_by("until", "id")
        for row in due:
            await close(row.id, now=now)
        return len(due)


# ── views ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def standing(id: int) -> Standing:
    row = await Vote.get(id=id)
    rooms = await VoteRoom.filter(vote_id=id).order_by("id")
    counted = await run_sql(
        "SELECT choice, count(*) AS n FROM ballot WHERE vote_id = ? GROUP BY choice", [id]
    )
    count = {int(one["choice"]): int(one["n"]) for one in counted}
    return Standing(
        row.id,
        row.title,
        tuple((words, count.get(no, 0)) for no, words in enumerate(row.choices, start=1)),
        tuple(RoomId(one.room_id) for one in rooms),
        PersonId(row.made_by_id),
        row.opened_at,
        row.until,
        row.closed_at is None,
    )


async def running(room: RoomId, *, now: datetime) -> Standing | None:
    """The newest vote that is open in this group."""
    last = await newest(room)
    return last if last and last.is_open and not (last.until and last.until <= now) else None


async def newest(room: RoomId) -> Standing | None:
    """The newest vote of this group, over or not."""
    row = await VoteRoom.filter(room_id=room).order_by("-id").first()
    return await standing(row.vote_id) if row else None


async def last(shop: ShopId, by: PersonId | None = None) -> Standing | None:
    """The newest of the whole shop, or of whom one person made."""
    of_shop = Vote.filter(shop_id=shop)
    row = await (of_shop.filter(made_by_id=by) if by else of_shop).order_by("-id").first()
    return await standing(row.id) if row else None
