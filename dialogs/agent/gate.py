"""门: where a person serves a customer the bot says nothing to him; what an agent says reaches whom he means.

Asked before any dialogue. `None`: this is no matter of the desk, the conversation goes on as usual.
"""

from __future__ import annotations

import re
from dataclasses import replace

from dialogs import refusals
from dialogs.agent import complaints, triggers
from dialogs.agent.doing import Begin, about_the_room, agent_said
from dialogs.calling import tell_the_staff
from dialogs.engine import Done, State
from dialogs.speech import Heard
from dialogs.turn import Turn
from shop import agents, desk
from shop.kit.refusal import Refusal

CALLS = ("转人工，", "转人工,", "转人工 ", "找人工，", "找人工 ")
NEEDS_NOBODY = frozenset({"不用了", "不用人工了", "解决了", "没事了", "好了不用了", "不找了", "转机器人"})
NOBODY = re.compile("(?:不用|不要|不必|别)再?(?:找|转|叫)?(?:人工|客服|老板)(?:了|啦)?")
RATED = re.compile(r"(?:打)?\s*([1-5])\s*分[!！。~]?(?:[\s,，!！。]+(?P<word>\S.{0,99}))?", re.S)


async def gate(turn: Turn, heard: Heard, state: State | None) -> Done | Begin | None:
    if not turn.person.is_staff:
        return await _customer(turn, heard, is_asked=state is not None and state.prompt != "")
    if turn.room is not None and (said := await about_the_room(turn)):
        return said
    if turn.room is not None and not await agents.is_service_room(turn.room.id):
        return None
    try:
        return await agent_said(turn, heard, state)
    except Refusal as refusal:
        return Done((turn.here(refusals.words(refusal)),), facts={"不行": type(refusal).__name__})


# ── the customer ────────────────────────────────────────────────────────────────────────────────────────────────


async def _customer(turn: Turn, heard: Heard, *, is_asked: bool) -> Done | None:
    stars = RATED.fullmatch(turn.text.strip()) if turn.room is None else None
    if stars and await desk.rate(turn.person.id, int(stars[1]), stars["word"] or "", now=turn.now):
        return Done((turn.here(_thanks(int(stars[1]))),), facts={"评分": stars[1]})
    if turn.text.strip().startswith(CALLS) and turn.addressed and not (turn.ticket and turn.ticket.in_hands):
        return await tell_the_staff(turn)  # whatever else he says with it: 转人工，想批发
    complains = await complaints.found(turn, heard)
    if turn.ticket is None:
        sorry = complains or await triggers.found(turn, heard.who, heard.channel)
        called = await tell_the_staff(turn, sorry=sorry, skill=triggers.AFTER_SALE) if sorry else None
        return _in_private(called) if called and complains else called
    said = turn.text.strip(" 。!！~")
    if (said in NEEDS_NOBODY or NOBODY.fullmatch(said)) and (turn.ticket.in_hands or not is_asked):
        ended = await desk.solved(turn.ticket.id, now=turn.now)
        return Done((), facts={"找人单": f"#{ended.id}"}) if ended else None
    if not turn.ticket.in_hands:
        return None
    if turn.room is None or turn.addressed or turn.picture or complains or turn.reading.action != "ignore":
        told = await desk.customer_wrote(turn.ticket.id, turn.text, now=turn.now, picture=turn.picture)
        if told is None or not told.in_hands:
            return None  # given back in this very moment: the bot answers
    return Done((), facts={"在人工": f"#{turn.ticket.id}"})


def _in_private(told: Done) -> Done:
    """The group has asked for nothing."""
    return replace(told, says=tuple(say for say in told.says if say.room is None))


def _thanks(stars: int) -> str:
    return "谢谢，下次还这样" if stars >= 4 else "收到，我们改。哪里不好也可以直接说"


async def keep_for_the_agent(turn: Turn, fails: int) -> Done | None:
    """What the bot does not understand of somebody who waits for a person is for that person."""
    if turn.ticket is None or turn.ticket.in_hands:
        return None
    await desk.customer_wrote(turn.ticket.id, turn.text, now=turn.now, picture=turn.picture)
    said = turn.here("记下了，客服来了先看这句") if fails == 1 and turn.room is None else None
    return Done((said,) if said else (), facts={"找人单": f"#{turn.ticket.id}"})
