"""账单: what a basket costs this buyer, and what an order keeps of it: prices, coupons and points, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from shop import commission, coupons, points
from shop.catalogue import Goods
from shop.goods import Catalogue
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.promotions import from_terms
from shop.records.orders import Line, Order
from shop.rules import pricing
from shop.rules.baskets import Want
from shop.rules.campaigns import OnOffer
from shop.rules.frozen import (
    cut_out,
    delivery_out,
    nearly_out,
    offer_in,
    offer_out,
    unused_out,
    weighed_in,
)
from shop.rules.pricing import Buyer, Nearly, Offer, Priced, Quote
from shop.rules.promised import Promise, Spared
from shop.rules.promotions import DeliveryRule
from shop.slips import SlipLine

OVER = "#over"  # behind a line's key: what goes beyond the limit of its offer, at the usual price
Frozen = Mapping[str, tuple[Offer, ...]]  # by a want's key: what its units cost when they were ordered


@dataclass(frozen=True, slots=True)
class Preview:
    """What a basket would cost now; `seal` binds a later yes to this basket at this price."""

    lines: tuple[SlipLine, ...]
    gross: Money
    payable: Money
    nearly: tuple[Nearly, ...]

    @property
    def seal(self) -> str:
        told = [f"{line.sku} {line.for_whom} {line.qty.milli}" for line in self.lines]
        return f"{sha256('; '.join(told).encode()).hexdigest()[:16]} {self.payable.fen}"

    def keeps(self, seal: str) -> bool:
        """Is a yes to that a yes to this? The same basket, and not dearer: what became cheaper is passed on."""
        basket, _, fen = seal.partition(" ")
        return basket == self.seal.partition(" ")[0] and fen.isdigit() and self.payable.fen <= int(fen)


def local_day(now: datetime, catalogue: Catalogue) -> date:
    return now.astimezone(ZoneInfo(catalogue.tz)).date()


async def buyer_of(
    shop: ShopId,
    person: PersonId | None,
    shelf: Goods,
    *,
    now: datetime,
    order: Order | None = None,
    use_points: bool | None = None,
) -> Buyer:
    """What the price depends on beside the basket. Asks nothing where the shop has neither coupons nor points.
    Points pay only for an order whose buyer has said so (用积分), and until he says otherwise: None leaves it at that."""
    if person is None or not (shelf.has_coupons or shelf.points.per_yuan):
        return Buyer(now=now)
    order_id = order.id if order else 0
    may_use = shelf.has_coupons and not (order and order.keeps_coupons)
    mine = await coupons.offered(shop, person, now=now, order=order_id) if may_use else ()
    if not shelf.points.per_yuan:
        return Buyer(coupons=mine, now=now)
    has = await points.balance(shop, person, shelf.points)
    spent = order.points if order else 0
    pays = spent > 0 if use_points is None else use_points
    most = max(0, has.spendable + spent) if pays else 0
    return Buyer(level=has.level.name if has.level else "", coupons=mine, points=most, now=now)


def quote(
    basket: Mapping[str, Want],
    shelf: Goods,
    buyer: Buyer,
    *,
    now: datetime,
    frozen: Frozen | None = None,
    change: Money | None = None,
    change_why: str = pricing.CHANGED,
    campaign: OnOffer | None = None,
    delivery: Promise | None = None,
) -> Quote:
    """Price a basket; what stands on an order already keeps the offers it was ordered at. By `delivery` it is brought,
    without it is fetched."""
    rule = delivery.rule if delivery else None
    if delivery and delivery.weighed:
        before, again = delivery.as_ordered(basket), Promise(delivery.rule)
        ordered = quote(before, shelf, buyer, now=now, frozen=frozen, campaign=campaign, delivery=again)
        rule = Spared(delivery.rule.about, delivery.rule, ordered.counted)
    day, known, kept = local_day(now, shelf.catalogue), shelf.everything, frozen or {}
    items = [
        pricing.Item(
            key,
            want.qty,
            kept[key] if key in kept else shelf.offers(want.sku, day, campaign),
            sku=want.sku,
            product=known.sku[want.sku].product,
            unit=known.sku[want.sku].unit,
            frozen=key in kept,
        )
        for key, want in basket.items()
    ]
    others = [one for one in shelf.promotions if not isinstance(one, DeliveryRule)]
    return pricing.quote(
        items,
        [*others, rule] if rule else others,
        buyer,
        change=change or Money(0),
        change_why=change_why,
    )


def shown(basket: Mapping[str, Want], quote: Quote, catalogue: Catalogue) -> Preview:
    """The quote as lines for people to read."""
    lines = tuple(
        SlipLine(
            want.sku,
            catalogue.product_of(want.sku).name,
            catalogue.called(want.sku),
            catalogue.sku[want.sku].spec,
            catalogue.sku[want.sku].unit,
            priced.qty,
            priced.price,
            priced.price_why,
            priced.gross,
            priced.net,
            priced.cuts,
            want.for_whom,
            want.note,
        )
        for want, priced in parts(basket, quote).values()
    )
    return Preview(lines, quote.gross, quote.payable, quote.nearly)


def parts(basket: Mapping[str, Want], quote: Quote) -> dict[str, tuple[Want, Priced]]:
    """Each line with the want it belongs to, in the order the buyer said them: a want is one line, or two where it
    goes beyond the limit of an offer."""
    priced = {line.key: line for line in quote.lines}
    return {
        key: (want, priced[key])
        for base, want in basket.items()
        for key in (base, base + OVER)
        if key in priced
    }


# ── as rows ─────────────────────────────────────────────────────────────────────────────────────────────────────


def key_of(line: Line) -> str:
    """The line's key in a quote."""
    return want_of(line).key + (OVER if line.over else "")


