"""客服说的话: what an agent says by number, by a quoted card or in plain words is carried out, or refused; what may be a
command is never relayed to a customer."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialogs import shown
from dialogs.agent import card, staff
from dialogs.agent.grammar import Meant, parse
from dialogs.calling import day
from dialogs.engine import Data, Dialogue, Done, State
from dialogs.hear.told import LOOKS
from dialogs.rooms import said_to_us
from dialogs.speech import Heard
from dialogs.turn import Turn
from shop import agents, desk, desk_clock, pictures, tickets
from shop.kit.ids import PersonId, PictureId
from shop.people import MANAGER, OWNER
from shop.refusals import ForWhom, NoCustomer, NoPictureThere, NoSuchTicket, PictureForWhom
from shop.rules.tickets import State as Stage
from shop.tickets import Request

SERVICE_ROOM = re.compile(r"(?:这里|这个群|本群)?(?:(?P<no>不是|取消|不做)|是|做)?客服群")
SIGN_IN = re.compile(r"登[录陆]\s*(\d{8,12})")
SIGN_IN_WITHIN = timedelta(minutes=2)
PICTURE_WITHIN = timedelta(minutes=10)
UNSURE = "admin.unsure"  # he only speaks of a command
TO_HIM = re.compile("[你您]")
NEVER_SAID = (
    "菜单",
    "帮助",
    "我的订单",
    "撤销",
    "为什么",
    "确认",
    "取消",
    "对账",
    "今日订单",
)  # to a customer


@dataclass(frozen=True, slots=True)
class Begin:
    """A dialogue with what the gate knows already: 12 退款 20."""

    dialogue: str
    data: Data


async def agent_said(turn: Turn, heard: Heard, state: State | None) -> Done | Begin | None:
    if turn.room is None and (code := SIGN_IN.fullmatch(turn.text.strip())):
        await agents.sign_in(turn.person.id, code[1], until=turn.now + SIGN_IN_WITHIN)
        return Done((turn.here("客服台登录了。不是你自己开的页面，马上告诉店主"),))
    if done := await staff.changed(turn):
        return done
    meant = parse(turn.text, heard.quote.text if heard.quote else "")
    if meant.verb in ALONE:
        return await ALONE[meant.verb](turn)
    if meant.ticket is None:
        return await _without_number(turn, meant, state)
    request = await tickets.find(turn.shop, meant.ticket)
    if request is None:
        if meant.is_certain:
            raise NoSuchTicket(meant.ticket)
        return _quiet(turn)
    return await _carry_out(turn, request, meant)


async def about_the_room(turn: Turn) -> Done | None:
    """这里是客服群: these words alone, said to the shop by whoever may decide that; the cards of all customers come here
    then."""
    said = SERVICE_ROOM.fullmatch(said_to_us(turn.text, turn.facts))
    if said is None or turn.room is None or not turn.addressed or not turn.person.roles & {OWNER, MANAGER}:
        return None
    await agents.make_service_room(turn.shop, turn.room.id, yes=said["no"] is None)
    if said["no"]:
        return Done((turn.here("好，这里不再是客服群"),))
    return Done((turn.here("好，有人找就发到这里。接手说“12 接”，回话说“12 马上补发”，办好说“12 完”"),))


async def _without_number(turn: Turn, meant: Meant, state: State | None) -> Done | Begin | None:
    """Plain words go to the only customer in hand. A question of the bot's comes first, a command is never relayed."""
    if turn.room is not None:  # agents among themselves, unless the bot has asked this one something
        return None if state is not None and state.prompt else Done()
    mine = await tickets.owned_by(turn.person.id)
    if turn.text == shown.PICTURE and mine:
        return await _show(turn, mine)
    if meant.verb == "claim" and not meant.joined and not meant.rest:
        return await _claim_next(turn)
    if (state is not None and state.prompt) or not mine:
        return None
    if meant.verb == "unclear":
        raise ForWhom(tuple(one.id for one in mine))
    if meant.verb == "say" or meant.joined:
        if _begins_as_command(turn):
            return None
        if command := _read_as(turn):
            return None if turn.reading.intent in LOOKS else _either(turn, command, mine[0])
    if len(mine) > 1:
        raise ForWhom(tuple(one.id for one in mine))
    return await _carry_out(turn, mine[0], meant)


def _either(turn: Turn, command: Dialogue, request: Request) -> Done:
    """橙子没货了 may be for the shop or for the customer in hand: neither is done."""
    how = f"要办就直说，比如“{command.examples[0]}”"
    return Done(
        (turn.here(f"没动，也没发出去。{how}；要发给顾客就说“{request.id} {turn.text.strip()[:20]}”"),)
    )


