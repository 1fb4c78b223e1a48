"""还没人接: the customer hears now and again how it stands; with the last word the shop's owner hears it too."""

from __future__ import annotations

from datetime import timedelta

from dialogs.agent import card
from dialogs.notices import Desk
from dialogs.speech import Lane, Say
from shop import agents, people, tickets
from shop.desk_limits import limits_of
from shop.events import CustomerWaits
from shop.tickets import Request

EVENT = CustomerWaits
MINUTE = timedelta(minutes=1)


async def words(event: CustomerWaits, desk: Desk) -> tuple[Say, ...]:
    request = await tickets.request(event.ticket)
    if request.in_hands or request.closed:
        return ()
    waits = (await limits_of(desk.shop)).waits
    if request.customer is None:
        return await _owners(request, waits[-1]) if event.stage >= len(waits) else ()
    if event.stage < len(waits):
        text = (
            await _queue(event.ticket, desk) if event.stage == 1 else "还在找人。什么事先说清楚，来了直接看"
        )
        return (Say(text, person=request.person),)
    text = "现在都在忙。有事先留言，忙完第一个回你；小店照常能下单，不等了就说“不用了”"
    return Say(text, person=request.person), *await _owners(request, waits[-1])


async def _owners(request: Request, waited: timedelta) -> tuple[Say, ...]:
    text = f"#{request.id} {await card.who(request)} 等了{waited / MINUTE:.0f}分钟还没人接：{request.why}"
    lane: Lane = "list" if request.customer is None else "reply"
    owners = await people.staff(request.shop, people.OWNER)
    return tuple(Say(text, person=one, lane=lane) for one in owners if one != request.offered)


async def _queue(ticket: int, desk: Desk) -> str:
    before, usual = await agents.queue_place(ticket), await agents.wait_today(desk.shop, now=desk.now)
    place = f"前面还有{before}位" if before else "下一个就是你"
    return f"{place}，{_about(usual)}"


def _about(usual: timedelta | None) -> str:
    minutes = -(-int(usual.total_seconds()) // 60) if usual else 0
    return f"今天一般等{minutes}分钟" if minutes else "马上就来"
