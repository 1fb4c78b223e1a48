"""配送: 配送 5元 满50免 says what bringing costs, 配送 关 ends it; 配送 alone shows the rule, and what is to be brought."""

from __future__ import annotations

import re
from typing import Any

from dialogs import parting
from dialogs.command import UNDO_FOR, Command
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.turn import Turn
from shop import addresses, deals, parcels, people, slips
from shop.deals import Deal
from shop.people import AGENT, MANAGER, OWNER
from shop.promotions import from_terms
from shop.refusals import NotAllowed
from shop.slips import Slip

KIND = "delivery"
_YUAN = r"(\d{1,4}(?:\.\d{1,2})?) ?[元块]?"
_FEE = re.compile(
    rf"^(?:配送费?|送货费) ?{_YUAN}(?:[ ,，]*满 ?{_YUAN} ?(?:就|全|都)?(?:免费?|包邮|包送|免运费|免配送费?))?$"
)
_OFF = re.compile(r"^(?:配送费?|送货费) ?(?:关|关掉|停|停了|取消|不送了?)$")
_FREE = re.compile(r"^(?:配送费?|送货费) ?(?:免费|全免|包邮|不收|免)$")
_BEGINS = re.compile(r"配送费?(?:[\d关停]|$)|送货费(?:\d|$)")


def parse_terms(reading: Reading, old: Any, asked: bool) -> Any:
    """{"fee": "5", "free_from": "50"}; {} ends it; no value where only the rule is asked for."""
    text = reading.text.strip()
    if _FREE.match(text):
        return {"fee": "0"}
    if _OFF.match(text) or (asked and re.fullmatch("关|关掉|停|取消|不送了?", text)):
        return {}
    found = _FEE.match(text if not asked or text.startswith(("配送", "送货费")) else f"配送 {text}")
    if found is None:
        return None
    return {"fee": found[1]} | ({"free_from": found[2]} if found[2] else {})


class DeliveryFee(Command):
    id = "delivery"
    intents = ()
    first_words = ("配送", "配送费", "送货费")
    starts = first_words
    examples = ("配送 5元 满50免", "配送 关", "配送")
    roles = frozenset({OWNER, MANAGER, AGENT})  # whoever brings it may see what is to be brought
    undo_for = UNDO_FOR
    terms = Slot(parse_terms, optional=True, insists=True)

    @classmethod
    def is_begun_by(cls, word: str) -> bool:
        return _BEGINS.match(word) is not None

    async def check(self, turn: Turn, data: Data) -> Question | None:
        if "terms" not in data:
            bare = turn.text.strip().lstrip("/") in self.starts
            return None if bare else Question((turn.here(f"没看懂，{_HOW}"),), asked="terms")
        if not turn.person.may & {OWNER, MANAGER}:
            raise NotAllowed("owner")
        if not data["terms"]:
            return self.preview(turn, "不再送货：往后下的单只能来拿，已经说好送的照送")
        try:
            rule = from_terms(KIND, data["terms"])
        except ValueError:
            return Question((turn.here(f"这样算不了，{_HOW}"),), asked="terms", data={})
        text = f"{rule.say()}。顾客下好单说“送到3栋2单元501”就算上，已经说好送的照原来的算"
        return self.preview(turn, text)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        standing = await _running(turn)
        if "terms" not in data:
            return Done((turn.here("\n".join([_rule(standing), *await _to_bring(turn)])),))
        instead = [one.id for one in standing]
        if not data["terms"]:
            for id in instead:
                await deals.stop(turn.shop, id)
            return Done(
                (turn.here("送货关了（撤销 2 分钟内有效）"),), undo={"instead": instead}, after={"terms": {}}
            )
        made = await deals.run(turn.shop, KIND, data["terms"], now=turn.now, instead_of=instead)
        text = f"送货开了：{made.promotion.say()}（撤销 2 分钟内有效）"
        undo = {"deal": made.id, "instead": instead}
        return Done((turn.here(text),), undo=undo, after={"terms": data["terms"]})

    async def take_back(self, turn: Turn, undo: Data) -> str:
        if "deal" in undo:
            await deals.stop(turn.shop, undo["deal"])
        await deals.go_on(turn.shop, undo["instead"])
        return _rule(await _running(turn))


_HOW = "比如“配送 5元 满50免”，不送了说“配送 关”"


async def _running(turn: Turn) -> list[Deal]:
    return [one for one in await deals.running(turn.shop, now=turn.now) if one.kind == KIND]


def _rule(standing: list[Deal]) -> str:
    return f"现在{standing[-1].promotion.say()}" if standing else f"现在不送货。要送就说一句，{_HOW}"


async def _to_bring(turn: Turn) -> list[str]:
    """Each order that waits to be brought or is under way: what, where to, and what is still to be paid for it."""
    waiting = await slips.to_bring(turn.shop)
    to = await addresses.of_each([slip.id for slip in waiting])
    lines = [await _line(slip, to.get(slip.id) or "哪里问他一下") for slip in waiting]
    if not lines:
        return []
    return [f"要送的 {len(lines)} 单，出发说“先发 单号”，交到手说“送到了 单号”：", *lines]


async def _line(slip: Slip, address: str) -> str:
    here = parting.still_here(await parcels.left(slip.id))
    name = (await people.person(slip.buyer)).name
    pays = "" if slip.money_in else f"，收 {slip.payable}，他报码就核销"
    return f"{slip.code} {name}：{here or '在路上'}，送到 {address}{pays}"
