"""名片: who somebody is and what a group is called, asked once and remembered until the gateway says it has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot.channels.wechaty.gateway import Event, GatewayTrouble
from shop.transaction import start_task

MOST = 5_000  # cards of one kind; then all of them are forgotten
CONTACT, ROOM, MEMBER = 2, 3, 4  # what a dirty event says has changed

Cards = dict[str, "asyncio.Task[Any]"]


class CardBox:
    """Several who ask for one card at once share one call. What the gateway does not give is None, and asked again."""

    def __init__(self, call: Callable[..., Awaitable[Any]]) -> None:
        self._call = call
        self._contacts: Cards = {}
        self._rooms: Cards = {}
        self._members: dict[str, Cards] = {}

    async def contact(self, account: str) -> Any:
        return await self._card(self._contacts, account, "ContactPayload", id=account)

    async def room(self, room: str) -> Any:
        return await self._card(self._rooms, room, "RoomPayload", id=room)

    async def member(self, room: str, account: str) -> Any:
        if len(self._members) > MOST:
            self._members.clear()
        cards = self._members.setdefault(room, {})
        return await self._card(cards, account, "RoomMemberPayload", id=room, member_id=account)

    async def name_in(self, room: str | None, account: str) -> str:
        """What this person is called there today; empty when nobody can say."""
        if room is not None and (member := await self.member(room, account)):
            return str(member.room_alias or member.name)
        contact = await self.contact(account)
        return str(contact.name) if contact else ""

    def forget(self) -> None:
        """What was changed while nobody listened is not known."""
        self._contacts.clear()
        self._rooms.clear()
        self._members.clear()

    def note(self, event: Event) -> None:
        if event.name == "dirty":
            self._changed(event.facts.get("payloadType"), event.text("payloadId"))
        elif event.name in ("room-join", "room-leave", "room-topic"):
            self._changed(MEMBER, event.text("roomId"))
        elif event.name == "friendship":
            self._contacts.clear()

    def _changed(self, kind: Any, id: str) -> None:
        if kind == CONTACT:
            self._contacts.pop(id, None)
            for cards in self._members.values():
                cards.pop(id, None)
        elif kind in (ROOM, MEMBER):
            self._rooms.pop(id, None)
            self._members.pop(id, None)

    async def _card(self, cards: Cards, key: str, name: str, **asked: str) -> Any:
        if key not in cards:
            if len(cards) >= MOST:
                cards.clear()
            cards[key] = start_task(self._asked(name, asked), name=f"ask for {name}")
        asked_for = cards[key]
        card = asked_for.result() if asked_for.done() else await asyncio.shield(asked_for)
        if card is None and cards.get(key) is asked_for:
            del cards[key]
        return card

    async def _asked(self, name: str, asked: dict[str, str]) -> Any:
        try:
            return await self._call(name, **asked)
        except GatewayTrouble:
            return None
