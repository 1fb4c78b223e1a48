"""话: what is heard and what is said; the whole contract between a channel and the shop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shop.kit.ids import OrderId, PersonId, PictureId, RoomId

Lane = Literal["reply", "list", "promo"]  # a reply goes before a list, a list before a promotion


@dataclass(frozen=True, slots=True)
class Quote:
    """The message that this one quotes."""

    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Whom:
    """Somebody on a channel: his account there, and what he is called today."""

    account: str
    name: str


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as a channel delivers it. `id` is the channel's own and drops duplicates for good."""

    channel: str
    id: str
    room: str | None  # the channel's id of the group; None: private to the shop
    who: str  # the channel's stable account, never the nickname
    name: str  # the nickname as shown today
    text: str
    sent_at: datetime
    mentions: tuple[str, ...] = ()  # accounts or names @-mentioned; "@shop" is the shop itself
    quote: Quote | None = None
    alias: str = ""  # what the shop's own account calls him; for staff alone
    room_name: str = ""  # what the group is called today, where the channel's id of it is not its name
    room_owner: str = ""  # the account whose group it is, where the channel knows; "@shop" is the shop itself
    has_picture: bool = False  # there is one to be fetched from the channel
    picture: PictureId | None = None  # it was fetched, and is kept under this number
    recalls: str = ""  # the id of the message that is taken back; the text says only that one was
    to: Whom | None = None  # the account's own owner typed this to somebody, by hand
    left: bool = False  # he has left the group; nothing was said


@dataclass(frozen=True, slots=True)
class Button:
    """A button that says the words for you."""

    label: str
    says: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a card: 橙子 · 2箱 · ¥59.80."""

    name: str
    detail: str = ""
    amount: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """The same message drawn nicely where a channel can; the text beside it always stands alone."""

    kind: Literal["order", "menu", "pickup", "preview", "report"]
    title: str
    rows: tuple[Row, ...] = ()
    cuts: tuple[Row, ...] = ()  # 满50减5 −¥5.00
    total: str = ""
    note: str = ""
    link: str = ""  # an absolute address, or empty
    link_label: str = ""
    qr: str = ""  # text to draw as a QR code, private cards only
    picture: bool = False  # worth a picture where a channel shows pictures
    pays: OrderId | None = None  # the order that its link is there to pay


@dataclass(frozen=True, slots=True)
class Say:
    """One thing to say: to a room or to one person, never both. The outbox decides when; it never enters a room with
    a phone number, an address or a pick-up code."""

    text: str
    room: RoomId | None = None
    person: PersonId | None = None
    card: Card | None = None
    buttons: tuple[Button, ...] = ()
    fold: str | None = None  # the newest unsent text of the same fold replaces the older
    ends: str | None = None  # the fold of which this is the last word: what waits of it is not said any more
    lane: Lane = "reply"
    until: datetime | None = None  # after this moment it is not worth saying
    picture: PictureId | None = None  # shown after the text; in a group only among the agents
    announces: bool = False  # hung up in the group where the channel can, else posted
    topic: str = ""  # what the group is called from now on; not said, but done
    pays: OrderId | None = None  # the order that these words are the bill of, where no card says so
    # In a group, said instead where private words do not reach who is answered; "": nothing.
    unreached: str | None = None

    def __post_init__(self) -> None:
        if (self.room is None) == (self.person is None):
            raise ValueError("say it to a room or to a person")