def _begins_as_command(turn: Turn) -> bool:
    first = turn.text.strip().lstrip("/").split(maxsplit=1)[0]
    commands = [one for one in turn.dialogues.values() if one.roles]
    return first in NEVER_SAID or any(first in (*one.starts, *_first_words(one)) for one in commands)


def _read_as(turn: Turn) -> Dialogue | None:
    """The command that these words would be, whole and his to give: 橙子没货了. Neither 明天发货 nor 已经给你改成3箱了 is one."""
    intent = turn.reading.intent
    meant = next((one for one in turn.dialogues.values() if one.roles and intent in one.intents), None)
    if meant is None or intent == UNSURE or not meant.roles & turn.person.may or TO_HIM.search(turn.text):
        return None
    said = meant.settle(meant.fill(turn.reading, {}, ""), turn.shelf.catalogue)
    return None if meant.missing(said) else meant


def _first_words(dialogue: object) -> list[str]:
    examples: tuple[str, ...] = getattr(dialogue, "examples", ())
    return [example.split()[0] for example in examples if " " in example]


async def _carry_out(turn: Turn, request: Request, meant: Meant) -> Done | Begin | None:
    if meant.joined and not (meant.verb == "transfer" and await _whom(turn, meant.rest)):
        if meant.verb in ("note", "reship", "refund"):
            return await _unclear(turn, request, meant)
        meant = replace(meant, verb="say", rest=meant.whole)  # 转账收到了
    if meant.verb in ("reship", "refund"):
        if request.customer is None:
            raise NoCustomer(request.id)
        await desk.claim(turn.shop, request.id, turn.person.id, now=turn.now)
        return Begin(f"desk_{meant.verb}", {"ticket": request.id, "rest": meant.rest})
    return await VERBS[meant.verb](turn, request, meant)


async def _say(turn: Turn, request: Request, meant: Meant) -> Done:
    before = await tickets.last_answered(turn.person.id)
    await desk.answer(turn.shop, request.id, turn.person.id, meant.rest, now=turn.now)
    if turn.room is None and before == request.id:
        return Done((), facts={"发给": f"#{request.id}"})
    return Done((turn.here(f"→#{request.id} {await card.who(request)}"),), facts={"发给": f"#{request.id}"})


async def _show(turn: Turn, mine: Sequence[Request]) -> Done:
    """A picture has no words: it goes to the only customer in hand, or waits for its number (12 图)."""
    if len(mine) > 1:
        raise PictureForWhom(mine[0].id)
    if turn.picture is None:
        return Done((turn.here("这张图没取到，没发给顾客。再发一次"),))
    return await _shown_to(turn, mine[0], turn.picture)


async def _picture(turn: Turn, request: Request, meant: Meant) -> Done:
    """12 图: the picture that this agent has sent last."""
    sent = await pictures.sent_by(turn.person.id, since=turn.now - PICTURE_WITHIN, limit=1)
    if not sent:
        raise NoPictureThere
    return await _shown_to(turn, request, sent[0])


async def _shown_to(turn: Turn, request: Request, picture: PictureId) -> Done:
    now = turn.now
    await desk.answer(turn.shop, request.id, turn.person.id, shown.PICTURE, now=now, picture=picture)
    said = turn.here(f"→#{request.id} {await card.who(request)}：图发了")
    return Done((said,), facts={"发给": f"#{request.id}"})


async def _canned(turn: Turn, request: Request, meant: Meant) -> Done:
    answers = card.canned(request.why)
    if not 1 <= int(meant.rest) <= len(answers):
        return Done((turn.here(f"只有 /1 到 /{len(answers)}"),))
    return await _say(turn, request, replace(meant, rest=answers[int(meant.rest) - 1]))


async def _claim(turn: Turn, request: Request, meant: Meant) -> Done:
    await desk.claim(turn.shop, request.id, turn.person.id, now=turn.now)
    whom = await card.who(request)
    if turn.room is not None:
        return Done((turn.here(f"#{request.id} {turn.name}在跟"),))
    if request.customer is None:
        return Done(
            (turn.here(f"#{request.id} 归你了。记一笔“{request.id} 备注 …”，弄好了“{request.id} 完”"),)
        )
    alone = len(await tickets.owned_by(turn.person.id)) == 1
    how = "直接说就发给他" if alone else f"说“{request.id} 要说的话”就发给他"
    return Done((turn.here(f"#{request.id} {whom} 归你了，{how}，办好回“{request.id} 完”"),))


