"""接线: where the parts of the shop meet, database first; the open shop as pages, terminal and tests call it."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot import clock as clocks
from bot import post
from bot.channels.channel import Channel, Pace, Refused
from bot.clock import Clock, MovableClock
from bot.duty import Duty
from bot.inbox import Inbox
from bot.memories import open_memory
from bot.memory import Memory
from bot.outbox import Outbox
from bot.payments import PaidFact, Provider, Sandbox
from bot.post import Manners
from bot.second_reader import HttpSecondReader
from bot.settings import ChannelPart, DeskPart, Settings
from bot.shopfront import Answer
from bot.watch import Watch
from dialogs import hear
from dialogs.converse import Conversation
from dialogs.speech import Heard
from dialogs.turn import Calls, ShopFacts
from dialogs.voice import Links
from shop import agents, catalogue, database, mail, payments, people, seed, slips
from shop.desk_limits import set_limits
from shop.engines.faults import is_lost_connection
from shop.goods import Catalogue
from shop.kit.ids import MessageId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.rules.night import Night
from shop.rules.tickets import Limits
from shop.transaction import drain, set_event_writer, start_task, unit_of_work

log = logging.getLogger(__name__)

MOST_ROUNDS = 20  # of telling and sending while an answer is waited for
KEEP_TRIES, AWAY_SECONDS = 3, 1.0
LETTERS = "letters"  # the topic on which processes tell each other that there is something to send
DRAIN_SECONDS, SEND_SECONDS, LAST_SECONDS = 4.0, 2.0, 2.0  # a stop may take ten seconds in all


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new shop begins with."""

    goods: Catalogue | None = None
    stock: Mapping[str, Quantity] = field(default_factory=dict)
    promotions: Sequence[Mapping[str, Any]] = ()


def opening_of(goods: Catalogue) -> Opening:
    """What a catalogue file says a new shop begins with."""
    stock = {sku: Quantity.of(qty) for sku, qty in goods.stock.items()}
    return Opening(goods, stock, list(goods.promotions))


