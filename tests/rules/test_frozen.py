"""What a row keeps of a quote comes back as it was; carts prove it for every offer and near miss by chance."""

from __future__ import annotations

from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.rules.frozen import nearly_in, nearly_out, offer_in, offer_out
from shop.rules.pricing import Nearly, Offer


def test_a_near_miss_of_an_older_row_has_no_pieces() -> None:
    old = {"rule": "spend_save", "why": "满50减5", "short": 320, "saves": 500}
    assert nearly_in(old) == Nearly("spend_save", "满50减5", Money(320), Money(500))
    assert nearly_out(nearly_in(old)) == old
    by_pieces = nearly_out(Nearly("tier", "3盒起¥9", Money(0), Money(300), Quantity.of(1), "盒"))
    assert by_pieces == {
        "rule": "tier",
        "why": "3盒起¥9",
        "short": 0,
        "saves": 300,
        "more": 1000,
        "unit": "盒",
    }


def test_an_offer_says_only_what_the_list_price_does_not() -> None:
    flash = Offer(Money(500), "秒杀", "flash", exclusive=True, limit=Quantity.of(2))
    kept = {"fen": 500, "rule": "flash", "why": "秒杀", "exclusive": True, "limit": 2000}
    assert (offer_out(Offer(Money(1000))), offer_out(flash)) == ({"fen": 1000}, kept)
    assert offer_in(kept) == flash
