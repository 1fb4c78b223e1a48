"""交还小店: the bot is back. It says so once, asks what it had been asking, and asks how it was."""

from __future__ import annotations

from dialogs.agent import card
from dialogs.notices import Desk
from dialogs.speech import Button, Lane, Say
from shop import agents, mail, people, tickets
from shop.events import TicketEnded
from shop.kit.ids import RoomId
from shop.tickets import Request

EVENT = TicketEnded
STARS = tuple(Button(f"{n}分", f"{n}分") for n in (5, 4, 3, 2, 1))


async def words(event: TicketEnded, desk: Desk) -> tuple[Say, ...]:
    request = await tickets.request(event.ticket)
    if request.customer is None:
        return await _in_order(request) if event.how == "solved" else ()
    lane: Lane = "list" if event.how == "idle" else "reply"  # nobody waits for it: not at night
    says = [Say(await _said(event, request), person=request.person, lane=lane)]
    asked = [await _asked_again(request, place, desk) for place in event.places]
    says += [say for say in asked if say is not None]
    if request.is_rated_now:
        says.append(Say("刚才的服务打几分？回“5分”到“1分”", person=request.person, buttons=STARS, lane=lane))
    if request.owner is not None and event.how == "solved":
        says.append(Say(f"#{request.id} 顾客说好了，交还小店", person=request.owner))
    return tuple(says)


async def _in_order(request: Request) -> tuple[Say, ...]:
    """A matter that the shop found to be over; whoever ends one by hand knows."""
    return await card.to_whom_it_concerns(
        request.shop, request, f"#{request.id} 又对上了，不用管了：{request.why}"
    )


async def _said(event: TicketEnded, request: Request) -> str:
    if event.how == "solved":
        return "好，有事再说“转人工”"
    if not event.had_owner:
        return (
            "不好意思，没等到人。还要找人再说“转人工”"
            if event.how == "idle"
            else "这件事店里看过了，有事再说“转人工”"
        )
    return f"{await agents.name_of(request.owner)}这边结束了，小店继续，要什么直接说"


async def _asked_again(request: Request, place: int, desk: Desk) -> Say | None:
    """The question that a person had interrupted, in the place where it was asked; None when its time is over."""
    state = await mail.talk(place, request.person, now=desk.now)
    prompt = str(state["prompt"]) if state else ""
    if not prompt:
        return None
    if place:
        who = await people.person(request.person)
        name = "" if prompt.startswith(who.name) else f"{who.name}，"
        return Say(f"{name}{prompt}", room=RoomId(place))
    return Say(f"刚才问的：{prompt}", person=request.person)
