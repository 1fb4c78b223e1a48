"""预演: 预演 接龙 车厘子 58 起20盒: held with the real goods and the people of the group, undone, and told how it went."""

from __future__ import annotations

from functools import partial
from typing import Any

from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.leading import rooms_for
from dialogs.opening import Unclear, new_items
from dialogs.planning import OfGoods, parse_items, planned
from dialogs.turn import Turn
from shop import campaigns, rehearsal
from shop.rehearsal import Rehearsed
from shop.rules.campaigns import Kind


def parse_goods(reading: Reading, old: Any, asked: bool) -> Any:
    """What a list sells, or the one thing of a flash sale."""
    sku = reading.slots.get("sku")
    return parse_items(reading, old, asked) or (
        [{"sku": sku, "price": reading.slots.get("price")}] if sku else None
    )


class Rehearse(OfGoods):
    id = "campaign_rehearse"
    intents = ()
    first_words = ("预演", "试跑")
    before_command = True
    opens = "预演 …"
    examples = ("预演 接龙 车厘子 58 起20盒",)
    is_answer = True
    items = Slot(parse_goods, "预演什么？比如“预演 接龙 车厘子 58 起20盒”")
    flash = Slot(
        lambda reading, old, asked: True if reading.intent == "admin.flash_create" else None, optional=True
    )

    async def check(self, turn: Turn, data: Data) -> Question | None:
        if "人团" in turn.text:
            text = "拼团没法预演：谁和谁一个团，要看到时候怎么拼。直接说“开团 …”，发之前先给你看样子"
            return Question((turn.here(text),), asked="items")
        if not await rooms_for(turn, data):
            return self.no_group(turn)
        plan = planned(turn, data, Kind.LIST)
        return self.ask_again(turn, data, plan) if isinstance(plan, Unclear) else None

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        kind = Kind.FLASH if data.get("flash") else Kind.LIST
        plan = planned(turn, data, kind)
        assert not isinstance(plan, Unclear), "it was read just now"
        rooms = [room.id for room in await rooms_for(turn, data)]
        begin = partial(
            campaigns.set_up,
            turn.shop,
            kind,
            plan.title,
            new_items(plan),
            by=turn.person.id,
            now=turn.now,
            rooms=rooms,
            terms=dict(plan.extra),
        )
        return Done((turn.here(_told(await rehearsal.rehearse(turn.shop, begin, rooms, now=turn.now))),))


def _told(report: Rehearsed) -> str:
    if report.wrong:
        return f"预演出了问题，先别发，我记下来让人看：{'；'.join(report.wrong[:3])}"
    if not report.guests:
        return "预演过了：这些群最近两个月没人下过单，库存够，能发"
    lines = [
        f"预演：按最近两个月下过单的 {report.guests} 人，每人要一份算",
        f"{report.joined} 人接上，一共 {report.taken} 份",
    ]
    if report.too_late:
        lines.append(f"{report.too_late} 人没接上（名额或库存不够）")
    if report.short.milli:
        lines.append(f"还差 {report.short} 才成团，到时候全退")
    else:
        lines.append(f"收 {report.money}，比原价让 {report.given_away}")
    return "\n".join([*lines, "都是演练，什么都没动"])
