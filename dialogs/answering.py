"""接: which dialogue goes on with a message: what it shouts, what was asked, what it begins; or nobody understood it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from dialogs import engine, repair, trace
from dialogs.agent import gate
from dialogs.agent.doing import Begin
from dialogs.carrying import call_a_person, carry_out, denied
from dialogs.choosing import Choice
from dialogs.engine import Dialogue, Move, State
from dialogs.hear.reading import Context
from dialogs.listening import Ear
from dialogs.remembering import count_fails, forget
from dialogs.replies import Reply
from dialogs.turn import Turn


class Answers:
    def __init__(
        self, dialogues: Mapping[str, Dialogue], by_intent: Mapping[str, Dialogue], ear: Ear, choice: Choice
    ) -> None:
        self._dialogues, self._by_intent, self._ear, self._choice = dialogues, by_intent, ear, choice

    async def answer(self, turn: Turn, state: State | None) -> Reply:
        """`state` is what this person was asked here."""
        asked = self._dialogues.get(state.dialogue) if state else None
        if shouted := self._choice.shouted(turn):
            return await self._begin(turn, shouted, state if asked else None)
        if state and asked and turn.begins is None:
            turn, move = self._step(turn, asked, state)
            if move.next != "leave":
                return await carry_out(turn, asked, move)
        dialogue = self._choice.dialogue(turn)
        if dialogue is None:
            return await _not_understood(turn, state)
        if dialogue.roles and not dialogue.roles & turn.person.may:
            return await denied(turn, dialogue)
        if state and not self._choice.in_passing(dialogue, state):
            await forget(turn)
        return await self._begin(turn, dialogue, state if asked else None)

    async def by_hand(self, turn: Turn, found: Begin, state: State | None) -> Reply:
        """What an agent begins from a ticket: 12 退款 20."""
        dialogue = self._dialogues[found.dialogue]
        if not dialogue.roles & turn.person.roles:
            return await denied(turn, dialogue)
        move = Move("check", State(dialogue.id, found.data, turn.text))
        return await carry_out(turn, dialogue, move, keeps=self._keeps(dialogue, state))

    async def _begin(self, turn: Turn, dialogue: Dialogue, before: State | None) -> Reply:
        move = engine.begin(dialogue, turn.reading, turn.shelf.catalogue, turn.text, turn.said_in)
        return await carry_out(turn, dialogue, move, keeps=self._keeps(dialogue, before))

    def _keeps(self, dialogue: Dialogue, before: State | None) -> bool:
        return before is not None and self._choice.in_passing(dialogue, before)

    def _step(self, turn: Turn, asked: Dialogue, state: State) -> tuple[Turn, Move]:
        """The move that the message is in the dialogue that asked, and the turn as it was understood for that."""
        goods = turn.shelf.catalogue
        move = engine.step(asked, state, turn.reading, goods, self._by_intent)
        if move.next in ("leave", "again") and (whole := self._whole(turn, asked, state)):
            return whole, engine.step(asked, state, whole.reading, goods, self._by_intent)
        return turn, move

    def _whole(self, turn: Turn, asked: Dialogue, state: State) -> Turn | None:
        """An answer to a command's question completes the words that began it: 今日特价 … 草莓25 香蕉4."""
        if not asked.roles or state.asked in ("", "confirm"):
            return None
        said = self._by_intent.get(turn.reading.intent)
        if said is not None and (said.roles or said.is_answer):  # 撤销 and 帮助 are no answers
            return None
        local = turn.now.astimezone(ZoneInfo(turn.tz))
        words = f"{state.said} {turn.text}"
        reading = self._ear.reader(turn.shelf).read(words, Context(chat="admin"), now=local)
        return replace(turn, reading=reading) if reading.intent in asked.intents else None


async def _not_understood(turn: Turn, state: State | None) -> Reply:
    is_talk = turn.room is not None and "@shop" not in turn.reading.evidence and not turn.addressed
    if is_talk or repair.needs_no_answer(turn):
        return Reply(trace=trace.of_turn(turn, "", "silent", {}))
    fails = (state.fails if state else 0) + 1
    kept = await gate.keep_for_the_agent(turn, fails)
    called = await call_a_person(turn, fails)
    says = kept.says if kept else called or repair.not_understood(turn, fails)
    if state is None or not state.prompt:  # nothing was asked: count on
        await count_fails(turn, state, 0 if called else fails)
    return Reply(says, trace.of_turn(turn, "", "not understood", {"times": fails}))
