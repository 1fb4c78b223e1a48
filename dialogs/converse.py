"""一问一答: a message becomes a reply: who speaks → what was heard → whom it is for → words. Read it from the top.

Runs inside the transaction of its message. What a verb refused has not happened; silence is an answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from dialogs import echo, learning, nameless, recalled, rooms, trace, voting
from dialogs.agent import by_hand, gate
from dialogs.agent.doing import Begin
from dialogs.answering import Answers
from dialogs.choosing import Choice
from dialogs.engine import Done, State
from dialogs.hear.reading import Context, Reading
from dialogs.hear.second import Unclear, is_unclear
from dialogs.listening import Ear, groups_of, names
from dialogs.register import by_intent, dialogues
from dialogs.remembering import open_question
from dialogs.replies import Reply, silence
from dialogs.speech import Heard
from dialogs.turn import ShopFacts, Turn
from dialogs.voice import Links
from shop import people, tickets
from shop.catalogue import Goods, goods
from shop.kit.ids import MessageId, RoomId, ShopId
from shop.people import Person, Room
from shop.tickets import Request


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it was heard: who said it and where, how things stand with him, and what was read."""

    heard: Heard
    person: Person
    room: Room | None
    ticket: Request | None  # he waits for a person, or has one
    state: State | None  # what he was asked here
    shelf: Goods
    his_rooms: frozenset[RoomId]
    context: Context
    reading: Reading
    nameless: bool
    called: bool  # said to the shop
    now: datetime

    @property
    def is_asked(self) -> bool:
        return self.state is not None and self.state.prompt != ""

    @property
    def names(self) -> tuple[str, ...]:
        return names(self.heard, self.context)

    @property
    def is_unclear(self) -> bool:
        """Whether a second reader may be asked about it."""
        of_a_customer = self.called and not self.person.is_staff and self.ticket is None
        return of_a_customer and is_unclear(self.reading)

    @property
    def unclear(self) -> Unclear:
        return Unclear(self.reading, self.context, self.shelf.catalogue, self.person.id, self.names)


