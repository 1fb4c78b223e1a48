"""强制成团: a team is complete with whoever has paid; the shop takes the empty seats, and says so."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from dialogs import teaming
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.leading import Leading, my_rooms
from dialogs.turn import Turn
from shop import teams
from shop.on_offer import campaign
from shop.refusals import NoSuchTeam, TeamOver
from shop.rules.campaigns import Kind
from shop.rules.teams import State
from shop.teams import Standing

_SAID = re.compile(r"/?强制(?:成团|结团)\s*(?:第?\s*(\d{1,5})\s*号?团?)?\s*(.*)", re.DOTALL)


def parse_number(reading: Reading, old: Any, asked: bool) -> Any:
    found = _SAID.fullmatch(reading.text.strip())
    if found and found[1]:
        return int(found[1])
    bare = reading.text.strip().removesuffix("号团").removesuffix("号")
    return int(bare) if asked and bare.isdecimal() and len(bare) < 6 else None


def parse_why(reading: Reading, old: Any, asked: bool) -> Any:
    found = _SAID.fullmatch(reading.text.strip())
    return found[2].strip() if found and found[2].strip() else None


class ForceTeam(Leading):
    id = "team_force"
    intents = ()
    starts = ("强制成团",)
    first_words = ("强制成团",)
    examples = ("强制成团 1 老客户等着要",)
    number = Slot(parse_number, optional=True)
    why = Slot(parse_why, optional=True)

    def is_meant(self, turn: Turn) -> bool:
        return bool(_SAID.fullmatch(turn.text.strip()))

    async def check(self, turn: Turn, data: Data) -> Question | None:
        team = await _team(turn, data)
        if team is None:
            return Question((turn.here("强制哪个团？说编号，比如“强制成团 1”"),), asked="number")
        if team.state != State.FORMING or not team.paid:
            raise TeamOver(team.number)
        of = await campaign(team.campaign)
        unpaid = "，没付的位置作废" if team.taken > team.paid else ""
        text = f"{teaming.called(team, of)}付了 {team.paid} 人，现在成团，店家补足 {team.missing} 份{unpaid}"
        return replace(self.preview(turn, text), data=data | {"number": team.number})

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        team = await teams.force(
            turn.shop, int(data["number"]), turn.person.id, str(data.get("why") or ""), now=turn.now
        )
        of = await campaign(team.campaign)
        return Done((turn.here(f"{teaming.called(team, of)}成团了{teaming.filled(team)}"),), after=data)


async def _team(turn: Turn, data: Data) -> Standing | None:
    """The one that was named, else the only one; a group owner has those of his groups. None: which?"""
    mine = await my_rooms(turn)
    if "number" in data:
        team = await teams.numbered(turn.shop, int(data["number"]))
        if mine is not None and team.room not in mine:
            raise NoSuchTeam(team.number)
        return team
    all_kinds = [one for one in turn.shelf.campaigns if one.kind == Kind.TEAM]
    found = [team for of in all_kinds for team in await teams.forming(of.id)]
    found = [team for team in found if team.paid and (mine is None or team.room in mine)]
    return found[0] if len(found) == 1 else None
