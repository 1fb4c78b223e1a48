"""一问一答: a message becomes a reply: who → read → which dialogue → step → verb → words. Read it from the top.

Runs inside the transaction of its message. What a verb refused has not happened; silence is an answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dialogs import echo, engine, learning, nameless, recalled, refusals, repair, rooms, trace, voting
from dialogs.agent import by_hand, gate
from dialogs.calling import tell_the_staff
from dialogs.choosing import Choice
from dialogs.engine import Dialogue, Done, Move, Question, State
from dialogs.hear.reading import Context, Reading
from dialogs.hear.second import Unclear, is_unclear
from dialogs.listening import Ear, groups_of, names
from dialogs.register import by_intent, dialogues
from dialogs.speech import Heard, Say
from dialogs.turn import ShopFacts, Turn
from dialogs.voice import Links
from shop import acts, desk, mail, people, slips
from shop.catalogue import goods
from shop.kit.ids import MessageId, PersonId, ShopId
from shop.kit.refusal import Refusal
from shop.people import Person, Room
from shop.refusals import NotAllowed
from shop.transaction import transaction

MOST_DENIED = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """What to say, and why."""

    says: tuple[Say, ...] = ()
    trace: Mapping[str, Any] = field(default_factory=dict)
    person: PersonId | None = (
        None  # who said it, and where: whoever sends the answer need not look it up again
    )
    room: Room | None = None
    unclear: Unclear | None = None  # not answered: the second reader is asked first


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
            return Reply(trace={"outcome": "silent"})
        room = await rooms.room_of(heard)
        if heard.room is not None and room is None:
            if new := await rooms.opened(self.shop, self.facts, heard, now=now):
                return Reply((new.say,), {"outcome": "done"}, new.owner.id, new.room)
            return Reply(trace={"outcome": "silent", "facts": {"room": "not ours"}})
        if heard.to is not None:
            request = await by_hand.take_over(self.shop, heard, room, now=now)
            facts = {"亲手回": f"#{request.id}"} if request else {"echo": "our own words"}
            return Reply(trace={"outcome": "silent", "facts": facts})
        person = await people.recognise(
            self.shop, heard.channel, heard.who, heard.name, alias=heard.alias, now=now
        )
        if not person.is_staff and await echo.repeats_us(heard):  # staff may pass on what they were told
            return Reply((), {"outcome": "silent", "facts": {"echo": "our own words"}}, person.id, room)
        ticket = None if person.is_staff else await desk.of_customer(person.id)
        state = await self._open_question(room, person, now)
        shelf = await goods(self.shop)
        his_rooms = await groups_of(person, room, shelf)
        context = await self._ear.context(heard, message, room, person, his_rooms, state, shelf, now)
        is_nameless = bool(context.campaigns) and not person.is_staff and nameless.asked(heard.text)
        said = nameless.without(heard.text) if is_nameless else heard.text
        read = reading = await self._ear.read(said, context, person, shelf, now)
        called = room is None or "@shop" in heard.mentions or self._quotes_us(heard)
        if (may_ask or second) and called and not person.is_staff and not ticket and is_unclear(reading):
            if may_ask:
                return Reply(
                    unclear=Unclear(reading, context, shelf.catalogue, person.id, names(heard, context))
                )
            reading = second or reading
        turn = Turn(
            self.shop,
            self.facts,
            person,
            room,
            heard.text,
            reading,
            shelf,
            now,
            self.links,
            addressed=called or _is_asked(state),
            dialogues=self._dialogues,
            read=lambda text: self._ear.reader(shelf).read(text, Context(chat="private"), now=now),
            command=lambda text: self._choice.command(replace(turn, text=text), retold=True),
            his_rooms=his_rooms,
            nameless=is_nameless,
            ticket=ticket,
            picture=heard.picture,
            vote=await voting.asked_here(room, heard.text, is_asked=_is_asked(state), now=now)
            if room
            else None,
        )
        if heard.recalls:
            taken = await recalled.done(turn, heard, state)
            return Reply(taken.says, trace.of_turn(turn, "recall", "done", taken.facts), person.id, room)
        if (reply := await self._at_the_desk(turn, heard, state)) is not None:
            return replace(reply, person=person.id, room=room)
        if command := self._choice.command(turn):
            turn, state = command, await self._open_question(None, person, now)
        reply = await self._answer(turn, state)
        if not person.is_staff and (called or read.action != "ignore"):
            await learning.note(turn, read, names(heard, context))
        return replace(reply, person=person.id, room=room)

    def forget(self) -> None:
        """Another shop lies in the database now (the demo was reset)."""
        self._ear.forget()

    def _quotes_us(self, heard: Heard) -> bool:
        return heard.quote is not None and heard.quote.who == self.facts.name

    # ── deciding ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _at_the_desk(self, turn: Turn, heard: Heard, state: State | None) -> Reply | None:
        """A customer in a person's hands, or an agent who speaks of one; None: the conversation goes on as usual."""
        found = await gate.gate(turn, heard, state)
        if isinstance(found, gate.Begin):
            dialogue = self._dialogues[found.dialogue]
            if not dialogue.roles & turn.person.roles:
                return await self._denied(turn, dialogue)
            move = Move("check", State(dialogue.id, found.data, turn.text))
            return await self._carry_out(turn, dialogue, move, state)
        return Reply(found.says, trace.of_turn(turn, "desk", "desk", found.facts)) if found else None

    async def _answer(self, turn: Turn, state: State | None) -> Reply:
        asked = self._dialogues.get(state.dialogue) if state else None
        if shouted := self._choice.shouted(turn):
            move = engine.begin(shouted, turn.reading, turn.shelf.catalogue, turn.text)
            return await self._carry_out(turn, shouted, move, state if asked else None)
        if state and asked and turn.begins is None:
            move = engine.step(asked, state, turn.reading, turn.shelf.catalogue, self._by_intent)
            if move.next in ("leave", "again") and (whole := self._whole(turn, state, asked)):
                turn = whole
                move = engine.step(asked, state, turn.reading, turn.shelf.catalogue, self._by_intent)
            if move.next != "leave":
                return await self._carry_out(turn, asked, move)
        dialogue = self._choice.dialogue(turn)
        if dialogue is None:
            return await self._not_understood(turn, state)
        if dialogue.roles and not dialogue.roles & turn.person.may:
            return await self._denied(turn, dialogue)
        if state and not self._choice.in_passing(dialogue, state):
            await self._forget(turn)
        move = engine.begin(dialogue, turn.reading, turn.shelf.catalogue, turn.text, turn.said_in)
        return await self._carry_out(turn, dialogue, move, state if asked else None)

    def _whole(self, turn: Turn, state: State, dialogue: Dialogue) -> Turn | None:
        """An answer to a command's question completes the words that began it: 今日特价 … 草莓25 香蕉4."""
        if not dialogue.roles or state.asked in ("", "confirm"):
            return None
        said = self._by_intent.get(turn.reading.intent)
        if said is not None and (said.roles or said.is_answer):  # 撤销 and 帮助 are no answers
            return None
        local = turn.now.astimezone(ZoneInfo(turn.tz))
        reading = self._ear.reader(turn.shelf).read(
            f"{state.said} {turn.text}", Context(chat="admin"), now=local
        )
        return replace(turn, reading=reading) if reading.intent in dialogue.intents else None

    async def _carry_out(
        self, turn: Turn, dialogue: Dialogue, move: Move, before: State | None = None
    ) -> Reply:
        """`before` is an open question that an answer in passing leaves as it is."""
        keeps = before is not None and self._choice.in_passing(dialogue, before)
        match move.next:
            case "drop":
                await self._forget(turn)
                await self._record(turn, dialogue, "dropped", move.state.said)
                says = (turn.here(repair.dropped(turn, await self._still_open(turn, dialogue))),)
                return self._reply(turn, dialogue, says, "dropped")
            case "again":
                return await self._again(turn, dialogue, move.state)
            case "ask":
                question = await dialogue.question(turn, move.state.data, move.slot)
                return await self._ask(turn, dialogue, move.state, question)
            case "check":
                return await self._check(turn, dialogue, move.state, keeps=keeps)
            case _:
                return await self._do(turn, dialogue, move.state, keeps=keeps)

    async def _check(self, turn: Turn, dialogue: Dialogue, state: State, *, keeps: bool = False) -> Reply:
        try:
            async with transaction():
                question = await dialogue.check(turn, state.data)
        except Refusal as refusal:
            return await self._refused(turn, dialogue, state, refusal)
        if question is not None:
            return await self._ask(turn, dialogue, state, question)
        return await self._do(turn, dialogue, state, keeps=keeps)

    async def _do(self, turn: Turn, dialogue: Dialogue, state: State, *, keeps: bool = False) -> Reply:
        try:
            async with transaction():
                done = await dialogue.done(turn, state.data, state.seal)
        except Refusal as refusal:
            return await self._refused(turn, dialogue, state, refusal)
        if done.stays:
            await self._remember(turn, dialogue, replace(state, asked=done.stays, pending=done.pending))
        elif not keeps:
            await self._forget(turn)
        await self._record(turn, dialogue, "done", state.said, done)
        return self._reply(turn, dialogue, done.says, "done", done.facts)

    async def _ask(self, turn: Turn, dialogue: Dialogue, state: State, question: Question) -> Reply:
        asked = replace(
            state,
            data=state.data if question.data is None else question.data,
            asked=question.asked,
            prompt=question.says[0].text,
            pending=question.pending,
            seal=question.seal,
        )
        await self._remember(turn, dialogue, asked)
        return self._reply(turn, dialogue, question.says, "asked")

    async def _refused(self, turn: Turn, dialogue: Dialogue, state: State, refusal: Refusal) -> Reply:
        try:
            better = await dialogue.refused(turn, state.data, refusal)
        except Refusal as again:
            better, refusal = None, again
        if better is not None:
            return await self._ask(turn, dialogue, state, better)
        await self._forget(turn)
        await self._record(turn, dialogue, "refused", state.said)
        text = dialogue.words(refusal) or refusals.words(refusal)
        if turn.room is not None and not isinstance(refusal, refusals.PRIVATELY):
            says = (turn.here(f"{turn.name}，{text}"),)
        else:
            says = (turn.privately(text),)
        return self._reply(turn, dialogue, says, f"refused: {type(refusal).__name__}", vars(refusal))

    async def _again(self, turn: Turn, dialogue: Dialogue, state: State) -> Reply:
        """Something that fits no question: in a group that is chatter, in private it is not understood."""
        if turn.room is not None:
            return Reply(trace=trace.of_turn(turn, dialogue.id, "silent", {}))
        called = await self._for_a_person(turn, state.fails)
        await self._remember(turn, dialogue, replace(state, fails=0) if called else state)
        says = called or repair.again(turn, state.prompt, state.fails)
        return self._reply(turn, dialogue, says, "not understood")

    async def _not_understood(self, turn: Turn, state: State | None) -> Reply:
        if turn.room is not None and "@shop" not in turn.reading.evidence and not turn.addressed:
            return Reply(trace=trace.of_turn(turn, "", "silent", {}))
        if repair.needs_no_answer(turn):
            return Reply(trace=trace.of_turn(turn, "", "silent", {}))
        fails = (state.fails if state else 0) + 1
        kept = await gate.keep_for_the_agent(turn, fails)
        called = await self._for_a_person(turn, fails)
        says = kept.says if kept else called or repair.not_understood(turn, fails)
        if state is None or not state.prompt:  # nothing was asked: count on
            await self._keep_fails(turn, state, 0 if called else fails)
        return Reply(says, trace.of_turn(turn, "", "not understood", {"times": fails}))

    async def _for_a_person(self, turn: Turn, fails: int) -> tuple[Say, ...]:
        """Not understood too often: somebody comes without being asked for."""
        if turn.ticket is not None or not repair.is_too_often(turn, fails):
            return ()
        return (await tell_the_staff(turn, sorry="没看懂你的意思，请店里的人来看。")).says

    async def _denied(self, turn: Turn, dialogue: Dialogue) -> Reply:
        before = await acts.denied_lately(turn.person.id, now=turn.now)
        await self._record(turn, dialogue, "denied", turn.text)
        if before >= MOST_DENIED:  # who tries on gets no answer any more
            return Reply(trace=trace.of_turn(turn, dialogue.id, "denied", {"times": before + 1}))
        text = refusals.words(NotAllowed("owner"))
        return self._reply(turn, dialogue, (turn.here(text),), "denied")

    def _reply(
        self,
        turn: Turn,
        dialogue: Dialogue,
        says: Sequence[Say],
        outcome: str,
        facts: Mapping[str, Any] | None = None,
    ) -> Reply:
        return Reply(tuple(says), trace.of_turn(turn, dialogue.id, outcome, facts or {}))

    async def _still_open(self, turn: Turn, dialogue: Dialogue) -> str | None:
        """A question was dropped; an order that stands is named, so that nobody thinks it is gone."""
        if dialogue.roles:
            return None
        slip = await slips.open_order(self.shop, turn.person.id)
        return slip.code if slip else None

    # ── remembering ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _open_question(self, room: Room | None, person: Person, now: datetime) -> State | None:
        row = await mail.talk(room.id if room else 0, person.id, now=now)
        return engine.from_json(row) if row else None

    async def _remember(self, turn: Turn, dialogue: Dialogue, state: State) -> None:
        until = engine.until(dialogue, state, turn.now)
        await mail.keep_talk(turn.room_id or 0, turn.person.id, engine.to_json(state), until)

    async def _keep_fails(self, turn: Turn, state: State | None, fails: int) -> None:
        state = replace(state or State(repair.NAME), fails=fails)
        await mail.keep_talk(turn.room_id or 0, turn.person.id, engine.to_json(state), repair.until(turn.now))

    async def _forget(self, turn: Turn) -> None:
        await mail.drop_talk(turn.room_id or 0, turn.person.id)

    async def _record(
        self, turn: Turn, dialogue: Dialogue, outcome: str, said: str, done: Done | None = None
    ) -> None:
        """The audit: every command that changes something, done or not."""
        if not dialogue.roles or dialogue.is_answer or dialogue.id == "undo":
            return
        await acts.record(
            self.shop,
            turn.person.id,
            dialogue.id,
            said,
            outcome,
            now=turn.now,
            before=done.before if done else None,
            after=done.after if done else None,
            undo=done.undo if done else None,
            undo_for=dialogue.undo_for,
        )


def _is_asked(state: State | None) -> bool:
    return state is not None and state.prompt != ""
