"""调货: 调货 苹果 5箱 店里→东门 → goods change their place; what is promised to orders stays. 各处库存 says what lies where."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dialogs import placing, promotion_words
from dialogs.command import UNDO_FOR, Command, sku_name
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.numbers import NUMBER
from dialogs.hear.reading import Reading
from dialogs.parting import quantity
from dialogs.promoting import only_sku
from dialogs.turn import Turn
from shop import shelves
from shop.kit.ids import PlaceId
from shop.kit.quantity import NONE, Quantity
from shop.refusals import CannotUndo, StillPromised
from shop.shelves import SHOP, Spot

LONGEST_NAME = 8
_EXAMPLE = "比如“调货 苹果 5箱 店里→东门”"
_ARROW = re.compile(r"\s*(?:→|[-—=]*>|到|往|去)\s*")
_NAME = re.compile(rf"[\u4e00-\u9fffA-Za-z0-9]{{1,{LONGEST_NAME}}}")


@dataclass(frozen=True, slots=True)
class Route:
    """What goes where; a place without an id that is not the shop is new."""

    sku: str
    qty: Quantity
    source: Spot
    to: Spot

    @property
    def is_new(self) -> bool:
        return self.to.id is None and self.to != SHOP


def _said(reading: Reading, old: object, asked: bool) -> object:
    """What stands behind the command's word, or is answered."""
    said = re.sub("^/?(?:调货|各处库存|各处)", "", reading.text.strip()).strip()
    return said or None if old is None or asked else None


class MoveGoods(Command):
    id = "move_goods"
    intents = ()
    first_words = ("调货",)
    starts = first_words
    examples = ("调货 苹果 5箱 店里→东门", "调货 苹果5箱到东门")
    undo_for = UNDO_FOR
    said = Slot(
        _said,
        f"调什么、从哪到哪？{_EXAMPLE}",
        insists=True,
    )

    async def check(self, turn: Turn, data: Data) -> Question | None:
        route = await _route(turn, data["said"])
        if isinstance(route, str):
            return Question((turn.here(route),), asked="said", data={})
        if not route.is_new:
            return None
        return self.preview(
            turn, f"还没有“{route.to.name}”这个地方。新开一个，把{_goods(turn, route)}调过去？"
        )

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        route = await _route(turn, data["said"])
        assert not isinstance(route, str), "it was settled when it was asked"
        to = await shelves.new_spot(turn.shop, route.to.name) if route.is_new else route.to
        here, there = await shelves.move(turn.shop, route.sku, route.qty, route.source, to, now=turn.now)
        both = placing.standing((here, there))
        text = f"{_goods(turn, route)} {route.source.name}→{to.name}，现在 {both}（撤销 2 分钟内有效）"
        undo = {
            "sku": route.sku,
            "milli": route.qty.milli,
            "source": [route.source.id, route.source.name],
            "to": [to.id, to.name],
            "goods": _goods(turn, route),
        }
        return Done(
            (turn.here(text),), undo=undo, before=str(here.on_hand + route.qty), after=str(here.on_hand)
        )

    async def take_back(self, turn: Turn, undo: Data) -> str:
        source, to = _spot(undo["source"]), _spot(undo["to"])
        try:
            await shelves.move(turn.shop, undo["sku"], Quantity(undo["milli"]), to, source, now=turn.now)
        except StillPromised as no:
            raise CannotUndo(f"{to.name}没有那么多了") from no
        return f"{undo['goods']} 放回{source.name}"


class Everywhere(Command):
    id = "everywhere"
    intents = ()
    first_words = ("各处库存", "各处")
    starts = first_words
    examples = ("各处库存", "各处库存 苹果")
    is_answer = True
    said = Slot(_said, optional=True)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        named = promotion_words.goods(str(data.get("said", "")), turn.shelf.catalogue).what
        known = turn.shelf.everything.sku
        asked = [sku.id for one in named for sku in turn.shelf.catalogue.product[one].skus]
        skus = asked or [key for key in await shelves.elsewhere(turn.shop) if key in known]
        if not skus:
            return Done((turn.here(f"货都在店里。要调到别处就说，{_EXAMPLE}"),))
        lines = [
            f"{turn.shelf.everything.called(sku)} {placing.standing(await shelves.everywhere(turn.shop, sku))}"
            for sku in skus
        ]
        return Done((turn.here("\n".join(lines)),))


async def _route(turn: Turn, said: str) -> Route | str:
    """What is meant, or what is said about what is not."""
    head, *tail = _ARROW.split(said, maxsplit=1)
    if not tail or not _NAME.fullmatch(tail[0].strip()):
        return f"调到哪里？{_EXAMPLE}"
    some = await shelves.spots(turn.shop)
    source = next((one for one in some if head.rstrip().endswith(one.name)), SHOP)
    found = promotion_words.goods(head.rstrip().removesuffix(source.name), turn.shelf.catalogue)
    many = re.search(rf"({NUMBER}) ?([\u4e00-\u9fff]?)", found.rest)
    qty = quantity(many[1]) if many else None
    if len(found.what) != 1 or many is None or qty is None:
        return f"调什么、多少没看懂。{_EXAMPLE}"
    sku = only_sku(found.what[0], turn, many[2])
    if sku is None or promotion_words.unknown(found.rest.replace(many[0], "")):
        return f"没看懂“{head.strip()}”。{_EXAMPLE}"
    to = next((one for one in some if one.name == tail[0].strip()), Spot(None, tail[0].strip()))
    if to.id is None and to != SHOP and promotion_words.goods(to.name, turn.shelf.everything).what:
        return f"“{to.name}”是货名，地方换个叫法。{_EXAMPLE}"
    if to == source or qty <= NONE:
        return f"从哪到哪、多少没看懂。{_EXAMPLE}"
    return Route(sku, qty, source, to)


def _goods(turn: Turn, route: Route) -> str:
    return f"{sku_name(turn, route.sku)}{route.qty}{turn.shelf.everything.sku[route.sku].unit}"


def _spot(kept: list[int | str | None]) -> Spot:
    id, name = kept
    return Spot(None if id is None else PlaceId(int(id)), str(name))
