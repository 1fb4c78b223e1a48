"""The tables and drawings in docs are true: they are run, or drawn from the code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from dialogs.books import SENTENCES
from shop.audit import NAMES, RULES
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.promotions import from_terms, kinds
from shop.rules import bargains
from shop.rules.pricing import Buyer, Coupon, Item, Nearly, Offer, Promotion, Quote, Unused, quote
from tests.support.carts import NOON
from tests.support.drawings import AUDIT, LIVES, audit, lives

ROOT = Path(__file__).parents[2]
PRICING, CAMPAIGNS = ROOT / "docs" / "pricing.md", ROOT / "docs" / "campaigns.md"
BASKETS = ["basket", "with", "pays", "each line", "told"]
KINDS = ["said", "kind", "terms"]
DRAWN = ["from", "to", "cuts", "drawn with", "shares"]
NONE = "–"


class Row(NamedTuple):
    basket: str
    with_: str
    pays: str
    lines: str
    told: str


def rows(head: list[str], page: Path = PRICING) -> list[list[str]]:
    """What stands in the tables with this head."""
    found: list[list[str]] = []
    reading = False
    for line in page.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            reading = False
        elif cells == head:
            reading = True
        elif reading and not line.startswith("|---"):
            assert len(cells) == len(head), line
            found.append(cells)
    return found


def promotions() -> dict[str, Promotion]:
    return {
        said: from_terms(kind.strip("`"), json.loads(terms.strip("`"))) for said, kind, terms in rows(KINDS)
    }


def item(said: str) -> Item:
    match = re.fullmatch(r"(\S+) (=?)([\d.]+)(?:→([\d.]+))?×([\d.]+)", said)
    assert match, said
    name, stands, price, special, qty = match.groups()
    offers = [Offer(Money.parse(price))]
    if special:
        offers.append(Offer(Money.parse(special), "今日特价", "timed"))
    return Item(name, Quantity.of(qty), tuple(offers), frozen=bool(stands))


def price(row: Row) -> Quote:
    known = promotions()
    named = [known[said] for said in row.with_.split("; ") if said != NONE]
    buyer = Buyer(
        level="金卡",
        teams=frozenset({"T1"}),
        bargains={"B1": Money(500)},
        coupons=tuple(one for one in named if isinstance(one, Coupon)),
        points=9999,
        now=NOON,
    )
    return quote(
        [item(said) for said in row.basket.split(", ")],
        [one for one in named if not isinstance(one, Coupon)],
        buyer,
    )


def lines(row: Row, result: Quote) -> str:
    keys = [item(said).key for said in row.basket.split(", ")]
    told = [f"{key} {'+'.join(part.net.yuan for part in result.parts(key))}" for key in keys]
    return ", ".join(told + ([f"配送 {result.delivery.yuan}"] if result.delivery else []))


def told(nearly: tuple[Nearly, ...], unused: tuple[Unused, ...]) -> str:
    near = [f"再买{one.missing}就{one.why}" for one in nearly]
    left = [f"{one.why}：{'差' if one.reason == 'short' else '贵'}{one.by}" for one in unused]
    return " ".join(near + left) or NONE


@pytest.mark.parametrize(
    "row", [Row(*cells) for cells in rows(BASKETS)], ids=lambda row: f"{row.basket} {row.with_}"
)
def test_the_page_about_prices_is_true(row: Row) -> None:
    result = price(row)
    assert result.payable.yuan == row.pays
    assert lines(row, result) == row.lines
    assert told(result.nearly, result.unused) == row.told


def test_the_page_about_prices_says_each_promotion_as_the_shop_does() -> None:
    assert all(promotion.say() == said for said, promotion in promotions().items())
    assert {kind.strip("`") for _, kind, _ in rows(KINDS)} == set(kinds())


def test_the_page_about_prices_has_its_examples() -> None:
    assert len(rows(BASKETS)) >= 60
    used = {said for row in rows(BASKETS) for said in row[1].split("; ")}
    assert used - {NONE} == set(promotions())


def test_the_drawing_of_an_orders_life_is_the_table_of_the_code() -> None:
    assert LIVES.read_text(encoding="utf-8") == lives(), "run python -m tests.support.drawings"


def test_the_page_about_the_books_is_what_the_code_says() -> None:
    assert AUDIT.read_text(encoding="utf-8") == audit(), "run python -m tests.support.drawings"


def test_every_check_of_the_books_has_its_sentence_and_at_most_one_rule() -> None:
    assert set(SENTENCES) == set(NAMES)
    guarded = [name for rule in RULES for name in rule.checks]
    assert len(RULES) == 17
    assert len(guarded) == len(set(guarded))
    assert set(guarded) <= set(NAMES)
    assert all(bool(rule.checks) != bool(rule.waits) for rule in RULES)


@pytest.mark.parametrize("row", rows(DRAWN, CAMPAIGNS))
def test_the_shares_of_a_bargain_are_drawn_as_written(row: list[str]) -> None:
    start, floor, cuts, seed, shares = row
    drawn = bargains.draw(Money.parse(start), Money.parse(floor), int(cuts), int(seed))
    assert [share.yuan for share in drawn] == shares.split(", ")


def test_the_chats_that_the_page_of_campaigns_names_are_there() -> None:
    named = re.findall(r"`(\w+\.chat)`", CAMPAIGNS.read_text(encoding="utf-8"))
    assert len(named) > 30
    assert [name for name in named if not (ROOT / "tests" / "transcripts" / name).exists()] == []
