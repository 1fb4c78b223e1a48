"""分几次交: what of an order goes now, in the words of whoever hands it over: 苹果2箱 香蕉."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dialogs.hear.names import written_names
from dialogs.hear.numbers import NUMBER, parse
from dialogs.promotion_words import goods as goods_named
from shop.goods import Catalogue
from shop.kit.quantity import Quantity
from shop.parcels import Sent
from shop.rules.parcels import Inside, State

MOST = Quantity.of(100_000)
Units = tuple[tuple[str, Quantity], ...]
_NOISE = re.compile("先|只|拿走|拿|取走|取|发|送|交|了|的|和|、|,|，|。|;|；|\\s")


def units_said(text: str, inside: Sequence[Inside], known: Catalogue) -> Units | str:
    """So much of each sku (without a number: all there is of it), or the words that name nothing of this order. Words
    beside the matter (谢谢) mean all of it."""
    if not re.search(r"\d", text) and not goods_named(text, known).what and not _named(text, inside):
        return ()
    units: list[tuple[str, Quantity]] = []
    rest = text
    for name, of in _names(inside, known):
        by = "|".join(re.escape(one.unit) for one in of)
        found = re.search(rf"(?:({NUMBER}) ?({by}) ?的?)?{re.escape(name)} ?({NUMBER})? ?(?:{by})?", rest)
        if found is None:
            continue
        rest = f"{rest[: found.start()]} {rest[found.end() :]}"
        count = found[3] or found[1]
        one = next((one for one in of if one.unit in found[0].replace(name, "")), of[0])
        qty = quantity(count) if count else _all(one.sku, inside)
        if qty is None:
            return str(count)
        units.append((one.sku, qty))
    return _NOISE.sub("", rest) or tuple(units)


def quantity(said: str) -> Quantity | None:
    """两, 2.5: as it is counted; None for what nobody has so finely or so much of."""
    number = parse(said)
    try:
        qty = Quantity.of(number) if number is not None else None
    except ValueError:
        return None
    return qty if qty is not None and qty <= MOST else None


def _named(text: str, inside: Sequence[Inside]) -> bool:
    return any(one.called in text for one in inside)


def _all(sku: str, inside: Sequence[Inside]) -> Quantity:
    return Quantity(sum(one.qty.milli for one in inside if one.sku == sku))


def _names(inside: Sequence[Inside], known: Catalogue) -> list[tuple[str, list[Inside]]]:
    """What the goods of the order may be called, the longest first."""
    names: dict[str, list[Inside]] = {}
    for one in inside:
        product = known.product[known.sku[one.sku].product]
        for name in {one.called, *written_names(product)}:
            names.setdefault(name, []).append(one)
    return sorted(names.items(), key=lambda item: -len(item[0]))


def goods(parts: Iterable[tuple[str, Quantity, str]]) -> str:
    return "、".join(f"{name}{qty}{unit}" for name, qty, unit in parts)


def still_here(inside: Sequence[Inside]) -> str:
    """橙子1箱、香蕉3斤: what waits in the shop."""
    return goods((one.called, one.qty, one.unit) for one in inside)


def stand(parcels: Sequence[Sent]) -> str:
    """苹果2箱交到了、橙子1箱在路上; nothing for an order that goes at once."""
    words = {State.DONE: "交到了", State.SENT: "在路上"}
    return "、".join(f"{goods(one.goods)}{words[one.state]}" for one in parcels if one.state in words)


def unheard(rest: str, inside: Sequence[Inside]) -> str:
    here = still_here(inside)
    return f"单里没有“{rest}”，店里还有：{here}。说要交的，比如“{here.split('、')[0]}”"
