"""Every one of the ninety edge cases is a test with its number in the name, or says what it waits for."""

from __future__ import annotations

from tests.edges.cases import CASES, PAGE, WAITS, found, page


def test_each_of_the_ninety_has_its_test_or_says_what_it_waits_for() -> None:
    assert list(CASES) == list(range(1, 91))
    tested = set(found())
    assert tested <= set(CASES)
    assert sorted(set(CASES) - tested - set(WAITS)) == [], "a case lost its test"
    assert sorted(tested & set(WAITS)) == [], "has a test now: take it out of WAITS"


def test_the_page_about_the_edges_is_what_the_tests_are_called() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.edges.cases"
