"""客服台上做的事: take, answer, note, hand on, give back, make amends, look at what is covered; each a verb of the page with
its body in JSON, and a sentence where it is refused (No, or a Refusal of the shop)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.web.cleaning import clean_text
from bot.web.reading import text_in
from bot.web.security import No
from shop import agents, amends, desk, desk_clock, deskviews, looks
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.kit.money import Money
from shop.rules.baskets import Want
from shop.rules.refunds import What
from shop.tickets import Request


@dataclass(frozen=True, slots=True)
class Acts:
    shop: ShopId
    clock: Callable[[], datetime]

    async def _take(self, me: PersonId, body: Mapping[str, Any]) -> dict[str, Any]:
        """接: what waits; or whoever is with the bot."""
        if "ticket" in body:
            taken = await desk.claim(self.shop, _number(body, "ticket"), me, now=self.clock())
        else:
            person = PersonId(_number(body, "person"))
            await glance_of(self.shop, person)
            taken = await desk.start(self.shop, person, me, "客服接管", room=None, now=self.clock())
        return {"ticket": taken.id}

    async def _say(self, me: PersonId, body: Mapping[str, Any]) -> dict[str, Any]:
        line = await desk.answer(self.shop, _number(body, "ticket"), me, text_in(body), now=self.clock())
        return {"line": line.id}

    async def _note(self, me: PersonId, body: Mapping[str, Any]) -> dict[str, Any]:
        line = await desk.note(self.shop, _number(body, "ticket"), me, text_in(body), now=self.clock())
        return {"line": line.id}

    async def _end(self, me: PersonId, body: Mapping[str, Any]) -> dict[str, Any]:
        return _told(await desk.end(self.shop, _number(body, "ticket"), me, now=self.clock()))

    async def _transfer(self, me: PersonId, body: Mapping[str, Any]) -> dict[str, Any]:
        said = clean_text(str(body.get("to", "")))[:16]
        to = await agents.named(self.shop, said) if said else None
        skill = said if to is None else ""
        passed = await desk.transfer(
            self.shop, _number(body, "ticket"), me, to=to, skill=skill, now=self.clock()
        )
        return {**_told(passed), "to": await agents.name_of(passed.offered)}

    async def _look_at_refund(self, me: PersonId, body: Mapping[str, Any]) -> dict[str, Any]:
        _, slip, money = await amends.look_at_refund(self.shop, _number(body, "ticket"), me, _what(body))
        return {
            "seal": amends.seal_of(slip, money),
            "amount": str(money),
            "code": slip.code,
            "paid": str(slip.payable),
        }

    async def _refund(self, me: PersonId, body: Mapping[str, Any]) -> dict[str, Any]:
        why, seal = clean_text(str(body.get("why", "")))[:60], str(body.get("seal", ""))
        case = await amends.refund(
            self.shop, _number(body, "ticket"), me, _what(body), why, seal=seal, now=self.clock()
        )
        return {"code": case.code, "amount": str(case.amount)}

    async def _reship(self, me: PersonId, body: Mapping[str, Any]) -> dict[str, Any]:
        """The whole of the last order that was paid, once more."""
        _, slip = await amends.about(self.shop, _number(body, "ticket"), me)
        wants = [Want(line.sku, line.qty) for line in slip.lines]
        sent = await amends.send_goods(self.shop, _number(body, "ticket"), me, wants, now=self.clock())
        return {"code": sent.code}

    async def _look(self, me: PersonId, body: Mapping[str, Any]) -> dict[str, Any]:
        """看: what is covered in a line, or the code or the address of an order. Raises No."""
        person, now = PersonId(_number(body, "person")), self.clock()
        if "line" in body:
            said = await looks.at_line(self.shop, me, person, str(body["line"]), now=now)
        else:
            order, what = OrderId(_number(body, "order")), body.get("what")
            if what not in looks.WORDS:
                raise No(400, "what 是 code 或 address")
            said = await looks.at_order(self.shop, me, person, order, what, now=now)
        if not said:
            raise No(404, "这个没有了")
        return {"said": said}

    async def _duty(self, me: PersonId, body: Mapping[str, Any]) -> dict[str, Any]:
        at_work = body.get("at_work") is True
        await agents.set_duty(self.shop, me, at_work=at_work)
        if at_work:
            await desk_clock.offer_waiting(self.shop, now=self.clock())
        return {"at_work": at_work}


VERBS: dict[str, Callable[[Acts, PersonId, Mapping[str, Any]], Awaitable[dict[str, Any]]]] = {
    "take": Acts._take,
    "say": Acts._say,
    "note": Acts._note,
    "end": Acts._end,
    "transfer": Acts._transfer,
    "look_at_refund": Acts._look_at_refund,
    "refund": Acts._refund,
    "reship": Acts._reship,
    "look": Acts._look,
    "duty": Acts._duty,
}


async def glance_of(shop: ShopId, person: PersonId) -> deskviews.Glance:
    """Raises No."""
    try:
        return await deskviews.glance(shop, person)
    except KeyError:
        raise No(404, "没有这位顾客") from None


def _told(request: Request) -> dict[str, Any]:
    return {"ticket": request.id, "state": str(request.state)}


def _number(body: Mapping[str, Any], field: str) -> int:
    value = body.get(field)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**63:
        raise No(400, f"{field} 要是一个编号")
    return value


def _what(body: Mapping[str, Any]) -> What:
    """An empty amount is everything that can still go back."""
    said = str(body.get("amount", "")).strip(" ¥￥元块")
    try:
        return What(amount=Money.parse(said)) if said else What()
    except ValueError:
        raise No(400, f"“{said[:12]}”不是金额") from None
