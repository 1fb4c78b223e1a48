"""券名: what a coupon gives, read from its name — 满50减10, 满50打8折, 8.8折, 减5元, 5元无门槛券, 满39减6运费."""

from __future__ import annotations

import re
from decimal import Decimal

_YUAN = r"\d{1,6}(?:\.\d{1,2})?"
_UNIT = r"(?:元|块钱?)?"
_SPEND = rf"满(?P<spend>{_YUAN}){_UNIT}"
_RATE = r"(?P<rate>\d{1,2}(?:\.\d)?)折"
_CAP = rf"(?:[,，]?(?:最多|最高|封顶)减?(?P<cap>{_YUAN}){_UNIT})?"
_LOOSE = re.compile(
    r"(?<=[满减打享送抵]) +| +(?=[减打享送抵折])"
)  # 满 30 减 5; what follows is another number
_WAYS = tuple(
    re.compile(way)
    for way in (
        rf"(?:{_SPEND})?(?:运费(?:券)?(?:立?减|抵|-)(?P<delivery>{_YUAN}))",
        rf"(?:{_SPEND})?(?:立?减|免|抵)(?P<delivery>{_YUAN}){_UNIT}运费",
        rf"{_SPEND}(?:打|享|可?用)?{_RATE}{_CAP}",
        rf"(?<!满){_RATE}{_CAP}",
        rf"{_SPEND}(?:立?减|-|送|抵)(?P<off>{_YUAN})",
        rf"无门槛(?:立?减)?(?P<off>{_YUAN})",
        rf"(?<!满)(?P<off>{_YUAN})(?:元|块钱?)的?(?:无门槛|代金|优惠|现金|抵用|抵扣)?券?(?=券|$)",
        rf"(?:立?减|抵)(?P<off>{_YUAN})",
    )
)


def read_title(title: str) -> dict[str, str] | None:
    """The terms as shop/promotions/coupon.py reads them; None when no sum can be read, or one that makes no sense
    (满5减10)."""
    said = _LOOSE.sub("", title)
    found = next((match for way in _WAYS if (match := way.search(said))), None)
    if found is None:
        return None
    terms = {name: value for name, value in found.groupdict().items() if value is not None}
    return terms if _makes_sense(terms) else None


def _makes_sense(terms: dict[str, str]) -> bool:
    if "off" in terms and "spend" in terms:
        return Decimal(0) < Decimal(terms["off"]) <= Decimal(terms["spend"])
    return all(Decimal(value) > 0 for value in terms.values())
