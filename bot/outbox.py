"""发件: events become letters, letters become lines; in order per place, paced per channel, at least once.

The last thing before a line enters a room is the guard that covers phone numbers, addresses and pick-up codes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot import apart, pictured, post
from bot.channels.channel import Channel, MaybeSent, NotSent, Pace, Spoken, TooFast, Unable, Unreachable
from bot.clock import Clock
from bot.duty import Duty
from bot.meter import SILENCE, Lists, Meter, Place, place
from bot.post import Manners
from dialogs import notices
from dialogs.notices import Desk
from dialogs.privacy import mask_for_room
from dialogs.speech import Button, Card, Row
from dialogs.turn import ShopFacts
from dialogs.voice import Links
from shop import alarms, mail, people
from shop.engines.faults import is_lost_connection
from shop.kit.ids import ShopId
from shop.mail import Sealed
from shop.rules.pictures import Picture
from shop.transaction import start_task, unit_of_work

log = logging.getLogger(__name__)

POLL = 0.5  # seconds: a lost wake-up costs this much and nothing else
MOST_TRIES = 8
TOO_FAST = "too_fast"  # the alarm
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=5)


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
        self._meters = {name: Meter(paces.get(name, channels[name].abilities.pace)) for name in channels}
        self._scolded = set(channels)  # on which an alarm about their pace may be open
        self._lists = Lists(manners.list_gap)
        self._news = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._flush: asyncio.Task[None] | None = None  # the next one, not begun yet
        self._is_closing = False
        self._is_unsure = (
            True  # something may have been on its way when the process died, or the last round broke
        )
        self._wordless: dict[int, int] = {}  # events whose words failed, and how often

    def wake(self) -> None:
        self._news.set()

    def stop(self) -> None:
        """No further round after this one; what was claimed is said."""
        self._is_closing = True
        self._news.set()

    async def run(self, duty: Duty) -> None:
        """Send until `stop`, while this process is the one on duty."""
        while not self._is_closing:
            self._news.clear()
            try:
                if await duty.is_mine():
                    await self.send_due()
            except Exception:
                log.exception("sending failed; tried again in a moment")
            try:
                await asyncio.wait_for(self._news.wait(), POLL)
            except TimeoutError:
                continue
        await duty.hand_over()

    async def flush(self) -> None:
        """Tell and send everything that can be sent, without waiting for folding. Who asks while a round is under way
        shares the next one with all who ask meanwhile."""
        if self._flush is None:
            self._flush = start_task(self._flush_once(), name="flush")
        await asyncio.shield(self._flush)

    async def _flush_once(self) -> None:
        async with self._one_at_a_time:
            self._flush = None  # who comes from now on has written something that this round may not see
            await self._rounds(self._manners.hold)

    async def send_due(self, *, hold: timedelta = timedelta(0)) -> int:
        """One round: tell what happened, then send what is due (`hold`: and what is only held for folding)."""
        async with self._one_at_a_time:
            return await self._rounds(hold)

    async def _rounds(self, hold: timedelta) -> int:
        if self._is_unsure:
            await unit_of_work(mail.return_to_post)
        self._is_unsure = True  # until the rounds have come to their end
        await self._pace_as_ever()
        total = 0
        while True:
            told = await self._tell()
            sent = await self._send_round(hold)
            total += sent
            if self._is_closing or not (told or sent):
                self._is_unsure = False
                return total

    # ── events → letters ────────────────────────────────────────────────────────────────────────────────────────

    async def _tell(self) -> int:
        """Gives how many events were told. One that finds no words stops neither the others nor the post."""
        done = 0
        for event in await mail.untold():
            try:
                await unit_of_work(lambda event=event: self._tell_one(event))  # type: ignore[misc]  # the loop's own event
                done += 1
            except Exception as fault:
                if is_lost_connection(fault):
                    raise
                log.exception("event %s found no words", event.id)
                await self._count_wordless(event)
        return done

    async def _tell_one(self, event: mail.Untold) -> None:
        now = self._clock.now()
        desk = Desk(self._shop, self._facts, self._links, self._manners.tz, now)
        says = await notices.words(event.event, desk)
        letters = await post.letters(says, key=f"e{event.id}", channel=None, manners=self._manners, now=now)
        await mail.tell(event, letters, now=now)

    async def _count_wordless(self, event: mail.Untold) -> None:
        tries = self._wordless.pop(event.id, 0) + 1
        if tries < mail.MOST_ATTEMPTS:
            self._wordless[event.id] = tries
            return
        log.error("event %s is given up: nobody is told", event.id)
        await unit_of_work(lambda: mail.tell(event, (), now=self._clock.now()))

    # ── letters → lines ─────────────────────────────────────────────────────────────────────────────────────────

    async def _send_round(self, hold: timedelta) -> int:
        now = self._clock.now()
        here = [name for name, channel in self._channels.items() if channel.is_up]
        # each asked for itself: a backlog on one leaves the others their share
        due = [letter for name in here for letter in await mail.due(now=now + hold, channels=(name,))]
        fresh = [letter for letter in due if not (letter.until and letter.until <= now)]
        for letter in due:
            if letter not in fresh:
                await self._put_aside(letter, "stale")
        reachable = [letter for letter in fresh if not await self._waits_for_a_friend(letter, now)]
        await self._behind_a_stranger(here, now, hold)
        true = [one for letter in reachable if (one := await self._as_it_stands(letter, now)) is not None]
        chosen = self._within_pace(true, now)
        if not chosen:
            return 0
        mine = set(await unit_of_work(lambda: mail.claim([letter.id for letter in chosen])))
        took = await self._speak_all([letter for letter in chosen if letter.id in mine])
        if took:
            await unit_of_work(lambda: mail.sent(took, now=self._clock.now()))
        return len(took)

    async def _waits_for_a_friend(self, letter: Sealed, now: datetime) -> bool:
        """Asked before the pace is: what cannot be said takes nobody's turn."""
        channel = self._channels[letter.channel]
        if letter.account is None or channel.abilities.strangers or await channel.reaches(letter.account):
            return False
        await unit_of_work(lambda: apart.wait_for_a_friend(letter, self._links, now=now))
        return True

    async def _as_it_stands(self, letter: Sealed, now: datetime) -> Sealed | None:
        """In the words that are true by now; None where none are."""
        channel, about = self._channels[letter.channel], letter.body.get("unreached")
        is_reached = about is None or channel.abilities.strangers or await channel.reaches(about["account"])
        if is_reached and "links" not in letter.body:
            return letter
        return await unit_of_work(lambda: apart.as_it_stands(letter, is_reached=is_reached, now=now))

    async def _behind_a_stranger(self, here: Sequence[str], now: datetime, hold: timedelta) -> None:
        """What is written to somebody for whom an older letter waits is looked at at once: its group is to hear of it
        now. Where he can be reached meanwhile it stays behind the older one."""
        shy = [name for name in here if not self._channels[name].abilities.strangers]
        for letter in await mail.behind(now=now + hold, channels=shy) if shy else ():
            await self._waits_for_a_friend(letter, now)

    def _within_pace(self, letters: Sequence[Sealed], now: datetime) -> list[Sealed]:
        """Replies before lists before promotions; in each lane the order of writing; no place twice within its gap."""
        lanes = {"reply": 0, "list": 1, "promo": 2}
        admitted, full = list[Sealed](), set[tuple[Place, str]]()
        for letter in sorted(letters, key=lambda letter: (lanes[letter.lane], letter.id)):
            if self._lists.is_too_soon(letter, now):
                continue
            queue = (place(letter), letter.lane)
            if queue not in full and self._meters[letter.channel].admit(letter, self._parts(letter), now):
                admitted.append(letter)
                self._lists.note(letter, now)
            else:
                full.add(queue)  # a short letter does not slip past a long one
        return sorted(admitted, key=lambda letter: letter.id)

    def _parts(self, letter: Sealed) -> int:
        can = self._channels[letter.channel].abilities
        picture = can.pictures and "picture" in letter.body
        return len(split(letter.body["text"], can.longest_text)) + picture

    async def _speak_all(self, letters: Sequence[Sealed]) -> list[int]:
        """Each place in its order; a place that failed waits with all that is behind it."""
        took, behind = list[int](), list[int]()
        stopped: set[Place] = set()
        for letter in letters:
            if place(letter) in stopped:
                behind.append(letter.id)
            elif await self._speak(letter):
                took.append(letter.id)
            else:
                stopped.add(place(letter))
        if behind:
            await unit_of_work(lambda: mail.untried(behind))
        return took

    async def _speak(self, letter: Sealed) -> bool:
        channel = self._channels[letter.channel]
        try:
            shown = await pictured.of(
                letter, channel.abilities, self._facts.name, self._manners.tz, self._clock.now()
            )
            for line in lines(letter, channel.abilities.longest_text, shown):
                if line.topic and not channel.abilities.topics:
                    raise Unable(f"{letter.channel} has no names to change")
                await channel.speak(
                    replace(line, announces=line.announces and channel.abilities.announcements)
                )
                await self._renamed(letter, line)
            return True
        except TooFast as why:
            await self._slow_down(letter, str(why))
        except NotSent as why:
            await self._later(letter, str(why))
        except Unreachable:
            now = self._clock.now()
            await unit_of_work(lambda: apart.wait_for_a_friend(letter, self._links, now=now))
        except Unable as why:
            log.warning("letter %s: %s", letter.id, why)
            await unit_of_work(lambda: apart.could_not(letter, now=self._clock.now()))
        except MaybeSent as why:
            if letter.lane == "promo":  # twice is worse than not at all
                await self._put_aside(letter, "unknown")
            else:
                await self._later(letter, str(why))
        except Exception:
            log.exception("letter %s: the channel %s has a bug", letter.id, letter.channel)
            await self._later(letter, "bug")
        return False

    async def _renamed(self, letter: Sealed, line: Spoken) -> None:
        """Its channel calls it so when somebody speaks there; until then nobody does."""
        room = await people.room(letter.channel, line.room) if line.topic and line.room else None
        if room is not None:
            await unit_of_work(lambda: people.rename_room(room.id, line.topic))

    async def _slow_down(self, letter: Sealed, why: str) -> None:
        """No try is counted: it is not the letter's fault."""
        now, channel = self._clock.now(), letter.channel
        self._meters[channel].slow_down(now)
        log.error("%s is spoken on too fast: %s", channel, why)
        since = now - apart.PATIENCE
        await unit_of_work(lambda: mail.wait(letter.id, now + SILENCE, since=since))
        await unit_of_work(lambda: alarms.raise_alarm(self._shop, TOO_FAST, channel, channel, now=now))
        self._scolded.add(channel)

    async def _pace_as_ever(self) -> None:
        """The alarm is over with the slow time; a process that begins knows of none."""
        now = self._clock.now()
        for name in [name for name in self._scolded if not self._meters[name].is_slow(now)]:
            await unit_of_work(partial(alarms.over, self._shop, TOO_FAST, name, now=now))
            self._scolded.discard(name)

    async def _later(self, letter: Sealed, why: str) -> None:
        tries = letter.attempts + 1
        if tries >= MOST_TRIES:
            log.error("letter %s is given up after %s tries: %s", letter.id, tries, why)
            await self._put_aside(letter, "dead")
            return
        pause = min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE)
        await unit_of_work(lambda: mail.postpone(letter.id, self._clock.now() + pause))

    async def _put_aside(self, letter: Sealed, state: str) -> None:
        await unit_of_work(lambda: mail.put_aside(letter.id, state))


