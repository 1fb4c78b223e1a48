"""通道: what every channel can do; one contract suite runs over all of them (tests/bot/test_channels.py)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

from dialogs.speech import Button, Card, Heard
from shop.kit.ids import LetterId
from shop.rules.pictures import Picture


class NotSent(Exception):
    """The channel did not take the line; trying again later is right."""


class Refused(Exception):
    """The channel can never be heard as it is set up; says what the owner must mend."""


class TooFast(NotSent):
    """The account is told to slow down; going on as before may cost it."""


class Unreachable(Exception):
    """This person cannot be written to on this channel; he may become a friend."""


class MaybeSent(Exception):
    """Nobody can tell whether the line went out (the link broke in the middle)."""


class Unable(Exception):
    """The account may not do this there, and trying again changes nothing."""


class NoPicture(Exception):
    """The picture of a message cannot be had: too long ago, too big, or nothing that we take for one."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One line for a channel to say. Exactly one of room and account is set; both are the channel's own ids. A picture
    comes after the text; where there is a card, it is the card drawn, and stands for the text."""

    letter: LetterId
    room: str | None
    account: str | None
    text: str
    card: Card | None = None
    buttons: tuple[Button, ...] = ()
    picture: Picture | None = None
    announces: bool = False  # as the announcement of a group that the account owns; a post in any other
    topic: str = ""  # the room's name is to be this; then nothing is said there


@dataclass(frozen=True, slots=True)
class Login:
    """How an account stands that a person has to log in. up: `name` is whose it is; scan: `code` is what the account's
    phone has to read; out: no code has come yet; away: nobody can tell, there is no connection."""

    stands: Literal["up", "scan", "out", "away"]
    name: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a channel may be spoken on; zero means no limit."""

    per_minute: int = 0
    per_minute_in_a_place: int = 0
    per_day: int = 0
    gap: timedelta = timedelta(0)  # between two lines in one place
    breath: timedelta = timedelta(0)  # between any two lines, at least; at most twice as long


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a channel can show, and the pace it bears where the config asks for no other; the outbox degrades what it
    cannot (a card becomes its text, an announcement a post)."""

    cards: bool = False
    buttons: bool = False
    pictures: bool = False
    strangers: bool = (
        True  # can be written to in private; else they are asked to become friends (bot/apart.py)
    )
    announcements: bool = False  # of a group, where the account owns it
    topics: bool = False  # can call a group otherwise; else his phone can, and he hears that (bot/apart.py)
    longest_text: int = 600  # characters; longer texts are split at line ends
    pace: Pace = Pace()


class Channel(Protocol):
    name: str
    abilities: Abilities

    @property
    def is_up(self) -> bool:
        """Whether it can be spoken on at all just now; letters wait for it meanwhile."""
        ...

    async def login(self) -> Login | None:
        """How its account stands; None where nobody has to log in."""
        ...

    def listen(self) -> AsyncIterator[Heard]:
        """Messages in the order they came; ends when the channel is closed. Raises Refused."""
        ...

    async def reaches(self, account: str) -> bool:
        """Whether this person can be written to in private, as far as anybody knows before it is tried."""
        ...

    async def speak(self, line: Spoken) -> None:
        """Say it. Raises NotSent (TooFast), MaybeSent, Unreachable or Unable; anything else is a bug."""
        ...

    async def picture(self, heard: Heard) -> Picture:
        """What was to be seen in a message that has one. Raises NoPicture."""
        ...

    async def close(self) -> None: ...
