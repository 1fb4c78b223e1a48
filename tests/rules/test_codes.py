"""Codes: what people say aloud; a wrong digit is noticed."""

from __future__ import annotations

from datetime import date

import pytest

from shop.kit.codes import (
    check_digit,
    new_pickup_code,
    new_token,
    order_code,
    read_order_code,
    read_pickup_code,
    show_pickup_code,
)

TODAY = date(2026, 5, 1)


def test_the_number_of_an_order() -> None:
    assert order_code(TODAY, 17) == "0501-017"
    assert order_code(date(2026, 12, 31), 1000) == "1231-1000"


@pytest.mark.parametrize("said", ["0501-017", "0501017", "017", "17", "#17", "#0501-017", " 17 "])
def test_order_seventeen_in_all_its_forms(said: str) -> None:
    assert read_order_code(said, TODAY) == ("0501-017",)


@pytest.mark.parametrize(
    ("said", "code"), [("0430-002", "0430-002"), ("1231-1000", "1231-1000"), ("05011000", "0501-1000")]
)
def test_an_order_of_another_day(said: str, code: str) -> None:
    assert read_order_code(said, TODAY) == (code,)


@pytest.mark.parametrize(
    "said", ["", "橙子", "0501-", "0501-17", "1234", "12345", "17号", "0501-0170000", "-17"]
)
def test_no_order(said: str) -> None:
    assert read_order_code(said, TODAY) == ()


def _is_good(digits: str) -> bool:
    return check_digit(digits[:-1]) == digits[-1]


def test_every_single_wrong_digit_and_every_swap_of_neighbours_is_noticed() -> None:
    wrong, swapped = 0, 0
    for number in range(0, 100_000, 37):
        code = f"{number:05d}" + check_digit(f"{number:05d}")
        for place in range(6):
            for digit in "0123456789":
                if digit != code[place]:
                    wrong += _is_good(code[:place] + digit + code[place + 1 :])
        for place in range(5):
            a, b = code[place], code[place + 1]
            if a != b:
                swapped += _is_good(code[:place] + b + a + code[place + 2 :])
    assert (wrong, swapped) == (0, 0)


def test_the_table_is_a_damm_table() -> None:
    """What makes the test above true of every code of any length."""
    table = [[int(check_digit_from(state, digit)) for digit in range(10)] for state in range(10)]
    for state in range(10):
        assert sorted(table[state]) == list(range(10))  # a wrong digit ends elsewhere
        assert sorted(row[state] for row in table) == list(range(10))  # and stays elsewhere
        assert table[state][state] == 0  # the check digit brings back to 0
        for x in range(10):
            for y in range(x):
                assert table[table[state][x]][y] != table[table[state][y]][x]  # swapped neighbours differ


def check_digit_from(state: int, digit: int) -> str:
    """Where the table leads from a state; a state is reached by its own first digit's row from 0."""
    first = next(d for d in range(10) if check_digit(str(d)) == str(state))
    return check_digit(f"{first}{digit}")


def test_a_pickup_code_as_typed() -> None:
    code = "48293" + check_digit("48293")
    shown = show_pickup_code(code)
    assert shown == f"4829-3{code[5]}"
    for said in (code, shown, f" {code[:4]} {code[4:]} ", f"{code[:3]} {code[3:]}"):
        assert read_pickup_code(said) == code
    assert read_pickup_code("48239" + code[5]) is None  # swapped
    assert read_pickup_code("4829") is None
    assert read_pickup_code("") is None


def test_new_codes_check_themselves_and_tokens_do_not_repeat() -> None:
    assert all(read_pickup_code(new_pickup_code()) for _ in range(200))
    assert len({new_token() for _ in range(200)}) == 200
    assert all(len(new_token()) == 32 for _ in range(3))
