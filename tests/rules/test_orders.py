"""What may happen to an order (that its table can be trusted: test_lives.py)."""

from __future__ import annotations

import pytest

from shop.rules.orders import Status, may

S = Status


@pytest.mark.parametrize(
    ("status", "event", "money_in", "end"),
    [
        (S.UNPAID, "paid", False, S.PREPARING),
        (S.UNPAID, "cash_chosen", False, S.PREPARING),
        (S.UNPAID, "buyer_cancelled", False, S.CANCELLED),
        (S.UNPAID, "not_paid_in_time", False, S.CANCELLED),
        (S.UNPAID, "handed_over", False, None),
        (S.PREPARING, "edited", False, S.PREPARING),
        (S.PREPARING, "edited", True, None),
        (S.PREPARING, "paid", True, None),
        (S.PREPARING, "buyer_cancelled", True, None),
        (S.PREPARING, "not_paid_in_time", False, None),
        (S.PREPARING, "handed_over", True, S.FULFILLED),
        (S.PREPARING, "handed_over", False, None),
        (S.PREPARING, "shop_cancelled", True, S.CANCELLED),
        (S.PREPARING, "all_refunded", True, S.REFUNDED),
        (S.PREPARING, "all_refunded", False, None),
        (S.FULFILLED, "buyer_cancelled", True, None),
        (S.FULFILLED, "after_sale_over", True, S.COMPLETED),
        (S.COMPLETED, "all_refunded", True, None),
        (S.CANCELLED, "paid", False, None),
    ],
)
def test_what_may_happen(status: Status, event: str, money_in: bool, end: Status | None) -> None:
    assert may(status, event, money_in=money_in) == end
