"""听: what was said becomes a reading: who else spoke, what stands on orders and lists, what is asked, then the reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dialogs import flashing
from dialogs.engine import State
from dialogs.hear import Reader
from dialogs.hear.reading import NO_LAST_ORDER, Context, Line, Quoted, Reading, Said
from dialogs.speech import Heard
from dialogs.wants import lines_of
from shop import mail, people, slips
from shop.catalogue import Goods
from shop.kit.ids import MessageId, RoomId, ShopId
from shop.people import Person, Room
from shop.rules.campaigns import Kind

HISTORY = 6
JUST_NOW = timedelta(minutes=10)  # so long 来2箱 is of what was asked about
WE_SAID = timedelta(hours=1)  # so long what we said in a group is what people answer


class Ear:
    """Holds the reader, which is made anew when the goods change."""

    def __init__(self, shop: ShopId) -> None:
        self.shop = shop
        self._reader: Reader | None = None
        self._version = 0

    def forget(self) -> None:
        """Another shop lies in the database now."""
        self._reader = None

    def reader(self, shelf: Goods) -> Reader:
        if self._reader is None or self._version != shelf.version:
            self._reader, self._version = Reader(shelf.catalogue), shelf.version
        return self._reader

    async def context(
        self,
        heard: Heard,
        message: MessageId,
        room: Room | None,
        person: Person,
        his_rooms: frozenset[RoomId],
        state: State | None,
        shelf: Goods,
        now: datetime,
    ) -> Context:
        running = joinable(shelf, room.id if room else None, now, his_rooms)
        if heard.quote is None:
            running = await flashing.meant_by(heard.text, running, shelf, now=now)
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

    async def read(
        self, text: str, context: Context, heard: Heard, person: Person, shelf: Goods, now: datetime
    ) -> Reading:
        reader = self.reader(shelf)
        local = now.astimezone(ZoneInfo(shelf.catalogue.tz))
        reading = _read_beside_menu(reader, text, context, local)
        if (
            reading.intent == "order.repeat" or NO_LAST_ORDER in reading.evidence
        ):  # only then the last order is worth a look
            last = lines_of(await slips.last_order(self.shop, person.id))
            reading = reader.read(text, replace(context, last_order=last), now=local)
        if heard.room is None and context.pending is None and _lacks_goods(reading):
            before = replace(context, history=await _just_said(heard, now))
            again = reader.read(text, before, now=local)
            reading = again if again.action == "act" or (again.clarify and again.clarify.product) else reading
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


def _lacks_goods(reading: Reading) -> bool:
    return reading.clarify is not None and reading.clarify.reason == "amount_without_goods"


async def _just_said(heard: Heard, now: datetime) -> tuple[Said, ...]:
    """橙子还有吗, 还有 12 箱: what was asked and answered in private just before 来2箱."""
    since = now - JUST_NOW
    asked = (await mail.said_privately(heard.channel, heard.who, since=since, limit=2))[1:]
    answered = await mail.last_said_to(heard.channel, heard.who, since=since)
    return (*(Said("self", text) for text in asked), Said("bot", answered)) if answered else ()


def _read_beside_menu(reader: Reader, text: str, context: Context, now: datetime) -> Reading:
    """A menu in view is no question: only what means nothing by itself may be a number on it."""
    if context.pending is None or context.pending.kind != "menu":
        return reader.read(text, context, now=now)
    plain = reader.read(text, replace(context, pending=None), now=now)
    return plain if plain.action == "act" else reader.read(text, context, now=now)


def joinable(
    shelf: Goods, room: RoomId | None, now: datetime, his: frozenset[RoomId] = frozenset()
) -> tuple[str, ...]:
    """The campaigns that a +1 may mean; a bargain is opened, cut and bought by words of its own."""
    return tuple(one.key for one in shelf.running(room, now, his) if one.kind != Kind.BARGAIN)


async def groups_of(person: Person, room: Room | None, shelf: Goods) -> frozenset[RoomId]:
    """The groups whose campaigns a private word may mean, as far as they are known; the staff mean any of them."""
    if room is not None or person.is_staff or not any(one.rooms for one in shelf.campaigns):
        return frozenset()
    return await people.rooms_of(person.id)


def names(heard: Heard, context: Context) -> tuple[str, ...]:
    """Who is around: whoever speaks, was quoted or has just spoken."""
    quoted = (context.quote.who,) if context.quote else ()
    return (heard.name, *quoted, *(said.who for said in context.history))
