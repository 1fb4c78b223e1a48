"""今日特价: 今日特价 草莓22 香蕉2.9 → a preview of the very post and its reach; confirmed, the price holds today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dialogs import voice
from dialogs.command import UNDO_FOR, Command, as_money, sku_name, usual_sku
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.opening import named, reach, unheard
from dialogs.turn import Turn
from shop import people, specials
from shop.goods import Catalogue
from shop.kit.money import Money
from shop.specials import Posted


def parse_items(reading: Reading, old: Any, asked: bool) -> Any:
    """[{"sku", "price"}]; a single one may come as slots of its own."""
    items = reading.slots.get("items")
    if items:
        return [{"sku": item["sku"], "price": str(item["price"])} for item in items]
    slots = reading.slots
    if slots.get("price") and (slots.get("sku") or slots.get("product")):
        return [{"sku": slots.get("sku"), "product": slots.get("product"), "price": str(slots["price"])}]
    return None


class PostSpecials(Command):
    id = "special"
    intents = ("admin.special_post",)
    starts = ("特价", "今日特价")
    examples = ("今日特价 草莓22 香蕉2.9", "发今日特价：西瓜25一个")
    undo_for = UNDO_FOR
    items = Slot(parse_items, "今天什么特价、多少钱？比如“今日特价 草莓22 香蕉2.9”")

    def settle(self, data: Data, catalogue: Catalogue) -> Data:
        """Where only the product was named: what it is usually sold by; the preview shows it."""
        items = [
            item if item["sku"] else item | {"sku": usual_sku(item["product"], catalogue)}
            for item in data.get("items", [])
        ]
        return data | {"items": items} if items else data

    async def check(self, turn: Turn, data: Data) -> Question | None:
        prices = _prices(data)
        if prices is None:
            return Question((turn.here("价格没看懂，比如“今日特价 草莓22 香蕉2.9”"),), asked="items", data={})
        rooms = await _rooms(turn)
        where = f"发到{named(rooms)}" if rooms else "还没有群，只改价不发"
        lines = "\n".join(_change(turn, sku, price) for sku, price in prices.items())
        said = ["今天特价，到今晚 24 点：", lines, where, *await unheard(turn, rooms, at=turn.now)]
        return self.preview(turn, "\n".join(said))

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        prices = _prices(data) or {}
        rooms = await _rooms(turn)
        told = await reach(turn, rooms, at=turn.now) if rooms else ""
        posted = await specials.post(
            turn.shop,
            prices,
            [room.id for room in rooms],
            by=turn.person.id,
            day=turn.day,
            tz=turn.tz,
            now=turn.now,
        )
        names = "、".join(sku_name(turn, sku) for sku in prices)
        text = f"{names} 今天特价，改好了" + (f"，{told}。" if told else "。") + "（撤销 2 分钟内有效）"
        undo = {
            "day": posted.day.isoformat(),
            "before": {s: m.fen if m else None for s, m in posted.before.items()},
            "campaign": posted.campaign,
        }
        return Done((turn.here(text),), undo=undo, after={s: m.fen for s, m in prices.items()})

    async def take_back(self, turn: Turn, undo: Data) -> str:
        before = {s: Money(fen) if fen is not None else None for s, fen in undo["before"].items()}
        posted = Posted(date.fromisoformat(undo["day"]), before, undo["campaign"])
        await specials.take_back(turn.shop, posted, now=turn.now)
        return "特价取消了，按原价卖。群里发过的话收不回来，要说一声吗"


async def _rooms(turn: Turn) -> list[people.Room]:
    return [room for room in await people.rooms(turn.shop) if not room.muted]


def _prices(data: Mapping[str, Any]) -> dict[str, Money] | None:
    prices = {item["sku"]: as_money(item["price"]) for item in data["items"]}
    return (
        {sku: p for sku, p in prices.items() if p is not None}
        if all(p is not None for p in prices.values())
        else None
    )


def _change(turn: Turn, sku: str, price: Money) -> str:
    known = turn.shelf.catalogue.sku[sku]
    return f"{sku_name(turn, sku)} {known.price.yuan} → {voice.price(price, known.unit)}"
