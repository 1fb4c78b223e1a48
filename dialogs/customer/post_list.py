"""接龙帖: a whole list is posted, written by hand or copied from the shop's own with a line more. Only the difference counts,
and only of the one who posts: a name in a list proves nothing, everybody's own words have been heard. Who runs the group may
post for others; that stands on his order, for the names as he wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from dialogs import rolling
from dialogs.engine import Data, Dialogue, Done, Slot
from dialogs.hear.reading import Line
from dialogs.ordering import parse_lines, take
from dialogs.turn import Turn
from dialogs.wants import line_from_json, line_to_json
from shop import lists, slips
from shop.rules.baskets import Op

Have = Mapping[tuple[str, str | None], Decimal]  # by sku and for whom


class PostList(Dialogue):
    id = "post_list"
    intents = ("jielong.post",)
    examples = ("1. 小李 苹果2箱\n2. 王姐 香蕉3斤",)
    lines = Slot(parse_lines)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        posted = [line_from_json(line) for line in data["lines"]]
        mine = _of_sender(turn, posted, await _known(turn, posted))
        changed = list(_difference(mine, await _have(turn, posted)))
        if not changed:
            return Done()  # what stands already is not said again
        return await take(turn, {"lines": [line_to_json(line) for line in changed]})


def _of_sender(turn: Turn, posted: Sequence[Line], known: set[str]) -> list[Line]:
    """The lines that are the sender's: under his name, else the last one, unless that is somebody who is in it already."""
    if turn.room is not None and (turn.person.is_staff or turn.room.owner == turn.person.id):
        return [_own(line) if _is(turn.name, line.for_whom) else line for line in posted]
    own = [_own(line) for line in posted if _is(turn.name, line.for_whom)]
    if own:
        return own
    last = posted[-1].for_whom
    return [_own(line) for line in posted if line.for_whom == last and last not in known]


def _is(name: str, written: str | None) -> bool:
    """小李, or 3栋小李, or 小李呀… as our list shortens it."""
    said, full = (written or "").strip().rstrip("…"), name.strip()
    return said in (full, rolling.short(full).rstrip("…")) or (
        len(said) >= 2 and len(full) >= 2 and (said.endswith(full) or full.endswith(said))
    )


def _own(line: Line) -> Line:
    return Line(line.sku, line.qty, line.unit, line.op, None, line.note, line.campaign)


async def _known(turn: Turn, posted: Iterable[Line]) -> set[str]:
    """Who is in these campaigns, as our list writes them."""
    keys = {line.campaign for line in posted if line.campaign in turn.shelf.campaign}
    found = [await lists.entries(turn.shelf.campaign[str(key)].id) for key in keys]
    return {rolling.short(entry.name) for listed in found for entry in listed}


async def _have(turn: Turn, posted: Iterable[Line]) -> Have:
    """What the sender has of these campaigns, paid or not, and on his open order."""
    found: dict[tuple[str, str | None], Decimal] = {}
    for key in {line.campaign for line in posted}:
        campaign = turn.shelf.campaign.get(key or "")
        if campaign is None:
            order = await slips.open_order(turn.shop, turn.person.id)
            goods = [(x.sku, x.for_whom, x.qty.amount) for x in order.lines] if order else []
        else:
            entries = await lists.entries(campaign.id)
            mine = [one for one in entries if one.person == turn.person.id]
            goods = [(sku, one.for_whom, qty.amount) for one in mine for sku, qty in one.goods]
        for sku, whom, qty in goods:
            found[sku, whom] = found.get((sku, whom), Decimal(0)) + qty
    return found


def _difference(mine: Iterable[Line], have: Have) -> Iterable[Line]:
    """What has to be added or taken away, so that it comes to what was posted."""
    wanted: dict[tuple[str, str | None], Line] = {}
    for line in mine:
        old = wanted.get((line.sku, line.for_whom))
        wanted[line.sku, line.for_whom] = line if old is None else _more(old, line.qty)
    for key, line in wanted.items():
        more = line.qty - have.get(key, Decimal(0)) if line.op != "remove" else -have.get(key, Decimal(0))
        if more:
            op: Op = "inc" if more > 0 and key in have else "add" if more > 0 else "dec"
            yield Line(line.sku, abs(more), line.unit, op, line.for_whom, line.note, line.campaign)


def _more(line: Line, qty: Decimal) -> Line:
    return Line(line.sku, line.qty + qty, line.unit, line.op, line.for_whom, line.note, line.campaign)
