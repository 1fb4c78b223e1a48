"""货: the catalogue as one frozen value, the same for pricing, for reading messages and for a catalogue file.

A catalogue file (format nlu-catalogue/1) is JSON: shop, units, products with their skus, campaigns, coupons, sets;
and, for a new shop, stock by sku ("F01-1": "12"), promotions ({"kind": "spend_save", "steps": [["50", "5"]]}) and rules
(what rules/trade.py knows: {"points": {"per_yuan": 1}}).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from shop.kit.money import Money
from shop.rules.trade import from_row

FORMAT = "nlu-catalogue/1"


class BadCatalogue(ValueError):
    """The file is no catalogue; the message says where and what to mend."""


@dataclass(frozen=True, slots=True)
class Unit:
    name: str
    kind: Literal["weight", "pack", "count"]
    grams: int | None = None  # weight units: 斤 is 500
    pieces: int | None = None  # count units: 打 is 12
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sku:
    id: str
    product: str
    spec: str
    unit: str
    price: Money
    default: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    id: str
    name: str
    skus: tuple[Sku, ...]
    aliases: tuple[str, ...] = ()
    category: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CampaignItem:
    no: int
    letter: str
    sku: str


@dataclass(frozen=True, slots=True)
class Campaign:
    id: str
    kind: Literal["groupbuy", "flash"]
    title: str
    status: str
    deadline: datetime | None
    items: tuple[CampaignItem, ...]


@dataclass(frozen=True, slots=True)
class Coupon:
    code: str
    title: str


@dataclass(frozen=True)
class Catalogue:
    """One shop's goods at one moment. Hashable by identity; made anew when goods change (`version` tells)."""

    shop_id: str
    shop_name: str
    tz: str
    now: datetime | None
    groups: tuple[str, ...]
    units: tuple[Unit, ...]
    products: tuple[Product, ...]
    campaigns: tuple[Campaign, ...] = ()
    coupons: tuple[Coupon, ...] = ()
    sets: tuple[Mapping[str, Any], ...] = ()
    version: int = 0
    stock: Mapping[str, str] = field(default_factory=dict)  # what a new shop begins with, by sku
    promotions: tuple[Mapping[str, Any], ...] = ()
    rules: Mapping[str, Any] = field(default_factory=dict)

    __hash__ = object.__hash__

    @cached_property
    def sku(self) -> Mapping[str, Sku]:
        return {sku.id: sku for product in self.products for sku in product.skus}

    @cached_property
    def product(self) -> Mapping[str, Product]:
        return {product.id: product for product in self.products}

    @cached_property
    def unit(self) -> Mapping[str, Unit]:
        return {unit.name: unit for unit in self.units}

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """The kinds of goods by name, the longest first."""
        found = {product.category for product in self.products if product.category}
        return tuple(sorted(found, key=lambda name: (-len(name), name)))

    @cached_property
    def sold_by(self) -> frozenset[str]:
        """Every unit that something is sold by."""
        return frozenset(sku.unit for sku in self.sku.values())

    def called(self, sku: str) -> str:
        """What people call it: 橙子, or 苹果（10斤装） where two of one product are sold by the same unit."""
        known = self.sku[sku]
        product = self.product[known.product]
        twins = [other for other in product.skus if other.unit == known.unit]
        return f"{product.name}（{known.spec}）" if len(twins) > 1 and known.spec else product.name

    def product_of(self, sku: str) -> Product:
        return self.product[self.sku[sku].product]


def load(path: Path) -> Catalogue:
    """Read a catalogue file. Raises BadCatalogue with the place of the fault."""
    try:
        return parse(json.loads(path.read_text(encoding="utf-8")))
    except OSError as exc:
        raise BadCatalogue(f"cannot read {path}: {exc.strerror}") from exc
    except ValueError as exc:
        raise exc if isinstance(exc, BadCatalogue) else BadCatalogue(f"{path} is not JSON: {exc}") from exc


def parse(data: Any) -> Catalogue:
    """A catalogue from the parsed JSON of a file. Raises BadCatalogue with the place of the fault."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise BadCatalogue(f'not a catalogue: "format" must be "{FORMAT}"')
    place = "shop"
    try:
        shop = data["shop"]
        now = datetime.fromisoformat(shop["now"]) if shop.get("now") else None
        place = "units"
        units = tuple(_unit(name, unit) for name, unit in data["units"].items())
        products = []
        for n, product in enumerate(data["products"]):
            place = f"products[{n}]"
            products.append(_product(product))
        place = "campaigns"
        campaigns = tuple(_campaign(campaign) for campaign in data.get("campaigns", ()))
        place = "coupons"
        coupons = tuple(Coupon(c["code"], c.get("title", "")) for c in data.get("coupons", ()))
        catalogue = Catalogue(
            shop_id=str(shop.get("id", "S1")),
            shop_name=shop["name"],
            tz=shop.get("tz", "Asia/Shanghai"),
            now=now,
            groups=tuple(shop.get("groups", ())),
            units=units,
            products=tuple(products),
            campaigns=campaigns,
            coupons=coupons,
            sets=tuple(data.get("sets", ())),
            stock={sku: str(qty) for sku, qty in data.get("stock", {}).items()},
            promotions=tuple(data.get("promotions", ())),
            rules=dict(data.get("rules", {})),
        )
        place = "rules"
        from_row(catalogue.rules)
    except KeyError as exc:
        raise BadCatalogue(f"{place}: {exc.args[0]!r} is missing") from exc
    except (TypeError, ValueError, AttributeError) as exc:
        raise BadCatalogue(f"{place}: {exc}") from exc
    ids = [sku.id for product in products for sku in product.skus]
    if len(set(ids)) != len(ids) or len(catalogue.product) != len(products):
        raise BadCatalogue("two products or two skus have the same id")
    for campaign in campaigns:
        for item in campaign.items:
            if item.sku not in catalogue.sku:
                raise BadCatalogue(f"campaign {campaign.id}: no sku {item.sku}")
    return catalogue


def _unit(name: str, unit: Mapping[str, Any]) -> Unit:
    return Unit(name, unit["kind"], unit.get("g"), unit.get("n"), tuple(unit.get("aliases", ())))


def _product(product: Mapping[str, Any]) -> Product:
    skus = tuple(
        Sku(
            s["id"],
            product["id"],
            s.get("spec") or "",
            s["unit"],
            Money.parse(str(s["price"])),
            bool(s.get("default")),
        )
        for s in product["skus"]
    )
    if not skus:
        raise ValueError(f"{product['name']} has no sku")
    return Product(
        product["id"],
        product["name"],
        skus,
        tuple(product.get("aliases", ())),
        product.get("category") or "",
        product.get("note") or "",
    )


def _campaign(campaign: Mapping[str, Any]) -> Campaign:
    deadline = campaign.get("deadline")
    return Campaign(
        campaign["id"],
        campaign["kind"],
        campaign.get("title", ""),
        campaign.get("status", "open"),
        datetime.fromisoformat(deadline) if deadline else None,
        tuple(CampaignItem(i["no"], i.get("letter", ""), i["sku"]) for i in campaign["items"]),
    )
