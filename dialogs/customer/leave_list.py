"""退出: 退出, 不接了: the buyer's entry in the campaign of this group is gone, and its place is free again; 不拼了 is his seat
in a team."""

from __future__ import annotations

from dialogs import teaming
from dialogs.engine import Data, Dialogue, Done
from dialogs.ordering import told_of_campaign
from dialogs.turn import Turn
from shop import orders, slips
from shop.rules.campaigns import Kind

OF_A_TEAM = frozenset("团拼")


class LeaveList(Dialogue):
    id = "leave_list"
    intents = ()
    starts = ("退出", "退出接龙", "我退出", "不接了", "我不接了", "不拼了", "我不拼了", "退团")
    group_words = starts
    examples = ("退出", "不接了")

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        running = {one.id: one for one in turn.shelf.running(turn.room_id, turn.now) if one.kind != Kind.TEAM}
        mine = [
            slip for slip in await slips.open_slips(turn.shop, turn.person.id) if slip.campaign in running
        ]
        if not mine or not OF_A_TEAM.isdisjoint(turn.text):
            return await teaming.left(turn)
        ended = await orders.cancel(turn.shop, turn.person.id, now=turn.now, code=mine[0].code)
        return Done(await told_of_campaign(turn, ended, running[mine[0].campaign or 0]))
