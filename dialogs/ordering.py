"""要货: what ordering dialogues share: lines are taken at once unless they are unsure or unusual; a shortage becomes an
offer of what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from dialogs import appointing, delivering, rolling, signing, teaming, voice
from dialogs.ask import clarify_question
from dialogs.calling import look_at_a_big_one
from dialogs.engine import Data, Dialogue, Done, Question, Slot
from dialogs.hear.delivering import beside
from dialogs.hear.reading import Line, Pending, Reading
from dialogs.speech import Button, Say
from dialogs.turn import Turn
from dialogs.wants import line_from_json, line_to_json, to_wants
from shop import campaigns, lists, orders, shares, slips, teams
from shop.kit.ids import RoomId
from shop.kit.money import Money, total
from shop.kit.refusal import Refusal
from shop.refusals import QuoteChanged, Shortage, SoldOut
from shop.rules.baskets import Want
from shop.rules.campaigns import Kind, OnOffer
from shop.rules.orders import Status
from shop.slips import Slip, SlipLine

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
    address = Slot(
        lambda reading, old, asked: beside(reading.text, reading.slots.get("address") or {}) or None,
        optional=True,
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
        if joined(turn, data) and not data.get("unsure") and not _is_much(data):
            return None  # a campaign has said its price; its quota and its stock decide
        lines, payable, seal = await _preview(turn, data)
        many = any(line.qty.amount > MANY for line in lines)
        dear = payable >= Money(turn.facts.ask_above_fen)
        if not (many or dear or data.get("unsure")):
            return None
        pending = Pending("confirm_order", lines=tuple(line_from_json(line) for line in data["lines"]))
        if turn.room is not None:
            text = f"{turn.name}：{voice.all_goods(lines)}，对吗？回“对”就记下"
        else:
            text = f"{voice.bill(lines, payable)}\n对吗？回“确认”就下单，要改直接说"
        return Question((turn.here(text, buttons=YES_NO),), pending=pending, seal=seal)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        return await take(turn, data, seal)

    async def refused(self, turn: Turn, data: Data, refusal: Refusal) -> Question | None:
        if isinstance(refusal, QuoteChanged):
            return await self.check(turn, data | {"unsure": True})
        if isinstance(refusal, SoldOut):
            return offer_what_is_left(turn, data, refusal)
        return None


YES_NO = (Button("对", "对"), Button("不对", "不对"))


def joined(turn: Turn, data: Data) -> bool:
    """Is everything that was said for a campaign that the shelf knows?"""
    return all(campaign is not None for campaign, _ in by_campaign(turn, data["lines"]))


async def _preview(turn: Turn, data: Data) -> tuple[tuple[SlipLine, ...], Money, str]:
    """What it comes to, each part at the price of its own campaign, and the seal of what is for none."""
    parts = [
        (
            of,
            await orders.preview(turn.shop, to_wants(lines), now=turn.now, buyer=turn.person.id, campaign=of),
        )
        for of, lines in by_campaign(turn, data["lines"])
    ]
    lines = tuple(line for _, part in parts for line in part.lines)
    seal = next((part.seal for of, part in parts if of is None), "")
    return lines, total([part.payable for _, part in parts]), seal


def _is_much(data: Data) -> bool:
    return any(Decimal(line["qty"]) > MANY for line in data["lines"])


async def take(turn: Turn, data: Data, seal: str = "") -> Done:
    """Place the lines, or change the open order by them; what is for a campaign is an order of that campaign."""
    says, facts, codes = list[Say](), dict[str, Any](), list[str]()
    for campaign, lines in by_campaign(turn, data["lines"]):
        if campaign is not None and campaign.kind == Kind.TEAM and _only_more(lines):
            seat = await teaming.join(turn, campaign, to_wants(lines))
            says, facts = [*says, *seat.says], facts | dict(seat.facts)
            codes.append(seat.facts["单号"])
            continue
        wants = to_wants(lines)
        if campaign is not None and turn.nameless:
            wants = [replace(want, note=lists.NAMELESS) for want in wants]
        slip, was_there = await _take(turn, campaign, wants, seal)
        if campaign is not None:
            says += await told_of_campaign(turn, slip, campaign)
        else:
            address = str(data.get("address") or "")
            slip, address = await delivering.brought(turn, slip, address)
            says += edited(turn, slip, address) if was_there else placed(turn, slip, address)
        says += await look_at_a_big_one(turn, slip)
        facts |= _facts(slip)
        codes.append(slip.code)
    return Done(tuple(says), facts=facts if len(codes) == 1 else facts | {"单号": codes})


def _only_more(lines: Sequence[Mapping[str, Any]]) -> bool:
    return all(line.get("op", "add") == "add" for line in lines)


def by_campaign(
    turn: Turn, lines: Sequence[Mapping[str, Any]]
) -> list[tuple[OnOffer | None, list[Mapping[str, Any]]]]:
    """The lines by what they are for: the campaigns in the order they were named, and what is for none of them. The
    specials of the day are numbers and a price: who takes them has the usual order."""
    parts: dict[str | None, list[Mapping[str, Any]]] = {}
    for line in lines:
        known = turn.shelf.campaign.get(line.get("campaign") or "")
        parts.setdefault(known.key if known and known.kind != Kind.DAILY else None, []).append(line)
    return [(turn.shelf.campaign[key] if key else None, some) for key, some in parts.items()]


async def _take(turn: Turn, campaign: OnOffer | None, wants: Sequence[Want], seal: str) -> tuple[Slip, bool]:
    """The order, and whether it stood already: 再加一箱 with nothing to add to is an order like any other."""
    if any(want.op != "add" for want in wants) and not await _is_a_new_order(turn, campaign, wants):
        return await orders.edit(turn.shop, turn.person.id, wants, now=turn.now, campaign=campaign), True
    placed = await orders.place(
        turn.shop,
        turn.person.id,
        wants,
        now=turn.now,
        room=turn.room_id,
        seal="" if campaign else seal,
        campaign=campaign,
    )
    return placed, False


async def _is_a_new_order(turn: Turn, campaign: OnOffer | None, wants: Sequence[Want]) -> bool:
    if any(want.op not in ("add", "inc") for want in wants):
        return False
    of = campaign.id if campaign else None
    open_ones = await slips.open_slips(turn.shop, turn.person.id)
    standing = next((slip for slip in open_ones if slip.campaign == of), None)
    return standing is None or standing.claimed_at is not None


def _facts(slip: Slip) -> dict[str, str]:
    """What 为什么 shows: the order, each price as it was taken, the cuts, the sum."""
    prices = {
        line.called: f"{voice.price(line.price, line.unit)} {line.price_why}".strip() for line in slip.lines
    }
    off = {why: str(-amount) for why, amount in voice.cuts(slip.lines)}
    return {"单号": slip.code, **prices, **off, "合计": str(slip.payable)}


def placed(turn: Turn, slip: Slip, address: str = "") -> tuple[Say, ...]:
    """The line in the group (goods and counts) and the private slip (money, link, and where it is brought)."""
    said = "加好了" if slip.joined else "记下了"
    goods = f"{turn.name}：{voice.all_goods(slip.lines)}，{said}（{slip.code}）"
    return _told(turn, slip, f"{goods}。付款和取货码私聊发你", address, unreached=goods)


def edited(turn: Turn, slip: Slip, address: str = "") -> tuple[Say, ...]:
    if slip.status == Status.CANCELLED:
        return (turn.here(f"{slip.code} 都去掉了，这单取消了。想要了再说"),)
    return _told(turn, slip, f"{turn.name}：{voice.all_goods(slip.lines)}（{slip.code}）", address)


def _told(
    turn: Turn, slip: Slip, goods: str, address: str, *, unreached: str | None = None
) -> tuple[Say, ...]:
    private = turn.privately(
        delivering.with_address(turn, slip, address),
        card=turn.slip_card(slip),
        buttons=voice.slip_buttons(slip),
        fold=f"slip:{slip.code}",
    )
    public = turn.to_room(goods, fold=f"order:{slip.code}", unreached=unreached)
    return (public, private) if public else (private,)


async def told_of_campaign(turn: Turn, slip: Slip, campaign: OnOffer) -> tuple[Say, ...]:
    """Money and link in private; in the group the one rolling list (a flash sale has one result at its end)."""
    if campaign.kind == Kind.BOOKING:
        return await appointing.called_off(turn, slip)
    if campaign.kind == Kind.TEAM and (team := await teams.of_order(slip.id)):
        return teaming.seated(turn, slip, team, campaign)
    private = turn.privately(
        turn.slip_text(slip),
        card=turn.slip_card(slip),
        buttons=voice.slip_buttons(slip),
        fold=f"slip:{slip.code}",
    )
    if slip.status == Status.CANCELLED:
        again = "帮我砍" if campaign.kind == Kind.BARGAIN else "+1"
        theirs = "、".join(dict.fromkeys(line.for_whom for line in slip.lines if line.for_whom))
        too = f"，{theirs}的也退了" if theirs else ""
        private = turn.privately(f"{slip.code} 退出了，“{campaign.title}”不算你{too}。想要了再说“{again}”")
    if campaign.kind == Kind.EVENT:
        private = replace(private, text=signing.told(slip, campaign, turn))
    if turn.room is None or campaign.kind in (Kind.FLASH, Kind.BARGAIN):
        return (private,)
    return (await rolling_list(turn, campaign, turn.room.id), private)


async def rolling_list(turn: Turn, campaign: OnOffer, room: RoomId) -> Say:
    listed = await lists.entries(campaign.id, room=room)
    at = await campaigns.progress(campaign.id)
    if any(item.in_room is not None for item in campaign.items):
        mine = await shares.of_group(campaign.id, room)
        at = replace(at, people=mine.people, taken=mine.taken, left=mine.left)
    link = turn.links.list(campaign)
    text = rolling.rolling(campaign, listed, at, turn.shelf, now=turn.now, link=link)
    return Say(text, room=room, fold=rolling.fold(campaign, room), lane="list")


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
