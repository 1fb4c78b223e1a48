"""叫人: the staff are told that somebody wants a person, and he hears that, or when somebody is back."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dialogs.agent import triggers
from dialogs.engine import Done
from dialogs.speech import Say
from dialogs.turn import Turn
from shop import agents, desk, tickets
from shop.rules.orders import Status
from shop.slips import Slip

TOLD_WITHIN = timedelta(days=60)  # of a large order: its number comes again after a year


async def tell_the_staff(turn: Turn, *, sorry: str = "", hint: str = "", skill: str = "") -> Done:
    """A person of the shop will answer, in private; in a group only that is said."""
    request = await desk.want_person(
        turn.shop,
        turn.person.id,
        turn.text,
        room=turn.room_id,
        now=turn.now,
        skill=skill or triggers.skill_of(turn.text),
    )
    told = await _told(turn, is_new=request.is_new)
    private = turn.privately(f"{sorry}{told}{hint}")
    public = turn.to_room(f"{turn.name}，店里私聊回你", unreached=f"{turn.name}，店里知道了")
    return Done((private, public) if public else (private,), facts={"找人单": f"#{request.id}"})


async def ask_the_shop(turn: Turn) -> Done:
    """A question that only a person can answer: it is passed on, and answered in private. Who works here is that person."""
    if turn.person.is_staff:
        return Done((turn.here("这个店里的资料上没写，我答不上"),))
    request = await desk.pass_on(turn.shop, turn.person.id, turn.text, room=turn.room_id, now=turn.now)
    away = await when_back(turn)
    begun, when = ("这个我记下了，现在没人在店里", away) if away else ("这个我帮你问店里", "问到了")
    text = f"{begun}，{when}私聊回你"
    said = turn.to_room(text, unreached=f"{begun}，加我好友，{when}回你") or turn.privately(text)
    return Done((said,), facts={"找人单": f"#{request.id}"})


async def look_at_it(turn: Turn, why: str, *, skill: str) -> None:
    """So much money that a person comes, though nobody has asked for one: the caller tells the customer."""
    await desk.pass_on(turn.shop, turn.person.id, why, room=turn.room_id, skill=skill, now=turn.now)


async def look_at_a_big_one(turn: Turn, slip: Slip) -> tuple[Say, ...]:
    """So much that a person of the shop looks at it, too: when it is placed or when it grows, once for each order."""
    about = f"大单 {slip.code}"
    if slip.status == Status.CANCELLED or not turn.facts.calls.is_big(slip.payable):
        return ()
    if await tickets.was_told(turn.person.id, about, since=turn.now - TOLD_WITHIN):
        return ()
    await look_at_it(turn, f"{about} {slip.payable}", skill=triggers.WHOLESALE)
    return (turn.privately("这单不小，店里的人会来跟你核一下；照常付款就行"),)


async def when_back(turn: Turn) -> str:
    """明天 09:00, or 上班就 where nobody has said when; empty while somebody is there."""
    if await agents.are_there(turn.shop, now=turn.now):
        return ""
    back = await agents.back_at(turn.shop, now=turn.now)
    return day(back, turn.now, turn.tz) if back else "上班就"


async def _told(turn: Turn, *, is_new: bool) -> str:
    """When the shop is away, that and until when: once a day."""
    when = await when_back(turn)
    if not when:
        return "已经告诉店里了，很快来回你" if is_new else "店里已经知道了，再等一下"
    tomorrow = turn.now.astimezone(ZoneInfo(turn.tz)).replace(
        hour=0, minute=0, second=0, microsecond=0
    ) + timedelta(days=1)
    if not await agents.may_tell_away(turn.person.id, now=turn.now, until=tomorrow):
        return "记下了"
    return f"现在没人在店里。什么事先留言，{when}回你；小店照常能下单"


def day(moment: datetime, now: datetime, tz: str) -> str:
    """今天 14:00, 明天 09:00, 5月4日 09:00."""
    local, today = moment.astimezone(ZoneInfo(tz)), now.astimezone(ZoneInfo(tz)).date()
    ahead = (local.date() - today).days
    name = ("今天", "明天", "后天")[ahead] if ahead < 3 else f"{local.month}月{local.day}日"
    return f"{name} {local:%H:%M}"
