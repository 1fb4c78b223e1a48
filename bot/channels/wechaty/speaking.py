"""说话: one message of the account at a time, and none that came back from the gateway is said again."""

from __future__ import annotations

import logging
import re
from collections import deque

from bot.channels.channel import MaybeSent, NotSent, Spoken, TooFast, Unreachable
from bot.channels.wechaty import board, hearing, pictures
from bot.channels.wechaty.cards import CardBox
from bot.channels.wechaty.echoes import Echoes
from bot.channels.wechaty.gateway import GatewayAway, GatewayFault, WrongToken
from bot.channels.wechaty.link import Link
from shop import mail
from shop.rules.pictures import Picture

log = logging.getLogger(__name__)

MOST_SAID = 200  # lines that are not said again, should their letter be
MOST_FRIENDS = 10_000  # that are remembered; then all of them are asked for again

_UNFRIENDED = re.compile(r"不是(?:你|对方)的?(?:好友|朋友)|朋友验证|not (?:a |your )?friend", re.IGNORECASE)
_FREQUENT = re.compile(r"频繁|too (?:fast|frequent|many)|frequency|rate limit", re.IGNORECASE)


class Voice:
    def __init__(self, name: str, link: Link, cards: CardBox, echoes: Echoes) -> None:
        self._name = name
        self._link = link
        self._cards = cards
        self._echoes = echoes
        self._friends: set[str] = set()
        self._said: deque[tuple[int, str]] = deque(maxlen=MOST_SAID)  # letters and their words
        self._unsure: dict[
            tuple[int, str], int
        ] = {}  # those that may have been said, and when they were tried

    async def speak(self, line: Spoken) -> None:
        place = line.room or line.account or ""
        if not self._link.account:
            raise NotSent("the account is not logged in")
        if line.account is not None and not await self.reaches(line.account):
            raise Unreachable("not a friend of the account")
        if line.topic:
            await board.call_it(self._link, place, line.topic)
            return
        if line.picture is not None and line.card is not None and await self._is_card_shown(line, place):
            return
        if line.announces and await board.is_announced(self._link, self._cards, place, line.text):
            return
        await self._say(line, place, line.text, "MessageSendText", text=line.text)
        if line.picture is not None and line.card is None:
            await self._show(line, place, line.picture)

    async def _is_card_shown(self, line: Spoken, place: str) -> bool:
        """The card as a picture instead of its text; an account that may send no pictures says the text."""
        assert line.picture is not None
        if (line.letter, line.text) in self._said:
            return False  # it was said in words when the gateway took no picture
        try:
            await self._show(line, place, line.picture)
        except TooFast:
            raise
        except NotSent as no:
            log.warning("%s takes no picture, the text is said instead: %s", self._name, no)
            return False
        return True

    async def _show(self, line: Spoken, place: str, shown: Picture) -> None:
        words = hearing.SHOWN[hearing.IMAGE]
        if (line.letter, words) in self._said:
            return
        try:
            box = await pictures.hand_over(self._link, shown)
        except (GatewayAway, GatewayFault, WrongToken) as why:
            raise NotSent(str(why)) from None  # nothing went out yet
        await self._say(line, place, words, "MessageSendFile", file_box=box)

    async def _say(self, line: Spoken, place: str, words: str, call: str, **what: str) -> None:
        """One message of the account; `words` is what its echo is known by."""
        if self._was_said(line.letter, place, words):
            return
        since = self._echoes.count
        with self._echoes.saying(place):
            try:
                sent = await self._link.call(call, conversation_id=place, **what)
            except (GatewayFault, WrongToken) as no:
                if line.account is not None and _UNFRIENDED.search(str(no)):
                    self._friends.discard(line.account)
                    raise Unreachable(str(no)) from None
                if _FREQUENT.search(str(no)):
                    raise TooFast(str(no)) from None
                raise NotSent(str(no)) from None
            except GatewayAway as why:
                self._unsure[line.letter, words] = since
                self._echoes.lost(place, words)
                raise MaybeSent(str(why)) from None
            self._echoes.answered(sent.id, place, words)
        self._said.append((line.letter, words))

    async def reaches(self, account: str) -> bool:
        """Friends, and whoever has written in private, which nobody else can; some gateways know of no friends."""
        if account in self._friends:
            return True
        card = await self._cards.contact(account)
        if card is None or card.friend or await mail.has_written_privately(self._name, account):
            if len(self._friends) >= MOST_FRIENDS:
                self._friends.clear()
            self._friends.add(account)
            return True
        return False

    def _was_said(self, letter: int, place: str, words: str) -> bool:
        """A part of a letter whose next part failed; or a line of which nobody could tell, and which came back from the
        gateway since."""
        key = letter, words
        since = self._unsure.pop(key, None)
        if since is not None and self._echoes.explain(place, words, since=since):
            self._said.append(key)
        return key in self._said
