"""找人卡: who wants a person, why, what he was doing, his last order and words, and what one could answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dialogs import voice
from dialogs.privacy import mask_for_room
from dialogs.speech import Lane, Say
from shop import agents, alarms, audit, mail, people, pictures, points, slips, tickets, transcripts
from shop.kit.ids import ShopId
from shop.tickets import Request
from shop.transcripts import Said

LINES, LONGEST = 4, 40
MATTER = "账对不上"
LOOK_INTO = "说“对账”看全部；先别改数，弄不清就把这句话发给管店铺系统的人"
SHOWN_BEFORE, MOST_PICTURES = timedelta(minutes=10), 3
MOST = 20  # looked at, to find the four before he asked
CANNED: dict[str, tuple[str, ...]] = {
    "坏|烂|破|漏|发霉|臭|压|图片": (
        "不好意思，给你添麻烦了。坏了几个？有照片发我一张",
        "不好意思，坏的马上给你补",
        "不好意思，坏的这部分退给你",
    ),
    "没到|没收到|多久|什么时候|催": (
        "我查一下，马上回你",
        "今天下午能取，到了马上告诉你",
        "不好意思晚了，再等我一下",
    ),
    "退|钱|付|价": ("我看下这单，马上回你", "可以退，原路退回，到了会告诉你", "这个价是对的，我给你算一遍"),
    "": ("在的，你说", "我看一下，马上回你", "好的，记下了"),
}


async def card(shop: ShopId, request: Request, words: str, *, now: datetime) -> str:
    """The card of a new request, as agents read it on a phone."""
    if request.customer is None:
        return await _matter(request, words)
    said = await transcripts.said(request.person, limit=MOST)
    asked = _asked(said, request)
    lines = [
        await head(request, words),
        await _customer(shop, request),
        *await _open_questions(request, now),
        await last_order(shop, request),
        *[_line(one) for one in said[:asked][-LINES:]],
        *[f"后来说：{_cut(one.text)}" for one in said[asked + 1 :] if one.kind == "customer"][-LINES:],
        *[f"/{n} {text}" for n, text in enumerate(canned(request.why), start=1)],
        f"回“{request.id} 接”，或者直接“{request.id} 要说的话”",
    ]
    return "\n".join(line for line in lines if line)


async def to_whom_it_concerns(shop: ShopId, request: Request, words: str) -> tuple[Say, ...]:
    """Whoever has it or is asked to take it, and the service groups; where nobody is at work the owner, in his time. A
    matter wakes nobody."""
    lane: Lane = "list" if request.customer is None else "reply"
    rooms = [Say(words, room=room, lane=lane) for room in await agents.service_rooms(shop)]
    if whom := request.owner or request.offered:
        return (Say(words, person=whom, lane=lane), *rooms)
    owners = await people.staff(shop, people.OWNER)
    return (*(Say(words, person=one, lane="list") for one in owners), *rooms)


async def pictures_of(request: Request, to: Sequence[Say]) -> tuple[Say, ...]:
    """What he showed just before he asked, for whoever gets his card."""
    if request.customer is None:
        return ()
    shown = await pictures.sent_by(
        request.person, since=request.opened_at - SHOWN_BEFORE, limit=MOST_PICTURES
    )
    words = f"#{request.id} {await who(request)} 发来一张图"
    return tuple(replace(one, text=words, picture=picture) for picture in shown for one in to)


async def short(shop: ShopId, request: Request, words: str) -> str:
    return "\n".join(line for line in (await head(request, words), await last_order(shop, request)) if line)


async def head(request: Request, words: str) -> str:
    return f"#{request.id} {await who(request)} 找人：{words[:200]}"


async def _matter(request: Request, words: str) -> str:
    """What the shop found itself: what is wrong, which rule it breaks, and what to do."""
    rule = audit.rule_of(await alarms.subject_of(request.alarm)) if request.alarm is not None else 0
    return "\n".join(
        (
            f"#{request.id} {MATTER}{f'（第{rule}条）' if rule else ''}：{words}",
            LOOK_INTO,
            f"回“{request.id} 接”，记一笔“{request.id} 备注 …”，弄好了“{request.id} 完”",
        )
    )


async def who(request: Request) -> str:
    """小王（三栋王姐）@水果群: under the name that the shop's account has for him, too, if it has one."""
    if request.customer is None:
        return MATTER
    customer = await people.person(request.person)
    alias = await people.alias(request.person)
    known_as = f"（{alias}）" if alias not in ("", customer.name) else ""
    room = f"@{(await people.room_by_id(request.room)).name}" if request.room is not None else ""
    return f"{customer.name}{known_as}{room}"