class Conversation:
    """One shop's ear and mouth. What is remembered is in the database."""

    def __init__(
        self, shop: ShopId, facts: ShopFacts, links: Links, *, bots: frozenset[str] = frozenset()
    ) -> None:
        self.shop = shop
        self.facts = facts
        self.links = links
        self.bots = bots  # accounts that are programs: never answered
        self._dialogues = dialogues()
        self._by_intent = by_intent(self._dialogues)
        self._ear = Ear(shop)
        self._choice = Choice(self._dialogues, self._by_intent, self._ear)
        self._answers = Answers(self._dialogues, self._by_intent, self._ear, self._choice)

    async def converse(
        self,
        heard: Heard,
        message: MessageId,
        *,
        now: datetime,
        may_ask: bool = False,
        second: Reading | None = None,
    ) -> Reply:
        """Answer one message. Raises only for bugs; then the whole turn is undone. With `may_ask`, what is unclear comes
        back unanswered; `second` is what the second reader made of it."""
        if heard.left:
            return Reply(trace={"outcome": await rooms.left(self.shop, heard, now=now)})
        if heard.who in self.bots or not heard.text.strip():
            return silence()
        room = await rooms.room_of(heard, now=now)
        if heard.room is not None and room is None:
            return await self._in_a_strange_room(heard, now)
        if heard.to is not None:
            return await self._by_hand(heard, room, now)
        person = await people.recognise(
            self.shop, heard.channel, heard.who, heard.name, alias=heard.alias, now=now
        )
        if not person.is_staff and await echo.repeats_us(heard):  # staff may pass on what they were told
            return replace(silence(echo="our own words"), person=person.id, room=room)
        said = await self._listen(heard, message, room, person, now)
        if may_ask and said.is_unclear:
            return Reply(unclear=said.unclear)
        reading = second if second and said.is_unclear else said.reading
        reply = await self._reply(said, await self._turn(said, reading))
        return replace(reply, person=person.id, room=room)

    def forget(self) -> None:
        """Another shop lies in the database now (the demo was reset)."""
        self._ear.forget()

    # ── who speaks ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _in_a_strange_room(self, heard: Heard, now: datetime) -> Reply:
        """A group that the shop does not serve: the owner may open it, everybody else is none of ours."""
        new = await rooms.opened(self.shop, self.facts, heard, now=now)
        if new is None:
            return silence(room="not ours")
        return Reply((new.say,), {"outcome": "done"}, new.owner.id, new.room)

    async def _by_hand(self, heard: Heard, room: Room | None, now: datetime) -> Reply:
        """The account's own owner typed it: a person serves that customer now, or it is what we have just said."""
        request = await by_hand.take_over(self.shop, heard, room, now=now)
        return silence(亲手回=f"#{request.id}") if request else silence(echo="our own words")

    # ── what was heard ──────────────────────────────────────────────────────────────────────────────────────────

    async def _listen(
        self, heard: Heard, message: MessageId, room: Room | None, person: Person, now: datetime
    ) -> Message:
        ticket = None if person.is_staff else await tickets.of_customer(person.id)
        state = await open_question(room, person, now)
        shelf = await goods(self.shop)
        his_rooms = await groups_of(person, room, shelf)
        context = await self._ear.context(heard, message, room, person, his_rooms, state, shelf, now)
        is_nameless = bool(context.campaigns) and not person.is_staff and nameless.asked(heard.text)
        words = nameless.without(heard.text) if is_nameless else heard.text
        return Message(
            heard,
            person,
            room,
            ticket,
            state,
            shelf,
            his_rooms,
            context,
            reading=await self._ear.read(words, context, heard, person, shelf, now),
            nameless=is_nameless,
            called=room is None or "@shop" in heard.mentions or self._quotes_us(heard),
            now=now,
        )

    def _quotes_us(self, heard: Heard) -> bool:
        return heard.quote is not None and heard.quote.who == self.facts.name

    async def _turn(self, said: Message, reading: Reading) -> Turn:
        """Everything that is needed to answer it."""
        shelf, room, text, now = said.shelf, said.room, said.heard.text, said.now
        return Turn(
            self.shop,
            self.facts,
            said.person,
            room,
            text,
            reading,
            shelf,
            now,
            self.links,
            addressed=said.called or said.is_asked,
            dialogues=self._dialogues,
            read=lambda text: self._ear.reader(shelf).read(text, Context(chat="private"), now=now),
            command=partial(self._choice.command, retold=True),
            his_rooms=said.his_rooms,
            nameless=said.nameless,
            ticket=said.ticket,
            picture=said.heard.picture,
            vote=await voting.asked_here(room, text, is_asked=said.is_asked, now=now) if room else None,
        )

    # ── whom it is for ──────────────────────────────────────────────────────────────────────────────────────────

    async def _reply(self, said: Message, turn: Turn) -> Reply:
        """Words taken back, words for the desk, a command; and everything else is a conversation."""
        if said.heard.recalls:
            taken = await recalled.done(turn, said.heard, said.state)
            return Reply(taken.says, trace.of_turn(turn, "recall", "done", taken.facts))
        if (found := await gate.gate(turn, said.heard, said.state)) is not None:
            return await self._at_the_desk(turn, found, said.state)
        state = said.state
        if command := self._choice.command(turn):
            turn, state = command, await open_question(None, said.person, said.now)
        reply = await self._answers.answer(turn, state)
        if not said.person.is_staff and (said.called or said.reading.action != "ignore"):
            await learning.note(turn, said.reading, said.names)
        return reply

    async def _at_the_desk(self, turn: Turn, found: Begin | Done, state: State | None) -> Reply:
        """A customer in a person's hands, or an agent who speaks of one."""
        if isinstance(found, Begin):
            return await self._answers.by_hand(turn, found, state)
        return Reply(found.says, trace.of_turn(turn, "desk", "desk", found.facts))
