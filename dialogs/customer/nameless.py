"""匿名, said afterwards: whoever is on a list already is not named there any more."""

from __future__ import annotations

from dialogs.engine import Data, Dialogue, Done
from dialogs.ordering import rolling_list
from dialogs.turn import Turn
from shop import lists, slips
from shop.rules.campaigns import Kind

ON_A_LIST = (Kind.LIST, Kind.EVENT)


class Nameless(Dialogue):
    id = "nameless"
    intents = ()
    starts = ("匿名", "我要匿名", "我匿名", "帮我匿名", "匿名接龙")
    group_words = starts
    examples = ("我要匿名",)
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        running = {one.id: one for one in turn.shelf.running(turn.room_id, turn.now) if one.kind in ON_A_LIST}
        mine = [
            slip for slip in await slips.open_slips(turn.shop, turn.person.id) if slip.campaign in running
        ]
        if not mine:
            text = "接的时候带上“匿名”，比如“匿名+1”，名单上就不写全名"
            return Done((turn.privately(text),) if turn.room is None or running else ())
        await lists.hide([slip.id for slip in mine])
        told = turn.privately(f"好，名单上只写“{lists.mask(turn.name)}”")
        of = running[mine[0].campaign or 0]
        return Done((await rolling_list(turn, of, turn.room.id), told) if turn.room else (told,))
