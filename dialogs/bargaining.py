"""砍价的样子: a person's bargain as one line in the group: from what, to what, how many cuts are left, who has helped."""

from __future__ import annotations

from dialogs import rolling
from dialogs.speech import Button, Say
from dialogs.turn import Turn
from shop.bargains import Standing
from shop.kit.ids import RoomId
from shop.rules.bargains import State
from shop.rules.campaigns import Kind, OnOffer

MOST_NAMES = 8


def running(turn: Turn) -> list[OnOffer]:
    """What can be bargained for from here, newest last."""
    return [one for one in turn.running if one.kind == Kind.BARGAIN]


def of_goods(turn: Turn, said: str) -> OnOffer | None:
    """The campaign of these goods; without a name the newest."""
    known = running(turn)
    named = [one for one in known if said in ("", one.title, *_names(turn, one))]
    return named[-1] if named else None


def _names(turn: Turn, of: OnOffer) -> tuple[str, ...]:
    product = turn.shelf.everything.product_of(of.items[0].sku)
    return (product.name, *product.aliases)


def line(of: OnOffer, at: Standing, turn: Turn) -> str:
    """How it stands, and what to say."""
    name = rolling.short(at.name)
    head = f"{at.number}号砍价 {name}·{of.title}：{at.start} → {at.price}"
    ends = f"{rolling.day_and_hour(of.deadline, turn.now, turn.tz)}截" if of.deadline else ""
    if at.state == State.ORDERED:
        return f"{head}，{name}买下了"
    if at.state == State.EXPIRED:
        return f"{head}，到点了"
    helped = [f"{rolling.short(one.name)} {-one.off}" for one in at.cuts[-MOST_NAMES:]]
    many = f"{'…' if len(at.cuts) > MOST_NAMES else ''}{'、'.join(helped)}"
    if at.state == State.REACHED:
        rest = f"到底价了。{name}说“买”就下单" + (f"（{ends}）" if ends else "")
    else:
        rest = f"还差 {at.left} 刀到 {at.floor}" + (f"（{ends}）" if ends else "")
        rest += f"。帮砍的回“砍 {at.number}”"
    return "\n".join([f"{head}", *([many] if many else []), rest])


def live(of: OnOffer, at: Standing, room: RoomId, turn: Turn) -> Say:
    """The newest state takes the place of the one that was not sent yet."""
    buttons = (Button("砍一刀", f"砍 {at.number}"),) if at.state == State.CUTTING else ()
    fold = f"list:bargain {at.number}:{room}"
    return Say(line(of, at, turn), room=room, fold=fold, lane="list", buttons=buttons)
