"""发件: events become letters, letters become lines; in order per place, paced per channel, at least once.

The last thing before a line enters a room is the guard that covers phone numbers, addresses and pick-up codes.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import post
from bot.channels.channel import Channel, MaybeSent, NotSent, Spoken
from bot.clock import Clock
from bot.post import Manners
from dialogs import notices
from dialogs.notices import Desk
from dialogs.privacy import mask_for_room
from dialogs.speech import Card, Row
from dialogs.turn import ShopFacts
from dialogs.voice import Links
from shop import mail
from shop.kit.ids import ShopId
from shop.mail import Sealed
from shop.transaction import unit_of_work

log = logging.getLogger(__name__)

POLL = 0.5  # seconds: a lost wake-up costs this much and nothing else
MOST_TRIES = 8
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a channel may be spoken on; zero means no limit."""

    per_minute: int = 0
    gap: timedelta = timedelta(0)


class Outbox:
    def __init__(
        self,
        shop: ShopId,
        facts: ShopFacts,
        links: Links,
        clock: Clock,
        manners: Manners,
        channels: Mapping[str, Channel],
        paces: Mapping[str, Pace],
    ) -> None:
        self._shop, self._facts, self._links = shop, facts, links
        self._clock = clock
        self._manners = manners
        self._channels = channels
        self._meters = {name: _Meter(paces.get(name, Pace())) for name in channels}
        self._news = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    def wake(self) -> None:
        self._news.set()

    async def run(self) -> None:
        """Send for ever. First what was being sent when the process died: nobody knows whether it arrived."""
        await unit_of_work(mail.return_to_post)
        while True:
            self._news.clear()
            try:
                await self.send_due()
            except Exception:
                log.exception("sending failed; tried again in a moment")
            try:
                await asyncio.wait_for(self._news.wait(), POLL)
            except TimeoutError:
                continue

    async def flush(self) -> None:
        """Tell and send everything that can be sent, without waiting for folding."""
        await self.send_due(hold=self._manners.hold)

    async def send_due(self, *, hold: timedelta = timedelta(0)) -> int:
        """One round: tell what happened, then send what is due (`hold`: and what is only held for folding)."""
        async with self._one_at_a_time:
            total = 0
            while True:
                told = await self._tell()
                sent = await self._send_round(hold)
                total += sent
                if not told and not sent:
                    return total

    # ── events → letters ────────────────────────────────────────────────────────────────────────────────────────

    async def _tell(self) -> int:
        told = await mail.untold()
        for event in told:
            await unit_of_work(lambda event=event: self._tell_one(event))  # type: ignore[misc]  # the loop's own event
        return len(told)

    async def _tell_one(self, event: mail.Untold) -> None:
        now = self._clock.now()
        desk = Desk(self._shop, self._facts, self._links, self._manners.tz, now)
        says = await notices.words(event.event, desk)
        letters = await post.letters(says, key=f"e{event.id}", channel=None, manners=self._manners, now=now)
        await mail.tell(event, letters, now=now)

    # ── letters → lines ─────────────────────────────────────────────────────────────────────────────────────────

    async def _send_round(self, hold: timedelta) -> int:
        now = self._clock.now()
        due = await mail.due(now=now + hold)
        if not due:
            return 0
        fresh = [letter for letter in due if not (letter.until and letter.until <= now)]
        for letter in due:
            if letter not in fresh:
                await mail.put_aside(letter.id, "stale")
        now_or_later = [letter for letter in fresh if letter.channel in self._channels]
        chosen = self._within_pace(now_or_later, now)
        mine = set(await unit_of_work(lambda: mail.claim([letter.id for letter in chosen])))
        took = await self._speak_all([letter for letter in chosen if letter.id in mine])
        if took:
            await unit_of_work(lambda: mail.sent(took, now=self._clock.now()))
        return len(took)

    def _within_pace(self, letters: Sequence[Sealed], now: datetime) -> list[Sealed]:
        """Replies before lists before promotions; in each lane the order of writing; no place twice within its gap."""
        lanes = {"reply": 0, "list": 1, "promo": 2}
        in_turn = sorted(letters, key=lambda letter: (lanes[letter.lane], letter.id))
        return sorted(
            (x for x in in_turn if self._meters[x.channel].admit(x, now)), key=lambda letter: letter.id
        )

    async def _speak_all(self, letters: Sequence[Sealed]) -> list[int]:
        """Each place in its order; a place that failed waits with all that is behind it."""
        took: list[int] = []
        stopped: set[tuple[str, str | None, str | None]] = set()
        for letter in letters:
            place = (letter.channel, letter.room, letter.account)
            if place in stopped:
                await mail.postpone(letter.id, self._clock.now())
                continue
            if await self._speak(letter):
                took.append(letter.id)
            else:
                stopped.add(place)
        return took

    async def _speak(self, letter: Sealed) -> bool:
        channel = self._channels[letter.channel]
        try:
            for line in _lines(letter, channel.abilities.longest_text):
                await channel.speak(line)
            return True
        except NotSent as why:
            await self._later(letter, str(why))
        except MaybeSent as why:
            if letter.lane == "promo":  # twice is worse than not at all
                await mail.put_aside(letter.id, "unknown")
            else:
                await self._later(letter, str(why))
        except Exception:
            log.exception("letter %s: the channel %s has a bug", letter.id, letter.channel)
            await self._later(letter, "bug")
        return False

    async def _later(self, letter: Sealed, why: str) -> None:
        tries = letter.attempts + 1
        if tries >= MOST_TRIES:
            log.error("letter %s is given up after %s tries: %s", letter.id, tries, why)
            await mail.put_aside(letter.id, "dead")
            return
        pause = min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE)
        await mail.postpone(letter.id, self._clock.now() + pause)


