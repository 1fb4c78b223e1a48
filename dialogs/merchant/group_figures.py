"""群数据: what a group bought today, and how far its campaigns are; a group owner sees his own groups and no others."""

from __future__ import annotations

from dialogs import rolling, voice
from dialogs.engine import Data, Done
from dialogs.leading import Leading, my_rooms
from dialogs.turn import Turn
from shop import campaigns, people, slips
from shop.people import Room
from shop.rules.orders import Status

_OF_A_LEADER = frozenset(
    {"今日", "今日订单", "今天订单", "今天卖了多少", "卖了多少", "我的业绩", "业绩", "数据"}
)


class GroupFigures(Leading):
    id = "group_figures"
    intents = ()
    starts = ("群数据", "本群数据", "群里卖了多少")
    first_words = starts
    examples = ("群数据",)
    is_answer = True

    def is_meant(self, turn: Turn) -> bool:
        """The staff have words of their own for the whole shop."""
        return not turn.person.is_staff and turn.text.strip(" ？?！!") in _OF_A_LEADER

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        mine = await my_rooms(turn)
        rooms = [room for room in await people.rooms(turn.shop) if mine is None or room.id in mine]
        if "said_in" in data:
            rooms = [room for room in rooms if room.id == data["said_in"]]
        told = [await _of_group(turn, room) for room in rooms]
        return Done((turn.here("\n".join(told) or "还没有群"),))


async def _of_group(turn: Turn, room: Room) -> str:
    today = [
        slip
        for slip in await slips.of_day(turn.shop, turn.day)
        if slip.room == room.id and slip.status not in (Status.CANCELLED, Status.REFUNDED)
    ]
    paid = [slip for slip in today if slip.money_in]
    many = f"{len({slip.buyer for slip in today})} 人 {len(today)} 单 {voice.sum_of(today)}"
    head = (
        f"{room.name}今天 {many}，已收 {voice.sum_of(paid)}（{len(paid)} 单）"
        if today
        else f"{room.name}今天还没有单"
    )
    running = [
        f"  {rolling.title(of)}：{rolling.how_far(of, await campaigns.progress(of.id), turn.shelf)}"
        for of in turn.shelf.running(room.id, turn.now)
    ]
    return "\n".join([head, *running])