class OpenShop:
    """The shop at work: channels are heard, letters go out, the clock ticks. Made by `open_shop`."""

    def __init__(
        self,
        settings: Settings,
        shop: ShopId,
        clock: Clock,
        channels: Mapping[str, Channel],
        memory: Memory,
        *,
        is_demo: bool,
        provider: Provider | None = None,
        refill: Callable[[], Any] | None = None,
    ) -> None:
        self.settings = settings
        self.shop = shop
        self.clock = clock
        self.channels = channels
        self.memory = memory
        self.is_demo = is_demo
        self.shop_name = settings.shop.name
        self.provider = provider
        self._refill = refill
        self._asked: dict[str, payments.Intent] = {}  # who stands before the payment page in a transcript
        facts = facts_of(settings)
        links = Links(settings.public_url, is_public=bool(settings.web.public_url))
        self.manners = manners_of(settings, is_demo=is_demo)
        self.paces = {
            part.called: pace_of(part, channels[part.called].abilities.pace)
            for part in settings.channels
            if part.called in channels
        }
        self.outbox = Outbox(shop, facts, links, clock, self.manners, channels, self.paces)
        self.conversation = Conversation(shop, facts, links)
        self.second = second_reader_of(settings, memory, clock)
        self.inbox = Inbox(
            self.conversation, clock, self.manners, self.wake, self.second, channels, self._look
        )
        self.watch = Watch(shop, channels, clock, settings.shop.timezone, self.wake)
        self._tasks: list[asyncio.Task[Any]] = []
        self.lookers: list[Callable[[], None]] = []  # who wants to know at once that something was said here
        self.refusal: Refused | None = None
        self.is_refused = asyncio.Event()  # a channel of the config can never be heard

    # ── what the outside calls (bot/shopfront.py) ───────────────────────────────────────────────────────────────

    async def hear(self, heard: Heard) -> MessageId:
        return await self.inbox.hear(heard)

    async def answers(self, message: MessageId) -> tuple[Answer, ...]:
        await self.inbox.settled(message)
        for _ in range(MOST_ROUNDS):
            await self.outbox.flush()
            if not await mail.unsent_of(message, by=self.clock.now() + self.manners.hold):
                break
        return await self._said(await mail.caused_by(message))

    async def pass_time(self, by: timedelta) -> tuple[Answer, ...]:
        if not isinstance(self.clock, MovableClock):
            raise RuntimeError("only the demo's clock can be moved")
        await self.inbox.idle()
        last = await mail.last_letter()
        self.clock.move(by)
        await clocks.tick(self.clock.now(), self.provider)
        await self.outbox.flush()
        return await self._said(await mail.since(last))

    async def why(self, letter: int) -> dict[str, Any] | None:
        return await mail.trace_of(letter)

    async def direct(self, who: str, what: str) -> tuple[Answer, ...]:
        now, channel = self.clock.now(), next(iter(self.channels))
        person = await unit_of_work(lambda: people.recognise(self.shop, channel, who, who, now=now))
        if what == "ask" or who not in self._asked:
            slip = await slips.last_order(self.shop, person.id)
            token = slip.token if slip else ""
            self._asked[who] = await unit_of_work(lambda: payments.ask(token, "sandbox", now=now))
        if what == "ask":
            return ()
        last, intent = await mail.last_letter(), self._asked.pop(who)
        fact = PaidFact(f"stage {intent.trade_no}", intent.trade_no, intent.amount)
        if isinstance(self.provider, Sandbox):
            self.provider.take(fact)
        await unit_of_work(
            lambda: payments.settle("sandbox", fact.event, fact.trade_no, fact.amount, now=now)
        )
        await self.outbox.flush()
        return await self._said(await mail.since(last))

    async def reset(self) -> None:
        """An empty shop, seeded again. Only where there is something to seed it with: the demo."""
        if self._refill is None:
            raise RuntimeError("only the demo can be reset")
        await self.inbox.idle()
        await unit_of_work(database.empty)
        if isinstance(self.clock, MovableClock):
            self.clock.begin_again()
        catalogue.forget()
        self.conversation.forget()
        await self._refill()

    async def _said(self, letters: Sequence[tuple[mail.Sealed, str]]) -> tuple[Answer, ...]:
        return tuple(
            Answer(
                letter.id,
                letter.account if letter.room is None else None,
                letter.account,
                letter.room,
                letter.body["text"],
                post.card_of(letter.body),
                post.buttons_of(letter.body),
            )
            for letter, state in letters
            if state == "sent"
        )

    # ── the loops ───────────────────────────────────────────────────────────────────────────────────────────────

    async def start(self) -> None:
        """Take up what was left, then listen, send and tick until `stop`."""
        self.dictionaries = start_task(asyncio.to_thread(hear.warm_up), name="read the dictionaries")
        waiting = await self.inbox.take_up()
        if waiting:
            log.info("%s messages from before the stop are worked through first", waiting)
        self.run_loops()
        self._tasks += [
            start_task(self._listen(channel), name=f"channel {name}")
            for name, channel in self.channels.items()
        ]

    def run_loops(self) -> None:
        """Send letters and watch the clock; of several processes one is on duty for each."""
        outbox, clock = Duty(self.memory, "outbox"), Duty(self.memory, "clock")
        self._tasks += [
            start_task(self.outbox.run(outbox), name="outbox"),
            start_task(clocks.run(self.clock, self.provider, clock, self.wake), name="clock"),
            start_task(self._hear_of_letters(), name="news of letters"),
            start_task(self.watch.run(), name="watch the channels"),
        ]

    def wake(self) -> None:
        """There may be letters: say so here, and to the process that is on duty."""
        self.outbox.wake()
        self._look()
        if self.settings.redis.url:
            start_task(self.memory.publish(LETTERS, b""), name="wake the outbox on duty")

    def _look(self) -> None:
        for look in self.lookers:
            look()

    async def _hear_of_letters(self) -> None:
        async with self.memory.subscribe(LETTERS) as notes:
            async for _ in notes:
                self.outbox.wake()
                self._look()

    async def _listen(self, channel: Channel) -> None:
        """For as long as the channel is open."""
        while True:
            try:
                async for heard in channel.listen():
                    await self._keep(heard)
                return
            except Refused as why:
                self.refusal = why
                self.is_refused.set()
                return
            except Exception:
                log.exception("listening to %s failed; it begins again in a moment", channel.name)
                await asyncio.sleep(AWAY_SECONDS)

    async def _keep(self, heard: Heard) -> None:
        """A database that is away is waited for. What no database takes holds up nobody: it is left out."""
        failed = 0
        while failed < KEEP_TRIES:
            try:
                await self.inbox.hear(heard)
                return
            except Exception as fault:
                log.exception("message %s of %s could not be kept", heard.id, heard.channel)
                failed += not is_lost_connection(fault)
                await asyncio.sleep(AWAY_SECONDS)
        log.error("message %s of %s is left out: no database takes it", heard.id, heard.channel)

    async def stop(self) -> None:
        """Stop listening, let what is under way end, stop sending. What remains is taken up at the next start."""
        for channel in self.channels.values():
            await channel.close()
        await self.inbox.stop(DRAIN_SECONDS)
        self.outbox.stop()
        if self._tasks:
            await asyncio.wait(
                self._tasks[:1], timeout=SEND_SECONDS
            )  # the outbox: its round is said to the end
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await drain(LAST_SECONDS)
        if self.second is not None:
            await self.second.close()
        await self.memory.close()


@asynccontextmanager
async def open_shop(
    settings: Settings,
    clock: Clock,
    make_channels: Callable[[Clock], Mapping[str, Channel]],
    *,
    opening: Opening | None = None,
    is_demo: bool = False,
    provider: Provider | None = None,
) -> AsyncIterator[OpenShop]:
    """Database → tables → shop → channels; the order matters: nothing may run before there is a database."""
    _make_folder(settings.database.url)
    await database.open_database(settings.database.url, models=database.record_modules())
    try:
        await database.migrate()
        set_event_writer(mail.write_events)
        catalogue.forget()
        channels = make_channels(clock)

        async def fill() -> ShopId:
            return await unit_of_work(lambda: _open(settings, clock, channels, opening, is_demo=is_demo))

        shop = await fill()
        memory = open_memory(settings.redis.url)
        open_now = OpenShop(
            settings,
            shop,
            clock,
            channels,
            memory,
            is_demo=is_demo,
            provider=provider,
            refill=fill if is_demo else None,
        )
        try:
            yield open_now
        finally:
            await open_now.stop()
    finally:
        set_event_writer(None)
        await database.close_database()


