"""拼团的样子: a team as one line in the group: its number, who is in, how many are missing; and the private slip of a seat.
Money stays with whom it belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from dialogs import rolling, voice
from dialogs.speech import Button, Say
from dialogs.turn import Turn
from shop.catalogue import Goods
from shop.kit.ids import RoomId
from shop.rules.campaigns import OnOffer
from shop.rules.teams import Member, State, fills_from, own_time
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


def terms(of: OnOffer) -> str:
    """3人团，开团后24小时内凑齐，不够全退."""
    hours = int(own_time(of).total_seconds() // 3600)
    least = fills_from(of)
    rest = f"到点付满 {least} 人店家补足" if least else "不够全退"
    return f"{of.size}人团，开团后 {hours} 小时内凑齐，{rest}"


def live(team: Standing, of: OnOffer, room: RoomId, *, now: datetime, tz: str) -> Say:
    """The newest line of a team takes the place of the one that was not sent yet."""
    buttons = (Button("参团", f"参团 {team.number}"),) if team.free and team.state == State.FORMING else ()
    text = line(team, of, now=now, tz=tz)
    return Say(text, room=room, fold=f"list:team {team.number}:{room}", lane="list", buttons=buttons)


def seated(turn: Turn, slip: Slip, team: Standing, of: OnOffer) -> tuple[Say, ...]:
    """He sits: the slip with its link for himself, the line of the team for the group."""
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
