"""找人: 转人工, 找老板 → the staff are told at once; the customer is told that they are."""

from __future__ import annotations

from dialogs.engine import Data, Dialogue, Done
from dialogs.turn import Turn
from shop import desk


class WantPerson(Dialogue):
    id = "person"
    intents = ("human.request",)
    examples = ("转人工", "找老板", "是真人客服么")

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        return await tell_the_staff(turn)


async def tell_the_staff(turn: Turn, *, sorry: str = "", hint: str = "") -> Done:
    """A person of the shop will answer, in private; in a group only that is said."""
    request = await desk.want_person(turn.shop, turn.person.id, turn.text, room=turn.room_id, now=turn.now)
    told = "已经告诉店里了，很快来回你" if request.is_new else "店里已经知道了，再等一下"
    private = turn.privately(f"{sorry}{told}{hint}")
    public = turn.to_room(f"{turn.name}，店里私聊回你")
    return Done((private, public) if public else (private,), facts={"找人单": f"#{request.id}"})
