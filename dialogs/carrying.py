"""办: what a dialogue's move asks for is done: put a question, look ahead, do it, drop it; a refusal becomes a question or
a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dialogs import refusals, repair, trace
from dialogs.calling import tell_the_staff
from dialogs.engine import Dialogue, Move, Question, State
from dialogs.remembering import forget, record, remember
from dialogs.replies import Reply
from dialogs.speech import Say
from dialogs.turn import Turn
from shop import acts, slips
from shop.kit.refusal import Refusal
from shop.refusals import NotAllowed
from shop.transaction import transaction

MOST_DENIED = 3


async def carry_out(turn: Turn, dialogue: Dialogue, move: Move, *, keeps: bool = False) -> Reply:
    """`keeps`: an answer in passing, which leaves the open question as it is."""
    match move.next:
        case "drop":
            return await _drop(turn, dialogue, move.state)
        case "again":
            return await _again(turn, dialogue, move.state)
        case "ask":
            question = await dialogue.question(turn, move.state.data, move.slot)
            return await _ask(turn, dialogue, move.state, question)
        case "check":
            return await _check(turn, dialogue, move.state, keeps=keeps)
        case _:
            return await _do(turn, dialogue, move.state, keeps=keeps)


async def denied(turn: Turn, dialogue: Dialogue) -> Reply:
    """A command of somebody who may not give it; who tries on gets no answer any more."""
    before = await acts.denied_lately(turn.person.id, now=turn.now)
    await record(turn, dialogue, "denied", turn.text)
    if before >= MOST_DENIED:
        return _reply(turn, dialogue, (), "denied", {"times": before + 1})
    return _reply(turn, dialogue, (turn.here(refusals.words(NotAllowed("owner"))),), "denied")


async def call_a_person(turn: Turn, fails: int) -> tuple[Say, ...]:
    """Not understood too often: somebody comes without being asked for."""
    if turn.ticket is not None or not repair.is_too_often(turn, fails):
        return ()
    return (await tell_the_staff(turn, sorry="没看懂你的意思，请店里的人来看。")).says


async def _check(turn: Turn, dialogue: Dialogue, state: State, *, keeps: bool) -> Reply:
    try:
        async with transaction():
            question = await dialogue.check(turn, state.data)
    except Refusal as refusal:
        return await _refused(turn, dialogue, state, refusal)
    if question is not None:
        return await _ask(turn, dialogue, state, question)
    return await _do(turn, dialogue, state, keeps=keeps)


async def _do(turn: Turn, dialogue: Dialogue, state: State, *, keeps: bool) -> Reply:
    try:
        async with transaction():
            done = await dialogue.done(turn, state.data, state.seal)
    except Refusal as refusal:
        return await _refused(turn, dialogue, state, refusal)
    if done.stays:
        await remember(turn, dialogue, replace(state, asked=done.stays, pending=done.pending))
    elif not keeps:
        await forget(turn)
    await record(turn, dialogue, "done", state.said, done)
    return _reply(turn, dialogue, done.says, "done", done.facts)


async def _ask(turn: Turn, dialogue: Dialogue, state: State, question: Question) -> Reply:
    asked = replace(
        state,
        data=state.data if question.data is None else question.data,
        asked=question.asked,
        prompt=question.says[0].text,
        pending=question.pending,
        seal=question.seal,
    )
    await remember(turn, dialogue, asked)
    return _reply(turn, dialogue, question.says, "asked")


async def _refused(turn: Turn, dialogue: Dialogue, state: State, refusal: Refusal) -> Reply:
    try:
        better = await dialogue.refused(turn, state.data, refusal)
    except Refusal as again:
        better, refusal = None, again
    if better is not None:
        return await _ask(turn, dialogue, state, better)
    await forget(turn)
    await record(turn, dialogue, "refused", state.said)
    text = dialogue.words(refusal) or refusals.words(refusal)
    if turn.room is not None and not isinstance(refusal, refusals.PRIVATELY):
        says = (turn.here(f"{turn.name}，{text}"),)
    else:
        says = (turn.privately(text),)
    return _reply(turn, dialogue, says, f"refused: {type(refusal).__name__}", vars(refusal))


async def _again(turn: Turn, dialogue: Dialogue, state: State) -> Reply:
    """Something that fits no question: in a group that is chatter, in private it is not understood."""
    if turn.room is not None:
        return _reply(turn, dialogue, (), "silent")
    called = await call_a_person(turn, state.fails)
    await remember(turn, dialogue, replace(state, fails=0) if called else state)
    says = called or repair.again(turn, state.prompt, state.fails)
    return _reply(turn, dialogue, says, "not understood")


async def _drop(turn: Turn, dialogue: Dialogue, state: State) -> Reply:
    await forget(turn)
    await record(turn, dialogue, "dropped", state.said)
    says = (turn.here(repair.dropped(turn, await _still_open(turn, dialogue))),)
    return _reply(turn, dialogue, says, "dropped")


async def _still_open(turn: Turn, dialogue: Dialogue) -> str | None:
    """A question was dropped; an order that stands is named, so that nobody thinks it is gone."""
    if dialogue.roles:
        return None
    slip = await slips.open_order(turn.shop, turn.person.id)
    return slip.code if slip else None


def _reply(
    turn: Turn,
    dialogue: Dialogue,
    says: Sequence[Say],
    outcome: str,
    facts: Mapping[str, Any] | None = None,
) -> Reply:
    return Reply(tuple(says), trace.of_turn(turn, dialogue.id, outcome, facts or {}))
