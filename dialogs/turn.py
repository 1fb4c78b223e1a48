"""一轮: one message with everything that is needed to answer it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from dialogs import voice
from dialogs.hear.reading import Reading
from dialogs.speech import Button, Card, Lane, Say
from dialogs.voice import Links
from shop.bills import local_day
from shop.catalogue import Goods
from shop.kit.ids import PictureId, RoomId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.orders import PAY_MINUTES
from shop.people import Person, Room
from shop.rules.campaigns import OnOffer
from shop.rules.night import Night
from shop.slips import Slip
from shop.tickets import Request
from shop.votes import Standing


@dataclass(frozen=True, slots=True)
class Calls:
    """When a person is wanted though nobody asked for one; an amount of None is never too much."""

    failures: int = 3  # in a row
    same_question: timedelta = timedelta(minutes=5)
    order_above: Money | None = None
    refund_above: Money | None = None

    def is_big(self, order: Money) -> bool:
        return self.order_above is not None and order >= self.order_above

    def is_dear(self, refund: Money) -> bool:
        return self.refund_above is not None and refund >= self.refund_above


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What the shop says of itself; an empty fact is passed on to the staff instead."""

    name: str
    hours: str = ""
    address: str = ""
    delivery: str = ""
    pay_minutes: int = PAY_MINUTES
    pays_online: bool = True  # is there a payment page behind the link of an order?
    ask_above_fen: int = 100_000
    night: Night | None = None
    promotions_a_day: int = 3  # a group gets at most so many
    calls: Calls = Calls()

    @property
    def where(self) -> str:
        """桃园路 8 号，8:00–21:00; empty when neither is known."""
        return "，".join(part for part in (self.address, self.hours) if part)


@dataclass(frozen=True)
class Turn:
    shop: ShopId
    facts: ShopFacts
    person: Person
    room: Room | None
    text: str
    reading: Reading
    shelf: Goods
    now: datetime
    links: Links
    addressed: bool
    dialogues: Mapping[str, Any]  # every dialogue by its id (撤销 needs the one it undoes)
    read: Callable[[str], Reading]  # other words, as if somebody had said them in private (试算 苹果3)
    command: Callable[
        [Turn], Turn | None
    ]  # the turn again, with other words given as a command (预演 接龙 …)
    begins: Any = None  # the dialogue that the first word names
    said_in: RoomId | None = None  # the group in which a command was said that is answered in private

    his_rooms: frozenset[RoomId] = frozenset()  # in private: the groups that this customer is known to be in
    nameless: bool = False  # in the group's list only the first character of his name
    ticket: Request | None = None  # this customer waits for a person, or has one
    picture: PictureId | None = None  # what came with the words
    vote: Standing | None = None  # these words may be a ballot of it

    @property
    def day(self) -> date:
        return local_day(self.now, self.shelf.catalogue)

    @property
    def tz(self) -> str:
        return self.shelf.catalogue.tz

    @property
    def room_id(self) -> RoomId | None:
        return self.room.id if self.room else None

    @property
    def running(self) -> tuple[OnOffer, ...]:
        """The campaigns that are open here, newest last; in private those of his groups."""
        return self.shelf.running(self.room_id, self.now, self.his_rooms)

    @property
    def runs_here(self) -> bool:
        """Said in a group by who runs it: its owner, or the staff."""
        return self.room is not None and (self.person.is_staff or self.room.owner == self.person.id)

    @property
    def name(self) -> str:
        return self.person.name

    def campaign_of(self, slip: Slip) -> OnOffer | None:
        """The campaign that this order belongs to, while the shelf still knows it."""
        return next((one for one in self.shelf.campaigns if one.id == slip.campaign), None)

    def slip_text(self, slip: Slip) -> str:
        return voice.slip_text(
            slip,
            self.links,
            minutes=self.facts.pay_minutes,
            online=self.facts.pays_online,
            each=self._each(slip),
        )

    def slip_card(self, slip: Slip) -> Card:
        return voice.slip_card(slip, self.links, online=self.facts.pays_online, each=self._each(slip))

    def _each(self, slip: Slip) -> Quantity | None:
        """The most that one person may have of its first goods."""
        of = self.campaign_of(slip)
        item = of.item.get(slip.lines[0].sku) if of and slip.lines else None
        return item.each if item else None

    def here(
        self,
        text: str,
        *,
        card: Card | None = None,
        buttons: tuple[Button, ...] = (),
        fold: str | None = None,
    ) -> Say:
        """Say it where it was asked."""
        if self.room is None:
            return self.privately(text, card=card, buttons=buttons, fold=fold)
        public = (
            card if card is not None and card.kind == "menu" else None
        )  # the other cards hold money and codes
        return Say(text, room=self.room.id, card=public, buttons=buttons, fold=fold)

    def privately(
        self,
        text: str,
        *,
        card: Card | None = None,
        buttons: tuple[Button, ...] = (),
        fold: str | None = None,
    ) -> Say:
        return Say(text, person=self.person.id, card=card, buttons=buttons, fold=fold)

    def to_room(
        self, text: str, *, fold: str | None = None, lane: Lane = "reply", unreached: str | None = None
    ) -> Say | None:
        """One line in the group, when this is one; `unreached` where it speaks of private words that reach nobody."""
        return Say(text, room=self.room.id, fold=fold, lane=lane, unreached=unreached) if self.room else None

    def pointer(self, slip: Slip | None = None) -> tuple[Say, ...]:
        """小李，私聊发你了: in a group, that there are private words (about this order); whom those do not reach is told
        so instead (bot/apart.py)."""
        about = f"：{slip.code} " if slip else "，"
        public = self.to_room(f"{self.name}{about}私聊发你了", unreached="")
        return (public,) if public else ()
