"""送货、自提: the open order goes to an address, for the shop's fee, or the buyer comes for it himself."""

from __future__ import annotations

from typing import Any

from dialogs import delivering
from dialogs.engine import Data, Dialogue, Done, Question, Slot
from dialogs.hear import delivering as words
from dialogs.hear.reading import Reading
from dialogs.turn import Turn
from shop import addresses, orders, slips
from shop.rules.orders import Status

ANSWERS = frozenset({"confirm.yes", "confirm.no", "order.cancel"})


def parse_address(reading: Reading, old: Any, asked: bool) -> Any:
    if said := words.where(reading.text):
        return said
    if asked and not words.is_bare(reading.text) and reading.intent not in ANSWERS:
        return words.alone(reading.text) or None
    return words.alone(reading.text) if reading.slots.get("address") else None


class Deliver(Dialogue):
    id = "deliver"
    intents = ("delivery.address",)
    examples = ("送到3栋2单元501",)
    address = Slot(parse_address, optional=True)

    def is_meant(self, turn: Turn) -> bool:
        """Only where the shop has said what bringing costs; else these words are a question like any other."""
        if not (turn.room is None or turn.addressed) or delivering.rule(turn) is None:
            return False
        return words.is_bare(turn.text) or bool(words.where(turn.text))

    async def check(self, turn: Turn, data: Data) -> Question | None:
        open_one = await slips.open_order(turn.shop, turn.person.id)
        if data.get("address") or open_one is None or turn.room is not None or delivering.rule(turn) is None:
            return None
        text = f"送到哪里？说楼栋门牌，比如“{delivering.EXAMPLE}”"
        return Question((turn.here(text),), asked="address")

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        rule = delivering.rule(turn)
        if rule is None:
            asked: Done = await turn.dialogues["facts"].done(turn, data, seal)
            return asked
        open_one = await slips.open_order(turn.shop, turn.person.id)
        if open_one is None:
            return await _of_a_paid_one(turn, data) or Done((turn.here(delivering.offered(rule)),))
        if not data.get("address"):
            return Done((turn.here(f"{turn.name}，送到哪里私聊告诉我，群里不用说"),))
        slip = await orders.bring(turn.shop, turn.person.id, data["address"], now=turn.now)
        address = await addresses.of(slip.id)
        return Done(
            delivering.told(turn, slip, address), facts={"单号": slip.code, "应付": str(slip.payable)}
        )


async def _of_a_paid_one(turn: Turn, data: Data) -> Done | None:
    """Paid already: only where it goes may still change."""
    if data.get("address") and (
        order := await addresses.change(turn.shop, turn.person.id, data["address"], now=turn.now)
    ):
        slip, address = await slips.slip(order), await addresses.of(order)
        private = turn.privately(f"{slip.code} 改送到 {address}，店里知道了")
        return Done((*turn.pointer(slip), private), facts={"单号": slip.code})
    last = await slips.last_order(turn.shop, turn.person.id)
    if last is None or last.status != Status.PREPARING or not last.money_in:
        return None
    how = "已经出发了，要改地址" if last.delivery else "付好了，要改成送货"
    return Done((turn.here(f"{last.code} {how}跟店里说一声：回“转人工”"),), facts={"单号": last.code})


class FetchMyself(Dialogue):
    id = "fetch_myself"
    intents = ()
    starts = ("自提", "不送了", "我自己来拿")
    examples = ("自提",)

    def is_meant(self, turn: Turn) -> bool:
        is_ours = (turn.room is None or turn.addressed) and delivering.rule(turn) is not None
        return is_ours and words.is_fetched(turn.text)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        standing = await slips.open_order(turn.shop, turn.person.id)
        if standing is None or standing.delivery is None:
            where = f"，地址 {turn.facts.address}" if turn.facts.address else ""
            return Done((turn.here(f"好，来店里拿就行{where}"),))
        slip = await orders.fetch(turn.shop, turn.person.id, now=turn.now)
        return Done(delivering.told(turn, slip, ""), facts={"单号": slip.code, "应付": str(slip.payable)})
