"""要货: what ordering dialogues share: lines are taken at once unless they are unsure or unusual; a shortage becomes an
offer of what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from dialogs import voice
from dialogs.ask import clarify_question
from dialogs.engine import Data, Dialogue, Done, Question, Slot
from dialogs.hear.reading import Line, Pending, Reading
from dialogs.speech import Button, Say
from dialogs.turn import Turn
from dialogs.wants import line_from_json, line_to_json, to_wants
from shop import orders, slips
from shop.kit.money import Money
from shop.kit.refusal import Refusal
from shop.refusals import QuoteChanged, Shortage, SoldOut
from shop.rules.baskets import Want
from shop.rules.orders import Status
from shop.slips import Slip

MANY = Decimal(30)  # of one pack: nobody is surprised to be asked


def parse_lines(reading: Reading, old: object, asked: bool) -> object:
    """The lines of an order; a completed answer counts as well as a fresh order."""
    if reading.action != "act":
        return None
    lines = reading.lines or reading.completes
    return [line_to_json(line) for line in lines] if lines else None


class Ordering(Dialogue):
    """A dialogue that ends with goods on an order."""

    lines = Slot(parse_lines, "要什么、几份？比如“苹果2箱”")
    unsure = Slot(
        lambda reading, old, asked: True if reading.slots.get("needs_confirm") else None, optional=True
    )

    def fill(self, reading: Reading, data: Data, asked: str) -> Data:
        """What was clear when something else was asked is kept, unless it is said anew."""
        filled = super().fill(reading, data, asked)
        if filled.get("lines") == data.get("lines"):
            return filled
        said = {line["sku"] for line in filled["lines"]}
        clear = [line for line in filled.pop("clear", []) if line["sku"] not in said]
        return filled | {"lines": [*clear, *filled["lines"]]}

    async def question(self, turn: Turn, data: Data, slot: str) -> Question:
        unclear = clarify_question(turn)
        if unclear is None:
            return await super().question(turn, data, slot)
        clear = [line_to_json(line) for line in turn.reading.clarify.lines] if turn.reading.clarify else []
        return replace(unclear, data={**data, "clear": clear})

    async def check(self, turn: Turn, data: Data) -> Question | None:
        preview = await orders.preview(turn.shop, to_wants(data["lines"]), now=turn.now, buyer=turn.person.id)
        many = any(line.qty.amount > MANY for line in preview.lines)
        dear = preview.payable >= Money(turn.facts.ask_above_fen)
        if not (many or dear or data.get("unsure")):
            return None
        pending = Pending("confirm_order", lines=tuple(line_from_json(line) for line in data["lines"]))
        goods = voice.all_goods(preview.lines)
        if turn.room is not None:
            text = f"{turn.name}：{goods}，对吗？回“对”就记下"
            return Question((turn.here(text, buttons=YES_NO),), pending=pending, seal=preview.seal)
        text = f"{voice.bill(preview.lines, preview.payable)}\n对吗？回“确认”就下单，要改直接说"
        return Question((turn.here(text, buttons=YES_NO),), pending=pending, seal=preview.seal)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        return await take(turn, data, seal)

    async def refused(self, turn: Turn, data: Data, refusal: Refusal) -> Question | None:
        if isinstance(refusal, QuoteChanged):
            return await self.check(turn, data | {"unsure": True})
        if isinstance(refusal, SoldOut):
            return offer_what_is_left(turn, data, refusal)
        return None


YES_NO = (Button("对", "对"), Button("不对", "不对"))


async def take(turn: Turn, data: Data, seal: str = "") -> Done:
    """Place the lines, or change the open order by them: 再加一箱 with nothing to add to is an order like any other."""
    wants = to_wants(data["lines"])
    if any(want.op != "add" for want in wants) and not await _is_a_new_order(turn, wants):
        slip = await orders.edit(turn.shop, turn.person.id, wants, now=turn.now)
        return Done(edited(turn, slip), facts=_facts(slip))
    slip = await orders.place(turn.shop, turn.person.id, wants, now=turn.now, room=turn.room_id, seal=seal)
    return Done(placed(turn, slip), facts=_facts(slip))


async def _is_a_new_order(turn: Turn, wants: Sequence[Want]) -> bool:
    if any(want.op not in ("add", "inc") for want in wants):
        return False
    standing = await slips.open_order(turn.shop, turn.person.id)
    return standing is None or standing.claimed_at is not None


def _facts(slip: Slip) -> dict[str, str]:
    """What 为什么 shows: the order, each price as it was taken, the cuts, the sum."""
    prices = {
        line.called: f"{voice.price(line.price, line.unit)} {line.price_why}".strip() for line in slip.lines
    }
    off = {why: str(-amount) for why, amount in voice.cuts(slip.lines)}
    return {"单号": slip.code, **prices, **off, "合计": str(slip.payable)}


def placed(turn: Turn, slip: Slip) -> tuple[Say, ...]:
    """The line in the group (goods and counts) and the private slip (money, link)."""
    said = "加好了" if slip.joined else "记下了"
    goods = f"{turn.name}：{voice.all_goods(slip.lines)}，{said}（{slip.code}）。付款和取货码私聊发你"
    return _told(turn, slip, goods)


def edited(turn: Turn, slip: Slip) -> tuple[Say, ...]:
    if slip.status == Status.CANCELLED:
        return (turn.here(f"{slip.code} 都去掉了，这单取消了。想要了再说"),)
    return _told(turn, slip, f"{turn.name}：{voice.all_goods(slip.lines)}（{slip.code}）")


def _told(turn: Turn, slip: Slip, goods: str) -> tuple[Say, ...]:
    private = turn.privately(
        turn.slip_text(slip),
        card=turn.slip_card(slip),
        buttons=voice.slip_buttons(slip),
        fold=f"slip:{slip.code}",
    )
    public = turn.to_room(goods, fold=f"order:{slip.code}")
    return (public, private) if public else (private,)


def offer_what_is_left(turn: Turn, data: Data, refusal: SoldOut) -> Question | None:
    """橙子只剩 12 箱，要 12 箱吗？The other lines are kept; nothing left of anything: no offer."""
    short = {shortage.sku: shortage for shortage in refusal.shortages}
    possible = [_cut_down(line_from_json(line), short) for line in data["lines"]]
    kept = [line for line in possible if line is not None]
    if not kept:
        return None
    gone = [f"{s.name}卖完了" for s in refusal.shortages if s.left.milli <= 0]
    few = [f"{s.name}只剩 {s.left} {s.unit}" for s in refusal.shortages if s.left.milli > 0]
    asks = [_ask_for(line) for line in kept if line.sku in short] or ["别的照记"]
    text = f"{turn.name}，{'，'.join([*gone, *few, *asks])}吗？回“要”就记下"
    pending = Pending("confirm_order", lines=tuple(kept))
    new = {**data, "lines": [line_to_json(line) for line in kept], "unsure": False}
    buttons = (Button("要", "要"), Button("不要", "不用了"))
    return Question((turn.here(text, buttons=buttons),), pending=pending, data=new)


def _cut_down(line: Line, short: dict[str, Shortage]) -> Line | None:
    """The line with what can be had; None when that is nothing more than there is already."""
    shortage = short.get(line.sku)
    if shortage is None:
        return line
    if shortage.left.milli <= 0:
        return None
    missing = (shortage.wanted - shortage.left).amount
    return replace(line, qty=line.qty - missing)


def _ask_for(line: Line) -> str:
    return f"{'改成' if line.op == 'set' else '要'} {line.qty.normalize():f} {line.unit}"
