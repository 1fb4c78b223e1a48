"""The tables and drawings in docs are true: they are run, or drawn from the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.promotions import from_terms
from shop.rules.pricing import Item, Nearly, Offer, quote
from tests.support.drawings import LIVES, lives

PRICING = Path(__file__).parents[2] / "docs" / "pricing.md"
HEAD = ["basket", "满减", "pays", "each line", "told"]
NONE = "–"


class Row(NamedTuple):
    basket: str
    promotion: str
    pays: str
    lines: str
    told: str


def rows() -> list[Row]:
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PRICING.read_text(encoding="utf-8").splitlines()
        if line.startswith("|") and not line.startswith("|---")
    ]
    assert all(len(row) == len(HEAD) for row in cells)
    return [Row(*row) for row in cells if row != HEAD]


def item(said: str) -> Item:
    match = re.fullmatch(r"(\S+) (=?)([\d.]+)(?:→([\d.]+))?×([\d.]+)", said)
    assert match, said
    name, _frozen, price, special, qty = match.groups()
    offers = [Offer(Money.parse(price))]
    if special:
        offers.append(Offer(Money.parse(special), "今日特价", "timed"))
    return Item(name, Quantity.of(qty), tuple(offers))


def told(nearly: tuple[Nearly, ...]) -> str:
    return " ".join(f"再买{near.short}减{near.saves}" for near in nearly) or NONE


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.basket} {row.promotion}")
def test_the_page_about_prices_is_true(row: Row) -> None:
    basket = [item(said) for said in row.basket.split(", ")]
    steps = re.findall(r"满([\d.]+)减([\d.]+)", row.promotion)
    result = quote(basket, [from_terms("spend_save", {"steps": steps})] if steps else [])
    net = {line.key: line.net for line in result.lines}
    assert result.payable.yuan == row.pays
    assert ", ".join(f"{one.key} {net[one.key].yuan}" for one in basket) == row.lines
    assert told(result.nearly) == row.told


def test_the_page_about_prices_has_its_examples() -> None:
    assert len(rows()) >= 25


def test_the_drawing_of_an_orders_life_is_the_table_of_the_code() -> None:
    assert LIVES.read_text(encoding="utf-8") == lives(), "run python -m tests.support.drawings"