class _Meter:
    """What a channel has said in the last minute, and in which place last."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._said: deque[datetime] = deque()
        self._last: dict[str, datetime] = {}

    def admit(self, letter: Sealed, now: datetime) -> bool:
        place = letter.room or letter.account or ""
        while self._said and self._said[0] <= now - timedelta(minutes=1):
            self._said.popleft()
        if self._pace.per_minute and len(self._said) >= self._pace.per_minute:
            return False
        last = self._last.get(place)
        if self._pace.gap and last is not None and now - last < self._pace.gap:
            return False
        if self._pace.per_minute:
            self._said.append(now)
        if self._pace.gap:
            self._last[place] = now
        return True


def _lines(letter: Sealed, longest: int) -> list[Spoken]:
    """A letter as the channel will say it: guarded for a room, split where it is too long; the card rides on the
    last part."""
    text, card, buttons = letter.body["text"], post.card_of(letter.body), post.buttons_of(letter.body)
    if letter.room is not None:
        text, covered = mask_for_room(text)
        card = _card_for_room(card)
        if covered:
            log.error("letter %s would have told a room something private; it was covered", letter.id)
    parts = split(text, longest)
    whole = Spoken(letter.id, letter.room, letter.account, parts[-1], card, buttons)
    return [replace(whole, text=part, card=None, buttons=()) for part in parts[:-1]] + [whole]


def _card_for_room(card: Card | None) -> Card | None:
    if card is None:
        return None
    rows = tuple(
        Row(mask_for_room(row.name)[0], mask_for_room(row.detail)[0], row.amount) for row in card.rows
    )
    return replace(
        card, rows=rows, title=mask_for_room(card.title)[0], note=mask_for_room(card.note)[0], link="", qr=""
    )


def split(text: str, longest: int) -> list[str]:
    """Parts of at most `longest` characters, cut at line ends where possible and numbered （1/3）."""
    if len(text) <= longest:
        return [text]
    room = longest - 8
    parts: list[str] = []
    part = ""
    for line in text.split("\n"):
        while len(line) > room:
            parts, part = ([*parts, part] if part else parts), ""
            parts.append(line[:room])
            line = line[room:]
        if part and len(part) + 1 + len(line) > room:
            parts, part = [*parts, part], line
        else:
            part = f"{part}\n{line}" if part else line
    parts = [*parts, part] if part else parts
    return [f"{part}（{n}/{len(parts)}）" for n, part in enumerate(parts, start=1)]