async def _claim_next(turn: Turn) -> Done:
    waiting = [one for one in await tickets.living(turn.shop) if one.state is Stage.OPEN]
    waiting.sort(key=lambda one: (one.customer is None, one.offered != turn.person.id, one.id))
    if not waiting:
        return Done((turn.here("现在没人在等"),))
    return await _claim(turn, waiting[0], Meant("claim"))


async def _end(turn: Turn, request: Request, meant: Meant) -> Done:
    await desk.end(turn.shop, request.id, turn.person.id, now=turn.now)
    left = [one for one in await tickets.owned_by(turn.person.id) if one.id != request.id]
    more = f"，你还在跟 {'、'.join(f'#{one.id}' for one in left)}" if left else ""
    if request.customer is None:
        return Done((turn.here(f"#{request.id} 结束了{more}。今晚查账还对不上会再叫你们"),))
    return Done((turn.here(f"#{request.id} 结束了，{await card.who(request)} 交还小店{more}"),))


async def _transfer(turn: Turn, request: Request, meant: Meant) -> Done:
    to = await _whom(turn, meant.rest)
    skill = meant.rest if to is None else ""
    passed = await desk.transfer(turn.shop, request.id, turn.person.id, to=to, skill=skill[:16], now=turn.now)
    name = await agents.name_of(passed.offered)
    return Done(
        (turn.here(f"#{request.id} 转给{name}了" if name else f"#{request.id} 放回去了，现在没人能接"),)
    )


async def _whom(turn: Turn, said: str) -> PersonId | None:
    return await agents.named(turn.shop, said) if said else None


async def _note(turn: Turn, request: Request, meant: Meant) -> Done:
    if not meant.rest:
        return Done((turn.here(f"备注什么？说“{request.id} 备注 要放冰箱”"),))
    await desk.note(turn.shop, request.id, turn.person.id, meant.rest, now=turn.now)
    return Done((turn.here(f"#{request.id} 备注好了，只有店里看得到"),))


async def _card(turn: Turn, request: Request, meant: Meant) -> Done:
    said = await card.card(turn.shop, request, request.why, now=turn.now)
    return Done((turn.privately(said),))


async def _unclear(turn: Turn, request: Request, meant: Meant) -> Done:
    return Done((turn.here(f"没看懂，也没发给顾客。比如“{request.id} 马上补发”“{request.id} 完”"),))


async def _list(turn: Turn) -> Done:
    said = await card.waiting_list(turn.shop, turn.person.id, now=turn.now)
    return Done((turn.here(said),))


async def _on(turn: Turn) -> Done:
    await agents.set_duty(turn.shop, turn.person.id, at_work=True)
    await desk_clock.offer_waiting(turn.shop, now=turn.now)
    wait = [one for one in await tickets.living(turn.shop) if one.state is Stage.OPEN and one.customer]
    return Done((turn.here(f"上班了{f'，有{len(wait)}位在等' if wait else '，有人找就叫你'}"),))


async def _off(turn: Turn) -> Done:
    await agents.set_duty(turn.shop, turn.person.id, at_work=False)
    mine = await tickets.owned_by(turn.person.id)
    left = (
        f"。手上的 {'、'.join(f'#{one.id}' for one in mine)} 还是你的，要转就说“{mine[0].id} 转 名字”"
        if mine
        else ""
    )
    return Done((turn.here(f"下班了，不再叫你{left}"),))


async def _shut(turn: Turn) -> Done | None:
    """今天早打烊: until tomorrow nobody of the shop is there."""
    if not turn.person.roles & {OWNER, MANAGER}:
        return None
    tomorrow = datetime.combine(turn.day + timedelta(days=1), time(0), ZoneInfo(turn.tz))
    await agents.close_early(turn.shop, until=tomorrow.astimezone(UTC))
    back = await agents.back_at(turn.shop, now=turn.now)
    when = f"，{day(back, turn.now, turn.tz)}再叫你们" if back else ""
    return Done((turn.here(f"今天打烊了，有人找就请他留言{when}"),))


def _quiet(turn: Turn) -> Done | None:
    return Done() if turn.room is not None else None


VERBS: dict[str, Callable[[Turn, Request, Meant], Awaitable[Done]]] = {
    "say": _say,
    "canned": _canned,
    "claim": _claim,
    "end": _end,
    "transfer": _transfer,
    "note": _note,
    "card": _card,
    "picture": _picture,
    "unclear": _unclear,
}
ALONE: dict[str, Callable[[Turn], Awaitable[Done | None]]] = {
    "list": _list,
    "on": _on,
    "off": _off,
    "shut": _shut,
}
