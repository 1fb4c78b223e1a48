"""拼团的样子: a team as one line in the group: its number, who is in, how many are missing; and the private slip of a seat.
Money stays with whom it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from dialogs import rolling, voice
from dialogs.calling import look_at_a_big_one
from dialogs.engine import Done
from dialogs.hear.numbers import parse
from dialogs.speech import Button, Say
from dialogs.turn import Turn
from shop import teams
from shop.catalogue import Goods
from shop.kit.ids import RoomId
from shop.kit.quantity import Quantity
from shop.rules.baskets import Want
from shop.rules.campaigns import OnOffer
from shop.rules.orders import Status
from shop.rules.teams import Member, State
from shop.slips import Slip
from shop.teams import Standing

MOST_NAMES = 8
JOIN, LEAVE = Button("参团", "参团"), Button("退出", "退出")


def called(team: Standing, of: OnOffer) -> str:
    """1号团「车厘子」."""
    return f"{team.number}号团「{of.title}」"


def names(members: Iterable[Member]) -> str:
    """小李、王姐（待付）."""
    listed = list(members)
    shown = [f"{rolling.short(one.name)}{'' if one.paid_at else '（待付）'}" for one in listed[:MOST_NAMES]]
    return "、".join(shown) + ("…" if len(listed) > MOST_NAMES else "")


def line(team: Standing, of: OnOffer, *, now: datetime, tz: str) -> str:
    """How it stands, and what to say to be in it."""
    head = f"{called(team, of)} {team.size}人团：{names(team.members)}"
    if team.state == State.COMPLETE:
        return f"{head}，成团了{filled(team)}"
    if team.state != State.FORMING:
        return f"{head}，{'散了' if team.state == State.DISSOLVED else '没拼成'}"
    ends = rolling.day_and_hour(team.deadline, now, tz)
    if not team.free:
        return f"{head}，坐满了，等 {team.missing} 人付款（{ends}截）"
    return f"{head}，还差 {team.free} 人（{ends}截）。要拼的回“参团 {team.number}”"


def filled(team: Standing) -> str:
    """Said as it is: nobody was invented."""
    return f"（{team.paid} 人付了，店家补足 {team.filled} 份）" if team.filled else ""


_PIECES = re.compile(r"[x×*+]?\s*(\d{1,3}|[一二两三四五六七八九十])\s*[\u4e00-\u9fff]?")


def pieces(said: str | None) -> int:
    """两份, x3: how many; nothing said is one, 0 for what is no number."""
    if not said:
        return 1
    found = _PIECES.fullmatch(said.strip())
    return int(parse(found[1]) or 0) if found else 0


def wanted(of: OnOffer, many: int) -> Want:
    return Want(of.items[0].sku, Quantity.of(many), "add")


def sells(of: OnOffer, said: str, shelf: Goods) -> bool:
    """Is this what people call it, or its goods?"""
    names = {of.title, *(shelf.everything.product_of(item.sku).name for item in of.items)}
    aliases = {alias for item in of.items for alias in shelf.everything.product_of(item.sku).aliases}
    return said in names | aliases


async def join(turn: Turn, of: OnOffer, wants: Sequence[Want], number: int | None = None) -> Done:
    """参团, +1: a seat in the team of this number, else in the one that is nearest to full."""
    who, room = turn.person.id, turn.room_id
    if number is None:
        number = (await teams.nearest(of, who, now=turn.now, room=room)).number
    placed, team = await teams.join(turn.shop, who, number, wants, now=turn.now, room=room)
    return await begun(turn, placed, team, of)


async def begun(turn: Turn, placed: Slip, team: Standing, of: OnOffer) -> Done:
    """He has a seat; one that costs much is looked at as any large order is."""
    says = (*seated(turn, placed, team, of), *await look_at_a_big_one(turn, placed))
    return Done(says, facts={"团": team.number, "单号": placed.code})


async def left(turn: Turn) -> Done:
    """不拼了: out of the team, and what was paid is on its way back."""
    slip, team = await teams.quit(turn.shop, turn.person.id, now=turn.now)
    back = f"，{slip.payable} 原路退回" if slip.money_in else ""
    return Done((turn.privately(f"退出了 {team.number} 号团，{slip.code} 取消{back}。想要了再回“参团”"),))


def live(team: Standing, of: OnOffer, room: RoomId, *, now: datetime, tz: str) -> Say:
    """The newest line of a team takes the place of the one that was not sent yet."""
    buttons = (Button("参团", f"参团 {team.number}"),) if team.free and team.state == State.FORMING else ()
    text = line(team, of, now=now, tz=tz)
    return Say(text, room=room, fold=f"list:team {team.number}:{room}", lane="list", buttons=buttons)


def seated(turn: Turn, slip: Slip, team: Standing, of: OnOffer) -> tuple[Say, ...]:
    """He sits: the slip with its link for himself, the line of the team for the group."""
    if slip.status == Status.CANCELLED:
        return (turn.privately(f"{slip.code} 退出了 {team.number} 号团。想要了再回“参团”"),)
    private = turn.privately(
        f"{called(team, of)}，位置给你留着。{turn.slip_text(slip)}",
        card=turn.slip_card(slip),
        buttons=() if slip.money_in else (LEAVE,),
        fold=f"slip:{slip.code}",
    )
    room = turn.room_id or team.room
    return (live(team, of, room, now=turn.now, tz=turn.tz), private) if room is not None else (private,)


def brief(team: Standing, slip: Slip, of: OnOffer, shelf: Goods, now: datetime) -> str:
    """One of 我的团."""
    return f"{line(team, of, now=now, tz=shelf.catalogue.tz)}\n  你的 {slip.code} {voice.all_goods(slip.lines)} {voice.state(slip)}"
