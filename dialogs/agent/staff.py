"""加客服 小美、去掉客服 小美: who answers customers, as the owner says in private."""

from __future__ import annotations

import re

from dialogs.engine import Done
from dialogs.turn import Turn
from shop import acts, people
from shop.people import AGENT, MANAGER, OWNER

SAID = re.compile(r"(?P<no>去掉|取消)?(?:加|设|添加)?客服[\s:：]+(?P<name>\S{1,20})")


async def changed(turn: Turn) -> Done | None:
    """None when it is about something else, or not for this one to say."""
    said = SAID.fullmatch(turn.text.strip())
    if said is None or turn.room is not None or not turn.person.roles & {OWNER, MANAGER}:
        return None
    name = said["name"]
    found = await people.named(turn.shop, name)
    if len(found) != 1:
        why = (
            f"叫“{name}”的有{len(found)}位，让他换个名字再来"
            if found
            else f"还没有叫“{name}”的人，让他先跟小店说句话"
        )
        return Done((turn.here(f"{why}，再说一次“加客服 {name}”"),))
    if said["no"]:
        await people.dismiss(turn.shop, found[0], AGENT)
        told = f"{name}不再是客服了。手上的顾客十分钟没人回就会转给别人"
    else:
        await people.appoint(turn.shop, found[0], AGENT, now=turn.now)
        told = f"{name}是客服了，有人找就叫他。让他说“列表”看看；去掉说“去掉客服 {name}”"
    command = "dismiss_agent" if said["no"] else "appoint_agent"
    await acts.record(turn.shop, turn.person.id, command, turn.text, "done", now=turn.now)
    return Done((turn.here(told),), facts={"客服": name})
