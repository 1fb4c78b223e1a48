"""接龙帖: a whole list is posted, written by hand or copied from the shop's own with a line more. Only the difference counts,
and only of the one who posts: a name in a list proves nothing, everybody's own words have been heard. Who runs the group may
post for others; that stands on his order, for the names as he wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from dialogs import rolling
from dialogs.engine import Data, Dialogue, Done, Slot
from dialogs.hear.reading import Line
from dialogs.ordering import parse_lines, take
from dialogs.turn import Turn
from dialogs.wants import line_from_json, line_to_json
from shop import lists, slips
from shop.lists import Entry
from shop.rules.baskets import Op
from shop.rules.campaigns import OnOffer

Have = Mapping[tuple[str, str | None], Decimal]  # by sku and for whom
Written = tuple[str, Line]  # the name it stands under; the line says for whom it is
Listed = Mapping[str, tuple[OnOffer, Sequence[Entry]]]  # by the campaign's key


class PostList(Dialogue):
    id = "post_list"
    intents = ("jielong.post",)
    examples = ("1. 小李 苹果2箱\n2. 王姐 香蕉3斤",)
    lines = Slot(parse_lines)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        posted = [line_from_json(line) for line in data["lines"]]
        listed = await _listed(turn, posted)
        have = await _have(turn, posted, listed)
        mine = _of_sender(turn, _written(turn, posted, have), _known(listed))
        changed = list(_difference(mine, have))
        if not changed:
            return Done()  # what stands already is not said again
        return await take(turn, {"lines": [line_to_json(line) for line in changed]})


def _written(turn: Turn, posted: Sequence[Line], have: Have) -> list[Written]:
    """Each line under the name it was written with, for whom a row of our own list says it is: 2 王姐 1盒（给妈妈）."""
    rows = turn.reading.slots.get("rows", ())
    whom = [row.get("for") for row in rows for _ in row["lines"]]
    full = {rolling.short(name): name for _, name in have if name}  # as the list shortens them
    pairs = zip(posted, whom, strict=True) if len(whom) == len(posted) else ((line, None) for line in posted)
    return [(line.for_whom or "", _for(line, full.get(name, name) if name else None)) for line, name in pairs]


def _of_sender(turn: Turn, written: Sequence[Written], known: set[str]) -> list[Line]:
    """The lines that are the sender's: under his name, else the last one. What is under the name of somebody who is in it
    already is nobody's but his; who runs the group takes the others for those who are named."""
    own = [line for name, line in written if _is(turn.name, name)]
    others = [
        (name, line)
        for name, line in written
        if not _is(turn.name, name) and rolling.short(name) not in known
    ]
    if turn.runs_here:
        return [*own, *(_for(line, line.for_whom or name) for name, line in others)]
    last, _ = written[-1]
    return own or [line for name, line in others if name == last]


def _is(name: str, written: str | None) -> bool:
    """小李, or 3栋小李, or 小李呀… as our list shortens it."""
    said, full = (written or "").strip().rstrip("…"), name.strip()
    return said in (full, rolling.short(full).rstrip("…")) or (
        len(said) >= 2 and len(full) >= 2 and (said.endswith(full) or full.endswith(said))
    )


def _for(line: Line, whom: str | None) -> Line:
    return replace(line, for_whom=whom)


async def _listed(turn: Turn, posted: Iterable[Line]) -> Listed:
    """Who is in these campaigns with what."""
    keys = {line.campaign for line in posted if line.campaign in turn.shelf.campaign}
    found = [turn.shelf.campaign[str(key)] for key in keys]
    return {of.key: (of, await lists.entries(of.id)) for of in found}


def _known(listed: Listed) -> set[str]:
    """Their names as our list writes them."""
    return {rolling.name(entry, of) for of, entries in listed.values() for entry in entries}


async def _have(turn: Turn, posted: Iterable[Line], listed: Listed) -> Have:
    """What the sender has of these campaigns, paid or not, and on his open order."""
    entries = [entry for _, some in listed.values() for entry in some if entry.person == turn.person.id]
    goods = [(sku, one.for_whom, qty.amount) for one in entries for sku, qty in one.goods]
    if any(line.campaign not in listed for line in posted):
        order = await slips.open_order(turn.shop, turn.person.id)
        goods += [(line.sku, line.for_whom, line.qty.amount) for line in order.lines] if order else []
    found: dict[tuple[str, str | None], Decimal] = {}
    for sku, whom, qty in goods:
        found[sku, whom] = found.get((sku, whom), Decimal(0)) + qty
    return found


def _difference(mine: Iterable[Line], have: Have) -> Iterable[Line]:
    """What has to be added or taken away, so that it comes to what was posted."""
    wanted: dict[tuple[str, str | None], Line] = {}
    for line in mine:
        old = wanted.get((line.sku, line.for_whom))
        wanted[line.sku, line.for_whom] = line if old is None else replace(old, qty=old.qty + line.qty)
    for key, line in wanted.items():
        more = line.qty - have.get(key, Decimal(0)) if line.op != "remove" else -have.get(key, Decimal(0))
        if more:
            op: Op = "inc" if more > 0 and key in have else "add" if more > 0 else "dec"
            yield replace(line, qty=abs(more), op=op)
