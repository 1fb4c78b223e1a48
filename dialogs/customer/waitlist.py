"""候补: who came too late waits in line, in private; 要 takes what is offered, 不候补了 leaves it to the next one."""

from __future__ import annotations

from decimal import Decimal

from dialogs import flashing, refusals, repair
from dialogs.engine import Data, Dialogue, Done
from dialogs.hear.reading import Line
from dialogs.ordering import take
from dialogs.speech import Button
from dialogs.turn import Turn
from dialogs.wants import line_to_json
from shop import waitlist
from shop.kit.refusal import Refusal
from shop.rules.campaigns import Kind, OnOffer
from shop.waitlist import Place


class Wait(Dialogue):
    id = "waitlist"
    intents = ()
    starts = ("候补", "我候补", "排候补", "我要候补", "排队")
    group_words = starts[:-1]
    examples = ("候补",)
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        of = _running(turn)
        if of is None:
            none = "现在没有在抢的秒杀，不用候补。看看今天有什么：回“菜单”"
            return Done((turn.privately(none),) if turn.room is None else ())
        item = of.items[0]
        sku = turn.shelf.everything.sku[item.sku]
        name = turn.shelf.everything.called(sku.id)
        try:
            place = await waitlist.wait(item, name, sku.unit, turn.person.id, now=turn.now)
        except Refusal as no:  # one of hundreds: nobody else needs to hear it
            return Done((turn.privately(refusals.words(no)),))
        buttons = (Button("不候补了", "不候补了"),)
        return Done((turn.privately(_told(place, name), buttons=buttons),))


class TakeOffer(Dialogue):
    """要: what was kept for this person."""

    id = "take_offer"
    intents = ()
    starts = ("要", "我要", "要的", "要了")
    group_words = starts
    examples = ("要",)
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        offer = await waitlist.offer_to(turn.person.id, now=turn.now)
        of = next((one for one in turn.shelf.campaigns if offer and one.id == offer.campaign), None)
        if offer is None or of is None:
            return Done(() if turn.room else repair.not_understood(turn, 1))
        sku = turn.shelf.everything.sku[offer.sku]
        line = Line(sku.id, Decimal(str(offer.qty)), sku.unit, campaign=of.key)
        return await take(turn, {"lines": [line_to_json(line)]})


class StopWaiting(Dialogue):
    id = "stop_waiting"
    intents = ()
    starts = ("不候补了", "不候补", "取消候补", "退出候补", "不排了")
    group_words = starts
    examples = ("不候补了",)
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        running = turn.shelf.running(turn.room_id, turn.now)  # wherever he waits
        left = [await waitlist.leave(item.id, turn.person.id) for one in running for item in one.items]
        return Done((turn.privately("好，不候补了" if any(left) else "你没有在候补"),))


def _running(turn: Turn) -> OnOffer | None:
    """Of what is limited: the newest flash sale, else the newest event."""
    return flashing.newest(turn.running) or next(
        (one for one in reversed(turn.running) if one.kind == Kind.EVENT), None
    )


def _told(place: Place, name: str) -> str:
    if place.until is not None:
        return f"{name}已经给你留着了，回“要”就是你的"
    ahead = f"前面 {place.ahead} 位" if place.ahead else "你排第一位"
    return f"{name}候补上了，{ahead}。有人退出来我私聊叫你，给你留 3 分钟"
