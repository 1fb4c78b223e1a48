"""定: the line a want is, or the one question it leaves open."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from dialogs.hear.offer import Offer, Want
from dialogs.hear.quantities import Quantity
from dialogs.hear.reading import Clarify, Line
from dialogs.hear.specs import LETTERED, Measure, Spec, in_digits, measure, measures_of, numbers_in
from dialogs.hear.units import is_piece, is_weight, pieces, same_unit, tidy
from shop.goods import Sku

MOST = 200  # of one sku in one message; more is asked about
LEAST = Decimal("0.1")  # of a weight
SIZED = ("大", "小", "整", "单")
GENERIC = ("份", "个")
ONE_OF = re.compile("[一1](?P<unit>[\u4e00-\u9fff])的")  # 4包装一箱的: what comes by the box
LETTERS = re.compile("(?<![0-9a-z])[a-z]+")


def settle(want: Want, offer: Offer) -> Line | Clarify:
    """The line a want is, or the one question it leaves open."""
    if want.sku is not None:
        return _settle_sku(want, offer, want.sku)
    if len(want.products) != 1:
        return _ask(want, "product", want.products)
    skus, want = _narrow(want, offer)
    if not skus:
        return _ask(want, "spec", _ids(offer.skus(want.products[0])), "no_such_spec")
    quantity = want.quantity
    if quantity is None or quantity.trouble:
        return _ask_amount(want, offer, skus)
    return _by_unit(want, offer, skus, quantity)


def _ids(skus: Iterable[Sku]) -> tuple[str, ...]:
    return tuple(sku.id for sku in skus)


def _ask(want: Want, slot: str, options: Iterable[str] = (), reason: str | None = None) -> Clarify:
    quantity = want.quantity
    value = quantity.value if quantity and not quantity.trouble else None
    product = want.products[0] if len(want.products) == 1 else None
    return Clarify(
        slot,
        tuple(options),
        reason,
        (),
        product,
        value,
        quantity.unit if quantity else None,
        want.heard or None,
        want.op,
    )


def _ask_amount(want: Want, offer: Offer, skus: tuple[Sku, ...]) -> Clarify:
    quantity = want.quantity
    if quantity is None:
        return _ask(want, "qty", _fixed(skus))
    return _ask(want, "qty", tuple(str(option) for option in quantity.options), quantity.trouble)


def _fixed(skus: tuple[Sku, ...]) -> tuple[str, ...]:
    return _ids(skus) if len(skus) == 1 else ()


def _narrow(want: Want, offer: Offer) -> tuple[tuple[Sku, ...], Want]:
    """The skus that the specs leave, and the want with what turned out to be its amount."""
    skus = every = offer.skus(want.products[0])
    for spec in want.specs:
        fitting = named_by(spec, skus, offer)
        amount = _amount_in(spec, skus)
        if not fitting and (unit := ONE_OF.fullmatch(spec.text)):
            fitting = tuple(sku for sku in skus if same_unit(offer.catalogue, sku.unit, unit["unit"]))
        if fitting:
            skus = fitting
        elif amount and want.quantity is None:
            want, skus = replace(want, quantity=amount[0]), amount[1]
        elif spec.measures and (spec.firm or want.quantity is not None):
            return (), want
        elif spec.word and any(fits(spec, sku) for sku in every):
            return (), want  # 十字一字: one of them, and which?
    return skus, want


def named_by(spec: Spec, skus: tuple[Sku, ...], offer: Offer) -> tuple[Sku, ...]:
    """Which of these packs a spec means: those that fit it, else the one that is so large among its likes."""
    said = spec.word or spec.text.rstrip("的")
    whole = tuple(sku for sku in skus if sku.spec.lower() == said)
    fitting = tuple(sku for sku in skus if fits(spec, sku))
    if len(whole) == 1 and len({sku.unit for sku in fitting}) == 1:
        return whole  # iPhone15 is no iPhone15 Pro, 50ml no 儿童款50ml
    return fitting or _sized(spec.word, skus, offer)


def _sized(word: str, skus: tuple[Sku, ...], offer: Offer) -> tuple[Sku, ...]:
    """整箱 is what comes by the box; 大罐 the largest tin, 小罐 the smallest."""
    size, unit = word[:1], word[1:].rstrip("装")
    if not unit or size not in SIZED:
        return ()
    by_unit = tuple(sku for sku in skus if same_unit(offer.catalogue, sku.unit, unit))
    return by_unit if size in "整单" else _by_size(by_unit, Quantity(None, size=size))


def fits(spec: Spec, sku: Sku) -> bool:
    """Whether this is a pack somebody described so."""
    if spec.word:
        return _word_fits(spec.word, sku)
    have = measures_of(sku.spec)
    return bool(spec.measures) and all(one in have for one in spec.measures)


def fits_pack(spec: Spec, sku: Sku) -> bool:
    """盒装, 整箱, 板的 name a pack by its unit as well."""
    by_unit = bool(spec.word) and sku.unit in spec.word
    return by_unit or fits(spec, sku)


def _word_fits(word: str, sku: Sku) -> bool:
    if word.startswith("散"):
        return sku.spec.startswith("散")
    spec, bare = sku.spec.lower(), word.rstrip("装味的")
    if letters := LETTERED.fullmatch(word):
        return letters[1] in LETTERS.findall(spec)
    if bare.isdigit():
        return bare in numbers_in(spec)
    numbered = in_digits(bare)
    ends = r"(?!\d)" if numbered[-1:].isdigit() else ""
    if numbered[:1].isdigit() and re.search(rf"(?<![\d.])(?:20(?=\d\d年))?{re.escape(numbered)}{ends}", spec):
        return True  # 三段 of 3段, 18年 of 2018年, but not 2度 of 52度
    if re.match("[a-z]", bare):
        return (
            re.search(rf"(?<![a-z\d]){re.escape(bare)}{ends}", spec) is not None
        )  # no M4 of M40, no L of XL
    return not bare[:1].isdigit() and (word in spec or (len(word) > 1 and bare in spec))


def _amount_in(spec: Spec, skus: tuple[Sku, ...]) -> tuple[Quantity, tuple[Sku, ...]] | None:
    """5斤*2 where 5斤 is the pack: two of it. 3斤的 where no pack has 3斤: an amount after all."""
    if len(spec.measures) == 2:
        fitting = tuple(sku for sku in skus if spec.measures[0] in measures_of(sku.spec))
        return (Quantity(spec.measures[1][0]), fitting) if fitting else None
    if len(spec.measures) == 1 and not spec.firm:
        number, unit = spec.measures[0]
        return (Quantity(number / 500, "斤"), skus) if unit == "g" else None
    return None


def _by_unit(want: Want, offer: Offer, skus: tuple[Sku, ...], quantity: Quantity) -> Line | Clarify:
    """The unit decides the sku (苹果2斤 → loose, 苹果2箱 → the box)."""
    if not quantity.unit:
        return _one_of(want, offer, skus, quantity, "unit")
    if _breaks_a_piece(quantity, offer):
        return _ask(want, "qty", (), "half")
    if quantity.unit == "份" and not any(same_unit(offer.catalogue, sku.unit, "份") for sku in skus):
        return _portion(want, offer, skus, quantity)
    for test in (str.__eq__, lambda a, b: same_unit(offer.catalogue, a, b)):
        fitting = tuple(sku for sku in skus if test(sku.unit, quantity.unit))
        if fitting:
            return _one_of(want, offer, _by_size(fitting, quantity), quantity, "spec")
    return _converted(want, offer, skus, quantity)


def _breaks_a_piece(quantity: Quantity, offer: Offer) -> bool:
    """半箱 and 半打; 一打半 is eighteen."""
    value, unit = quantity.value, quantity.unit or ""
    if value is None or value == value.to_integral_value() or is_weight(offer.catalogue, unit):
        return False
    each = pieces(offer.catalogue, unit) if value > 1 else None
    return each is None or value * each != (value * each).to_integral_value()


def _one_of(want: Want, offer: Offer, skus: tuple[Sku, ...], quantity: Quantity, slot: str) -> Line | Clarify:
    """One sku, or the one of them that an open campaign sells, or the question which."""
    selling = tuple(sku for sku in skus if sku.id in offer.in_campaign)
    for choice in (skus, selling):
        if len(choice) == 1 and quantity.value is not None:
            return line(want, offer, choice[0], quantity.value)
    same = len({sku.unit for sku in skus}) == 1
    return _ask(want, "spec" if same else slot, _ids(skus))


def _by_size(skus: tuple[Sku, ...], quantity: Quantity) -> tuple[Sku, ...]:
    """一大箱 is the largest box, 一小箱 the smallest."""
    if len(skus) < 2 or quantity.size not in ("大", "小"):
        return skus
    sized = sorted(skus, key=lambda sku: (_size(sku), sku.price))
    return (sized[-1 if quantity.size == "大" else 0],)


def _size(sku: Sku) -> Decimal:
    total = Decimal(1)
    for number, _ in measures_of(sku.spec):
        total *= number
    return total


def _portion(want: Want, offer: Offer, skus: tuple[Sku, ...], quantity: Quantity) -> Line | Clarify:
    """份: what the campaign sells, else the default, else the first pack where the default is sold by weight."""
    value = quantity.value
    if value is None:
        return _ask(want, "qty")
    selling = tuple(sku for sku in skus if sku.id in offer.in_campaign)
    default = tuple(sku for sku in skus if sku.default and not is_weight(offer.catalogue, sku.unit))
    packs = tuple(sku for sku in skus if not is_weight(offer.catalogue, sku.unit))
    for choice in (selling[:1], default, packs[:1]):
        if choice:
            return line(want, offer, choice[0], value)
    return _ask(replace(want, quantity=None), "qty", (), "no_pack")


def _converted(want: Want, offer: Offer, skus: tuple[Sku, ...], quantity: Quantity) -> Line | Clarify:
    """公斤 → 斤, 打 → 个; 10斤 of something sold in 10斤 bags; else nothing is sold by that unit."""
    unit, value = quantity.unit or "", quantity.value or Decimal(0)
    grams = measure(value, unit)
    if grams[1] == "g":
        for sku in skus:
            per = measure(Decimal(1), sku.unit)
            if per[1] == "g":
                return line(want, offer, sku, grams[0] / per[0])
        return _in_packs(want, offer, skus, grams)
    each = pieces(offer.catalogue, unit)
    counted = tuple(sku for sku in skus if is_piece(offer.catalogue, sku.unit))
    if each and len(counted) == 1:
        return line(want, offer, counted[0], value * each)
    if quantity.loose:
        return _one_of(want, offer, skus, quantity, "unit")
    return _ask(want, "unit", _ids(skus), "no_sku_with_unit")


def _in_packs(want: Want, offer: Offer, skus: tuple[Sku, ...], grams: Measure) -> Line | Clarify:
    packed = [(sku, grams[0] / weights[0]) for sku in skus if (weights := _pack_weight(sku))]
    whole = [(sku, packs) for sku, packs in packed if packs == packs.to_integral_value() and packs >= 1]
    if len(whole) == 1 and whole[0][1] == 1:
        return line(want, offer, *whole[0])
    if whole:
        return _ask(want, "spec", (sku.id for sku, _ in whole))
    return _ask(want, "unit", _ids(skus), "no_sku_with_unit")


def _pack_weight(sku: Sku) -> list[Decimal]:
    if sku.spec.startswith("约"):
        return []
    measures = measures_of(sku.spec)
    return [number for number, unit in measures if unit == "g" and len(measures) == 1 and number]


def _settle_sku(want: Want, offer: Offer, sku_id: str) -> Line | Clarify:
    """The sku is given (a code, a card); a unit it is not sold by looks for a sister."""
    sku, quantity = offer.catalogue.sku[sku_id], want.quantity
    if quantity is None:
        return _ask(replace(want, products=(sku.product,)), "qty", (sku_id,))
    if quantity.trouble or quantity.value is None:
        return _ask(want, "qty", tuple(str(option) for option in quantity.options), quantity.trouble)
    unit = quantity.unit
    if not unit or unit in GENERIC or quantity.loose or same_unit(offer.catalogue, sku.unit, unit):
        return line(want, offer, sku, quantity.value)
    return settle(
        replace(want, sku=None, products=(sku.product,)),
        replace(offer, in_campaign={}) if want.campaign else offer,
    )


def line(want: Want, offer: Offer, sku: Sku, value: Decimal) -> Line | Clarify:
    """The line, when so much of this sku can be sold at once."""
    weight = is_weight(offer.catalogue, sku.unit)
    trouble = _trouble(want, value, weight=weight)
    if trouble:
        return replace(_ask(want, "qty", (), trouble), product=sku.product)
    campaign = want.campaign or offer.in_campaign.get(sku.id)
    return Line(sku.id, tidy(value), sku.unit, want.op, want.for_whom, want.note, campaign)


def _trouble(want: Want, value: Decimal, *, weight: bool) -> str | None:
    if not weight and value != value.to_integral_value():
        return "half"
    if value > MOST:
        return "over_limit"
    if weight and value < LEAST:
        return "too_little"
    if value * 1000 != (value * 1000).to_integral_value():
        return "too_fine"
    return "about" if want.about and not weight else None