def want_of(line: Line) -> Want:
    return Want(line.sku_key, Quantity(line.qty), "add", line.for_whom, line.note)


def wants_of(lines: Sequence[Line]) -> dict[str, Want]:
    """What the buyer wants, with the parts of a split line together again."""
    found: dict[str, Want] = {}
    for line in lines:
        want = want_of(line)
        have = found.get(want.key)
        qty = have.qty + want.qty if have else want.qty
        found[want.key] = Want(want.sku, qty, "add", want.for_whom, (have or want).note)
    return found


def frozen_of(lines: Sequence[Line]) -> dict[str, tuple[Offer, ...]]:
    """The offers that stood open when these were ordered."""
    found: dict[str, tuple[Offer, ...]] = {}
    for line in lines:
        kept = tuple(offer_in(row) for row in line.offers or ())
        found.setdefault(want_of(line).key, kept or (Offer(Money(line.price_fen), line.price_why),))
    return found


def changed_why(lines: Sequence[Line]) -> str:
    """What the buyer reads of the change that stands on these."""
    said = (str(cut["why"]) for line in lines for cut in line.cuts if cut["rule"] == "change")
    return next(said, pricing.CHANGED)


def amounts(want: Want, priced: Priced) -> dict[str, object]:
    """What an edit may change in a line."""
    return {
        "qty": priced.qty.milli,
        "price_fen": priced.price.fen,
        "price_why": priced.price_why,
        "gross_fen": priced.gross.fen,
        "net_fen": priced.net.fen,
        "cuts": [cut_out(cut) for cut in priced.cuts],
        "points": priced.points,
        "note": want.note,
    }


def line_row(order: int, want: Want, priced: Priced, shelf: Goods) -> dict[str, object]:
    known = shelf.everything
    sku = known.sku[want.sku]
    offers = priced.item.offers
    return {
        "order_id": order,
        "sku_id": shelf.row_of[want.sku],
        "sku_key": want.sku,
        "name": known.product[sku.product].name,
        "spec": sku.spec,
        "called": known.called(want.sku),
        "unit": sku.unit,
        "for_whom": want.for_whom,
        "over": priced.key.endswith(OVER),
        "offers": [offer_out(offer) for offer in offers] if len(offers) > 1 else None,
        **amounts(want, priced),
    }


