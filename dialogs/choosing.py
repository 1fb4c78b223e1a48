"""选: which dialogue a message is for: a command by its first word, words that mean one thing only, or what was read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from dialogs.engine import Dialogue, State
from dialogs.hear.reading import Context
from dialogs.listening import Ear, joinable
from dialogs.turn import Turn

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


class Choice:
    def __init__(
        self, dialogues: Mapping[str, Dialogue], by_intent: Mapping[str, Dialogue], ear: Ear
    ) -> None:
        self._dialogues, self._by_intent, self._ear = dialogues, by_intent, ear

    def dialogue(self, turn: Turn) -> Dialogue | None:
        """The one that this message begins; None when it begins nothing."""
        found = (
            self._begun_by(turn)
            or self._by_intent.get(turn.reading.intent)
            or self._picked(turn)
            or self._answers_staff(turn)
        )
        return found if found is not None and _may_start(found, turn) else None

    def command(self, turn: Turn, *, retold: bool = False) -> Turn | None:
        """A command about campaigns, from who may give it here: read as one, and answered in private. `retold`: these
        are other words than those that were read (预演 …)."""
        if not (turn.room is None or turn.runs_here) or not turn.person.may:
            return None
        if self._meant(turn, for_staff=False):
            return None  # 开团 of somebody who wants to be in it himself
        meant = self._meant(turn, for_staff=True)
        by_word, said = (meant, meant.retold(turn.text)) if meant else self._first_word(turn.text)
        if by_word is None and turn.room is None and turn.person.is_staff and not retold:
            return None  # read as a command already
        local = turn.now.astimezone(ZoneInfo(turn.tz))
        running = joinable(turn.shelf, turn.room_id, turn.now)
        reading = self._ear.reader(turn.shelf).read(said, Context(chat="admin", campaigns=running), now=local)
        reading = replace(reading, text=turn.text) if meant else reading
        dialogue = by_word or self._by_intent.get(reading.intent)
        if dialogue is None or not dialogue.roles & turn.person.may:
            return None
        if turn.room is not None and not dialogue.in_group:
            return None
        if by_word is None and not retold and not _is_order_to_us(turn.text):
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

    def in_passing(self, dialogue: Dialogue, open_one: State) -> bool:
        """What leaves an open question as it is: an answer; and any order, beside a menu that stays in view."""
        asked = self._dialogues.get(open_one.dialogue)
        return dialogue.is_answer or (asked is not None and asked.stays_in_view)

    def shouted(self, turn: Turn) -> Dialogue | None:
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

    def _answers_staff(self, turn: Turn) -> Dialogue | None:
        """活动, asked by the merchant in private: what customers may ask is answered to him as well."""
        if turn.room is not None or not turn.person.is_staff:
            return None
        said = turn.text.strip().lstrip("/")
        return next((one for one in self._dialogues.values() if one.is_answer and said in one.starts), None)

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
