"""券名: what is read from a name, and that nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.promotions import from_terms
from shop.rules.coupon_titles import read_title
from shop.rules.coupons import Coupon


@pytest.mark.parametrize(
    ("title", "says"),
    [
        ("满50减10", "券 满50减10"),
        ("满50元减10元", "券 满50减10"),
        ("满 30 减 5", "券 满30减5"),
        ("新人满39.9减5券", "券 满39.90减5"),
        ("满30立减5", "券 满30减5"),
        ("满30-5", "券 满30减5"),
        ("满50打8折", "券 满50打8折"),
        ("满100打8折，最多减20", "券 满100打8折最多减20"),
        ("8.8折", "券 8.8折"),
        ("88折券", "券 8.8折"),
        ("减5元", "券 减5"),
        ("5元券", "券 减5"),
        ("5元无门槛券", "券 减5"),
        ("10块代金券", "券 减10"),
        ("无门槛5元", "券 减5"),
        ("运费券减6", "运费券 减6"),
        ("满39减6元运费", "运费券 满39减6"),
        ("发券 满30减5 x50 3天", "券 满30减5"),
        ("发券 满30减5 50张 3天", "券 满30减5"),
        ("10张满30减5", "券 满30减5"),
        ("满30减30", "券 满30减30"),
    ],
)
def test_a_name_says_what_its_coupon_gives(title: str, says: str) -> None:
    terms = read_title(title)
    assert terms is not None
    coupon = from_terms("coupon", terms)
    assert isinstance(coupon, Coupon)
    assert coupon.say() == says


@pytest.mark.parametrize(
    "title", ["", "新人礼", "草莓券", "满50", "3张券", "满5减10", "满0减1", "满30减0", "0折", "减"]
)
def test_what_says_no_sum_or_a_senseless_one_is_not_read(title: str) -> None:
    assert read_title(title) is None


@given(st.text(alphabet="满减打折元块券运费0123456789. x-，张天最多", max_size=20))
def test_whatever_is_read_is_a_coupon(title: str) -> None:
    """Or refused by the terms themselves (10折, 0.00元), never an accident."""
    terms = read_title(title)
    if terms is not None:
        try:
            assert isinstance(from_terms("coupon", terms), Coupon)
        except ValueError as no:
            assert str(no).startswith("coupon: ")
