"""菜单: 今天有什么 → numbered goods with price and what is left; a number or a button orders."""

from __future__ import annotations

from collections.abc import Sequence

from dialogs import voice
from dialogs.engine import Data, Dialogue, Done, Slot
from dialogs.hear.reading import Pending
from dialogs.pages import parse_page
from dialogs.speech import Button, Card, Row
from dialogs.turn import Turn
from shop.catalogue import OnMenu, menu

IN_GROUP, IN_PRIVATE = 8, 15


class Menu(Dialogue):
    id = "menu"
    intents = ("catalog.query",)
    examples = ("菜单", "今天有什么", "今天卖啥")
    is_answer = True
    stays_in_view = True
    page = Slot(parse_page, optional=True)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        everything = by_product(await menu(turn.shop, turn.day))
        size = IN_GROUP if turn.room else IN_PRIVATE
        page = data.get("page", 0)
        shown = everything[page * size : (page + 1) * size]
        if not shown:
            last = "就这些了。要什么直接说，比如“苹果2斤”" if page else "今天的货还没上架，晚点再来看看"
            return Done((turn.here(last),))
        more = len(everything) - (page + 1) * size
        first = shown[0][0]
        example = f"要什么直接说，比如“{first.name}2{first.sku.unit}”"
        tail = f"还有 {more} 样，回“更多”；要什么直接说" if more > 0 else example
        numbered = list(enumerate(shown, start=page * size + 1))
        text = "\n".join(
            ["还有：" if page else "今天有：", *(_line(n, items) for n, items in numbered), tail]
        )
        rows = tuple(row for n, items in numbered for row in _rows(n, items))
        card = Card("menu", f"{turn.facts.name} · 今天有", rows, note=tail)
        says = (turn.here(text, card=card, buttons=tuple(_button(items[0]) for items in shown[:4])),)
        known = tuple(items[0].sku.product for items in everything[: (page + 1) * size])
        pending = None if turn.room else Pending("menu", known)  # in a group a bare number may be anything
        stays = "page" if more > 0 or pending else ""
        return Done(says, facts={"列出": len(shown), "第几页": page + 1}, stays=stays, pending=pending)


def by_product(items: Sequence[OnMenu]) -> list[list[OnMenu]]:
    """What can be had, one entry a product; its skus side by side."""
    found: dict[str, list[OnMenu]] = {}
    for item in items:
        if item.left.milli > 0:
            found.setdefault(item.sku.product, []).append(item)
    return list(found.values())


def _button(item: OnMenu) -> Button:
    return Button(f"{item.name}1{item.sku.unit}", f"来1{item.sku.unit}{item.name}")


def _line(n: int, items: list[OnMenu]) -> str:
    """1 苹果 ¥5.80/斤 剩100斤 · 5斤装 ¥26.90/箱 剩3箱."""
    return f"{n} {items[0].name} " + " · ".join(_offer(item, several=len(items) > 1) for item in items)


def _offer(item: OnMenu, *, several: bool) -> str:
    spec = f"{item.sku.spec} " if several and item.sku.spec and item.sku.spec != "散称" else ""
    special = item.price.why and f"（{item.price.why}）"
    return f"{spec}{voice.price(item.price.price, item.sku.unit)}{special} 剩{item.left}{item.sku.unit}"


def _rows(n: int, items: list[OnMenu]) -> list[Row]:
    return [
        Row(f"{n} {item.name}", _detail(item), voice.price(item.price.price, item.sku.unit)) for item in items
    ]


def _detail(item: OnMenu) -> str:
    spec = f"{item.sku.spec} · " if item.sku.spec and item.sku.spec != "散称" else ""
    special = f" · {item.price.why}" if item.price.why else ""
    return f"{spec}剩{item.left}{item.sku.unit}{special}"