def lines(letter: Sealed, longest: int, shown: Picture | None = None) -> list[Spoken]:
    """A letter as the channel will say it: guarded for a room, split where it is too long; the card and the picture
    ride on the last part."""
    text, card, buttons = letter.body["text"], post.card_of(letter.body), post.buttons_of(letter.body)
    if "picture" in letter.body and shown is None:
        text += pictured.NOT_HERE
    if letter.room is not None:
        text, card, buttons, covered = _for_room(text, card, buttons)
        if covered:
            log.error("letter %s would have told a room something private; it was covered", letter.id)
    parts = split(text, longest)
    announces = len(parts) == 1 and letter.body.get("announces", False)
    topic = letter.body.get("topic", "")
    whole = Spoken(letter.id, letter.room, letter.account, parts[-1], card, buttons, shown, announces, topic)
    bare = replace(whole, card=None, buttons=(), picture=None, topic="")
    return [replace(bare, text=part) for part in parts[:-1]] + [whole]


def _for_room(
    text: str, card: Card | None, buttons: tuple[Button, ...]
) -> tuple[str, Card | None, tuple[Button, ...], bool]:
    """Every word that can be read there or is said by a tap; the last value says whether something was covered."""
    found = False

    def cover(words: str) -> str:
        nonlocal found
        masked, covered = mask_for_room(words)
        found = found or bool(covered)
        return masked

    def rows(some: tuple[Row, ...]) -> tuple[Row, ...]:
        return tuple(Row(cover(row.name), cover(row.detail), cover(row.amount)) for row in some)

    text = cover(text)
    buttons = tuple(Button(cover(button.label), cover(button.says)) for button in buttons)
    if card is not None:
        card = Card(
            card.kind,
            cover(card.title),
            rows(card.rows),
            rows(card.cuts),
            cover(card.total),
            cover(card.note),
            link_label=cover(card.link_label),
            picture=card.picture,
        )
    return text, card, buttons, found


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