async def last_order(shop: ShopId, request: Request) -> str:
    last = await slips.last_order(shop, request.person)
    return (
        f"最近一单 {last.code} {voice.state(last)}：{voice.all_goods(last.lines)} {last.payable}"
        if last
        else ""
    )


def canned(why: str) -> tuple[str, ...]:
    """Three answers that fit what he said; /1 says the first."""
    return next(said for cues, said in CANNED.items() if any(cue in why for cue in cues.split("|")))


async def _customer(shop: ShopId, request: Request) -> str:
    """买过3单 ¥120.50 · 银卡; nothing for somebody new."""
    bought = [slip for slip in await slips.recent(shop, request.person, limit=50) if slip.money_in]
    if not bought:
        return ""
    level = await points.level_of(shop, request.person)
    return " · ".join(part for part in (f"买过{len(bought)}单 {voice.sum_of(bought)}", level) if part)


async def _open_questions(request: Request, now: datetime) -> list[str]:
    places = (0, int(request.room)) if request.room is not None else (0,)
    found = [await mail.talk(place, request.person, now=now) for place in places]
    return [f"没答完：{_cut(state['prompt'])}" for state in found if state and state.get("prompt")]


def _asked(said: Sequence[Said], request: Request) -> int:
    """Where he asked for a person: that itself stands at the head of the card."""
    asked = [n for n, one in enumerate(said) if one.kind == "customer" and one.text[:200] == request.why]
    return asked[-1] if asked else len(said)


def _line(said: Said) -> str:
    if said.kind == "bot" and said.room is not None:
        return ""  # the group is told in short what he is told in private
    speaker = {"customer": said.name, "bot": "小店", "agent": said.name, "note": "备注"}.get(said.kind, "")
    return f"{speaker}：{_cut(said.text)}" if speaker else ""


def _cut(text: str) -> str:
    first = mask_for_room(text.strip().split("\n")[0])[
        0
    ]  # a code is shown at the counter, by whom it belongs to
    return first if len(first) <= LONGEST else f"{first[:LONGEST]}…"


async def waiting_list(shop: ShopId, agent: int, *, now: datetime) -> str:
    """列表: who is in hand and who waits, each with the words to say."""
    living = await tickets.living(shop)
    mine = [await _row(one, now) for one in living if one.in_hands and one.owner == agent]
    waiting = [await _row(one, now) for one in living if not one.in_hands]
    others = [await _row(one, now) for one in living if one.in_hands and one.owner != agent]
    parts = [("你在跟", mine), ("在等", waiting), ("别人在跟", others)]
    return "\n".join("\n".join([f"{name}：", *rows]) for name, rows in parts if rows) or "现在没人在等"


async def _row(request: Request, now: datetime) -> str:
    since = None if request.in_hands else request.opened_at
    if request.customer is not None:
        since = request.owed_since or since
    owed = f"，等了{minutes(since, now)}" if since else ""
    return f"#{request.id} {await who(request)} {_cut(request.why)}{owed}"


def minutes(since: datetime, now: datetime) -> str:
    passed = int((now - since).total_seconds() // 60)
    return f"{passed}分钟" if passed < 60 else f"{passed // 60}小时"
