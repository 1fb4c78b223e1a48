"""预演: 预演 接龙 车厘子 58 起20盒: any command that opens something is carried out by itself with the real goods and the
people of the groups, undone, and told how it went."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dialogs import engine
from dialogs.engine import Data, Dialogue, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.leading import Leading, rooms_for
from dialogs.turn import Turn
from shop import rehearsal
from shop.kit.quantity import NONE
from shop.on_offer import campaign
from shop.rehearsal import Rehearsed
from shop.rules.campaigns import OnOffer

OPENS = ("campaign_open", "campaign_flash", "campaign_team", "campaign_bargain", "event_open", "special")
EXAMPLE = "预演 接龙 车厘子 58 起20盒"


def parse_said(reading: Reading, old: Any, asked: bool) -> Any:
    """The command that stands behind 预演; said once, unless it is asked for again."""
    return None if old and not asked else reading.text.strip() or None


class Rehearse(Leading):
    id = "campaign_rehearse"
    intents = ()
    first_words = ("预演", "试跑")
    before_command = True
    examples = (EXAMPLE, "预演 开团 3人团 车厘子 39")
    is_answer = True
    said = Slot(parse_said, f"预演什么？比如“{EXAMPLE}”")

    async def check(self, turn: Turn, data: Data) -> Question | None:
        found = _command(turn, data["said"])
        if found is None:
            return self._again(turn, data, "这个没法预演。能演的是开团、秒杀、特价、砍价、活动")
        asks = await _asks(*found, data)
        if asks.asked != "confirm":
            return self._again(turn, data, f"{asks.says[0].text}。说全了再演一遍")
        if not await rooms_for(turn, asks.data or {}):
            return self._again(turn, data, "还没有能发的群。先把我拉进群")
        return None

    def _again(self, turn: Turn, data: Data, why: str) -> Question:
        rest = {key: value for key, value in data.items() if key != "said"}
        return Question((turn.here(f"{why}，比如“{EXAMPLE}”"),), "said", data=rest)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        found = _command(turn, data["said"])
        assert found is not None, "it was found just now"
        command, as_said = found
        planned = (await _asks(command, as_said, data)).data or {}

        async def set_up() -> OnOffer:
            opened = await command.done(as_said, planned, "")
            assert opened.undo is not None, "whatever opens something can be taken back"
            return await campaign(opened.undo["campaign"])

        rooms = [room.id for room in await rooms_for(turn, planned)]
        return Done((turn.here(_told(await rehearsal.rehearse(turn.shop, set_up, rooms, now=turn.now))),))


def _command(turn: Turn, said: str) -> tuple[Dialogue, Turn] | None:
    """The command that these words are, and the turn in which it is given."""
    given = turn.command(replace(turn, text=said))
    if given is None or given.begins is None or given.begins.id not in OPENS:
        return None
    return given.begins, given


async def _asks(command: Dialogue, turn: Turn, data: Data) -> Question:
    """What the command would answer: its preview, or what is missing."""
    move = engine.begin(command, turn.reading, turn.shelf.catalogue, turn.text, data.get("said_in"))
    if move.next == "ask":
        return await command.question(turn, move.state.data, move.slot)
    asks = await command.check(turn, move.state.data)
    assert asks is not None, "whatever opens something is shown before"
    return replace(asks, data=move.state.data) if asks.data is None else asks


def _told(report: Rehearsed) -> str:
    if report.wrong:
        return f"预演出了问题，先别发，我记下来让人看：{'；'.join(report.wrong[:3])}"
    if not report.guests:
        return "预演过了：这些群最近两个月没人下过单，库存够，能发"
    lines = [f"预演：按最近两个月下过单的 {report.guests} 人，每人要一份算", _came(report)]
    if report.too_late:
        lines.append(f"{report.too_late} 人没接上（名额或库存不够）")
    if report.undone:
        lines.append(f"{report.undone} 人没凑齐，付的原路退")
    if report.short > NONE:
        lines.append(f"还差 {report.short} 才成团，到时候全退")
    else:
        lines.append(f"收 {report.money}，比原价让 {report.given_away}")
    return "\n".join([*lines, "都是演练，什么都没动"])


def _came(report: Rehearsed) -> str:
    if report.teams or report.undone:
        return f"{report.joined} 人参团，成了 {report.teams} 个团，一共 {report.taken} 份"
    return f"{report.joined} 人接上，一共 {report.taken} 份"
