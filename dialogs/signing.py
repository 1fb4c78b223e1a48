"""报名的话: what who comes is told in private: his place, when it begins, and the code to show at the door."""

from __future__ import annotations

from dialogs import rolling, voice
from dialogs.hear.numbers import parse
from dialogs.turn import Turn
from dialogs.voice import Links
from shop.rules.campaigns import Kind, OnOffer
from shop.rules.orders import Status
from shop.slips import Slip

NOT_COMING = "来不了说“不去了”"


def running(turn: Turn) -> list[OnOffer]:
    """What people can sign up for from here, newest last."""
    return [one for one in turn.running if one.kind == Kind.EVENT]


def named(turn: Turn, said: str) -> OnOffer | None:
    """The event that is meant; without a name the newest."""
    known = [one for one in running(turn) if not said or said in one.title or one.title in said]
    return known[-1] if known else None


def places(said: str | None) -> int:
    """How many: 2, 两; one when nothing is said."""
    return int(parse(said) or 0) if said else 1


def told(slip: Slip, of: OnOffer, turn: Turn) -> str:
    """To who has just signed up."""
    goods, begins = voice.all_goods(slip.lines), begin(of, turn)
    if slip.status == Status.CANCELLED:
        return f"{slip.code} 取消了，“{of.title}”不算你。想来了再说“报名”"
    if slip.pickup_code:
        return f"报上了：{goods}（{slip.code}），{begins}。{at_the_door(slip, turn.links)}\n{NOT_COMING}"
    return (
        f"{slip.code}  {voice.bill(slip.lines, slip.payable)}，{begins}。开始前付款：{turn.links.order(slip)}\n"
        f"到场付说“到店付”，{NOT_COMING}"
    )


def begin(of: OnOffer, turn: Turn) -> str:
    return f"{rolling.day_and_hour(of.deadline, turn.now, turn.tz)}开始" if of.deadline else "时间另说"


def at_the_door(slip: Slip, links: Links) -> str:
    if not slip.pickup_code:
        return f"还没付款：{links.order(slip)}"
    return f"到门口报码 {voice.code(slip.pickup_code)}：{links.order(slip)}"