def order_amounts(quote: Quote, delivery: Promise | None = None) -> dict[str, object]:
    """What an order says about its bill; `delivery` is how it is brought."""
    worth = sum(cut.amount.fen for line in quote.lines for cut in line.cuts if cut.rule == "points")
    return {
        "gross_fen": quote.gross.fen,
        "payable_fen": quote.payable.fen,
        "nearly": [nearly_out(near) for near in quote.nearly],
        "unused": [unused_out(one) for one in quote.unused] or None,
        "points": quote.points,
        "points_fen": worth,
        "coupon_id": _coupon_of(quote, for_delivery=False),
        "delivery_fen": quote.delivery.fen if delivery else None,
        "delivery": delivery_out(delivery, quote.delivery_cuts) if delivery else None,
        "delivery_coupon_id": _coupon_of(quote, for_delivery=True),
    }


def promised(order: Order) -> Promise | None:
    """How this order is brought: as it was said when the buyer asked for that; None when he fetches it."""
    if order.delivery is None:
        return None
    rule = from_terms("delivery", order.delivery["terms"])
    assert isinstance(rule, DeliveryRule), "it was one when the order was written"
    return Promise(rule, weighed_in(order.delivery))


# ── the means ───────────────────────────────────────────────────────────────────────────────────────────────────


def _coupon_of(quote: Quote, *, for_delivery: bool) -> int | None:
    """The buyer's own coupon that this bill uses for the goods, or for bringing them; one that everybody has is no
    row."""
    used = [one for one in quote.coupons if one.for_delivery == for_delivery and one.coupon.isdigit()]
    return int(used[0].coupon) if used else None


async def take_coupons(order: Order, quote: Quote, *, now: datetime) -> None:
    """The order uses the coupons of this bill from now on, and no others. Raises CouponGone."""
    goods, delivery = (_coupon_of(quote, for_delivery=yes) for yes in (False, True))
    if (order.coupon_id, order.delivery_coupon_id) == (goods, delivery):
        return
    if _has_coupons(order):
        await coupons.unlock(order.id, now=now)
    if goods is not None:
        await coupons.lock(order.id, goods, now=now)
    if delivery is not None:
        await coupons.lock(order.id, delivery, now=now, for_delivery=True)


def _has_coupons(order: Order) -> bool:
    return order.coupon_id is not None or order.delivery_coupon_id is not None


async def take_points(order: Order, spent: int, *, now: datetime) -> None:
    """The bill is paid with so many points from now on. Raises NotEnoughPoints. `order.version` is the new bill's."""
    buyer, more = PersonId(order.buyer_id), spent - order.points
    if more > 0:
        await points.spend(OrderId(order.id), buyer, more, now, order.version)
    elif more < 0:
        await points.give_back_spent(OrderId(order.id), buyer, -more, f"edit {order.version}", now)


async def let_go(order: Order, *, now: datetime) -> None:
    """The order came to nothing: its coupons and its points are the buyer's again."""
    if order.points:
        await points.give_back_spent(OrderId(order.id), PersonId(order.buyer_id), order.points, "ended", now)
    if _has_coupons(order) and not await coupons.unlock(order.id, now=now):
        await coupons.give_back(order.id, now=now)


async def use_up(order: Order, *, now: datetime) -> None:
    """The money is in: the order's coupons are used. Until then an edit may still take others."""
    if _has_coupons(order):
        await coupons.use(order.id, now=now)


async def earn(order: Order, *, now: datetime) -> None:
    """The money is in: points for the goods, to be spent when the order is over for good."""
    id = OrderId(order.id)
    await points.earn(id, PersonId(order.buyer_id), await points.earned_by(id), now)
    await commission.accrue(order, now=now)
