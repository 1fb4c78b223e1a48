"""一问一答: a message becomes a reply: who → read → which dialogue → step → verb → words. Read it from the top.

Runs inside the transaction of its message. What a verb refused has not happened; silence is an answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dialogs import echo, engine, learning, refusals, repair, rooms, trace, voting
from dialogs.agent import gate
from dialogs.engine import Dialogue, Done, Move, Question, State
from dialogs.hear import Reader
from dialogs.hear.reading import NO_LAST_ORDER, Context, Line, Quoted, Reading, Said
from dialogs.hear.second import Unclear, is_unclear
from dialogs.register import by_intent, dialogues
from dialogs.speech import Heard, Say
from dialogs.turn import ShopFacts, Turn
from dialogs.voice import Links
from dialogs.wants import lines_of
from shop import acts, desk, mail, people, slips
from shop.catalogue import Goods, goods
from shop.kit.ids import MessageId, PersonId, RoomId, ShopId
from shop.kit.refusal import Refusal
from shop.people import Person, Room
from shop.refusals import (
    AlreadyHelped,
    AlreadyInTeam,
    CampaignOver,
    HelpedEnough,
    NoSuchBargain,
    NoSuchTeam,
    NotAllowed,
    OwnBargain,
    QuotaGone,
    QuotaShared,
    TeamFull,
    TeamOver,
)
from shop.rules.campaigns import Kind
from shop.transaction import transaction

HISTORY = 6
WE_SAID = timedelta(hours=1)  # so long what we said in a group is what people answer
MOST_DENIED = 3
COMMAND_WORDS = (
    "开团",
    "开个团",
    "接龙",
    "秒杀",
    "开秒杀",
    "截单",
    "截团",
    "截止",
    "结团",
    "导出",
    "特价",
    "今日特价",
    "到货",
)
IN_TEAMS = (AlreadyInTeam, NoSuchTeam, TeamFull, TeamOver)
# Hundreds may hear it at once: the group hears one result.
IN_BARGAINS = (AlreadyHelped, HelpedEnough, NoSuchBargain, OwnBargain)
PRIVATELY = (CampaignOver, QuotaGone, QuotaShared, *IN_TEAMS, *IN_BARGAINS)


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
    """One shop's ear and mouth. Holds the reader, which is made anew when the goods change; everything else that is
    remembered is in the database."""

    def __init__(
        self, shop: ShopId, facts: ShopFacts, links: Links, *, bots: frozenset[str] = frozenset()
    ) -> None:
        self.shop = shop
        self.facts = facts
        self.links = links
        self.bots = bots  # accounts that are programs: never answered
        self._reader: Reader | None = None
        self._version = 0
        self._dialogues = dialogues()
        self._by_intent = by_intent(self._dialogues)

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
        if heard.who in self.bots or not heard.text.strip():
            return Reply(trace={"outcome": "silent"})
        room = await rooms.room_of(heard)
        if heard.room is not None and room is None:
            if new := await rooms.opened(self.shop, self.facts, heard, now=now):
                return Reply((new.say,), {"outcome": "done"}, new.owner.id, new.room)
            return Reply(trace={"outcome": "silent", "facts": {"room": "not ours"}})
        person = await people.recognise(self.shop, heard.channel, heard.who, heard.name, now=now)
        if not person.is_staff and await echo.repeats_us(heard):  # staff may pass on what they were told
            return Reply((), {"outcome": "silent", "facts": {"echo": "our own words"}}, person.id, room)
        ticket = None if person.is_staff else await desk.of_customer(person.id)
        state = await self._open_question(room, person, now)
        shelf = await goods(self.shop)
        context = await self._context(heard, message, room, person, state, shelf, now)
        read = reading = await self._read(heard.text, context, person, shelf, now)
        called = room is None or "@shop" in heard.mentions or self._quotes_us(heard)
        if (may_ask or second) and called and not person.is_staff and not ticket and is_unclear(reading):
            if may_ask:
                return Reply(
                    unclear=Unclear(reading, context, shelf.catalogue, person.id, _names(heard, context))
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
            read=lambda text: self.reader(shelf).read(text, Context(chat="private"), now=now),
            ticket=ticket,
            vote=await voting.asked_here(room, heard.text, is_asked=_is_asked(state), now=now)
            if room
            else None,
        )
        if (reply := await self._at_the_desk(turn, heard, state)) is not None:
            return replace(reply, person=person.id, room=room)
        if command := self._command(turn):
            turn, state = command, await self._open_question(None, person, now)
        reply = await self._answer(turn, state)
        if not person.is_staff and (called or read.action != "ignore"):
            await learning.note(turn, read, _names(heard, context))
        return replace(reply, person=person.id, room=room)

    def forget(self) -> None:
        """Another shop lies in the database now (the demo was reset)."""
        self._reader = None

    # ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────

    def reader(self, shelf: Goods) -> Reader:
        if self._reader is None:
            self._reader = Reader(shelf.catalogue)
        elif self._version != shelf.version:
            self._reader = self._reader.with_catalogue(shelf.catalogue)
        self._version = shelf.version
        return self._reader

    async def _context(
        self,
        heard: Heard,
        message: MessageId,
        room: Room | None,
        person: Person,
        state: State | None,
        shelf: Goods,
        now: datetime,
    ) -> Context:
        running = _joinable(shelf, room.id if room else None, now)
        return Context(
            chat="group" if room else "admin" if person.is_staff else "private",
            mention=heard.mentions,
            campaigns=running,
            cart=await self._cart(person, shelf),
            history=await self._history(heard, message, now, bool(running)) if room and heard.room else (),
            quote=Quoted(heard.quote.who, heard.quote.text) if heard.quote else None,
            pending=state.pending if state else None,
        )

    async def _cart(self, person: Person, shelf: Goods) -> tuple[Line, ...]:
        """Everything that can still be changed: the open order, and what is on the lists of campaigns."""
        if not shelf.campaigns:
            return lines_of(await slips.open_order(self.shop, person.id))
        found = await slips.open_slips(self.shop, person.id)
        key_of = {one.id: one.key for one in shelf.campaigns}
        return tuple(line for slip in found for line in lines_of(slip, key_of.get(slip.campaign or 0)))

    async def _read(
        self, text: str, context: Context, person: Person, shelf: Goods, now: datetime
    ) -> Reading:
        reader = self.reader(shelf)
        local = now.astimezone(ZoneInfo(shelf.catalogue.tz))
        reading = _read_beside_menu(reader, text, context, local)
        if (
            reading.intent == "order.repeat" or NO_LAST_ORDER in reading.evidence
        ):  # only then the last order is worth a look
            last = lines_of(await slips.last_order(self.shop, person.id))
            reading = reader.read(text, replace(context, last_order=last), now=local)
        return reading

    async def _history(
        self, heard: Heard, message: MessageId, now: datetime, with_us: bool
    ) -> tuple[Said, ...]:
        """What was said here before; while a campaign runs, with what we said, for +1 may be an answer to that."""
        channel, room = heard.channel, str(heard.room)
        before = await mail.said_in_room(channel, room, before=message, limit=HISTORY)
        said = [(one.at, Said("self" if one.account == heard.who else one.name, one.text)) for one in before]
        if with_us:
            ours = await mail.we_said_in_room(channel, room, since=now - WE_SAID)
            said = sorted([*said, *((one.at, Said("bot", one.text)) for one in ours)], key=lambda one: one[0])
        return tuple(one for _, one in said)

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
        if shouted := self._shouted(turn):
            move = engine.begin(shouted, turn.reading, turn.shelf.catalogue, turn.text)
            return await self._carry_out(turn, shouted, move, state if asked else None)
        if state and asked and turn.begins is None:
            move = engine.step(asked, state, turn.reading, turn.shelf.catalogue, self._by_intent)
            if move.next in ("leave", "again") and (whole := self._whole(turn, state, asked)):
                turn = whole
                move = engine.step(asked, state, turn.reading, turn.shelf.catalogue, self._by_intent)
            if move.next != "leave":
                return await self._carry_out(turn, asked, move)
        dialogue = self._begun_by(turn) or self._by_intent.get(turn.reading.intent) or self._picked(turn)
        if dialogue is None or not _may_start(dialogue, turn):
            return await self._not_understood(turn, state)
        if dialogue.roles and not dialogue.roles & turn.person.may:
            return await self._denied(turn, dialogue)
        if state and not self._in_passing(dialogue, state):
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
        reading = self.reader(turn.shelf).read(f"{state.said} {turn.text}", Context(chat="admin"), now=local)
        return replace(turn, reading=reading) if reading.intent in dialogue.intents else None

    def _command(self, turn: Turn) -> Turn | None:
        """A command about campaigns, from who may give it here: read as one, and answered in private."""
        here = turn.room is None or turn.person.is_staff or turn.room.owner == turn.person.id
        if not here or not turn.person.may:
            return None
        if self._meant(turn, for_staff=False):
            return None  # 开团 of somebody who wants to be in it himself
        meant = self._meant(turn, for_staff=True)
        by_word, said = (meant, meant.retold(turn.text)) if meant else self._first_word(turn.text)
        if by_word is None and turn.room is None and turn.person.is_staff:
            return None  # read as a command already
        local = turn.now.astimezone(ZoneInfo(turn.tz))
        running = _joinable(turn.shelf, turn.room_id, turn.now)
        reading = self.reader(turn.shelf).read(said, Context(chat="admin", campaigns=running), now=local)
        reading = replace(reading, text=turn.text) if meant else reading
        dialogue = by_word or self._by_intent.get(reading.intent)
        if dialogue is None or not dialogue.roles & turn.person.may:
            return None
        if turn.room is not None and not dialogue.in_group:
            return None
        if by_word is None and not _is_order_to_us(turn.text):
            return None
        return replace(turn, room=None, said_in=turn.room_id, reading=reading, begins=dialogue)

    def _meant(self, turn: Turn, *, for_staff: bool) -> Dialogue | None:
        """The dialogue that these very words mean; in private those who run the shop give commands."""
        if not for_staff and turn.room is None and turn.person.is_staff:
            return None
        of_these = (one for one in self._dialogues.values() if bool(one.roles) == for_staff)
        return next((one for one in of_these if one.is_meant(turn)), None)

    def _first_word(self, text: str) -> tuple[Dialogue | None, str]:
        """The dialogue that the first word names, and the words as the reader is to take them."""
        first, rest = (*text.strip().lstrip("/").split(None, 1), "", "")[:2]
        found = next((one for one in self._dialogues.values() if one.is_begun_by(first)), None)
        if found is None:
            return None, text
        if found.before_command:
            return found, self._first_word(rest)[1]
        return found, f"{found.reads_as} {rest}" if found.reads_as else text

    def _in_passing(self, dialogue: Dialogue, open_one: State) -> bool:
        """What leaves an open question as it is: an answer; and any order, beside a menu that stays in view."""
        asked = self._dialogues.get(open_one.dialogue)
        return dialogue.is_answer or (asked is not None and asked.stays_in_view)

    def _shouted(self, turn: Turn) -> Dialogue | None:
        """抢 in a group, where the words mean nothing else; 参团 while there are teams."""
        if turn.begins is None and (meant := self._meant(turn, for_staff=False)):
            return meant
        if turn.room is None or turn.reading.action != "ignore":
            return None
        said = turn.text.strip(" !！~。")
        return next((one for one in self._dialogues.values() if said in one.group_words), None)

    def _picked(self, turn: Turn) -> Dialogue | None:
        """2号3斤, after the menu: an order by number."""
        picked = turn.reading.intent == "choose.option" and (turn.reading.completes or turn.reading.clarify)
        return self._dialogues["order"] if picked else None

    def _begun_by(self, turn: Turn) -> Dialogue | None:
        """改价 alone, or 退款: it asks for the rest. One word may be a command of the staff and a wish of a buyer."""
        if turn.begins is not None:
            return turn.begins  # type: ignore[no-any-return]  # a Dialogue, that turn.py does not know
        if turn.room is not None:
            return None
        said = turn.text.strip().lstrip("/")
        return next(
            (
                one
                for one in self._dialogues.values()
                if said in one.starts and bool(one.roles) == turn.person.is_staff
            ),
            None,
        )

    async def _carry_out(
        self, turn: Turn, dialogue: Dialogue, move: Move, before: State | None = None
    ) -> Reply:
        """`before` is an open question that an answer in passing leaves as it is."""
        keeps = before is not None and self._in_passing(dialogue, before)
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
        if turn.room is not None and not isinstance(refusal, PRIVATELY):
            says = (turn.here(f"{turn.name}，{text}"),)
        else:
            says = (turn.privately(text),)
        return self._reply(turn, dialogue, says, f"refused: {type(refusal).__name__}", vars(refusal))

    async def _again(self, turn: Turn, dialogue: Dialogue, state: State) -> Reply:
        """Something that fits no question: in a group that is chatter, in private it is not understood."""
        if turn.room is not None:
            return Reply(trace=trace.of_turn(turn, dialogue.id, "silent", {}))
        await self._remember(turn, dialogue, state)
        says = repair.again(turn, state.prompt, state.fails)
        return self._reply(turn, dialogue, says, "not understood")

    async def _not_understood(self, turn: Turn, state: State | None) -> Reply:
        if turn.room is not None and "@shop" not in turn.reading.evidence and not turn.addressed:
            return Reply(trace=trace.of_turn(turn, "", "silent", {}))
        if turn.reading.intent == "chat.thanks":
            return Reply(trace=trace.of_turn(turn, "", "silent", {}))
        fails = (state.fails if state else 0) + 1
        kept = await gate.keep_for_the_agent(turn, fails)
        says = kept.says if kept else repair.not_understood(turn, fails)
        if state is None or not state.prompt:  # nothing was asked: count on
            await self._keep_fails(turn, state, fails)
        return Reply(says, trace.of_turn(turn, "", "not understood", {"times": fails}))

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


def _read_beside_menu(reader: Reader, text: str, context: Context, now: datetime) -> Reading:
    """A menu in view is no question: only what means nothing by itself may be a number on it."""
    if context.pending is None or context.pending.kind != "menu":
        return reader.read(text, context, now=now)
    plain = reader.read(text, replace(context, pending=None), now=now)
    return plain if plain.action == "act" else reader.read(text, context, now=now)


def _joinable(shelf: Goods, room: RoomId | None, now: datetime) -> tuple[str, ...]:
    """The campaigns that a +1 may mean; a bargain is opened, cut and bought by words of its own."""
    return tuple(one.key for one in shelf.running(room, now) if one.kind != Kind.BARGAIN)


def _is_asked(state: State | None) -> bool:
    return state is not None and state.prompt != ""


def _names(heard: Heard, context: Context) -> tuple[str, ...]:
    """Who is around: whoever speaks, was quoted or has just spoken."""
    quoted = (context.quote.who,) if context.quote else ()
    return (heard.name, *quoted, *(said.who for said in context.history))


def _is_order_to_us(text: str) -> bool:
    """A command in a group begins or ends with its word; talk about one does not."""
    said = text.strip()
    return said.startswith(COMMAND_WORDS) or bool(re.search("(?:秒杀|拼团|接龙).*[0-9]", said))


def _may_start(dialogue: Dialogue, turn: Turn) -> bool:
    """A message to be ignored starts nothing, except a greeting in private; private things stay private."""
    if dialogue.private_only and turn.room is not None:
        return False
    if turn.begins is dialogue or turn.text.strip().lstrip("/") in dialogue.starts:
        return True
    return turn.reading.action != "ignore" or (turn.reading.intent == "chat.greet" and turn.addressed)
