"""加客服 小美、去掉客服 小美、客服 小美 管售后: who answers customers and of what, as the owner says in private."""

from __future__ import annotations

import re

from dialogs.engine import Done
from dialogs.turn import Turn
from shop import acts, agents, people
from shop.people import AGENT, MANAGER, OWNER

SKILLS = ("售后", "批发")
MOST = 50  # customers at once; nobody has more hands
SET_UP = re.compile(
    r"客服[\s:：]+(?P<name>\S{1,20})\s+(?:(?P<all>什么都管|都管)|管\s*(?P<skills>.+)|最多\s*(?P<most>\d{1,3})\s*[位个人]?)"
)
SAID = re.compile(r"(?P<no>去掉|取消)?(?:加|设|添加)?客服[\s:：]+(?P<name>\S{1,20})")


async def changed(turn: Turn) -> Done | None:
    """None when it is about something else, or not for this one to say."""
    if turn.room is not None or not turn.person.roles & {OWNER, MANAGER}:
        return None
    if said := SET_UP.fullmatch(turn.text.strip()):
        return await _set_up(turn, said)
    if (said := SAID.fullmatch(turn.text.strip())) is None:
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


async def _set_up(turn: Turn, said: re.Match[str]) -> Done:
    """客服 小美 管售后、批发; 客服 小美 最多5位."""
    name = said["name"]
    agent = await agents.named(turn.shop, name)
    if agent is None:
        return Done((turn.here(f"店里没有叫“{name}”的客服。先说“加客服 {name}”"),))
    if said["most"]:
        most = int(said["most"])
        if not 1 <= most <= MOST:
            return Done((turn.here(f"一次最多跟几位？1 到 {MOST} 之间，比如“客服 {name} 最多5位”"),))
        await agents.set_most(turn.shop, agent, most)
        told = f"{name}一次最多跟{most}位，满了就叫别人"
    else:
        skills = [] if said["all"] else [one for one in re.split(r"[\s、,，和]+", said["skills"]) if one]
        if not all(one in SKILLS for one in skills):
            return Done(
                (
                    turn.here(
                        f"能分的是{'、'.join(SKILLS)}，比如“客服 {name} 管售后”；不分就说“客服 {name} 都管”"
                    ),
                )
            )
        await agents.set_skills(turn.shop, agent, skills)
        told = f"{name}管{'、'.join(skills)}，这些先叫{name}" if skills else f"{name}什么都管"
    await acts.record(turn.shop, turn.person.id, "set_up_agent", turn.text, "done", now=turn.now)
    return Done((turn.here(told),), facts={"客服": name})
