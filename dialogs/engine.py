"""对话: a dialogue declares its slots; one pure `step`, shared by all, decides what happens next.

The state between two messages is plain JSON, one per (room or private, person): a restart, a correction and an
interruption are handled here once and in no dialogue.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from dialogs.hear.reading import Pending, Reading
from dialogs.speech import Say
from dialogs.turn import Turn
from dialogs.wants import pending_from_json, pending_to_json
from shop.goods import Catalogue
from shop.kit.refusal import Refusal

LONGEST_SAID = 200

Data = dict[str, Any]  # what the slots hold, JSON values only
Parse = Callable[
    [Reading, Any, bool], Any
]  # (reading, old value, was it asked for?) → value, or None: not said


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing a dialogue must know. `ask` is the question. `insists`: while it is asked, what fills it is its
    answer, whatever else those words may mean (全退, 苹果1箱烂了)."""

    parse: Parse
    ask: str = ""
    optional: bool = False
    insists: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """What is gathered so far, and what was asked last: a slot's name, or "confirm"."""

    dialogue: str
    data: Data = field(default_factory=dict)
    said: str = ""  # the words that began it, for the audit
    asked: str = ""
    prompt: str = ""
    pending: Pending | None = None
    seal: str = ""
    fails: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask before going on: a preview to confirm, or one missing thing."""

    says: tuple[Say, ...]
    asked: str = "confirm"
    pending: Pending | None = None
    seal: str = ""
    data: Data | None = None  # replaces the data, when the question is about something else than was said


@dataclass(frozen=True, slots=True)
class Done:
    """What became of it. `undo` is what `take_back` needs; `facts` go into the trace; `stays` is the slot that may
    still be filled (更多), with what was offered."""

    says: tuple[Say, ...] = ()
    undo: Data | None = None
    before: Any = None
    after: Any = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    stays: str = ""
    pending: Pending | None = None


class Dialogue:
    """One kind of conversation. Slots are class attributes; `examples` are its help, its test and its promise."""

    id: ClassVar[str]
    intents: ClassVar[tuple[str, ...]]
    examples: ClassVar[tuple[str, ...]]
    roles: ClassVar[frozenset[str]] = frozenset()  # who may; empty: everybody
    private_only: ClassVar[bool] = False
    minutes: ClassVar[int] = 10  # how long an open question is remembered
    confirm_minutes: ClassVar[int] = 30
    undo_for: ClassVar[timedelta] = timedelta(0)
    starts: ClassVar[tuple[str, ...]] = ()  # these words alone begin it: 改价
    first_words: ClassVar[
        tuple[str, ...]
    ] = ()  # a message that begins with one of these and a space means it
    before_command: ClassVar[bool] = False  # its first word stands before another command: 预演 接龙 …
    reads_as: ClassVar[str] = ""  # what the reader is told instead of that first word
    in_group: ClassVar[bool] = False  # a command that may be said in the group; it is answered in private
    group_words: ClassVar[tuple[str, ...]] = ()  # these alone, in a group, mean it whatever is asked: 抢
    stays_in_view: ClassVar[bool] = False  # a list that may be picked from again and again
    is_answer: ClassVar[bool] = False  # a question answered in passing: an open dialogue stays open

    @classmethod
    def slots(cls) -> dict[str, Slot]:
        """Its own and the inherited ones, in the order they are written."""
        classes = reversed(cls.__mro__)
        return {name: slot for one in classes for name, slot in vars(one).items() if isinstance(slot, Slot)}

    @classmethod
    def is_begun_by(cls, word: str) -> bool:
        """Whether a message with this first word means it."""
        return word in cls.first_words

    def fill(self, reading: Reading, data: Data, asked: str) -> Data:
        """The data after hearing this: every slot that can take something takes it."""
        filled = dict(data)
        for name, slot in self.slots().items():
            value = slot.parse(reading, filled.get(name), name == asked)
            if value is not None:
                filled[name] = value
        return filled

    def settle(self, data: Data, catalogue: Catalogue) -> Data:
        """What follows from the goods on sale: a product with one sku needs no question."""
        return data

    def missing(self, data: Data) -> str | None:
        return next((n for n, s in self.slots().items() if not s.optional and n not in data), None)

    def is_meant(self, turn: Turn) -> bool:
        """Do these very words mean it here, whatever else they may be read as?"""
        return False

    def retold(self, said: str) -> str:
        """What is meant by the words, as the reader is to take them."""
        return said

    async def question(self, turn: Turn, data: Data, slot: str) -> Question:
        """How to ask for a missing slot."""
        return Question((turn.here(self.slots()[slot].ask),), asked=slot)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        """A preview that wants a yes, when one is needed."""
        return None

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        raise NotImplementedError  # every dialogue has its own end

    async def refused(self, turn: Turn, data: Data, refusal: Refusal) -> Question | None:
        """A better offer after a refusal, or None for its plain sentence."""
        return None

    def words(self, refusal: Refusal) -> str | None:
        """Its own sentence for a refusal, where the usual one speaks to somebody else."""
        return None

    async def take_back(self, turn: Turn, undo: Data) -> str:
        """撤销: do the inverse and say so. Only for dialogues whose Done carries `undo`."""
        raise NotImplementedError


# ── the pure step ───────────────────────────────────────────────────────────────────────────────────────────────

Next = Literal["ask", "check", "do", "drop", "again", "leave"]


@dataclass(frozen=True, slots=True)
class Move:
    """What to do now: ask for a slot, check (preview), do it, drop it, say the question again, or leave it open and
    let the message be handled as if nothing had been asked."""

    next: Next
    state: State
    slot: str = ""


def begin(
    dialogue: Dialogue, reading: Reading, catalogue: Catalogue, said: str = "", said_in: int | None = None
) -> Move:
    """A message that starts a dialogue; `said_in` is the group of a command that is answered in private."""
    data = dialogue.fill(reading, {} if said_in is None else {"said_in": said_in}, "")
    return _onward(dialogue, State(dialogue.id, data, said), catalogue)


def step(
    dialogue: Dialogue, state: State, reading: Reading, catalogue: Catalogue, others: Container[str] = ()
) -> Move:
    """A message that meets an open question of this person. Pure: the same in, the same out. `others` are the
    intents that start another dialogue: such a message is no answer."""
    if _insists(dialogue, state, reading):
        return _answered(dialogue, state, reading, catalogue)
    if reading.intent == "confirm.no" or (reading.intent == "order.cancel" and state.asked):
        return Move("drop", state)
    if state.asked == "confirm" and reading.intent == "confirm.yes":
        return Move("do", state)
    if reading.action != "ignore" and reading.intent in others and reading.intent not in dialogue.intents:
        return Move("leave", state)
    if dialogue.fill(chosen(reading, state.pending), state.data, state.asked) != state.data:
        return _answered(dialogue, state, reading, catalogue)
    if reading.action == "ignore" and state.prompt:
        return Move("again", replace(state, fails=state.fails + 1))
    return Move("leave", state)


def _insists(dialogue: Dialogue, state: State, reading: Reading) -> bool:
    slot = dialogue.slots().get(state.asked)
    return (
        slot is not None
        and slot.insists
        and slot.parse(reading, state.data.get(state.asked), True) is not None
    )


def _answered(dialogue: Dialogue, state: State, reading: Reading, catalogue: Catalogue) -> Move:
    data = dialogue.fill(chosen(reading, state.pending), state.data, state.asked)
    said = _joined(state.said, reading.text)
    answered = replace(state, data=data, said=said, asked="", prompt="", seal="", fails=0, pending=None)
    return _onward(dialogue, answered, catalogue)


def _joined(before: str, text: str) -> str:
    """补货 苹果, then 30: 补货 苹果 30."""
    return (text if text.startswith(before) else f"{before} {text}")[:LONGEST_SAID]


def chosen(reading: Reading, pending: Pending | None) -> Reading:
    """第二个: with the thing itself in slots.chosen, when what was offered is known."""
    number = reading.slots.get("option")
    if reading.intent != "choose.option" or pending is None or not isinstance(number, int):
        return reading
    if not 1 <= number <= len(pending.options):
        return reading
    return replace(reading, slots={**reading.slots, "chosen": pending.options[number - 1]})


def _onward(dialogue: Dialogue, state: State, catalogue: Catalogue) -> Move:
    state = replace(state, data=dialogue.settle(state.data, catalogue))
    if slot := dialogue.missing(state.data):
        return Move("ask", state, slot)
    return Move("check", state)


def until(dialogue: Dialogue, state: State, now: datetime) -> datetime:
    minutes = dialogue.confirm_minutes if state.asked == "confirm" else dialogue.minutes
    return now + timedelta(minutes=minutes)


# ── as JSON ─────────────────────────────────────────────────────────────────────────────────────────────────────


def to_json(state: State) -> dict[str, Any]:
    return {
        "dialogue": state.dialogue,
        "data": state.data,
        "said": state.said,
        "asked": state.asked,
        "prompt": state.prompt,
        "pending": pending_to_json(state.pending) if state.pending else None,
        "seal": state.seal,
        "fails": state.fails,
    }


def from_json(row: Mapping[str, Any]) -> State:
    pending = row.get("pending")
    return State(
        row["dialogue"],
        dict(row["data"]),
        row["said"],
        row["asked"],
        row["prompt"],
        pending_from_json(pending) if pending else None,
        row["seal"],
        row["fails"],
    )
