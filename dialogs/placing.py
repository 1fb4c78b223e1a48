"""地方: where goods lie, as a merchant names it: 店里, or a place of his own (东门)."""

from __future__ import annotations

from collections.abc import Sequence

from dialogs.command import Command
from dialogs.engine import Data
from dialogs.hear.reading import Reading
from dialogs.turn import Turn
from shop import shelves
from shop.kit.quantity import Quantity
from shop.shelves import SHOP, Spot, Standing


class AtPlace(Command):
    """A command that may name a place: the words it began with are kept under `said`, for `spot_in`."""

    def fill(self, reading: Reading, data: Data, asked: str) -> Data:
        filled = super().fill(reading, data, asked)
        return filled if asked else filled | {"said": reading.text}


async def spot_in(turn: Turn, said: str) -> Spot:
    """The place that these words name; nothing means the shop itself."""
    some = sorted(await shelves.spots(turn.shop), key=lambda one: -len(one.name))
    return next((one for one in some if one.id is not None and one.name in said), SHOP)


def at(spot: Spot) -> str:
    """东门 , to stand before what was done there; the shop itself is not mentioned."""
    return "" if spot.id is None else f"{spot.name} "


def for_sale(spot: Spot) -> str:
    """What lies elsewhere is nobody's yet: orders are served from the shop."""
    return "可卖" if spot.id is None else f"在{spot.name}"


def standing(some: Sequence[Standing]) -> str:
    """店里 7 箱、东门 5 箱，共 12 箱."""
    each = "、".join(f"{one.place} {one.on_hand} {one.unit}" for one in some)
    total = Quantity(sum(one.on_hand.milli for one in some))
    return f"{each}，共 {total} {some[0].unit}" if len(some) > 1 else each