async def _open(
    settings: Settings,
    clock: Clock,
    channels: Mapping[str, Channel],
    opening: Opening | None,
    *,
    is_demo: bool,
) -> ShopId:
    now = clock.now()
    shop = await seed.open_shop(settings.shop.key, settings.shop.name, settings.shop.timezone, now=now)
    if opening is not None and opening.goods is not None:
        await seed.fill(shop, opening.goods, now=now, stock=opening.stock, promotions=opening.promotions)
    await agents.set_hours(shop, settings.desk.hours, settings.desk.holidays)
    await set_limits(shop, limits_in(settings.desk))
    for part in settings.channels:
        for name in part.rooms if part.kind == "webroom" else ():
            await people.take_over_room(shop, part.called, name, name)
    if is_demo:
        await _demo_people(shop, next(iter(channels)), settings, clock)
    return shop


async def _demo_people(shop: ShopId, channel: str, settings: Settings, clock: Clock) -> None:
    """店主 owns the shop, 团长 the group, 客服 answers; everybody else is a customer at the first word."""
    now = clock.now()
    for name, role in (("店主", people.OWNER), ("客服", people.AGENT)):
        who = await people.recognise(shop, channel, name, name, now=now)
        await people.appoint(shop, who.id, role, now=now)
    leader = await people.recognise(shop, channel, "团长", "团长", now=now)
    for part in settings.channels:
        for room in part.rooms:
            await people.take_over_room(shop, channel, room, room, owner=leader.id)


def facts_of(settings: Settings) -> ShopFacts:
    part = settings.shop
    return ShopFacts(
        part.name,
        part.hours,
        part.address,
        part.delivery,
        pays_online=settings.payments.provider != "",
        ask_above_fen=Money.parse(part.ask_above).fen,
        night=_night_of(settings),
        promotions_a_day=settings.manners.promotions_a_day,
        calls=_calls_of(settings.desk),
    )


def limits_in(part: DeskPart) -> Limits:
    def minutes(many: int) -> timedelta:
        return timedelta(minutes=many)

    def hours(many: int) -> timedelta:
        return timedelta(hours=many)

    return Limits(
        most=part.customers_at_once,
        unclaimed=timedelta(seconds=part.next_agent_seconds),
        waits=tuple(map(minutes, part.waiting_minutes)),
        first_answer=minutes(part.first_answer_minutes),
        next_answer=minutes(part.next_answer_minutes),
        solved=hours(part.solved_hours),
        silent=minutes(part.silent_minutes),
        idle=hours(part.idle_hours),
        by_hand=minutes(part.by_hand_minutes),
        same_agent=hours(part.same_agent_hours),
        rate_within=hours(part.rating_hours),
    )


def _calls_of(part: DeskPart) -> Calls:
    def above(yuan: str) -> Money | None:
        return Money.parse(yuan) if yuan else None

    return Calls(
        part.failures,
        timedelta(minutes=part.same_question_minutes),
        above(part.order_above),
        above(part.refund_above),
    )


def _night_of(settings: Settings) -> Night:
    part = settings.manners
    return Night(
        settings.shop.timezone, time.fromisoformat(part.quiet_from), time.fromisoformat(part.quiet_to)
    )


def manners_of(settings: Settings, *, is_demo: bool) -> Manners:
    part, night = settings.manners, _night_of(settings)
    return Manners(
        night.tz,
        night.start,
        night.end,
        timedelta(0) if is_demo else timedelta(seconds=part.hold_seconds),
        promotions_a_day=part.promotions_a_day,
    )


def pace_of(part: ChannelPart, bears: Pace) -> Pace:
    """What the config asks for, and for the rest what the channel is known to bear."""
    return Pace(
        part.per_minute or bears.per_minute,
        part.per_minute_in_a_place or bears.per_minute_in_a_place,
        part.per_day or bears.per_day,
        timedelta(seconds=part.gap_seconds) or bears.gap,
        timedelta(seconds=part.breath_seconds) or bears.breath,
    )


def second_reader_of(settings: Settings, memory: Memory, clock: Clock) -> HttpSecondReader | None:
    """Nobody, unless the config names an endpoint."""
    part = settings.second_reader
    return HttpSecondReader(part, memory, clock, ZoneInfo(settings.shop.timezone)) if part.url else None


def _make_folder(url: str) -> None:
    if file := database.file_of(url):
        file.parent.mkdir(parents=True, exist_ok=True)


def kept_secret(folder: Path) -> str:
    """The secret of this installation, made at the first start and readable by its owner only."""
    file = folder / "secret"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as new:
        made = secrets.token_hex(32)
        new.write(made)
    return made
